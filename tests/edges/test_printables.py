"""The pages a SENCo takes to the meeting, read back as a PDF reader and a screen reader find them."""

import io
import itertools
import json
import re
import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from pypdf import PdfReader

from pipeline.edges import printable_contents, printables, workbooks
from pipeline.edges.errors import Refused
from pipeline.edges.printable_contents import (
    MOST_REASONS,
    ON_THE_LIST,
    WORDS,
    Begun,
    Drawing,
    DrawnKind,
    DrawnTerm,
    Page,
    WeekColumn,
    bounded,
    told,
)
from pipeline.edges.printables import NOT_PRINTED, printable, write_printable
from pipeline.edges.workbook_list import PURPOSE
from pipeline.hops.printing import _begun, _marked
from pipeline.steps.printable import KINDS, Week
from pipeline.tables.facts import ENROLMENTS
from pipeline.vocabulary.sen import PlanWords
from tests.cast import AMIRA, AS_OF, support_of

from .test_workbooks import made_up_list, made_up_pupil

TEMPLATE = printables._TEMPLATE.read_text(encoding="utf-8")


def a_year(*, weeks: int = 20, begun: tuple[Begun, ...] = ()) -> Drawing:
    columns = [
        WeekColumn((6, 1, 1, 0, 0, 0, 0, 1, 1), 0.9 if n % 2 else None, "Sep" if n % 4 == 0 else "", n == 7)
        for n in range(weeks)
    ]
    return Drawing(
        kinds=tuple(DrawnKind(kind.name, kind.letter, kind.label, 10 + n) for n, kind in enumerate(KINDS)),
        weeks=tuple(columns),
        terms=(DrawnTerm("Autumn term", 0, weeks - 1),),
        begun=begun,
        told="Twenty school weeks. Attended 160, illness 20.",
    )  # fmt: skip


def a_page(
    place: int = 1, *, drawing: Drawing | None = None, numbers: tuple[str, ...] = ("This year: missed 40.",), **facts
):
    return Page(made_up_pupil(place, **facts), numbers, drawing or a_year())


def listed_with(*pages: Page, **facts):
    return made_up_list(*(page.pupil for page in pages), **facts)


def read(*pages: Page, **facts) -> PdfReader:
    return PdfReader(io.BytesIO(printable(listed_with(*pages, **facts), pages)))


def text(*pages: Page, **facts) -> list[str]:
    """What each page says, as copied out of it."""
    return [" ".join(page.extract_text().split()) for page in read(*pages, **facts).pages]


def tags(pdf: PdfReader) -> list:
    """What the parts of the document are tagged as, in the order a screen reader comes to them."""
    found, left = [], [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while left:
        one = left.pop(0).get_object()
        if isinstance(one, list):
            left = [*one, *left]
        elif isinstance(one, dict):
            found += [one] if "/S" in one else []
            left = [one["/K"], *left] if "/K" in one else left
        # a number is a piece of a page, and no part of the tree
    return found


# Pages


@pytest.mark.parametrize("pupils", [1, 2, 7])
def test_there_are_as_many_pages_as_pupils_and_each_is_a4(pupils):
    pages = read(*(a_page(place) for place in range(1, pupils + 1))).pages
    assert len(pages) == pupils
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(595, 842)}


def test_a_page_says_whose_it_is_why_and_what_it_is_for():
    said = text(
        a_page(3, surname="Adeyemi", forename="Tobi", nc_year="8", change="worse", changed="Worse since last time.")
    )[0]
    for words in ("Adeyemi, Tobi", "Year 8 · Larkfield Community School", "Place 3 of 1", "List of 6 March 2026", "Worth a look",
                  "Worse since last time.", "Absent for 31 of 142 possible sessions since 2 September 2025 (21.8%).", PURPOSE,
                  "Nothing on file", "What does the pupil say is hardest about coming in?", "This year: missed 40.",
                  "Absent for 9 of 38 sessions: illness 6", "Confidential: children's records"):  # fmt: skip
        assert words in said, words


