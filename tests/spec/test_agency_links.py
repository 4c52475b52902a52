"""Which weighed pairs are certain, a person's question or nothing; and what changes from one night to the next."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from pipeline.steps.agency_links import AGENCY_FOUND, agency_link_code, judged, with_changes
from pipeline.steps.decided import standing, waiting
from pipeline.tables.linkage import SHIPPED, model_from
from pipeline.tables.same_child import LINK_DECISIONS
from tests.drawn import drawn

KNOWN_AS = {"pupil_id": pl.String, "known_as": pl.String}
CERTAIN, LIKELY, DOUBTFUL = 10.0, 4.0, 1.0  # odds of 1,024, 16 and 2 to 1


def decisions(*told: tuple[str, str, str, str]) -> pl.DataFrame:
    """(one, other, decision, day), each a first turn."""
    rows = [
        {
            "kind": "agencies", "link": agency_link_code(one, other), "one": one, "other": other, "decision": decision,
            "known_on": date.fromisoformat(day), "turn": 1, "said_by": "somebody",
        }
        for one, other, decision, day in told
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=LINK_DECISIONS.schema)


def of(
    weights: dict[tuple[str, str], float], said: pl.DataFrame | None = None, **same: str
) -> dict[tuple[str, str], str]:
    rows = [(one, other, weight) for (one, other), weight in weights.items()]
    told = judged(
        pl.DataFrame(rows, schema={"person": pl.String, "pupil_id": pl.String, "weight": pl.Float64}, orient="row"),
        decisions() if said is None else said,
        pl.DataFrame(list(same.items()), schema=KNOWN_AS, orient="row"),
        use_from=0.99,
        ask_from=0.80,
    )
    return {
        (row["one"], row["other"]): "certain" if row["is_certain"] else "asked" for row in told.iter_rows(named=True)
    }


# On one night --------------------------------------------------------------------------------------------------------------


def test_a_likely_pair_is_certain_a_fair_one_asked_and_a_doubtful_one_nothing():
    weights = {("a", "amira"): CERTAIN, ("b", "ben"): LIKELY, ("c", "cato"): DOUBTFUL}
    assert of(weights) == {("a", "amira"): "certain", ("b", "ben"): "asked"}


@pytest.mark.parametrize(("weight", "told"), [(6.63, "certain"), (6.62, "asked"), (2.0, "asked"), (1.99, None)])
def test_the_lines_are_at_the_probabilities_set(weight, told):
    assert of({("a", "amira"): weight}).get(("a", "amira")) == told


def test_of_two_pupils_equally_like_neither_is_taken_and_both_are_asked():
    assert of({("a", "amira"): 20.0, ("a", "anna"): 20.0}) == {("a", "amira"): "asked", ("a", "anna"): "asked"}


def test_a_pupil_much_likelier_than_another_is_taken_and_the_other_is_no_question():
    assert of({("a", "amira"): 20.0, ("a", "anna"): 10.0}) == {("a", "amira"): "certain"}


def test_one_pupil_may_be_the_child_of_two_records():
    assert set(of({("a", "amira"): CERTAIN, ("b", "amira"): CERTAIN}).values()) == {"certain"}


def test_two_pupil_ids_of_one_child_are_no_rivals():
    weights = {("a", "before"): 20.0, ("a", "today"): 20.0}
    assert of(weights, before="today", today="today") == {("a", "before"): "certain"}


def test_the_order_of_pairs_changes_nothing():
    weights = {("a", "amira"): 20.0, ("a", "anna"): 19.0, ("b", "ben"): LIKELY, ("c", "cato"): CERTAIN}
    assert of(dict(reversed(weights.items()))) == of(weights)


# What a person decided -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["rejected", "undone", "confirmed"])
def test_a_pair_once_decided_is_not_found_again(decision):
    assert of({("a", "amira"): CERTAIN}, decisions(("a", "amira", decision, "2026-01-05"))) == {}


def test_a_no_to_one_pupil_is_not_a_yes_to_another():
    weights = {("a", "amira"): 20.0, ("a", "anna"): 20.0}
    assert of(weights, decisions(("a", "amira", "rejected", "2026-01-05"))) == {("a", "anna"): "asked"}


def test_a_child_whose_pupil_is_confirmed_has_no_other():
    weights = {("a", "amira"): 20.0, ("a", "anna"): 20.0, ("b", "anna"): CERTAIN}
    assert of(weights, decisions(("a", "amira", "confirmed", "2026-01-05"))) == {("b", "anna"): "certain"}


def test_a_pair_rejected_does_not_come_back_under_the_childs_other_pupil_id():
    weights = {("a", "before"): CERTAIN, ("a", "today"): CERTAIN}
    assert of(weights, decisions(("a", "before", "rejected", "2026-01-05")), before="today", today="today") == {}


# From night to night -----------------------------------------------------------------------------------------------------------

PAIR = {"a": "amira", "b": "ben"}


def now(picture: str) -> pl.DataFrame:
    told = drawn(picture, {"one": pl.String, "is_certain": pl.Boolean})
    others = [PAIR[one] for one in told["one"]]
    return told.with_columns(
        other=pl.Series(others, dtype=pl.String), probability=pl.lit(0.9),
        link=pl.Series([agency_link_code(*pair) for pair in zip(told["one"], others, strict=True)], dtype=pl.String),
    )  # fmt: skip


CERTAIN_NOW = "one | is_certain\n---+-----------\na | yes"
ASKED_NOW = "one | is_certain\n---+-----------\na | no"
NOTHING = "one | is_certain\n---+-----------"
FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)


def after(*nights: tuple[date, str]) -> pl.DataFrame:
    found = pl.DataFrame(schema=AGENCY_FOUND)
    for day, picture in nights:
        found = with_changes(found, now(picture), on=day)
    return found


def stretches(found: pl.DataFrame) -> list[tuple]:
    return found.select("is_certain", "known_on", "until").rows()


def test_the_same_again_adds_nothing():
    once = after((FIRST, CERTAIN_NOW))
    assert stretches(once) == [(True, FIRST, None)]
    assert after((FIRST, CERTAIN_NOW), (SECOND, CERTAIN_NOW), (THIRD, CERTAIN_NOW)).equals(once)


def test_what_becomes_a_question_stays_certain_on_the_days_before():
    assert stretches(after((FIRST, CERTAIN_NOW), (THIRD, ASKED_NOW))) == [(True, FIRST, THIRD), (False, THIRD, None)]


def test_what_is_gone_stood_until_that_day():
    assert stretches(after((FIRST, CERTAIN_NOW), (THIRD, NOTHING))) == [(True, FIRST, THIRD)]


def test_what_changes_on_the_very_day_leaves_no_trace():
    assert stretches(after((FIRST, CERTAIN_NOW), (FIRST, ASKED_NOW))) == [(False, FIRST, None)]


def test_the_past_is_closed_and_never_judged_anew():
    before = after((FIRST, CERTAIN_NOW), (SECOND, NOTHING))
    later = with_changes(before, now(CERTAIN_NOW), on=THIRD)
    assert stretches(later) == [(True, FIRST, SECOND), (True, THIRD, None)]


def test_what_is_certain_stands_and_what_is_asked_waits():
    found = with_changes(pl.DataFrame(schema=AGENCY_FOUND), now("one | is_certain\n---+---\na | yes\nb | no"), on=FIRST)
    assert standing(found, decisions()).select("one", "known_on", "undone_on").rows() == [("a", FIRST, None)]
    assert waiting(found, decisions())["one"].to_list() == ["b"]


# The model -------------------------------------------------------------------------------------------------------------------


def test_by_chance_birth_dates_agree_as_often_as_the_calendar_of_fourteen_year_groups_says():
    days = pl.date_range(date(2007, 9, 1), date(2021, 8, 31), eager=True)
    text, swapped = days.dt.strftime("%Y-%m-%d"), days.dt.strftime("%Y-%d-%m")
    pairs = len(days) ** 2
    same_if_swapped = pl.DataFrame({"day": text}).join(pl.DataFrame({"day": swapped}), on="day").height - _palindromes(
        days
    )
    one_digit = sum(_differing_in_one_digit(text, place) for place in (2, 3, 5, 6, 8, 9))
    told = {level.name: level.u for level in SHIPPED.comparisons[2].levels}
    assert told["same"] == pytest.approx(1 / len(days), rel=0.05)
    assert told["day_and_month_swapped"] == pytest.approx(same_if_swapped / pairs, rel=0.5)
    assert told["one_digit"] == pytest.approx(one_digit / pairs, rel=0.1)


def _palindromes(days: pl.Series) -> int:
    return int((days.dt.day() == days.dt.month()).sum())


def _differing_in_one_digit(text: pl.Series, place: int) -> int:
    """Ordered pairs of days that are written alike but for the digit at `place`."""
    rest = pl.DataFrame({"rest": text.str.slice(0, place) + text.str.slice(place + 1)})
    return rest.group_by("rest").len().select((pl.col("len") * (pl.col("len") - 1)).sum()).item()


def test_to_agree_weighs_most_and_each_level_less_than_the_one_before():
    """But for names swapped, which hardly ever happens by chance."""
    for comparison in SHIPPED.comparisons:
        weighs = [level.m / level.u for level in comparison.levels if level.name != "swapped" and not level.is_fixed]
        assert all(more > less for more, less in pairwise(weighs)), comparison.name
        assert weighs[0] > 100


def test_to_differ_weighs_against():
    assert all(comparison.levels[-1].m < comparison.levels[-1].u / 10 for comparison in SHIPPED.comparisons)


def test_a_model_kept_as_text_is_the_same_model():
    assert model_from(SHIPPED.as_json) == SHIPPED
    assert model_from(SHIPPED.as_json).fingerprint == SHIPPED.fingerprint


def test_no_kept_model_changes_what_tells_twins_apart():
    changed = SHIPPED.as_json.replace("5e-05", "0.5").replace("2.4e-06", "0.5")
    assert changed != SHIPPED.as_json and model_from(changed) == SHIPPED


@pytest.mark.parametrize("text", ["{}", '{"surname": {}}', "[]"])
def test_what_is_no_model_is_not_taken_for_one(text):
    with pytest.raises(ValueError, match="no model of these comparisons"):
        model_from(text)
