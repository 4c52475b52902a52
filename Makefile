# make demo and make test are all that is needed: both set up first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
DEMO_HOME := demo-home

CHECK_VENV := .venv-check
CHECK_STAMP := $(CHECK_VENV)/.set-up

.PHONY: setup demo serve browser test soak check sbom fix bench bench-growth bench-beside bench-dashboard bench-linkage bench-opinion clean

setup: $(STAMP)

$(STAMP): requirements.txt requirements-setup.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed: give one with make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) UV_COMPILE_BYTECODE=1 $(BIN)/uv pip sync --quiet --require-hashes requirements.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --offline -e .
	@touch $(STAMP)

demo: setup
	@$(BIN)/a2n demo --home $(DEMO_HOME) --through airflow

serve: setup
	@test -e $(DEMO_HOME)/published/current.duckdb || $(BIN)/a2n demo --home $(DEMO_HOME)
	@$(BIN)/a2n serve --home $(DEMO_HOME)

test: setup browser
	@$(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print(min(os.cpu_count() + 1, 8))') --dist loadfile --no-loadscope-reorder

# The tests of the dashboard in a browser need the distribution's; without it they say so, and are skipped.
browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null; } \
		|| echo "There is no Chromium, so the browser's tests are skipped: install it, or run make browser as root."

# Some three hours on two cores. What it found is in tests/soaks/results.
soak: setup browser $(CHECK_STAMP)
	@$(BIN)/python -m pytest -m long -n auto --maxprocesses 8 --dist loadfile
	@$(BIN)/python -m tests.soaks.kills --kills 200 --write tests/soaks/results/kills.json
	@$(BIN)/python -m tests.soaks.erasure --children 100 --write tests/soaks/results/erasure.json
	@$(BIN)/python -m tests.soaks.rekeying --kills 50 --write tests/soaks/results/rekeying.json
	@$(BIN)/python -m tests.soaks.subtraction --authorities 50 --nights 6 --write tests/soaks/results/subtraction.json
	@$(BIN)/python -m tests.soaks.fuzz --files 20000 --write tests/soaks/results/fuzz.json
	@$(BIN)/python -m tests.soaks.returned --files 20000 --write tests/soaks/results/returned.json
	@$(BIN)/python -m tests.soaks.hostile --files 1000 --write tests/soaks/results/hostile.json
	@$(BIN)/python -m tests.soaks.appraisal --seeds 20 --write tests/soaks/results/appraisal.json
	@$(BIN)/python -m tests.soaks.leaks --each 12 --write tests/soaks/results/leaks.json
	@$(BIN)/python -m tests.soaks.nation --homes 8 --pupils 20000 --write tests/soaks/results/nation.json

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m supply licences
	@if $(MAKE) --no-print-directory $(CHECK_STAMP); then $(BIN)/python -m supply weaknesses || test $$? = 3; \
		else echo "Known weaknesses: nobody was asked, for the programs that ask could not be installed."; fi

# What is pinned, in CycloneDX: sbom.cdx.json.
sbom: setup $(CHECK_STAMP)
	@$(BIN)/python -m supply sbom

# The programs that ask after packages have an environment of their own, so that what runs is what is pinned to run.
$(CHECK_STAMP): requirements-check.txt | $(STAMP)
	@test -x $(CHECK_VENV)/bin/python || $(PYTHON) -m venv $(CHECK_VENV)
	@VIRTUAL_ENV=$(CURDIR)/$(CHECK_VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements-check.txt
	@touch $(CHECK_STAMP)

fix: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup
	@$(BIN)/python -m benchmarks

# An hour and more on two cores, and some 40 GB of disk for the largest; what each size needs is in benchmarks/README.md.
bench-growth: setup
	@$(BIN)/python -m benchmarks.growth --pupils 10000 50000 100000 250000 --draw

bench-beside: setup
	@$(BIN)/python -m benchmarks.beside

bench-dashboard: setup
	@$(BIN)/python -m benchmarks.dashboard

bench-opinion: setup
	@$(BIN)/python -m benchmarks.opinion

bench-linkage: setup
	@$(BIN)/python -m benchmarks.linkage

clean:
	rm -rf $(VENV) $(CHECK_VENV) .airflow $(DEMO_HOME) build *.egg-info