def test_there_is_room_for_every_step_and_every_decision():
    said = text(a_page())[0]
    steps = [word for step in WORDS["cycle"] for word in step]
    for words in (*steps, *WORDS["decisions"], *WORDS["signed"], "The pupil’s words", "The parents’ or carers’ words", "Target",
                  "Specific, measurable, achievable, relevant, time-bound.", "Who", "By when"):  # fmt: skip
        assert words in said, words


def test_strengths_come_before_the_reasons_and_where_none_were_said_there_is_no_line():
    said = text(a_page(strengths="Sings in the choir."), a_page(2))
    assert said[0].index("Strengths: Sings in the choir.") < said[0].index("Why worth a look")
    assert "Strengths" not in said[1]


def test_how_a_pupil_came_by_the_place_is_said_where_it_is_not_the_usual_way():
    waited = a_page(waiting_since=date(2026, 2, 20), is_drawn=True, section="sixth_form")
    said = text(waited, a_page(2, waiting_since=date(2026, 3, 6)))
    for words in (
        "No decision yet since the list of 20 February 2026.",
        "given by lot",
        "judged on their own past only",
    ):
        assert words in said[0] and words not in said[1]
    assert "No decision yet" not in said[1]


def test_words_that_came_back_before_are_printed_above_the_room_to_write():
    said = text(a_page(pupil_words="The bus is loud."), a_page(2, parent_words="She sleeps badly."))
    assert "Said before: The bus is loud." in said[0] and "Said before: She sleeps badly." in said[1]
    assert said[0].count("Said before") == said[1].count("Said before") == 1


def test_a_demonstration_says_so_on_every_page_and_a_live_home_on_none():
    pages = (a_page(1), a_page(2))
    assert all("MADE-UP DATA" in one for one in text(*pages, demo=True))
    assert not any("MADE-UP DATA" in one for one in text(*pages, demo=False))


# The drawing


def test_the_drawing_has_its_kinds_terms_support_and_last_year_said_beside_it():
    marked = (
        Begun(3, "SEN support begun", date(2025, 9, 24)),
        Begun(5, "support known to staff begun", date(2025, 10, 8)),
    )
    said = text(a_page(drawing=a_year(begun=marked)))[0]
    for words in (*(f"{kind.label}: {10 + n}" for n, kind in enumerate(KINDS)), "Autumn term", "Sep", "same weeks of last year",
                  "1 SEN support begun 24 September 2025; 2 support known to staff begun 8 October 2025"):  # fmt: skip
        assert words in said, words


def test_support_is_marked_in_the_words_of_this_home_each_put_in_once():
    """A word for the one level that has the usual name of the other in it is left as it is."""
    support = [{"kind": kind, "start_date": date(2026, 1, 12)} for kind in ("sen_support", "ehc_plan", "young_carer")]
    look = SimpleNamespace(
        known=SimpleNamespace(plans={}, support=support_of([replace(AMIRA, support=support)])),
        enrolled=ENROLMENTS.empty,
        as_of=AS_OF,
    )
    listed = pl.DataFrame({"pupil_id": [AMIRA.pupil_id], "urn": [100001]})
    for words, said in (
        (PlanWords("EHC plan, first tier", "Own plan"), {"EHC plan, first tier begun", "Own plan begun"}),
        (PlanWords(), {"SEN support begun", "EHC plan begun"}),
    ):
        begun = _begun(look, listed, words, since=date(2025, 9, 1))[AMIRA.pupil_id]
        drawn = {one.words for one in _marked((Week(date(2026, 1, 12), (10, *[0] * (len(KINDS) - 1))),), begun)}
        assert drawn == said | {"support known to staff begun"}


def test_without_last_year_nothing_is_said_of_a_line_that_is_not_there():
    weeks = tuple(replace(week, last_year=None) for week in a_year().weeks)
    assert "last year" not in text(a_page(drawing=replace(a_year(), weeks=weeks)))[0]


