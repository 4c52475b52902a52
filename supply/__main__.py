"""python -m supply licences | weaknesses | sbom. Exit status 0 all well, 1 not, 2 wrong usage, 3 could not be asked."""

import sys
from pathlib import Path

from . import bom, licences, weaknesses
from .pins import ROOT

CHECKS = ROOT / ".venv-check"


def main(words: list[str]) -> int:
    if words == ["licences"]:
        faults = licences.check()
        print(
            "\n".join(
                faults or [f"Every one of {len(licences.table())} pinned packages is under a licence that is allowed."]
            )
        )
        return int(bool(faults))
    if words[:1] == ["weaknesses"]:
        answer = weaknesses.asked(CHECKS / "bin" / "pip-audit", tuple(words[1:]))
        print(answer.in_words())
        return answer.status
    if words == ["sbom"]:
        try:
            bom.FILE.write_text(bom.made(CHECKS), encoding="utf-8")
        except (bom.Failed, OSError) as why:
            print(f"The list could not be made: {why}")
            return 1
        print(f"{Path(bom.FILE).name} lists what is pinned.")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
