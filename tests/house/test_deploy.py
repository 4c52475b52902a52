"""What a deployment is given: it can be read, says the same in each place, answers on the loopback alone, and holds no secret."""

import os
import re
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from .project import ROOT

DEPLOY = ROOT / "deploy"
SCRIPTS = ("start", "stop", "airflow", "lib.sh", "entrypoint")
SECRETS = ("DATABASE_PASSWORD", "REDIS_PASSWORD", "FERNET_KEY", "API_SECRET_KEY", "JWT_SECRET")
BY_HAND = "a2n"


@pytest.fixture(scope="module")
def env() -> dict[str, str]:
    lines = [line for line in (DEPLOY / "airflow.env").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def helm() -> dict:
    return yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_can_be_read_by_the_shell_and_run(name):
    done = subprocess.run(["bash", "-n", DEPLOY / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert name == "lib.sh" or (DEPLOY / name).stat().st_mode & 0o111


@pytest.fixture
def scripts(tmp_path):
    """Runs a script of deploy/ in a folder of its own, where all that it needs is there but Python, which fails once it has told what was
    written down until then."""
    for name, does in {"initdb": "exit 1", "redis-server": "exit 1", "python3": 'cp "$A2N_DEPLOYMENT/started.env" "$A2N_DEPLOYMENT/seen.env"; exit 9'}.items():  # fmt: skip
        program(tmp_path / "bin" / name, does)

    def run(name: str, *words: str, **settings: str) -> subprocess.CompletedProcess:
        own = {name: value for name, value in os.environ.items() if not name.startswith("A2N_")}
        env = own | {"PATH": f"{tmp_path / 'bin'}:{own['PATH']}", "A2N_DEPLOYMENT": str(tmp_path / "kept")} | settings
        return subprocess.run([DEPLOY / name, *words], env=env, capture_output=True, text=True, timeout=60, check=False)

    return run


def program(path, does: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def test_a_start_that_failed_leaves_its_settings_to_no_other(scripts, tmp_path):
    started, seen = tmp_path / "kept" / "started.env", tmp_path / "kept" / "seen.env"
    failed = scripts("start", A2N_API_PORT="18081")
    assert failed.returncode == 9 and "api_port=18081" in seen.read_text() and not started.exists()
    started.write_text("api_port=18081\n")  # of one that was killed
    assert scripts("start", A2N_API_PORT="18082").returncode == 9
    assert "api_port=18082" in seen.read_text() and not started.exists()


def test_what_comes_after_a_start_has_the_settings_it_was_started_with(scripts, tmp_path):
    assert scripts("airflow", "version").returncode == 1, "nothing is up"
    venv = tmp_path / "venv"
    program(venv / "bin" / "airflow", 'echo "$1 $AIRFLOW__API__PORT"')
    (tmp_path / "kept" / "secrets.env").write_text("DATABASE_PASSWORD=a\nREDIS_PASSWORD=b\n")
    (tmp_path / "kept" / "started.env").write_text(
        f"api_port=18081\ndatabase_port=5999\nredis_port=6999\nworkers=3\nvenv={venv}\n"
    )
    assert scripts("airflow", "version", A2N_API_PORT="18082").stdout == "version 18081\n"
    assert scripts("stop").returncode == 0
    assert scripts("airflow", "version").returncode == 1


def is_there_once_on_every_day(at: time) -> bool:
    """By England's clock, over years enough for every way the days of the week may fall."""
    for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(28 * 366)):
        told = datetime.combine(day, at, ZoneInfo("Europe/London"))
        is_skipped = told.astimezone(UTC).astimezone(told.tzinfo).time() != at
        if is_skipped or told.utcoffset() != told.replace(fold=1).utcoffset():
            return False
    return True


def test_a_night_begins_when_no_change_of_the_clocks_skips_it_or_has_it_twice():
    places = {
        "dags/intake.py": r"30 2 \* \* \*", "dags/nation.py": r"30 2 \* \* \*", "deploy/start": r"30 2 \* \* \*",
        "deploy/systemd/a2n-nightly.timer": r"OnCalendar=\*-\*-\* 02:30:00 Europe/London",
    }  # fmt: skip
    assert [name for name, words in places.items() if not re.search(words, (ROOT / name).read_text())] == []
    assert is_there_once_on_every_day(time(2, 30)) and not is_there_once_on_every_day(time(1, 30))


def test_helm_and_the_environment_say_the_same_of_how_tasks_are_run(env, helm):
    said = {f"AIRFLOW__{section.upper()}__{name.upper()}": str(value) for section, told in helm["config"].items() for name, value in told.items()}  # fmt: skip
    both = set(said) & set(env) - {"AIRFLOW__CORE__PARALLELISM"}
    assert len(both) >= 8
    assert {name: said[name] for name in both} == {name: env[name] for name in both}
    assert (
        helm["config"]["core"]["parallelism"]
        == helm["workers"]["replicas"] * helm["config"]["celery"]["worker_concurrency"]
    )


def test_a_task_is_lost_within_a_minute_and_its_message_does_not_come_again_while_it_could_be_at_work(env):
    assert int(env["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"]) <= 60
    assert int(env["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]) >= 24 * 3600
    assert env["AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER"] == "1"


def test_the_environment_holds_no_secret_and_no_homes_key(env):
    assert not [name for name in env if re.search(r"KEY|SECRET|PASS|CONN|BROKER_URL|RESULT_BACKEND", name)]
    assert not [name for name in env if name.startswith("A2N_")]


def test_compose_takes_every_secret_from_outside_and_stops_where_one_is_not_given():
    text = (DEPLOY / "compose.yaml").read_text()
    for name in SECRETS:
        used = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert used and all(":?" in one for one in used), name
        assert name in text.partition("x-airflow")[0], "said at the top"


@pytest.mark.parametrize("name", ["compose.yaml", "helm-values.yaml", "airflow.env", "Dockerfile"])
def test_no_file_has_a_password_written_in_it(name):
    lines = [line for line in (DEPLOY / name).read_text().splitlines() if not line.lstrip().startswith("#")]
    said = re.findall(
        r"(?i)(?:password|secret_key|fernet_key|jwt_secret)\w*[\"']?\s*[:=]\s*([^\s$\"'{][^\s]*)", "\n".join(lines)
    )
    assert [one for one in said if not one.startswith(("a2n-", "$", "?"))] == []
    assert not re.search(r"://[^:/\s$]+:[^@\s$]+@", "\n".join(lines)), "an address with a password in it"


def test_only_workers_and_commands_by_hand_have_the_homes_and_nothing_answers_but_on_the_loopback(compose):
    services = compose["services"]
    mounted = {name for name, one in services.items() if any("HOMES" in volume for volume in one.get("volumes", []))}
    assert mounted == {"worker", BY_HAND}
    assert services[BY_HAND]["network_mode"] == "none" and services[BY_HAND]["profiles"] == ["by-hand"]
    assert services[BY_HAND]["entrypoint"][0] == "/entrypoint", "what it writes is its owner's alone"
    writes_keys = {name for name, one in services.items() if any(v.startswith("${KEYS") and not v.endswith(":ro") for v in one.get("volumes", []))}  # fmt: skip
    assert writes_keys == {BY_HAND}, "no night writes a key"
    ports = [port for one in services.values() for port in one.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
    start = (DEPLOY / "start").read_text() + (DEPLOY / "lib.sh").read_text()
    assert "listen_addresses=127.0.0.1" in start and '"bind 127.0.0.1"' in start and "--host 127.0.0.1" in start
    assert start.count("--skip-serve-logs") == 3 and "0.0.0.0" not in start


def test_when_nights_begin_can_be_said_wherever_they_are_run(compose, helm):
    in_helm = {one["name"]: one["value"] for one in helm["env"]}
    assert in_helm["A2N_NATION_CRON"] == "30 2 * * *"
    in_compose = compose["x-airflow"]["environment"]["A2N_NATION_CRON"]
    assert in_compose == "${A2N_NATION_CRON-30 2 * * *}", "given and empty, never"


def test_every_service_of_the_image_gives_up_all_privileges(compose):
    ours = [one for one in compose["services"].values() if one["image"].startswith("attendance-to-need")]
    assert len(ours) >= 7
    assert all(one["cap_drop"] == ["ALL"] and "no-new-privileges:true" in one["security_opt"] for one in ours)


def test_what_compose_is_given_is_never_committed():
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_has_every_file_it_is_made_of():
    text = (DEPLOY / "Dockerfile").read_text()
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?:--\S+ )*(.+)$", text, re.MULTILINE)]
    sources = [name for names in copied for name in names]
    assert {"pipeline", "expectations", "models", "dags", "requirements-deploy.txt"} <= set(sources)
    assert [name for name in sources if not (ROOT / name).exists()] == []
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    assert [name for name in sources if f"!{name}" not in let_in] == []


def pins(name: str) -> dict[str, str]:
    return dict(
        re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([\w.]+)", (ROOT / name).read_text().lower(), re.MULTILINE)
    )


def test_what_a_deployment_adds_is_of_the_same_versions_as_all_the_rest():
    ours, theirs = pins("requirements.txt"), pins("requirements-deploy.txt")
    assert {"celery", "redis", "apache-airflow-providers-celery", "apache-airflow-providers-postgres"} <= set(
        theirs
    ) - set(ours)
    both = set(ours) & set(theirs)
    assert len(both) > 50 and {name: theirs[name] for name in both if theirs[name] != ours[name]} == {}


def test_what_is_kept_of_a_deployment_is_not_in_git():
    assert "/.deployment/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(("unit", "hides"), [("a2n-nightly.service", True), ("a2n-airflow@.service", False)])
def test_processes_are_hidden_from_each_other_but_where_one_watches_another(unit, hides):
    """Airflow's tasks let nobody look into them: hidden, they are not there for what starts them, and none starts."""
    told = (ROOT / "deploy" / "systemd" / unit).read_text(encoding="utf-8").splitlines()
    assert [line for line in told if line.startswith("ProtectProc=")] == (["ProtectProc=invisible"] if hides else [])
