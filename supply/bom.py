"""The list of all that is pinned, in CycloneDX: the same bytes for the same pins, whoever makes it and when.

CycloneDX's own program reads the pins; what tells one run or one machine from another, and where a registry is, is then taken out, and each
component is given its licence and where it is needed. Made by `make sbom`; a test says when it is stale.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .licences import table
from .pins import EVERYWHERE, ROOT, RUNS_ON, Pin, pinned, pins_in

FILE = ROOT / "sbom.cdx.json"
OURS = "attendance-to-need"
NEEDED_BY, ONLY_WHERE = f"{OURS}:pinned in", f"{OURS}:only where"


class Failed(RuntimeError):
    """The list could not be made, with the program's own words."""


def made(check_environment: Path) -> str:
    """The list as text, by the programs of that environment, which check it against CycloneDX's own schema too."""
    told = json.loads(
        _ran(
            [
                check_environment / "bin" / "cyclonedx-py",
                "requirements",
                "-",
                "--output-reproducible",
                "--of",
                "JSON",
                "--sv",
                "1.6",
            ],
            _as_requirements(pinned()),
        )
    )
    text = written(told)
    _ran([check_environment / "bin" / "python", "-c", _VALIDATES], text)
    return text


_VALIDATES = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
why = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(f"not as CycloneDX has it: {why!r}"[:2000] if why else 0)
"""


def written(told: dict) -> str:
    """Without what changes from run to run; a component a line, in the order of names and versions."""
    licences, files = table(), _files_by_pin()
    by_pin = {(pin.name, pin.version): pin for pin in pinned()}
    components = [_component(by_pin[one["name"], one["version"]], licences, files) for one in told["components"]]
    components.sort(key=lambda one: one["bom-ref"])
    head = {
        "$schema": told["$schema"], "bomFormat": told["bomFormat"], "specVersion": told["specVersion"], "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": OURS, "name": OURS, "licenses": [{"license": {"id": "MIT"}}]}},
    }  # fmt: skip
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in components)
    return json.dumps(head, indent=1)[:-2] + f',\n "components": [\n{lines}\n ]\n}}\n'


def _component(pin: Pin, licences: dict, files: dict) -> dict:
    licence = licences[pin.name][0]
    said = {"expression": licence} if " " in licence else {"license": {"id": licence}}
    needed = files[pin.name, pin.version]
    about = [{"name": NEEDED_BY, "value": file} for file in needed]
    about += [{"name": ONLY_WHERE, "value": pin.only}] if pin.only else []
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    return {
        "type": "library", "bom-ref": purl, "name": pin.name, "version": pin.version, "purl": purl,
        "scope": "required" if set(needed) & set(RUNS_ON) else "optional",
        "licenses": [said], "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes], "properties": about,
    }  # fmt: skip


def _files_by_pin() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for file in EVERYWHERE:
        for pin in pins_in((ROOT / file).read_text()):
            found.setdefault((pin.name, pin.version), []).append(file)
    return found


def _as_requirements(pins: Iterable[Pin]) -> str:
    return "".join(
        f"{pin.name}=={pin.version} {' '.join(f'--hash=sha256:{one}' for one in pin.hashes)}\n" for pin in pins
    )


def _ran(words: list, typed: str) -> str:
    done = subprocess.run([str(word) for word in words], input=typed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{Path(words[0]).name} stopped with status {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout
