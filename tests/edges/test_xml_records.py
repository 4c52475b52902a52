"""XML as a stream of records: what a file is, which of its elements are rows, and what is refused whole."""

import io
import time
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, repeat
from pathlib import Path

import polars as pl
import pytest

from pipeline import describing
from pipeline.edges import xml_records
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Extract
from pipeline.edges.inbox import extracts_of
from pipeline.edges.reading import read_extract, recognised
from pipeline.edges.xml_records import headers, rows
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS, Layout, layouts_of

SC = "<Header><CollectionDetails><Collection>SC</Collection></CollectionDetails></Header>"
CENSUS = {
    layout.name.removeprefix("census_xml_"): layout for layout in LAYOUTS if layout.name.startswith("census_xml_")
}


def told(text: str) -> list[str]:
    return headers(io.BytesIO(text.encode()), "census.xml")


def read(text: str | bytes, layout: Layout, sha256: str = "5ca1ab1e") -> pl.DataFrame:
    """Every record, less the columns that say nothing."""
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    frames = list(rows(stream, Extract(Path("census.xml"), "census.xml", sha256), layout))
    everything = pl.concat(frames) if frames else pl.DataFrame()
    return everything.select(name for name in everything.columns if everything[name].null_count() < everything.height)


def of(name: str, text: str) -> list[dict]:
    """What a census's layout `name` reads of `text`, less numbers and keys."""
    return read(text, CENSUS[name]).select(pl.exclude("row_number", "^xml.*$")).to_dicts()


# What a file is


def test_a_file_is_known_by_its_root_its_collection_and_the_elements_in_it():
    said = told(f"<Message>{SC}<Pupils><PupilsOnRoll/></Pupils></Message>")
    assert said[:2] == ["xml:message", "xml:collection=sc"]
    assert {"xml:has=pupils", "xml:has=pupilsonroll", "xml:has=header"} <= set(said)


def test_namespaces_capitals_and_punctuation_change_nothing():
    said = told(
        '<x:MESSAGE xmlns:x="urn:x"><x:header><Collection_Details xmlns="urn:y"><collection> sc\n</collection>'
        "</Collection_Details></x:header><x:Pupils-On-Roll/></x:MESSAGE>"
    )
    assert said[:2] == ["xml:message", "xml:collection=sc"]
    assert "xml:has=pupilsonroll" in said


def test_a_census_is_claimed_by_the_kinds_of_record_it_has_and_by_no_others():
    pupil = "<PupilOnRoll><SENneeds><SENneed/></SENneeds></PupilOnRoll>"
    assert [layout.name for layout in layouts_of(told(f"<Message>{SC}{pupil}</Message>"))] == [
        "census_xml_header", "census_xml_pupils", "census_xml_sen_needs",
    ]  # fmt: skip


@pytest.mark.parametrize("says", ["School Census", "", None])
def test_a_census_that_does_not_say_sc_is_known_by_what_its_pupils_are_in(says):
    collection = "" if says is None else f"<Collection>{says}</Collection>"
    header = f"<Header><CollectionDetails>{collection}</CollectionDetails></Header>"
    pupils = "<PupilsOnRoll><PupilOnRoll/></PupilsOnRoll>"
    assert [layout.name for layout in layouts_of(told(f"<Message>{header}{pupils}</Message>"))] == [
        "census_xml_header", "census_xml_pupils",
    ]  # fmt: skip


def test_another_root_makes_it_no_other_census():
    assert [layout.name for layout in layouts_of(told(f"<SchoolCensus>{SC}</SchoolCensus>"))] == ["census_xml_header"]


@pytest.mark.parametrize(
    "other",
    [
        f"<Message>{SC.replace('SC', 'CIN')}<Children><Child/></Children></Message>",
        f"<Message>{SC.replace('SC', 'AP')}<PupilsOnRoll><PupilOnRoll/></PupilsOnRoll></Message>",
        "<Message><Collection>SC</Collection><PupilOnRoll/></Message>",
        "<Message><PupilOnRoll/></Message>",
        "<html><body/></html>",
    ],
    ids=[
        "the census of children in need",
        "the census of alternative provision",
        "no header",
        "no collection",
        "a web page",
    ],
)
def test_no_layout_claims_another_collection(other):
    assert layouts_of(told(other)) == []


