"""The page `a2n check` writes for a school to keep: what would be accepted and refused, and never a child."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from pipeline import __version__
from pipeline.hops.summary import ExtractSummary, Finding, Summary
from pipeline.tables.layouts import LAYOUTS
from pipeline.telling import many, not_asked, row_numbers


def check_page(summary: Summary) -> str:
    """The whole page: no script, nothing fetched, readable on paper."""
    template = files("pipeline").joinpath("templates/check.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(template)
    return page.render(
        day=f"{summary.as_of.day} {summary.as_of:%B %Y}",
        verdict=_verdict(summary),
        files=[_file(one, summary.findings) for one in summary.extracts],
        remarks=summary.remarks,
        not_asked=not_asked(summary),
        version=__version__,
    )


def _verdict(summary: Summary) -> str:
    if summary.stopped_because:
        return f"Stopped: {summary.stopped_because}"
    refused = sum(one.refused_because is not None for one in summary.extracts)
    aside = sum(one.rows_set_aside for one in summary.extracts)
    said = [f"{many(refused, 'file')} would be refused" if refused else "No file would be refused"]
    said += [f"{many(aside, 'row')} would be set aside" if aside else "no row would be set aside"]
    return " and ".join(said) + "."


_TITLES = {layout.name: layout.title for layout in LAYOUTS}


def _file(one: ExtractSummary, findings: list[Finding]) -> dict:
    own = [found for found in findings if (found.file, found.layout) == (one.file, one.layout)]
    told = [
        vars(found) | {"happens": found.happens.capitalize(), "which": row_numbers(found) or "Not listed"}
        for found in own
    ]
    return vars(one) | {"read_as": _TITLES.get(one.layout or "", "Nothing that is read"), "findings": told}