def test_without_registers_the_page_says_so_and_draws_nothing():
    page = replace(a_page(), drawing=None)
    assert "No register of this school year is held, so there are no weeks to draw." in text(page)[0]
    assert [one["/S"] for one in tags(read(page))].count("/Figure") == 0


@pytest.mark.parametrize("weeks", [1, 2, 40])
def test_a_year_of_any_length_is_drawn(weeks):
    assert len(read(a_page(drawing=a_year(weeks=weeks))).pages) == 1


# Whatever its length


MARGIN = 36  # points at the foot, where only the footer stands

LONGEST = {
    "surname": "Featherstonehaugh-Okonkwo " * 9, "forename": "Amarachi " * 20, "changed": "Worse than on the list before. " * 30,
    "reasons": ("Absent for 13 of 40 sessions in the last 20 school days (32.5%), up from 11.8%. " * 9,) * 14,
    "strengths": "Kind to younger pupils. " * 60, "support": "SEN support, as known on 15 January 2026; " * 30,
    "next_step": "What was hard before it happened? " * 30, "last_four_weeks": "Absent for 33 of 38 sessions: illness 5. " * 30,
    "pupil_words": "The corridor is loud. " * 90, "parent_words": "She sleeps badly. " * 90, "is_drawn": True,
    "waiting_since": date(2026, 1, 9), "section": "sixth_form",
}  # fmt: skip


def longest_page(place: int) -> Page:
    begun = tuple(Begun(n, "EHC needs assessment requested", date(2026, 1, 12)) for n in range(4))
    return a_page(
        place, drawing=a_year(weeks=40, begun=begun), numbers=("This year: absent for 12 of 14. " * 30,) * 2, **LONGEST
    )


def test_with_everything_at_its_longest_a_page_is_one_page_and_all_its_room_to_write_is_on_it():
    pages = (longest_page(1), a_page(2), longest_page(3))
    pdf = read(*pages, school="The Cathedral School of Saint Wilfrid " * 9)
    assert len(pdf.pages) == 3
    for page in pdf.pages:
        said = " ".join(page.extract_text().split())
        assert all(words in said for words in ("Snooze until", "Assess", "Review", "By when", PURPOSE))
        assert foot_of(page, "For offering support") > MARGIN  # last in the page, so all of it is above the foot
        assert foot_of(page, "Assess") - foot_of(page, "Target") > 65  # 23 mm to write each step in
        assert foot_of(page, "The pupil") - foot_of(page, "Assess") > 65


def foot_of(page, words: str) -> float:
    """How far above the foot of the page the text that begins so stands, in points."""
    found = []

    def seen(said, outer, inner, *_):
        if words in said:
            found.append(inner[4] * outer[1] + inner[5] * outer[3] + outer[5])

    page.extract_text(visitor_text=seen)
    return min(found)


def test_a_page_taken_for_short_that_is_not_is_laid_out_as_if_it_had_been_measured(monkeypatch):
    listed, pages = listed_with(longest_page(1), a_page(2)), (longest_page(1), a_page(2))
    measured = printable(listed, pages)
    tried = []
    monkeypatch.setattr(printable_contents, "_is_short", lambda pupil: tried.append(pupil["place"]) or True)
    assert printable(listed, pages) == measured
    assert len(tried) == 2


def test_a_page_is_taken_for_short_by_its_lines_and_not_by_how_many_reasons_it_has():
    short, long = (
        a_page(reasons=("Absent for 13 of 40.",) * 6),
        a_page(reasons=("Absent for 13 of 40 sessions. " * 9,) * 6),
    )
    is_short = [pupil["is_short"] for pupil in told(listed_with(short, long), (short, long))["pupils"]]
    assert is_short == [True, False]


@pytest.mark.parametrize("reasons, more", [(MOST_REASONS, None), (MOST_REASONS + 1, 1), (MOST_REASONS + 2, 2)])
def test_reasons_past_the_most_a_page_prints_are_counted_and_none_before_is_dropped(reasons, more):
    said = text(a_page(reasons=tuple(f"Reason {n} of many." for n in range(1, reasons + 1))))[0]
    assert said.count("of many.") == MOST_REASONS
    assert (f"And {more} more on the list." in said) if more else ("more on the list" not in said)


