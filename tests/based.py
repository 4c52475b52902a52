"""Why a live home holds its feeds, as tests have it: in one place."""

from pathlib import Path

from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, open_home
from pipeline.vocabulary.feeds import FAMILIES

LINES = {
    "function": "To find pupils whose absence nobody has looked at: Education Act 1996, section 13A",
    "lawful_basis": "Article 6(1)(e), a task in the public interest",
    "article_9_condition": "Article 9(2)(g), substantial public interest",
    "schedule_1_condition": "Paragraph 6, statutory and government purposes",
    "agreement": "The agreement of 1 September 2025",
    "dpia_date": "2025-08-01",
    "retention_months": 24,
}


def section(name: str, **other: str | int) -> str:
    """[feeds.NAME], complete but for what is told otherwise."""
    lines = (
        f'{line} = "{told}"' if isinstance(told, str) else f"{line} = {told}" for line, told in (LINES | other).items()
    )
    return "\n".join([f"[feeds.{name}]", *lines, ""])


def say_why(folder: Path, *names: str, **other: str | int) -> None:
    """Write into the settings of a home why it holds these feeds or families, all of them if none is named, and no others."""
    settings = folder / "settings.toml"
    before = settings.read_text().partition("\n[feeds.")[0]
    settings.write_text("\n".join([before, *(section(name, **other) for name in names or FAMILIES)]))


def become(folder: Path, *, demo: bool) -> Home:
    """The home as if it had been of this kind from its first run on: its settings, and those on record of each run."""
    was, now = ("true", "false")[demo], ("false", "true")[demo]
    with shelf.warehouse(open_home(folder)) as con:
        con.execute(
            f"UPDATE warehouse.audit.runs SET settings = replace(settings, '\"demo\": {was}', '\"demo\": {now}')"
        )
    settings = folder / "settings.toml"
    settings.write_text(settings.read_text().replace(f"demo = {was}", f"demo = {now}"))
    return open_home(folder)
