"""What would be accepted and refused of some files: they are taken into an empty home that is then thrown away."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline.edges import inbox
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, make_home
from pipeline.vocabulary.feeds import FEED_NAMES

from .summary import Finding, Summary
from .taking_in import Day, record_unclaimed, sorted_by_feed, take_in_feed

WAITS_FOR = {"unknown_school": ("schools", "census_headers"), "pupil_on_no_roll": ("pupils",)}
"""Rules that only a home's other feeds can judge, and the feeds: asked where one of those is among the files."""


def checked(files: Iterable[Path], day: Day) -> Summary:
    """The summary of taking `files` in, with `findings`: each rule broken, by file, with its sentence and some row numbers."""
    folder = Path(tempfile.mkdtemp(prefix="a2n-check-"))
    try:
        home = make_home(folder / "home", demo=False)
        with shelf.warehouse(home) as con:
            return _checked(con, home, files, day)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(con: duckdb.DuckDBPyConnection, home: Home, files: Iterable[Path], day: Day) -> Summary:
    found = sorted_by_feed(inbox.extracts_of((path, str(path)) for path in files))
    skip = frozenset(rule for rule, feeds in WAITS_FOR.items() if not any(feed in found.by_feed for feed in feeds))
    day = replace(day, skip=skip, keeps_names=False)
    summary = record_unclaimed(con, home, found, day=day, run="check")
    for feed in FEED_NAMES:
        summary.add(take_in_feed(con, home, feed, found.by_feed.get(feed, []), day=day, run="check"))
    summary.run, summary.not_asked = None, sorted(skip)
    summary.findings = [Finding(*row) for row in con.execute(_FINDINGS).fetchall()]
    return summary


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