@pytest.mark.parametrize("second", ["<Collection>CIN</Collection>", "<Source><Collection>CIN</Collection></Source>"])
def test_the_first_collection_in_the_header_counts(second):
    twice = SC.replace("<Collection>SC</Collection>", f"<Collection>SC</Collection>{second}")
    assert "xml:collection=sc" in told(f"<Message>{twice}</Message>")


# What is refused whole

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BROKEN = {
    "cut short in a tag": "<Message><Surname>Okafor</Surname><Pup",
    "cut short between tags": "<Message><Surname>Okafor</Surname>",
    "cut short in a value": "<Message><Surname>Okafor",
    "wrongly nested": "<Message><Surname>Okafor</Forename></Message>",
    "two roots": "<Message><Surname>Okafor</Surname></Message><Message/>",
    "a bare ampersand": "<Message><Surname>Okafor & Bede</Surname></Message>",
    "an entity nobody declared": "<Message><Surname>Okafor&eacute;</Surname></Message>",
    "nothing but a declaration": '<?xml version="1.0"?>',
    "nothing": "",
    "text after the root": "<Message/>Okafor",
    "an encoding nobody knows": '<?xml version="1.0" encoding="Okafor"?><Message/>',
    "an encoding of several bytes": '<?xml version="1.0" encoding="utf-7"?><Message/>',
    "a document type": '<!DOCTYPE Message SYSTEM "http://127.0.0.1/Okafor.dtd"><Message/>',
    "a billion laughs": f'<!DOCTYPE Message [<!ENTITY l0 "Okafor">{LAUGHS}]><Message>&l11;</Message>',
    "an entity of another file": '<!DOCTYPE M [<!ENTITY x SYSTEM "file:///etc/passwd">]><M>&x;</M>',
    "nested deeper than any census": "<Message>" + "<Okafor>" * 70 + "</Okafor>" * 70 + "</Message>",
    "a name of its own for every element": "<M>" + "".join(f"<Okafor{n}/>" for n in range(10_001)) + "</M>",
    "a huge attribute": f"<Message><Pupil Surname='{'Okafor' * 300_000}'/></Message>",
    "a huge remark": f"<Message><!--{'Okafor' * 300_000}--></Message>",
    "a huge value": f"<Message><Surname>{'Okafor' * 20_000}</Surname></Message>",
    "a huge value in parts": f"<Message><Surname>{'Okafor<![CDATA[!]]>' * 20_000}</Surname></Message>",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_at_once_with_the_line_and_without_its_words(text):
    began = time.perf_counter()
    with pytest.raises(Refused, match=r"^census\.xml, line \d+: [^\n]+\.$") as refused:
        told(text)
    assert "Okafor" not in str(refused.value)
    assert time.perf_counter() - began < 1


def test_letters_of_another_encoding_than_is_said_are_refused_with_their_line():
    with pytest.raises(Refused, match=r"census\.xml, line 3: the XML breaks off or is damaged there"):
        headers(io.BytesIO("<Message>\n<Surname>\nZoë</Surname></Message>".encode("cp1252")), "census.xml")


@pytest.mark.parametrize("encoding", ["Okafor", "utf-7", "Shift_JIS", "utf-16", "rot13", "unicode_escape", "cp037"])
def test_an_encoding_that_cannot_be_read_is_not_called_damage(encoding):
    with pytest.raises(Refused) as refused:
        told(f'<?xml version="1.0" encoding="{encoding}"?>\n<Message/>')
    assert str(refused.value) == (
        "census.xml, line 1: the encoding it names is not known, or not the one it is in: export it as UTF-8."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "Windows-1252", "us-ascii"])
