"""What is hidden, what is told, and why: small pictures, on both sides of the line."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.steps.disclosure import Policy, suppressed
from pipeline.steps.hidden_cells import Cell, Sum, SumError, hidden_cells
from pipeline.steps.inclusion import exact_counts
from pipeline.steps.published_pages import pages
from pipeline.tables.published import OUTCOMES, PUBLISHED
from tests.properties.authority import an_authority


def hidden(sums: dict[str, str], worth: dict[str, int] | None = None, **counts: int) -> set[str]:
    """The names hidden of `counts`, where each of `sums` is what the names beside it add up to."""
    cells = {
        name: Cell(value, could_be=(1, 5) if 1 <= value <= 4 else None, worth=(worth or {}).get(name, 1))
        for name, value in counts.items()
    }
    return hidden_cells(
        cells, [Sum(total, tuple(parts.split())) for total, parts in sums.items()], fewest_shown=5
    ).names


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_is_hidden_nought_and_five_are_told(count, is_hidden):
    assert hidden({}, girls=count) == ({"girls"} if is_hidden else set())


def test_where_one_alone_could_be_had_by_subtraction_a_second_is_hidden():
    assert hidden({"roll": "listed waiting others"}, roll=110, listed=3, waiting=7, others=100) == {"listed", "waiting"}


def test_two_small_counts_hide_each_other():
    assert hidden({"roll": "listed waiting others"}, roll=106, listed=3, waiting=3, others=100) == {"listed", "waiting"}


def test_two_counts_of_one_need_a_third_for_their_sum_gives_both_back():
    assert hidden({"roll": "listed waiting others"}, roll=102, listed=1, waiting=1, others=100) == {
        "listed",
        "waiting",
        "others",
    }


def test_a_second_count_with_no_room_to_move_is_no_protection():
    """Were only the 5 hidden with the 1, a reader who knows it was hidden as the second would know that it is 5 or more."""
    told = hidden({"roll": "listed waiting others"}, roll=106, listed=1, waiting=5, others=100)
    assert "others" in told


def test_a_nought_is_not_hidden_to_protect_another():
    assert "waiting" not in hidden({"roll": "listed waiting others"}, roll=103, listed=3, waiting=0, others=100)


def test_a_count_hidden_in_one_school_is_not_to_be_had_from_the_total_of_all():
    sums = {"a": "a_listed a_rest", "b": "b_listed b_rest", "listed": "a_listed b_listed", "rest": "a_rest b_rest"}
    counts = {"a": 90, "a_listed": 2, "a_rest": 88, "b": 80, "b_listed": 10, "b_rest": 70, "listed": 12, "rest": 158}
    dear = dict.fromkeys(("a", "b", "listed", "rest"), 50)
    assert hidden(sums, dear, **counts) == {"a_listed", "a_rest", "b_listed", "b_rest"}


def test_a_remainder_nobody_prints_is_as_small_as_any_count():
    """298 of 300 persistently absent says that 2 are not."""
    cells = {"roll": Cell(300, worth=50), "persistent": Cell(298), "not": Cell(2, could_be=(1, 5), published=False)}
    assert hidden_cells(cells, [Sum("roll", ("persistent", "not"))], fewest_shown=5).names == {"persistent"}


def test_what_is_worth_more_is_hidden_later():
    cells = {"roll": Cell(60), "a": Cell(2, could_be=(1, 5)), "b": Cell(8, worth=3), "c": Cell(50)}
    assert hidden_cells(cells, [Sum("roll", ("a", "b", "c"))], fewest_shown=5).names == {"a", "c"}


def test_a_count_a_reader_has_anyway_is_told_and_covers_no_other():
    cells = {
        "roll": Cell(60, worth=50),
        "listed": Cell(3, could_be=(1, 5), known=True),
        "a": Cell(2, could_be=(1, 5)),
        "b": Cell(55),
    }
    hidden = hidden_cells(cells, [Sum("roll", ("listed", "a", "b"))], fewest_shown=5)
    assert (hidden.names, hidden.given_away) == ({"a", "b"}, set())


def test_parts_of_a_known_whole_that_can_be_nothing_else_are_said_to_be_given_away():
    """Three places, and three groups with somebody on the list: one each. Were there two groups, it could be either's two."""
    one_each = {name: Cell(1, could_be=(1, 5)) for name in ("a", "b", "c")}
    listed = Cell(3, could_be=(1, 5), known=True)
    in_three = hidden_cells({"listed": listed, **one_each}, [Sum("listed", ("a", "b", "c"))], fewest_shown=5)
    assert in_three.given_away == {"a", "b", "c"}
    two = {"a": Cell(1, could_be=(1, 5)), "b": Cell(2, could_be=(1, 5))}
    assert not hidden_cells({"listed": listed, **two}, [Sum("listed", ("a", "b"))], fewest_shown=5).given_away


