"""Which homes there are, where there are many."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from .errors import Refused
from .keys import KEYS, given_to_all


def homes_in(file: Path) -> list[str]:
    """The folders a file names, one a line; a line that begins with # is a remark. A folder told without its place is beside the file.

    Raises Refused where the file cannot be read.
    """
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise Refused(
            f"{file}, the list of homes, cannot be read: give a text file with one home's folder a line."
        ) from None
    return [str(file.parent / line) for line in lines if line and not line.startswith("#")]


def each_once(folders: Iterable[str | Path]) -> list[Path]:
    """The folders, in the order told. Raises Refused where there is none, where one is told twice, or two have one name: notices and the
    roll-up know a home by the name of its folder."""
    told = [Path(folder).resolve() for folder in folders]
    if not told:
        raise Refused("No home is listed: name at least one home's folder.")
    known: dict[str, Path] = {}
    for folder in told:
        before = known.setdefault(folder.name, folder)
        if told.count(folder) > 1:
            raise Refused(f"{folder} is listed twice: take one of the two out.")
        if before != folder:
            raise Refused(f"{before} and {folder} have one name: rename one of the two folders.")
    return told


def homes(folders: Iterable[str | Path]) -> list[Path]:
    """The folders, each once and each a home. Raises Refused, naming all that are none, and as `each_has_its_own_keys` does."""
    told = each_once(folders)
    each_has_its_own_keys(told)
    none = [str(folder) for folder in told if not (folder / "settings.toml").is_file()]
    if none:
        raise Refused(
            f"{', '.join(none)}: no home, for there is no settings.toml. Mend the list, or make one with `a2n init`."
        )
    return told


def each_has_its_own_keys(folders: Sequence[str | Path]) -> None:
    """Raises Refused where this process is given one key for all of several homes: whoever had one home's key would have every other's, and
    a child in two of them the same pupil_id."""
    of_all = [given for given in map(given_to_all, KEYS) if given]
    if of_all and len(folders) > 1:
        raise Refused(
            f"{', '.join(of_all)} would be the key of every home: take it away, and keep each home's own in its folder, or in a "
            "folder of its name in the one that A2N_KEYS names."
        )