def test_one_that_can_is_read(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<Message/>'
    assert headers(io.BytesIO(text.encode(encoding)), "census.xml") == ["xml:message", "xml:has=message"]


def test_a_value_just_short_of_huge_is_read():
    text = "x" * xml_records.LONGEST_TEXT
    layout = Layout("notes", None, "Notes", (), {"note": "note"}, record=("pupil",))
    assert told(f"<M><Pupil><Note>{text}</Note></Pupil></M>")
    assert read(f"<M><Pupil><Note>{text}</Note></Pupil></M>", layout)["note"].item() == text


def test_many_values_may_be_longer_together_than_one_alone():
    value = "x" * 1000
    assert told(f"<M>{f'<Note>{value}</Note>' * 200}</M>")[0] == "xml:m"


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="windows-1252"?><M><PupilOnRoll><Forename>Zoë</Forename></PupilOnRoll></M>'.encode("cp1252"),
        '<?xml version="1.0" encoding="iso-8859-1"?><M><PupilOnRoll><Forename>Zoë</Forename></PupilOnRoll></M>'.encode("latin-1"),
        '<?xml version="1.0"?><M><PupilOnRoll><Forename>Zoë</Forename></PupilOnRoll></M>'.encode("utf-16"),
        "\ufeff<M><PupilOnRoll><Forename>Zoë</Forename></PupilOnRoll></M>".encode(),
    ],
    ids=["windows-1252", "iso-8859-1", "utf-16", "a byte order mark"],
)  # fmt: skip
def test_other_encodings_are_read_where_the_file_says_so(text):
    assert headers(io.BytesIO(text))[0] == "xml:m"
    assert read(text, CENSUS["pupils"])["forename"].item() == "Zoë"


# Records


def test_each_record_is_a_row_whatever_blocks_stand_between():
    text = (
        "<M><PupilOnRoll><PupilIdentifiers><UPN>one</UPN></PupilIdentifiers></PupilOnRoll>"
        "<PupilOnRoll><UPN>two</UPN></PupilOnRoll>"
        "<Block><Block><PupilNoLongerOnRoll><Any><Thing><UPN>three</UPN></Thing></Any></PupilNoLongerOnRoll></Block></Block></M>"
    )
    found = read(text, CENSUS["pupils"])
    assert found.select("row_number", "upn").rows() == [(1, "one"), (2, "two"), (3, "three")]


def test_absence_sessions_and_gender_are_old_words_for_sessions_and_sex():
    detail = "<SessionDetail><AttendanceReason>I</AttendanceReason><{0}>4</{0}></SessionDetail>"
    columns = CENSUS["sessions"].columns
    for word in ("Sessions", "AbsenceSessions"):
        [row] = of("sessions", f"<M>{detail.format(word)}</M>")
        assert {columns[header]: text for header, text in row.items()} == {"code": "I", "sessions": "4"}
    for word in ("Sex", "Gender"):
        [row] = of("pupils", f"<M><PupilOnRoll><{word}>F</{word}></PupilOnRoll></M>")
        assert [CENSUS["pupils"].columns[header] for header in row] == ["sex"]


def test_a_record_with_nothing_in_it_is_a_row_all_the_same():
    assert read("<M><PupilOnRoll/></M>", CENSUS["pupils"]).height == 1


def test_of_two_elements_for_one_column_the_first_with_content_counts():
    text = "<M><PupilOnRoll><UPN/><UPN> \n </UPN><UPN>first</UPN><UPN>second</UPN></PupilOnRoll></M>"
    assert of("pupils", text) == [{"upn": "first"}]


def test_a_value_goes_on_behind_remarks_and_is_as_written_in_cdata():
    text = "<M><PupilOnRoll><Surname>O<!-- & so on -->ka<?pi?><![CDATA[<for>]]>&amp;</Surname></PupilOnRoll></M>"
    assert of("pupils", text) == [{"surname": "Oka<for>&"}]


def test_a_value_ends_where_another_element_begins_in_it():
    assert of("pupils", "<M><PupilOnRoll><UPN>upn<b>note</b>more</UPN></PupilOnRoll></M>") == [{"upn": "upn"}]


def test_what_is_said_of_a_suspension_is_not_said_of_the_pupil():
    text = (
        "<M><PupilOnRoll><Exclusions><TermlyExclusion><SENprovision>N</SENprovision><Sessions>4</Sessions>"
        "</TermlyExclusion></Exclusions><SchoolArrangedAPDetail><EntryDate>2025-05-06</EntryDate></SchoolArrangedAPDetail>"
        "<EntryDate>2024-09-02</EntryDate><SENprovision>K</SENprovision></PupilOnRoll></M>"
    )
    assert of("pupils", text) == [{"entrydate": "2024-09-02", "senprovision": "K"}]
    assert of("suspensions", text) == [{"sessions": "4"}]
    assert of("ap_placements", text) == [{"entrydate": "2025-05-06"}]