def test_a_count_at_the_most_it_can_be_is_not_thought_one_more():
    full = Cell(1, could_be=(1, 5), most=1)
    assert hidden_cells({"listed": full}, [], fewest_shown=5).given_away == {"listed"}
    assert not hidden_cells({"listed": full._replace(most=2)}, [], fewest_shown=5).given_away


@pytest.mark.parametrize("between, is_hidden", [(None, True), ((40, 60), False)])
def test_what_was_told_before_covers_nothing_unless_it_is_told_roughly(between, is_hidden):
    """Where the told one stands still, another must be hidden too."""
    cells = {
        "total": Cell(73, worth=50), "few": Cell(3, could_be=(1, 5)), "told": Cell(50, told=True, between=between),
        "other": Cell(20),
    }  # fmt: skip
    hidden = hidden_cells(cells, [Sum("total", ("few", "told", "other"))], fewest_shown=5)
    assert (hidden.names, hidden.given_away) == ({"few", "other"} if is_hidden else {"few"}, set())


def test_what_is_both_hidden_before_and_told_stays_hidden():
    cells = {"one": Cell(2, could_be=(1, 5), before=True, told=True), "two": Cell(9)}
    assert hidden_cells(cells, [], fewest_shown=5).names == {"one"}


def test_sixty_schools_with_a_small_count_each_hide_one_more_in_each_and_no_total():
    """A row's own cover is another's: what the schools hide, they hide for one another."""
    columns = {"known": 2, "waiting": 9, "others": 60}
    cells = {(school, column): _cell(value) for school in range(60) for column, value in columns.items()}
    rows = [Sum((school, "roll"), tuple((school, column) for column in columns)) for school in range(60)]
    totals = [Sum((99, column), tuple((school, column) for school in range(60))) for column in columns]
    cells |= {each.total: Cell(sum(cells[part].value for part in each.parts), worth=50) for each in (*rows, *totals)}
    hidden = hidden_cells(cells, [*rows, *totals], fewest_shown=5)
    assert len(hidden.names) == 60 * 2
    assert not hidden.given_away
    assert {column for _, column in hidden.names} in ({"known", "waiting"}, {"known", "others"})


def _cell(value: int) -> Cell:
    return Cell(value, could_be=(1, 5) if 1 <= value <= 4 else None)


def test_a_sum_that_does_not_hold_stops_the_run():
    with pytest.raises(SumError, match="roll"):
        hidden({"roll": "listed others"}, roll=100, listed=10, others=80)


# The published tables


@pytest.fixture(scope="module")
def counts():
    return exact_counts(an_authority(pupils=400, schools=4, seed=11))


@pytest.fixture(scope="module")
def published(counts):
    return suppressed(counts)


def test_no_published_count_is_from_one_to_four(published):
    of_pupils = [table for table in PUBLISHED if any(column.unit == "pupils" for column in table.columns)]
    for table in of_pupils:
        name = table.name.removeprefix("published.")
        for column in (column.name for column in table.columns if column.unit == "pupils" and name in published):
            if column not in ("fewest_shown", "smallest_base"):
                assert not published[name][column].is_in([1, 2, 3, 4]).any(), (name, column)


