"""Which layout a file's header row is of, however the supplier spells it."""

import pytest

from pipeline.steps.readers import READERS
from pipeline.steps.spreading import READ_IN_SPREADING, SPREADS
from pipeline.tables.layouts import LAYOUTS, layouts_of, nearest_layout, spelt
from pipeline.vocabulary.feeds import FEED_NAMES


def layout_of(headers):
    """The one layout that claims a table with these headers, or None."""
    claiming = layouts_of(headers)
    assert len(claiming) < 2
    return claiming[0] if claiming else None


MARKS = ["urn", "upn", "date", "session", "code"]


@pytest.mark.parametrize(
    "headers, layout",
    [
        (MARKS, "attendance_marks"),
        (["laestab", "upn", "date", "session", "code", "minutes_late", "comment", "recorded_at"], "attendance_marks"),
        ("URN,LA (code),EstablishmentNumber,EstablishmentName,PhaseOfEducation (name)".split(","), "gias_schools"),
        ("urn,upn,surname,forename,date_of_birth,nc_year,entry_date".split(","), "pupils"),
        ("urn,upn,start_date,sessions,category,reason1".split(","), "suspensions"),
        ("urn,upn,kind,last_review".split(","), "support_and_reviews"),
        ("urn,from_date,to_date,possible_sessions,absence_sessions".split(","), "register_totals"),
        ("schoolcensustableid,NativeId,collection,term,year,referencedate,lea,estab,urn".split(","), "census_schoolcensus"),
        ("schooltableid,schoolcensustableid,NativeId,schoolname,phase".split(","), "census_school"),
        (
            "pupilonrolltableid,NativeId,schoolcensustableid,upn,surname,forename,dob,sex,entrydate".split(","),
            "census_pupilonroll",
        ),
        (
            "pupilnolongeronrolltableid,NativeId,schoolcensustableid,upn,dob,entrydate,leavingdate".split(","),
            "census_pupilnolongeronroll",
        ),
        (
            "termlysessiondetailsonrolltableid,NativeId,pupilonrolltableid,attendancereason,sessions".split(","),
            "census_termlysessiondetailsonroll",
        ),
        (
            "summerhalfterm2sessiondetailsoffrolltableid,NativeId,pupilnolongeronrolltableid,attendancereason,"
            "absencesessions".split(","),
            "census_summerhalfterm2sessiondetailsoffroll",
        ),
        ("senneedstableid,NativeId,pupilonrolltableid,sentyperank,sentype".split(","), "census_senneeds"),
        ("fsmperiodtableid,NativeId,pupilonrolltableid,fsmstartdate,fsmenddate,ukcountry".split(","), "census_fsmperiod"),
        (
            "fsmperiodsonrolltableid,NativeId,pupilonrolltableid,fsmstartdate,fsmenddate".split(","),
            "census_fsmperiodsonroll",
        ),
        (
            "termlyexclusionsonrolltableid,NativeId,pupilonrolltableid,startdate,sessions,category,reason1".split(","),
            "census_termlyexclusionsonroll",
        ),
        (
            "termlyexclusionsoffrolltableid,NativeId,pupilnolongeronrolltableid,startdate,category".split(","),
            "census_termlyexclusionsoffroll",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_is_known_by_its_headers(headers, layout):
    assert layout_of(headers).name == layout
    assert layout_of(list(reversed(headers))).name == layout


@pytest.mark.parametrize(
    "headers",
    [
        ["URN", "UPN", "Date", "Session", "Code"],
        ["Urn ", " upn", "DATE", "session", "co de"],
        ["\ufeffurn", "upn", "date", "session", "code"],
        ["u_r_n", "U-P-N", "date", "SESSION", "code"],
    ],
)
def test_capitals_spaces_underscores_and_a_byte_order_mark_change_nothing(headers):
    assert layout_of(headers).name == "attendance_marks"


def test_brackets_are_left_out_of_a_header():
    assert spelt("LA (code)") == spelt("la_code") == "lacode"


@pytest.mark.parametrize("missing", MARKS)
def test_a_file_without_a_header_its_layout_asks_for_is_not_of_it(missing):
    headers = [header for header in MARKS if header != missing]
    assert layout_of(headers) is None
    nearest, lacks = nearest_layout(headers)
    assert nearest.name == "attendance_marks"
    assert lacks == ["urn or laestab" if missing == "urn" else missing]


def test_a_school_may_be_named_by_urn_or_by_laestab():
    assert layout_of(["laestab", *MARKS[1:]]).name == "attendance_marks"


def test_of_several_layouts_that_claim_a_file_the_one_that_asks_for_most_has_it():
    """A supplier's pupils table with a suspension's columns beside is still a pupils table."""
    both = "urn,upn,surname,forename,date_of_birth,nc_year,entry_date,start_date,category".split(",")
    assert layout_of(both).name == "pupils"


@pytest.mark.parametrize("headers", [["cats", "dogs", "fish"], [], ["upn"], [""]])
def test_headers_like_nothing_we_know_are_near_to_nothing(headers):
    assert layout_of(headers) is None
    assert nearest_layout(headers) is None


def test_no_layout_is_claimed_by_another_that_asks_for_no_more():
    """Else which of the two reads a file would hang on the order they are written in."""
    for layout in LAYOUTS:
        own = {*layout.marks_it, *(group[0] for group in layout.one_of)}
        others = [other for other in LAYOUTS if other is not layout and other.claims(own)]
        assert all(len(other.marks_it) < len(layout.marks_it) for other in others), layout.name


def test_every_layout_gives_its_feed_columns_that_are_read():
    needed = [layout for layout in LAYOUTS if layout.feed]
    assert {layout.feed for layout in needed} == set(FEED_NAMES) == set(READERS)
    for layout in needed:
        given = set(layout.columns.values()) | set(layout.constants)
        assert given <= set(READERS[layout.feed]) | READ_IN_SPREADING.get(layout.spread, set()), layout.name


def test_what_makes_several_rows_of_one_is_there_and_is_used():
    assert {layout.spread for layout in LAYOUTS} - {""} == set(SPREADS) == set(READ_IN_SPREADING)


def test_every_header_is_declared_as_it_is_spelt():
    for layout in LAYOUTS:
        for header in (*layout.marks_it, *layout.columns, *(name for group in layout.one_of for name in group)):
            assert header == spelt(header), layout.name