def test_the_two_parts_of_a_summer_term_are_told_apart_by_the_block_they_lie_in():
    detail = "<SessionDetail><AttendanceReason>{}</AttendanceReason></SessionDetail>"
    text = (
        f"<M><PupilOnRoll><TermlyAttendance><SessionsPossible>50</SessionsPossible>{detail.format('I')}</TermlyAttendance>"
        f"<SummerHalfTerm2Attendance><SessionsPossible>70</SessionsPossible>{detail.format('M')}"
        "</SummerHalfTerm2Attendance></PupilOnRoll></M>"
    )
    assert of("sessions", text) == [{"attendancereason": "I"}]
    assert of("sessions_second_half", text) == [{"attendancereason": "M"}]
    assert of("pupils", text) == [{"sessionspossible": "50", "summerhalfterm2attendancesessionspossible": "70"}]


PUPILS_AND_NEEDS = (
    "<M><PupilOnRoll><SENneed/><SENneed/></PupilOnRoll><PupilOnRoll/>"
    "<PupilNoLongerOnRoll><SENneed/></PupilNoLongerOnRoll></M>"
)


def test_a_row_hangs_from_the_pupil_it_lies_in():
    pupils = read(PUPILS_AND_NEEDS, CENSUS["pupils"])["xmlrecord"].to_list()
    needs = read(PUPILS_AND_NEEDS, CENSUS["sen_needs"])["xmlunder"].to_list()
    assert len(set(pupils)) == 3
    assert needs == [pupils[0], pupils[0], pupils[2]]


def test_two_files_share_no_key_and_one_file_has_the_same_ones_each_time():
    first, second = (set(read(PUPILS_AND_NEEDS, CENSUS["pupils"], sha256)["xmlrecord"]) for sha256 in ("aa", "bb"))
    assert not first & second
    assert first == set(read(PUPILS_AND_NEEDS, CENSUS["pupils"], "aa")["xmlrecord"])


def test_a_school_named_in_a_pupils_record_is_not_the_census_s():
    text = "<M><School><SchoolName>Ash</SchoolName></School><PupilOnRoll><School><SchoolName>Elm</SchoolName></School></PupilOnRoll></M>"
    assert of("school", text) == [{"schoolname": "Ash"}]


VISITS = Layout(
    "visits", None, "Visits", (), {"schoolname": "school", "childname": "child", "day": "day", "name": "name"},
    record=("visit",), under=("child",),
)  # fmt: skip


def test_what_is_said_around_a_record_counts_wherever_it_stands_in_what_is_around_it():
    text = (
        "<M><School><Name>Ash</Name></School><Child><Visit><Day>1</Day></Visit><Visit><Day>2</Day><Name>own</Name></Visit>"
        "<Name>Amira</Name></Child><Child><Name>Ben</Name><Visit><Day>3</Day></Visit></Child><Visit><Day>4</Day></Visit></M>"
    )
    assert read(text, VISITS).select("schoolname", "childname", "day", "name").rows() == [
        ("Ash", "Amira", "1", None),
        ("Ash", "Amira", "2", "own"),
        ("Ash", "Ben", "3", None),
        ("Ash", None, "4", None),
    ]


def test_a_name_alone_says_something_only_in_a_record_or_around_one():
    assert read("<M><Day>9</Day><Visit><Name>n</Name></Visit><Day>9</Day></M>", VISITS).columns == [
        "name",
        "row_number",
    ]


def test_what_is_set_apart_holds_no_record_and_nothing_of_what_is_around_it():
    apart = replace(VISITS, apart=("draft",))
    text = "<M><Child><Draft><Visit/><Name>Ben</Name></Draft><Visit/><Name>Amira</Name></Child></M>"
    assert read(text, apart)["childname"].to_list() == ["Amira"]