def test_a_full_list_is_told_however_short():
    """Where anybody is left off, how many are listed is how many places there are: a rule anyone may read."""
    small = exact_counts(an_authority(pupils=60, schools=3, seed=8))
    full = small["school"].filter(pl.col("eligible_not_listed") > 0)
    told = suppressed(small)["school"].filter(pl.col("urn").is_in(full["urn"].implode()))
    assert full["listed"].is_between(1, 4).any()
    assert told["listed"].to_list() == full["listed"].to_list()


def test_a_short_list_with_room_left_is_not_told():
    """Nobody is left off, so it is as long as there are children worth a look."""
    small = exact_counts(an_authority(pupils=60, schools=12, seed=7))
    with_room = small["school"].filter(pl.col("eligible_not_listed") == 0, pl.col("listed").is_between(1, 4))
    told = suppressed(small)["school"].filter(pl.col("urn").is_in(with_room["urn"].implode()))
    assert told.height > 0
    assert told["listed"].null_count() == told.height


def test_a_group_with_nobody_on_a_list_is_told_no_more_of_than_one_with_a_few():
    """One place each for three groups: were noughts told, whoever knows the three places would know the rest."""
    counts = exact_counts(an_authority(pupils=32, schools=1, seed=262143))
    of_kind = counts["group_audit"].filter(kind="ethnic_group")
    assert (of_kind["listed"] == 0).any()
    assert of_kind["listed"].is_between(1, 4).any()
    told = suppressed(counts)["group_audit"].filter(kind="ethnic_group")
    assert told["listed"].null_count() == told.height == of_kind.height


def test_most_of_what_need_not_be_hidden_is_told(counts, published):
    """The roll of a school, the groups' pupils, every large signal and all that is nought."""
    assert published["school"]["pupils_on_roll"].to_list() == counts["school"]["pupils_on_roll"].to_list()
    large = counts["signal"].filter(pl.col("scope") == "school", pl.col("raised") >= 5).height
    assert published["signal"].filter(scope="school")["raised"].drop_nulls().len() >= large * 0.8
    for outcome in OUTCOMES:
        nought = counts["school"].filter(pl.col(outcome) == 0)["urn"]
        assert published["school"].filter(pl.col("urn").is_in(nought.implode()))[outcome].null_count() == 0


def test_a_rate_on_a_small_base_is_not_told():
    groups = _with_groups({"Asian": (19, 8), "White": (40, 8)})
    assert groups["Asian"]["eligible"] == 8
    assert groups["Asian"]["eligible_rate"] is None
    assert groups["White"]["eligible_rate"] == 0.2


def test_a_rate_of_a_hidden_count_is_not_told():
    groups = _with_groups({"Asian": (40, 3), "Black": (60, 10), "White": (400, 120)})
    assert (groups["Asian"]["eligible"], groups["Asian"]["eligible_rate"]) == (None, None)
    assert groups["White"]["eligible_rate"] == 0.3


def _with_groups(eligible: dict[str, tuple[int, int]]) -> dict[str, dict]:
    """A home of one school whose ethnic groups have so many pupils, so many of them eligible, none of them listed."""
    counts = exact_counts(an_authority(pupils=1, schools=1, seed=1))
    pupils, waiting = (sum(group[at] for group in eligible.values()) for at in (0, 1))
    noughts = dict.fromkeys(OUTCOMES, 0)
    outcomes = noughts | {"eligible_not_listed": waiting, "not_eligible": pupils - waiting}
    run = counts["run"].with_columns(
        **_literals(outcomes | {"pupils_on_roll": pupils, "eligible": waiting, "missed": waiting})
    )
    absent = {"persistent_absence_count": 0, "severe_absence_count": 0}
    school = counts["school"].with_columns(**_literals(outcomes | absent | {"pupils_on_roll": pupils}))
    groups = pl.DataFrame(
        [
            {"kind": "ethnic_group", "group_name": name, "pupils": all_, "eligible": some, "listed": 0, "missed": some, "already_known": 0}
            for name, (all_, some) in eligible.items()
        ]
    )  # fmt: skip
    nobody = {name: counts[name].clear() for name in ("school_week", "signal", "lost_children")}
    published = suppressed({"run": run, **with_phases(school), "group_audit": groups, **nobody})
    return {row["group_name"]: row for row in published["group_audit"].iter_rows(named=True)}


