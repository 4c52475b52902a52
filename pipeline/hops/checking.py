"""What would be accepted and refused of some files: they are taken into an empty home that is then thrown away."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from expectations import PROMISES
from pipeline.edges import identity, inbox, passing
from pipeline.edges import warehouse as shelf
from pipeline.edges.extract import Extract
from pipeline.edges.settings import Home, make_passing_home
from pipeline.tables.layouts import Layout
from pipeline.vocabulary.feeds import FEED_NAMES

from .summary import Finding, Summary
from .taking_in import Day, Sorted, record_unclaimed, sorted_by_feed, take_in_feed

WAITS_FOR = {
    "unknown_school": ("schools", "census_headers"),
    "pupil_on_no_roll": ("pupils",),
    "transferred_pupil_unknown": ("pupils",),
    "plan_pupil_on_no_roll": ("pupils",),
    "care_child_not_accepted": ("care_children",),
    "school_id_not_mapped": ("school_ids",),
    "system_id_not_mapped": ("pupil_ids",),
    "code_id_not_mapped": ("mark_codes",),
}
"""Rules that only a home's other feeds can judge, and the feeds: asked where one of those is among the files."""


def checked(files: Iterable[Path], day: Day) -> Summary:
    """The summary of taking `files` in, with `findings`: each rule broken, by file, with its sentence and some row numbers."""
    with passing.passing_folder("a2n-check-") as folder:
        home = make_passing_home(folder / "home")
        home = replace(home, settings=replace(home.settings, gateway="none: only checked"))
        with shelf.warehouse(home) as con, identity.held(home):
            return _checked(con, home, files, day)


def _checked(con: duckdb.DuckDBPyConnection, home: Home, files: Iterable[Path], day: Day) -> Summary:
    told = inbox.extracts_of(_named_alike(files))
    extracts, twice = _each_once([one for one in told if not one.is_returned])
    found = sorted_by_feed(extracts)
    skip = frozenset(rule for rule, feeds in WAITS_FOR.items() if not any(feed in found.by_feed for feed in feeds))
    day = replace(day, skip=skip, keeps_names=False, laestab_will_do="schools" not in found.by_feed)
    summary = record_unclaimed(con, home, found, day=day, run="check")
    for feed in FEED_NAMES:
        take_in_feed(con, home, feed, found.by_feed.get(feed, []), summary, day=day, run="check")
    summary.run, summary.not_asked = None, sorted(skip & _asked(found))
    summary.findings = [Finding(*row) for row in con.execute(_FINDINGS).fetchall()]
    summary.remarks += twice + [
        f"{one.name} is a list that came back: a2n outcomes reads it, and nothing of it was looked at here."
        for one in told
        if one.is_returned
    ]
    return summary


def _named_alike(files: Iterable[Path]) -> list[tuple[Path, str]]:
    """Each file and what it is called: its place in the folder that holds them all, whatever was typed. A link that was typed is
    followed, for its user knows where it leads."""
    whole = {path: Path(os.path.normpath(path.absolute())) for path in files}
    folder = os.path.commonpath([path.parent for path in whole.values()])
    return [
        (path.resolve(), inbox.told_name(path.resolve(), absolute.relative_to(folder)))
        for path, absolute in whole.items()
    ]


def _each_once(extracts: list[Extract]) -> tuple[list[Extract], list[str]]:
    """The tables without those of the same content as one before, and a sentence for each of these."""
    first: dict[str, Extract] = {}
    for one in extracts:
        first.setdefault(one.sha256, one)
    again = [one for one in extracts if first[one.sha256] is not one]
    said = [f"{one.name} is the same as {first[one.sha256].name}: it counts once." for one in again]
    return list(first.values()), said


OF_IDS = {
    "school_id_not_mapped": {"school_code"},
    "system_id_not_mapped": {"system_id", "unique_id"},
    "code_id_not_mapped": {"code_id"},
    "transferred_pupil_unknown": {"by_transfer"},
}
"""Rules about the ids of a school's own system or about transfer files, and the columns that only those have: no other file
need be told of them."""


def _asked(found: Sorted) -> set[str]:
    """The rules these files would be held to."""
    rules = {promise.rule for feed in found.by_feed for promise in PROMISES[feed]}
    sent = {name for files in found.by_feed.values() for one in files for name in _named(one.layout)}
    return {rule for rule in rules if rule not in OF_IDS or OF_IDS[rule] & sent}


def _named(layout: Layout) -> Iterable[str]:
    return (*layout.columns.values(), *layout.constants)


SHOWN = 20
"""Row numbers given of each rule: enough to find what is wrong."""

_FINDINGS = f"""
    SELECT e.extract, e.layout, 'set aside', s.rule, s.sentence, count(*), list(s.row_number ORDER BY s.row_number)[:{SHOWN}]
    FROM warehouse.audit.set_aside s JOIN warehouse.audit.extracts e USING (extract_id)
    WHERE e.refused_because IS NULL
    GROUP BY ALL
    UNION ALL
    SELECT e.extract, e.layout, 'noted', n.rule, n.sentence, n.rows, []
    FROM warehouse.audit.notes n JOIN warehouse.audit.extracts e USING (extract_id)
    ORDER BY ALL
"""