def test_a_record_in_a_record_is_none():
    assert read("<M><Visit><Visit/></Visit></M>", VISITS).height == 1


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(xml_records, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(xml_records, "BYTES_AT_ONCE", 100)


def test_rows_are_numbered_on_from_one_piece_to_the_next(few_at_once):
    found = read("<M>" + "<Visit><Day>1</Day></Visit>" * 95 + "</M>", VISITS)
    assert found["row_number"].to_list() == list(range(1, 96))


def test_records_too_many_to_wait_for_have_what_was_said_before_them(few_at_once):
    visits = "".join(f"<Visit><Day>{day}</Day></Visit>" for day in range(25))
    text = f"<M><Child><Name>Amira</Name>{visits}</Child><Child>{visits}<Name>Ben</Name></Child></M>"
    found = read(text, VISITS)
    assert found["day"].to_list() == [str(day) for day in [*range(25), *range(25)]]
    assert found["childname"].to_list() == ["Amira"] * 25 + [None] * 20 + ["Ben"] * 5


def test_they_still_have_all_that_is_said_around_them_by_and_by(few_at_once):
    within = replace(VISITS, under=("child", "term"), columns=VISITS.columns | {"termname": "term"})
    visits = "<Visit/>" * 7
    text = f"<M><Child><Term>{visits}<Name>1</Name></Term><Term>{visits}<Name>2</Name></Term><Name>Amira</Name></Child></M>"
    found = read(text, within)
    assert found["termname"].to_list() == ["1"] * 7 + [None] * 3 + ["2"] * 4
    assert found["childname"].to_list() == [None] * 10 + ["Amira"] * 4


def test_long_texts_come_in_fewer_rows_at_once_and_what_lies_under_one_element_stays_together(few_at_once, monkeypatch):
    monkeypatch.setattr(xml_records, "ROWS_AT_ONCE", 1000)
    monkeypatch.setattr(xml_records, "TEXT_AT_ONCE", 500)
    children = "".join(
        f"<Child><Name>{n}</Name><Visit><Day>{'x' * 90}</Day></Visit><Visit/></Child>" for n in range(50)
    )
    extract = Extract(Path("census.xml"), "census.xml", "aa")
    frames = list(rows(io.BytesIO(f"<M>{children}</M>".encode()), extract, VISITS))
    assert 8 <= len(frames) <= 10
    assert all(frame["childname"].value_counts()["count"].to_list() == [2] * (frame.height // 2) for frame in frames)
    assert sum(frame.height for frame in frames) == 100


def test_what_nobody_s_record_says_fills_no_room(few_at_once, monkeypatch):
    monkeypatch.setattr(xml_records, "TEXT_AT_ONCE", 500)
    nobody = f"<Child><Name>{'x' * 90}</Name></Child>" * 20
    [row] = read(f"<M>{nobody}<Child><Visit/><Name>Amira</Name></Child></M>", VISITS).to_dicts()
    assert row["childname"] == "Amira"


class Endless(io.RawIOBase):
    """A file of very many pupils, which is never whole in memory."""

    def __init__(self, pupils: int):
        pupil = b"<PupilOnRoll><UPN>upn</UPN></PupilOnRoll>" * 100
        self._pieces = chain([b"<M>"], repeat(pupil, pupils // 100), [b"</M>"])
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        piece = next(self._pieces, b"")
        self.taken += len(piece)
        return piece


def test_the_first_rows_come_before_the_file_is_read_to_its_end():
    file, extract = Endless(pupils=100_000), Extract(Path("census.xml"), "census.xml", "aa")
    first = next(rows(file, extract, CENSUS["pupils"]))
    assert xml_records.ROWS_AT_ONCE <= first.height < xml_records.ROWS_AT_ONCE + 200
    assert file.taken < 1_000_000


def test_every_layout_of_xml_has_its_line_in_what_describes_the_feeds():
    said = describing.feeds()
    for layout in (layout for layout in LAYOUTS if layout.record):
        assert f"**{layout.title}**, of which the " in said


# The examples


EXAMPLES = Path(__file__).parents[1] / "examples"


def staged_of(name: str) -> dict[str, pl.DataFrame]:
    """By layout, the typed rows of an example, less the columns that say nothing."""
    path, told = EXAMPLES / name, {}
    [extract] = extracts_of([(path, name)])
    for layout in recognised(extract):
        [raw] = list(read_extract(extract, layout))
        rows = staged(raw, layout)
        told[layout.name] = rows.select(one for one in rows.columns if rows[one].null_count() < rows.height)
        assert "unread" not in told[layout.name].columns
    return told


def test_the_example_of_a_census_is_read_in_all_its_layouts():
    told = staged_of("school_census.xml")
    assert set(told) == {layout.name for layout in CENSUS.values()}
    header = told["census_xml_header"].row(0, named=True)
    assert (header["authority"], header["establishment"]) == (209, 4001)
    assert (header["census_term"], header["census_year"], header["reference_date"]) == (
        "autumn",
        2025,
        date(2025, 10, 2),
    )
    assert told["census_xml_school"]["name"].item() == "Ash & Elm Secondary"
    assert told["census_xml_pupils"].select(
        "upn",
        "sex",
        "nc_year",
        "sen_provision",
        "entry_date",
        "leaving_date",
        "sessions_possible",
        "sessions_possible_ht2",
    ).rows() == [
        ("H801200001001", "F", "8", "K", date(2024, 9, 2), None, 50, 70),
        ("A802200106001", "M", "8", "N", date(2024, 9, 2), None, 50, None),
        ("B801200005001", "M", "7", None, date(2024, 9, 2), date(2025, 7, 4), 50, None),
    ]
    pupils = told["census_xml_pupils"]["parent_key"].to_list()
    details = pl.concat([told["census_xml_sessions"], told["census_xml_sessions_second_half"]])
    assert details.select("parent_key", "part", "code", "sessions").rows() == [
        (pupils[0], 1, "/", 24), (pupils[0], 1, "\\", 20), (pupils[0], 1, "C2", 6), (pupils[1], 1, "/", 50),
        (pupils[2], 1, "U", 3), (pupils[0], 2, "/", 61), (pupils[0], 2, "I", 9),
    ]  # fmt: skip
    assert told["census_xml_suspensions"].select(
        "parent_key", "category", "start_date", "sessions", "reason1"
    ).rows() == [(pupils[0], "SUSP", date(2025, 6, 10), 4, "DB")]
    assert told["census_xml_ap_placements"]["entry_date"].item() == date(2025, 5, 6)
    assert told["census_xml_addresses"].select("parent_key", "postcode").rows() == [(pupils[0], "XA1 1AA")]
    assert told["census_xml_sen_needs"].select("rank", "sen_type").rows() == [(1, "SEMH")]
    assert told["census_xml_fsm_periods"].select("start_date", "country").rows() == [(date(2024, 9, 2), "ENG")]


def test_the_examples_of_transfer_files_are_read_mark_by_mark():
    old, new = (staged_of(name)["ctf_attendance"] for name in ("ctf_23.xml", "ctf_25.xml"))
    weeks = [date(2025, 6, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
    assert old["date"].unique(maintain_order=True).to_list() == weeks
    assert "".join(old["code"]) == "/\\/\\II/\\/\\/\\M\\/L##/\\"
    amira, ben = new.filter(upn="H801200001001"), new.filter(upn="A802200106001")
    assert amira["date"].unique(maintain_order=True).to_list() == weeks[:7]
    assert " ".join(amira["code"]) == "/ \\ / \\ / C2 / C2 C2 U \\ O O"
    assert ben.select("date", "half_day", "code").rows()[-1] == (date(2025, 6, 4), "am", "Y7")
    for marks in (old, new):
        assert set(marks["laestab"]) == {2092001}
        assert set(marks["by_transfer"]) == {True}
        assert set(marks["recorded_at"]) == {datetime(2025, 7, 22, 10, 15)}


@pytest.mark.parametrize("filling, is_read", [("<b/>", False), ("<b>0123456789</b>", True)])
def test_millions_of_elements_that_say_next_to_nothing_are_refused_and_as_many_that_say_something_are_not(
    filling, is_read, monkeypatch
):
    monkeypatch.setattr(xml_records, "FREE_ELEMENTS", 1_000)
    assert told("<a>" + "<b/>" * 900 + "</a>")
    text = "<a>" + filling * 1_100 + "</a>"
    if is_read:
        assert told(text) == ["xml:a", "xml:has=a", "xml:has=b"]
    else:
        with pytest.raises(Refused, match="millions of elements with next to nothing in them: take those out"):
            told(text)