def with_phases(schools: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Schools, and the phases they come to."""
    absent = ("persistent_absence_count", "severe_absence_count")
    sessions = [f"{kind}_{what}_ytd" for kind in ("possible", "absence") for what in ("sessions", "pupils")]
    added = schools.group_by("phase").agg(
        pl.len().alias("schools"), pl.col("pupils_on_roll", *absent, *sessions, *OUTCOMES).sum()
    )
    return {"school": schools, "phase": added}


def _literals(values: dict[str, int]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value, pl.Int64) for name, value in values.items()}


def test_a_stricter_home_hides_more():
    counts = exact_counts(an_authority(pupils=400, schools=4, seed=11))
    strict = suppressed(counts, Policy(fewest_shown=10, smallest_base=50))
    shown = strict["signal"]["raised"].drop_nulls()
    assert not shown.is_between(1, 9).any()
    assert "1 to 9" in strict["table_notes"].filter(table_name="published.signal")["cautions"].item()


REASON = "The registers received are not what they should be."


def told_why(
    counts, of: str | None, counted: float, said: float, *, base: int = 20, fewest: int = 5, **changed
) -> set[str]:
    """What is published of why no school has a list; each has 100 pupils on roll, unless changed."""
    row = {"withheld_of": of, "withheld_counted": counted, "withheld_said": said, "pupils_on_roll": 100} | changed
    kinds = dict.fromkeys(row, pl.Float64) | {"withheld_of": pl.String}
    told = {name: pl.lit(value, kinds[name]) for name, value in row.items()}
    withheld = counts["school"].with_columns(list_withheld_because=pl.lit(REASON), **told)
    school = pages({**counts, "school": withheld}, set(), Policy(fewest_shown=fewest, smallest_base=base))["school"]
    return set(school["list_withheld_because"])


@pytest.mark.parametrize("counted, said", [(3, 0), (12, 0), (1, 1)])
@pytest.mark.parametrize("roll", [7, 100, None])
def test_a_reason_about_days_is_told_however_few_they_are_and_however_small_the_school(counts, counted, said, roll):
    assert told_why(counts, "days", counted, said, pupils_on_roll=roll, fewest=10) == {REASON}


CHECKED = {"Its figures are being checked."}


@pytest.mark.parametrize("of", ["pupils", "sessions"])
@pytest.mark.parametrize(
    "counted, said, told",
    [
        (80, 100, True), (0, 100, True), (100, 0, True), (95, 100, True), (105, 100, True),
        (96, 100, False), (104, 100, False), (99, 100, False), (4, 100, False), (1, 100, False), (100, 4, False), (5, 100, True),
    ],
)  # fmt: skip
def test_neither_a_small_number_nor_a_small_difference_of_two_is_told(counts, of, counted, said, told):
    assert told_why(counts, of, counted, said) == ({REASON} if told else CHECKED)


@pytest.mark.parametrize("counted, told", [(90, True), (91, False), (99, False)])
def test_a_home_that_hides_counts_under_ten_hides_differences_under_ten(counts, counted, told):
    assert told_why(counts, "pupils", counted, 100, fewest=10) == ({REASON} if told else CHECKED)


@pytest.mark.parametrize("of", ["pupils", "sessions"])
@pytest.mark.parametrize("roll, told", [(20, True), (19, False), (None, False)])
def test_of_a_small_roll_or_a_hidden_one_only_days_are_told(counts, of, roll, told):
    numbers = (0, 20) if of == "pupils" else (900, 1900)
    assert told_why(counts, of, *numbers, pupils_on_roll=roll) == ({REASON} if told else CHECKED)


@pytest.mark.parametrize("roll, told", [(100, True), (104, False), (105, True), (83, False)])
def test_pupils_that_come_close_to_the_roll_published_beside_them_are_not_told(counts, roll, told):
    """Of a roll of 104, told beside 100, four are of some year group or came this week."""
    assert told_why(counts, "pupils", 80, 100, pupils_on_roll=roll) == ({REASON} if told else CHECKED)
    assert told_why(counts, "sessions", 80, 100, pupils_on_roll=roll) == {REASON}


@pytest.mark.parametrize("kind", ["possible", "absence"])
def test_where_a_school_s_sessions_are_hidden_no_reason_tells_them(counts, kind):
    assert told_why(counts, "sessions", 800, 1000) == {REASON}
    assert told_why(counts, "sessions", 800, 1000, **{f"{kind}_sessions_ytd": None}) == CHECKED


def test_what_two_numbers_count_is_known_of_every_line_or_nothing_is_told(counts):
    assert told_why(counts, None, 80, 100) == CHECKED


def test_every_published_table_has_its_note_and_a_made_up_one_says_so(published):
    notes = {row["table_name"]: row for row in published["table_notes"].iter_rows(named=True)}
    assert set(notes) == {table.name for table in PUBLISHED}
    assert all("proves mechanics, not accuracy" in note["cautions"] for note in notes.values())
    assert "1 to 4" in notes["published.school"]["cautions"]
    assert notes["published.school_week"]["units"].startswith("0 to 1: absence_rate")


def test_no_pupil_is_in_any_published_table(published):
    for name, frame in published.items():
        assert "pupil_id" not in frame.columns
        for column in frame.select(pl.col(pl.String)).columns:
            assert not frame[column].str.contains(r"\b[a-z2-7]{12}\b|p0\d{10}").any(), (name, column)


def test_a_home_of_one_pupil_tells_nothing_of_them():
    published = suppressed(exact_counts(an_authority(pupils=1, schools=1, seed=1)))
    assert published["run"]["pupils_on_roll"].item() is None
    assert published["school_week"]["absence_rate"].null_count() == published["school_week"].height


def test_a_home_with_nobody_in_it_publishes_noughts():
    one = an_authority(pupils=1, schools=2, seed=1)
    frames = {name: frame.clear() for name, frame in vars(one).items() if isinstance(frame, pl.DataFrame)}
    published = suppressed(exact_counts(replace(one, **frames | {"schools": one.schools})))
    assert published["run"]["pupils_on_roll"].item() == 0
    assert published["school"]["listed"].to_list() == [0, 0]


def test_a_list_that_is_not_full_tells_nothing_of_how_many_are_on_it():
    """Between two lists places stand free though others are waiting: that two are listed is then a small count like any."""
    counts = exact_counts(an_authority(pupils=400, schools=4, seed=11))
    some_left_off = counts["school"].filter(pl.col("eligible_not_listed") > 4)
    urn = some_left_off["urn"][0]
    few = pl.when(pl.col("urn") == urn).then(2).otherwise("listed")
    moved = pl.when(pl.col("urn") == urn).then(pl.col("not_eligible") + pl.col("listed") - 2).otherwise("not_eligible")
    told = {}
    for places in (2, 10):
        school = counts["school"].with_columns(listed=few, not_eligible=moved, places=pl.lit(places))
        run = counts["run"].with_columns(
            listed=pl.lit(school["listed"].sum()), not_eligible=pl.lit(school["not_eligible"].sum()),
            eligible=pl.lit(school["listed"].sum() + school["eligible_not_listed"].sum()),
        )  # fmt: skip
        nobody = {name: counts[name].clear() for name in ("school_week", "signal", "group_audit", "lost_children")}
        told[places] = (
            suppressed({"run": run, **with_phases(school), **nobody})["school"].filter(urn=urn)["listed"].item()
        )
    assert told == {2: 2, 10: None}
