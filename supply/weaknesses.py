"""Whether any pinned package has a known weakness, asked of a service by pip-audit.

pip-audit says "none found" of a package that the service does not know or that nobody could ask after. Here that is a third answer.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .pins import normal, pinned

NONE, FOUND, NOT_ASKED = 0, 1, 3
"""Exit statuses: every package was asked after and nothing is known; something is; some or all could not be asked after."""

ACCEPTED: dict[str, str] = {}
"""Weaknesses that stay for now, by the name the service gives them, each with the reason and until when."""


@dataclass(frozen=True)
class Answer:
    """What came of asking: a sentence for each weakness, those accepted, and the packages nobody could answer for."""

    found: tuple[str, ...]
    accepted: tuple[str, ...]
    not_asked: tuple[str, ...]
    why_not: str = ""

    @property
    def status(self) -> int:
        return FOUND if self.found else NOT_ASKED if self.not_asked else NONE

    def in_words(self) -> str:
        said = [*self.found, *self.accepted]
        if self.not_asked:
            names = f" ({', '.join(self.not_asked[:5])}{', ...' if len(self.not_asked) > 5 else ''})"
            said.append(
                f"The service that knows weaknesses could not be asked about {len(self.not_asked):,} packages{names}"
                f"{': ' + self.why_not if self.why_not else ''}. That is no answer: ask again where it can be reached."
            )
        return "\n".join(said or ["No pinned package has a known weakness."])


def asked(pip_audit: Path, service: tuple[str, ...] = ()) -> Answer:
    """Ask after every pin. `service` are pip-audit's own words for another service than its usual one."""
    told: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="a2n-pins-") as folder:
        for path in _files(Path(folder)):
            words = [str(pip_audit), "-r", str(path), *_QUIETLY, *service]
            try:
                done = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False)
            except (OSError, subprocess.TimeoutExpired) as fault:
                return _nobody(type(fault).__name__)
            try:
                told += json.loads(done.stdout)["dependencies"]
            except (ValueError, KeyError, TypeError):
                return _nobody(done.stderr.strip().rpartition("\n")[2][:300])
    return read(told)


_QUIETLY = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", "--desc", "off")


def _files(folder: Path) -> list[Path]:
    """The pins without where they are needed, for pip-audit passes over in silence what is not needed here. No package
    is twice in one file, which it refuses."""
    by_file: list[dict[str, str]] = []
    for pin in pinned():
        file = next((one for one in by_file if pin.name not in one), None)
        if file is None:
            by_file.append(file := {})
        file[pin.name] = f"{pin.name}=={pin.version} {' '.join(f'--hash=sha256:{one}' for one in pin.hashes)}\n"
    paths = [folder / f"pins-{number}.txt" for number in range(len(by_file))]
    for path, file in zip(paths, by_file, strict=True):
        path.write_text("".join(file.values()))
    return paths


def read(told: list[dict]) -> Answer:
    """What pip-audit tells of packages, in its JSON. A pin that it does not speak of was not asked about."""
    answered = {(normal(one["name"]), one["version"]): one["vulns"] for one in told if "vulns" in one}
    found, accepted = [], []
    for (name, version), weak in sorted(answered.items()):
        for weakness in weak:
            said = _in_words(name, version, weakness)
            names = {weakness["id"], *weakness.get("aliases", ())} & ACCEPTED.keys()
            accepted += [f"{said} It stays: {ACCEPTED[one_of]}" for one_of in sorted(names)[:1]]
            found += [] if names else [said]
    silent = {pin.name for pin in pinned() if (pin.name, pin.version) not in answered}
    why = {one["skip_reason"].partition(":")[0] for one in told if "skip_reason" in one}
    return Answer(tuple(found), tuple(accepted), tuple(sorted(silent)), "; ".join(sorted(why)))


def _in_words(name: str, version: str, weakness: dict) -> str:
    mended = ", ".join(weakness.get("fix_versions") or ()) or "none yet"
    return f"{name} {version} has a known weakness, {weakness['id']} (mended in: {mended})."


def _nobody(why: str) -> Answer:
    return Answer((), (), tuple(sorted({pin.name for pin in pinned()})), why)