def test_reasons_dropped_for_want_of_room_are_counted_with_the_rest():
    said = text(longest_page(1))[0]
    printed = said.count("• Absent for 13 of 40")
    assert 1 <= printed < MOST_REASONS
    assert f"And {14 - printed} more on the list." in said


def test_a_text_is_cut_only_past_what_there_is_room_for_and_says_where_the_rest_is():
    assert bounded("a" * 90, "name") == "a" * 90
    cut = bounded("word " * 40, "name")
    assert len(cut) <= 90 and cut.endswith(f"word{ON_THE_LIST}")
    assert bounded("x" * 91, "name").endswith(ON_THE_LIST)


# Text is text


@pytest.mark.parametrize(
    "name", ["#panic()", "$x$", "*b*", "_i_", "`raw`", "<label> @ref", "\\u{41} \\ #let x = 1", "// no", "= h"]
)
def test_a_name_that_looks_like_markup_is_printed_as_it_is(name):
    said = text(a_page(surname=name, forename="Robin", reasons=(f"Missed 3 {name} sessions.",), strengths=name))[0]
    assert f"{name}, Robin" in said and f"Missed 3 {name} sessions." in said and f"Strengths: {name}" in said


@pytest.mark.parametrize(
    "name", ["Llŷr Ŵyn-Gruffŷdd", "Петренко Олександр", "Νίκος", "O’Sullivan", "Łukasz Żółć", "Đỗ Thị", "Çağla"]
)
def test_names_of_many_languages_are_printed(name):
    said = text(a_page(surname=name, forename=""))[0]
    assert name in said and NOT_PRINTED not in said


def test_an_arabic_and_a_hebrew_name_are_printed():
    said = text(a_page(surname="الأحمد", forename="ליל"))[0]
    assert "ليل" in said or "الأحمد" in said
    assert "ליל" in said or "ליל"[::-1] in said
    assert NOT_PRINTED not in said


def test_a_letter_there_is_no_shape_for_is_a_sign_and_its_page_alone_says_so():
    said = text(a_page(surname="王", forename="小明"), a_page(2, surname="Nowak 😀"), a_page(3))
    assert "□, □□" in said[0] and NOT_PRINTED in said[0]
    assert "Nowak □" in said[1] and NOT_PRINTED in said[1]
    assert "□" not in said[2] and NOT_PRINTED not in said[2]


def test_any_number_of_letters_without_a_shape_are_signs():
    many = "".join(chr(0x4E00 + 7 * n) for n in range(150))
    assert f"Strengths: {'□' * 150}" in text(a_page(strengths=many))[0].replace("□ □", "□□")


def test_letters_nobody_can_see_are_left_out():
    assert "Nowak, Zofia" in text(a_page(surname="Now\x00ak\u202e", forename="Zo\u2066fia"))[0]


# For those who hear it


def test_the_document_is_tagged_has_its_title_and_language_and_names_no_child_in_them():
    pdf = read(a_page(surname="Adeyemi"))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata.title == "Pupils worth a look: Larkfield Community School, 6 March 2026"
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert "Adeyemi" not in str(pdf.metadata)


def test_each_pupil_is_a_heading_with_its_parts_below_in_the_order_they_are_read():
    pages = (a_page(1), a_page(2))
    found = [one["/S"] for one in tags(read(*pages))]
    of_one = ["/H1", *["/H2"] * 4, "/Figure", *["/H2"] * 10]
    assert [tag for tag in found if tag in ("/H1", "/H2", "/Figure")] == of_one * 2


def test_the_drawing_is_told_in_words():
    figures = [one for one in tags(read(a_page())) if one["/S"] == "/Figure"]
    assert [str(one["/Alt"]) for one in figures] == ["Twenty school weeks. Attended 160, illness 20."]


