"""An install takes what is pinned or nothing; every licence is allowed for a reason; the list is fresh; no answer is not a good answer."""

import base64
import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from supply import bom, licences, weaknesses
from supply.__main__ import CHECKS
from supply.pins import EVERYWHERE, ROOT, pinned, pins_in

# Hashes -------------------------------------------------------------------------------------------------------------------


def wheel(folder: Path, text: str = "said = 1\n") -> Path:
    """A package of one line."""
    files = {
        "tiny.py": text,
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_base64(held)},{len(held)}\n" for name, held in files.items())
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in (files | {"tiny-1.0.dist-info/RECORD": record + "tiny-1.0.dist-info/RECORD,,\n"}).items():
            archive.writestr(zipfile.ZipInfo(name), held)
    return path


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


INSTALLERS = {
    "pip": [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"],
    "uv": [
        Path(sys.executable).with_name("uv"),
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-cache",
        "--python",
        sys.executable,
    ],
}


def installed(by: str, folder: Path, requirement: str) -> tuple[bool, str]:
    """Whether it was, from that folder alone, with no index and no network, and what was said."""
    (folder / "requirements.txt").write_text(requirement)
    to = folder / f"to-{len(list(folder.iterdir()))}"
    words = [
        *INSTALLERS[by],
        "--no-index",
        "--find-links",
        folder,
        "--require-hashes",
        "--target",
        to,
        "-r",
        folder / "requirements.txt",
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode == 0 and (to / "tiny.py").exists(), done.stderr


@pytest.mark.parametrize("by", INSTALLERS)
def test_a_file_that_is_not_the_one_pinned_stops_the_install_and_the_one_pinned_does_not(by, tmp_path):
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    pin = f"tiny==1.0 --hash=sha256:{digest}\n"
    assert installed(by, tmp_path, pin) == (True, "")
    (tmp_path / "tiny-1.0-py3-none-any.whl").unlink()
    wheel(tmp_path, "said = 'something else'\n")
    was, said = installed(by, tmp_path, pin)
    assert not was and "hash" in said.lower()
    was, said = installed(by, tmp_path, "tiny==1.0\n")
    assert not was and "hash" in said.lower()


def test_wherever_requirements_are_installed_hashes_are_asked_for():
    wanting = []
    for name in ("Makefile", "deploy/Dockerfile", "deploy/start"):
        text = (ROOT / name).read_text().replace("\\\n", " ")
        lines = [line for line in text.splitlines() if re.search(r"pip (install|sync)\b.*(requirements|-r )", line)]
        assert lines, name
        wanting += [
            f"{name}: {one}"
            for line in lines
            for one in line.split("&&")
            if "requirements" in one and "pip" in one and "--require-hashes" not in one
        ]
    assert wanting == []


@pytest.mark.parametrize("file", EVERYWHERE)
def test_every_pin_has_a_hash_and_every_line_of_the_file_is_understood(file):
    pins = pins_in((ROOT / file).read_text())
    assert pins and all(pin.hashes for pin in pins)


def test_a_line_that_is_no_pin_is_not_passed_over():
    with pytest.raises(ValueError, match="line 2"):
        pins_in("a==1 \\\n--find-links somewhere\n")


# Licences -----------------------------------------------------------------------------------------------------------------


def test_every_pinned_package_is_under_a_licence_that_is_allowed_and_says_so_itself():
    assert licences.check() == []
    assert len(licences.table()) > 200


def test_each_licence_that_asks_for_more_is_of_a_package_that_is_pinned_and_has_its_reason():
    known = licences.table()
    more = {name for name, (licence, _) in known.items() if not licences.is_permissive(licence)}
    assert set(licences.COPYLEFT) == more
    assert {known[name][0].partition("-")[0] for name in more} == {"MPL", "LGPL", "GPL", "Artistic"}


def test_a_package_without_a_row_one_no_longer_pinned_and_a_licence_not_allowed_are_each_told():
    known = {"old": ("MIT", "x"), "mine": ("AGPL-3.0-only", "x"), "good": ("MIT OR GPL-3.0-only", "x")}
    said = licences.faults(known, {"new", "mine", "good"}, [])
    assert [one.split()[0] for one in said] == ["new", "old", "mine"]


def test_a_package_that_says_another_licence_than_the_table_is_told():
    known = licences.table() | {"polars": ("Zlib", licences.BY_ITSELF)}
    from importlib import metadata

    said = licences.faults(known, set(known), [metadata.distribution("polars")])
    assert len(said) == 1 and said[0].startswith("polars says it is under MIT")


# The list of all that is pinned -------------------------------------------------------------------------------------------


def test_the_list_is_of_what_is_pinned_with_its_hashes_and_licences_and_names_no_day_and_no_place():
    told = json.loads(bom.FILE.read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    known = licences.table()
    listed = {
        (one["name"], one["version"]): (
            sorted(one["hashes"][n]["content"] for n in range(len(one["hashes"]))),
            _said(one),
        )
        for one in told["components"]
    }
    wanted = {(pin.name, pin.version): (sorted(pin.hashes), known[pin.name][0]) for pin in pinned()}
    assert listed == wanted, "sbom.cdx.json is stale: make sbom"
    assert "serialNumber" not in told and "timestamp" not in told["metadata"]


def _said(component: dict) -> str:
    [one] = component["licenses"]
    return one.get("expression") or one["license"]["id"]


@pytest.mark.skipif(
    not (CHECKS / "bin" / "cyclonedx-py").exists(), reason="there is no .venv-check: make check makes it"
)
@pytest.mark.long
def test_made_again_the_list_is_the_same_to_the_byte():
    assert bom.made(CHECKS) == bom.FILE.read_text()


# Known weaknesses ---------------------------------------------------------------------------------------------------------


def answers(*, weak: str = "", but_not: str = "") -> list[dict]:
    """As pip-audit tells them: one package is weak, or one could not be asked after."""
    told = [{"name": pin.name, "version": pin.version, "vulns": []} for pin in pinned() if pin.name != but_not]
    for one in told:
        if one["name"] == weak:
            one["vulns"] = [
                {"id": "PYSEC-2099-1", "fix_versions": ["9.9"], "aliases": ["CVE-2099-1"], "description": ""}
            ]
    skipped = (
        [{"name": but_not, "skip_reason": "Dependency not found and could not be audited: x (1)"}] if but_not else []
    )
    return told + skipped


def test_nothing_known_of_any_is_a_good_answer():
    answer = weaknesses.read(answers())
    assert (answer.status, answer.in_words()) == (weaknesses.NONE, "No pinned package has a known weakness.")


def test_one_weakness_fails_and_says_what_mends_it():
    answer = weaknesses.read(answers(weak="polars"))
    assert answer.status == weaknesses.FOUND
    assert re.fullmatch(r"polars 2\.1\.0 has a known weakness, PYSEC-2099-1 \(mended in: 9\.9\)\.", answer.in_words())


def test_one_accepted_with_its_reason_is_told_and_does_not_fail(monkeypatch):
    monkeypatch.setitem(weaknesses.ACCEPTED, "CVE-2099-1", "no file of ours comes near it; until June.")
    answer = weaknesses.read(answers(weak="polars"))
    assert answer.status == weaknesses.NONE and "It stays: no file of ours" in answer.in_words()


def test_a_package_nobody_could_answer_for_is_no_good_answer_whatever_the_program_says():
    """pip-audit itself says that it found none, and ends with nought."""
    answer = weaknesses.read(answers(but_not="polars"))
    assert answer.status == weaknesses.NOT_ASKED and "could not be asked about 1 packages (polars)" in answer.in_words()
    assert weaknesses.read(answers(weak="duckdb", but_not="polars")).status == weaknesses.FOUND


@pytest.mark.parametrize(
    "does", ["exit 1", "echo not JSON", ""], ids=["fails", "says what is not understood", "is not there"]
)
def test_where_the_program_cannot_ask_it_is_said_in_words(does, tmp_path):
    program = tmp_path / "pip-audit"
    if does:
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o700)
    answer = weaknesses.asked(program)
    assert answer.status == weaknesses.NOT_ASKED and len(answer.not_asked) == len({pin.name for pin in pinned()})
    assert "That is no answer" in answer.in_words()


class _Knows(BaseHTTPRequestHandler):
    """A service that knows of one weakness, as the Open Source Vulnerabilities service tells it."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        weak = {"id": "PYSEC-2099-1", "summary": "x", "aliases": [], "affected": [{"package": {"name": "jinja2", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}]}]}  # fmt: skip
        told = json.dumps({"vulns": [weak]} if asked["package"]["name"] == self.server.weak else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


@pytest.mark.long
@pytest.mark.skipif(not (CHECKS / "bin" / "pip-audit").exists(), reason="there is no .venv-check: make check makes it")
@pytest.mark.parametrize(("weak", "status"), [("jinja2", weaknesses.FOUND), ("nothing", weaknesses.NONE)])
def test_the_program_itself_asks_a_service_after_every_pin(weak, status):
    service = HTTPServer(("127.0.0.1", 0), _Knows)
    service.weak = weak
    threading.Thread(target=service.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{service.server_port}/v1/query"
        answer = weaknesses.asked(CHECKS / "bin" / "pip-audit", ("-s", "osv", "--osv-url", url))
    finally:
        service.shutdown()
        service.server_close()
    assert answer.status == status, answer.in_words()
    assert ("jinja2" in answer.in_words()) == (status == weaknesses.FOUND)