def test_every_typeface_is_in_the_file():
    fonts = [
        font.get_object()
        for page in read(a_page(surname="الأحمد")).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert len(fonts) > 1
    for font in fonts:
        (within,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & set(within.get_object()["/FontDescriptor"])


def colours(name: str) -> dict[str, str]:
    """The fill, ink and edge of a kind as the template has them."""
    named = {"ink": "#0B0C0C", "navy": "#12436D", "plum": "#801650", "orange": "#F46A25", "white": "#FFFFFF"}
    look = re.search(rf"  {name}: \((.*)\),", TEMPLATE)[1]
    return {part: named.get(value) or re.search("#[0-9A-F]{6}", value)[0]
            for part, value in re.findall(r"(fill|ink|edge): (\w+(?:\(\"#\w+\"\))?)", look)}  # fmt: skip


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((light(one), light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_letter_stands_out_from_its_square_and_every_square_from_the_paper(kind):
    look = colours(kind.name)
    assert contrast(look["fill"], look["ink"]) >= 4.5
    assert max(contrast(look["edge"], "#FFFFFF"), contrast(look["fill"], "#FFFFFF")) >= 3


def test_no_two_kinds_look_alike():
    looks = [tuple(colours(kind.name).values()) for kind in KINDS]
    assert all(one != other for one, other in itertools.combinations(looks, 2))


def test_pages_can_be_had_as_pictures_one_a_page():
    pages = (a_page(1), a_page(2))
    made = printables.pictures(listed_with(*pages), pages, ppi=20)
    assert [one[:8] for one in made] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert [one[:8] for one in printables.pictures(listed_with(pages[0]), pages[:1], ppi=20)] == [b"\x89PNG\r\n\x1a\n"]


# The file


def test_the_same_data_gives_the_same_bytes_and_other_data_others():
    pages = (a_page(1), a_page(2))
    listed = listed_with(*pages)
    assert printable(listed, pages) == printable(listed, pages)
    assert printable(listed, pages) != printable(replace(listed, as_of=date(2026, 3, 7)), pages)


def test_the_file_can_be_read_by_its_owner_alone_and_lies_alone(tmp_path):
    path = tmp_path / "100001.pdf"
    write_printable(listed_with(a_page()), (a_page(),), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["100001.pdf"]


def test_cut_off_half_way_the_page_before_stands_and_no_half_file_is_left(tmp_path, monkeypatch):
    path = tmp_path / "100001.pdf"
    path.write_bytes(b"the page before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbooks.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_printable(listed_with(a_page()), (a_page(),), path)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"the page before"]


def test_without_the_package_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr(printables, "_OWN", type("Own", (), {})())
    with pytest.raises(
        Refused, match=r"^No printable can be made, for the package typst is not installed: run `make setup`\.$"
    ):
        printable(listed_with(a_page()), (a_page(),))


def test_what_cannot_be_laid_out_is_refused_by_school_and_names_no_child(tmp_path, monkeypatch):
    page = a_page(surname="Adeyemi")
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic(json(bytes(sys.inputs.told)).pupils.first().name)")
    monkeypatch.setattr(printables, "_TEMPLATE", broken)
    with pytest.raises(Refused) as refused:
        printable(listed_with(page), (page,))
    assert "100001" in str(refused.value)
    told = [str(one) for one in (refused.value, refused.value.__cause__, refused.value.__context__)]
    assert not any("Adeyemi" in one for one in told)


def test_the_template_reads_no_file_and_asks_for_no_package():
    code = re.sub(r"//.*", "", TEMPLATE)
    assert not re.search(r"#?\b(import|include|read|image|plugin|csv|yaml|toml|xml|cbor)\b *[(\"@]", code)
    assert "system" not in code and Path(printables._TEMPLATE).suffix == ".typ"


def test_what_the_template_is_told_is_json_and_has_no_key_of_a_pupil():
    page = a_page()
    told = json.dumps(printables.told(listed_with(page), (page,)))
    assert page.pupil.pupil_id not in told
