"""A home learns from its own past, a person approves or not, and a night's lists are ordered by a model or by the rule."""

import json
import shutil
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest import mock

import duckdb
import openpyxl
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from models import appraisal
from models import drift as drift_lines
from models.features import FEATURES
from models.gate import Verdict
from models.papers import BLANKS, papers
from pipeline.edges import known as clocks
from pipeline.edges import opinions_kept
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import open_home
from pipeline.hops.opinion import of_the_opinion, opinion
from pipeline.hops.past_looks import past_looks
from pipeline.hops.summary import Summary
from pipeline.synthetic import synthesise
from tests.based import become, say_why
from tests.journeys.at_home import a2n, copied, deliver, deliver_rows, lists, new_home, tables
from tests.slices import a_few

pytestmark = pytest.mark.usefixtures("in_little_time")

BEGAN, LAST_DAY, NIGHT = "2025-09-01", "2026-03-27", "2026-03-28"
LEARNED, APPROVED_ON = LAST_DAY, NIGHT


@contextmanager
def accepted():
    """While it lasts the gate lets the chosen model through: what orders lists then is what is tested."""

    def let_through(name, words, gains, overall, groups):
        return Verdict(True, name, "A person may approve it: let through by a test.")

    with mock.patch.object(appraisal, "verdict", let_through):
        yield


@pytest.fixture(scope="module")
def seasons(tmp_path_factory, in_little_time):
    """A home with two years of registers, each mark known the day after it, and what they were made from."""
    folder = tmp_path_factory.mktemp("seasons")
    made = synthesise(folder / "made", pupils=420, schools=6, seed=3, weeks=26)
    home = new_home(folder / "home")
    for files, of, known_on in ((made.history, "last_year", BEGAN), (made.files, ".", LAST_DAY)):
        deliver(home, files, of)
        assert a2n("take-in", "--home", home.folder, "--history", "--known-on", known_on).status == 0
    assert made.last_day.isoformat() == LAST_DAY
    return home, made


def quick(home):
    """Pages to print are not what is tested here."""
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace('printables = "changed"', 'printables = "on demand"'))
    return open_home(home.folder)


@pytest.fixture
def home(seasons, tmp_path):
    return quick(copied(seasons[0], tmp_path / "home"))


@pytest.fixture(scope="module")
def learnt(seasons, tmp_path_factory):
    """The same home where a model was let through and approved."""
    home = copied(seasons[0], tmp_path_factory.mktemp("learnt") / "home")
    with accepted():
        ran = a2n("learn", "--home", home.folder, "--as-of", LEARNED)
    assert ran.status == 0, ran.err
    ran = a2n("appraise", "--home", home.folder, "--approve", "The inclusion lead", "--known-on", APPROVED_ON)
    assert ran.status == 0, ran.err
    return home


@pytest.fixture
def approved(learnt, tmp_path):
    return with_model(learnt, tmp_path / "approved")


def with_model(learnt, to: Path):
    home = quick(copied(learnt, to))
    shutil.copytree(learnt.folder / "models", home.folder / "models", dirs_exist_ok=True)
    return home


def triage_of(home) -> pl.DataFrame:
    return tables(home, "derived")["derived.triage"].filter(as_of=date.fromisoformat(NIGHT))


def night(home, as_of: str = NIGHT) -> pl.DataFrame:
    ran = a2n("flag", "--home", home.folder, "--as-of", as_of, "--json")
    assert ran.status == 0, ran.err
    return tables(home, "derived")["derived.triage"].filter(as_of=date.fromisoformat(as_of))


@pytest.fixture(scope="module")
def by_rule(seasons, tmp_path_factory):
    """The same home after a night ordered by the rule; only read."""
    home = quick(copied(seasons[0], tmp_path_factory.mktemp("by_rule") / "home"))
    night(home)
    return home


@pytest.fixture(scope="module")
def by_model(learnt, tmp_path_factory):
    """The same home after a night ordered by the approved model; only read."""
    home = with_model(learnt, tmp_path_factory.mktemp("by_model") / "home")
    night(home)
    return home


# Learned, and refused or approved ----------------------------------------------------------------------------------------


def test_a_made_up_authority_teaches_nothing_that_beats_the_rule_and_nobody_can_approve_it(home):
    ran = a2n("learn", "--home", home.folder, "--as-of", LEARNED, "--json")
    assert ran.status == 0, ran.err
    told = ran.told
    assert told["appraisal"]["verdict"]["accepted"] is False and told["state"] == "The rule orders."
    assert "proves mechanics, not accuracy" in told["appraisal"]["warning"]
    assert told["appraisal"]["features"] == [feature.name for feature in FEATURES]
    assert len(told["appraisal"]["periods"]) >= 2 and told["appraisal"]["label"].endswith("twelve school weeks")
    refused = a2n("appraise", "--home", home.folder, "--approve", "The inclusion lead")
    assert refused.status == 1 and refused.err.startswith("Stopped: There is nothing to approve. The rule orders: ")
    assert a2n("appraise", "--home", home.folder, "--json").told == told
    reviews = told["appraisal"]["reviews"]
    assert (
        reviews["looked_at"] == 0
        and reviews["by_model"] is None
        and "Too few" in reviews["learned_from_reviews"]["words"]
    )


def test_appraisal_approval_model_and_papers_are_one_record_that_only_the_home_reads(learnt):
    folder = learnt.folder / "models" / LEARNED
    assert {path.name for path in folder.iterdir()} == {
        "record.json", "model.skops", "appraisal.txt", "model_card.md", "transparency_record.md", "dpia_prefill.md",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    told = json.loads((folder / "record.json").read_text())
    assert told["approval"] == {"by": "The inclusion lead", "on": APPROVED_ON}
    pupils = tables(learnt, "facts")["facts.enrolments"]["pupil_id"].unique()
    said = "".join(path.read_text(errors="replace") for path in folder.iterdir())
    assert pupils.len() > 100 and not [one for one in pupils if one in said]


@pytest.mark.parametrize("paper", ["model_card.md", "transparency_record.md", "dpia_prefill.md", "appraisal.txt"])
def test_every_paper_of_a_made_up_home_says_what_made_up_data_proves(learnt, paper):
    assert "proves mechanics, not accuracy" in (learnt.folder / "models" / LEARNED / paper).read_text()


def test_the_papers_are_of_what_runs_and_leave_a_person_their_blanks(learnt):
    folder = learnt.folder / "models" / LEARNED
    card, dpia = (folder / "model_card.md").read_text(), (folder / "dpia_prefill.md").read_text()
    assert all(f"`{feature.name}`: " in card for feature in FEATURES)
    assert "{" not in card + dpia + (folder / "transparency_record.md").read_text()
    for word in ("penalty notices", "prosecution", "exclusion", "admissions", "funding"):
        assert word in card and word in dpia
    assert "To be filled in by a person: Article 6 lawful basis" in dpia and "Articles 22A to 22D" in dpia


def test_an_approval_needs_a_name_and_no_day_before_the_learning(learnt):
    for words, said in (
        (("--approve", " "), "names who approves"),
        (("--approve", "A", "--known-on", "2026-03-26"), "cannot be approved before"),
    ):
        ran = a2n("appraise", "--home", learnt.folder, *words)
        assert ran.status == 1 and said in ran.err and "Traceback" not in ran.err


def test_reviews_of_the_weeks_after_a_cut_day_are_read_as_they_were_known_and_a_need_known_before_is_none_found(home):
    pupils = tables(home, "facts")["facts.enrolments"]["pupil_id"].unique().sort()[:5].to_list()
    looked = [
        (pupils[0], "need found", "2026-01-20", "2026-01-30"),
        (pupils[1], "known", "2026-01-20", "2026-01-30"),
        (pupils[2], "none", "2026-01-20", "2026-01-30"),
        (pupils[2], "need found", "2026-02-03", "2026-02-10"),  # found later: it counts
        (pupils[3], "need found", "2026-03-20", "2026-03-28"),  # learned after the day stood on
    ]
    with shelf.warehouse(home) as con:
        for row, (pupil, outcome, on, known_on) in enumerate(looked, start=1):
            con.execute(
                "INSERT INTO warehouse.feedback.outcomes BY NAME SELECT 'k' return_key, 'List' AS sheet, ?::INTEGER row_number, "
                "?::DATE known_on, ? pupil_id, 1 urn, ?::DATE list_as_of, ? outcome, ?::DATE outcome_on",
                [row, known_on, pupil, on, outcome, on],
            )
        looks = past_looks(
            con, home, Summary(run=None, as_of=date.fromisoformat(LAST_DAY)), as_of=date.fromisoformat(LAST_DAY)
        )
    assert len(looks) >= 2 and all(look.found.is_empty() for look in looks[:-1])
    assert dict(looks[-1].found.rows()) == {pupils[0]: True, pupils[1]: False, pupils[2]: True}


def test_what_was_approved_is_not_learned_over(approved):
    ran = a2n("learn", "--home", approved.folder, "--as-of", LEARNED)
    assert ran.status == 1 and "has been approved and stays as it was" in ran.err and "Traceback" not in ran.err


@pytest.mark.parametrize(
    "learned, line, orders_by",
    a_few(
        [("2025-09-15", 1.0, "model"), ("2025-09-15", -0.01, "rule"), (LEARNED, -0.01, "model")],
        lambda number, _: number == 1,
        several=True,
    ),
)
def test_the_next_learning_holds_a_term_since_to_the_model_in_use_and_may_suspend_it(
    approved, by_model, learned, line, orders_by
):
    """A term that it was fitted on says nothing of it."""
    record = approved.folder / "models" / LEARNED / "record.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"as_of": learned}))
    with mock.patch.object(drift_lines, "OFF", line), mock.patch.object(drift_lines, "FEWEST", 10):
        ran = a2n("learn", "--home", approved.folder, "--as-of", NIGHT)
    assert ran.status == 0, ran.err
    told = json.loads(record.read_text())
    assert ("last_term" in told) is (learned != LEARNED)
    assert bool(told["suspended"]) is (orders_by == "rule")
    if learned != LEARNED:
        expected, came_true = drift_lines.LastTerm(told["last_term"]["expected"], told["last_term"]["came_true"]).of_ten
        features = tables(by_model, "derived")["derived.pupil_features"].filter(as_of=date.fromisoformat(NIGHT))
        shown = of_the_opinion(opinion(approved, features, as_of=date.fromisoformat(NIGHT)), None)["model"]
        assert shown.select("orders_by", "expected_of_ten", "came_true_of_ten").row(0) == (
            orders_by,
            expected,
            came_true,
        )
    if orders_by == "rule":
        assert (
            f"it expected about {expected} to miss a tenth or more, and about {came_true} did"
            in told["suspended"]["because"]
        )


def test_a_home_that_has_learned_nothing_says_so(home):
    ran = a2n("appraise", "--home", home.folder)
    assert ran.status == 1 and "has learned nothing yet" in ran.err


def test_too_short_a_past_teaches_nothing(home):
    ran = a2n("learn", "--home", home.folder, "--as-of", "2025-02-07")
    assert ran.status == 1 and "twelve before a day and twelve after" in ran.err


def test_a_live_home_learns_nothing_before_a_person_has_filled_the_blanks(home, learnt):
    settings = home.folder / "settings.toml"
    become(home.folder, demo=False)
    say_why(home.folder)
    live = settings.read_text()
    ran = a2n("learn", "--home", home.folder, "--as-of", "2025-02-07")
    assert ran.status == 1 and f"{', '.join(BLANKS)}: fill them in" in ran.err
    for name in BLANKS:
        live = live.replace(f'# {name} = ""', f'{name} = "Said by {name}"')
    settings.write_text(live)
    ran = a2n("learn", "--home", home.folder, "--as-of", "2025-02-07")
    assert ran.status == 1 and "twelve before a day and twelve after" in ran.err, "it is past its blanks"
    told = json.loads((learnt.folder / "models" / LEARNED / "record.json").read_text())
    dpia = papers(told, open_home(home.folder).settings.opinion, controller="Made up")["dpia_prefill.md"]
    assert "Said by lawful_basis" in dpia and "To be filled in by a person" not in dpia


# A night ------------------------------------------------------------------------------------------------------------------


def test_a_model_orders_the_eligible_and_changes_nothing_of_who_they_are(by_rule, by_model):
    by_rule, by_model = triage_of(by_rule), triage_of(by_model)
    worth = pl.col("outcome").is_in(["listed", "eligible_not_listed"])
    same = ["pupil_id", "urn", "points", "section"]
    assert_frame_equal(by_rule.filter(worth).select(same).sort(same), by_model.filter(worth).select(same).sort(same))
    rest = ["pupil_id", "outcome", "because"]
    assert_frame_equal(by_rule.filter(~worth).select(rest).sort(rest), by_model.filter(~worth).select(rest).sort(rest))
    counts = [
        one.filter(outcome="listed").group_by("urn", "quota").len().sort("urn", "quota") for one in (by_rule, by_model)
    ]
    assert_frame_equal(*counts)
    listed = [
        one.filter(outcome="listed").select("urn", "place", "pupil_id").sort("urn", "place")
        for one in (by_rule, by_model)
    ]
    assert not listed[0].equals(listed[1]), "or the model orders nothing"


def test_each_places_order_is_the_models_within_its_list(by_model):
    triage = triage_of(by_model)
    features = tables(by_model, "derived")["derived.pupil_features"].filter(as_of=date.fromisoformat(NIGHT))
    scored = opinion(by_model, features, as_of=date.fromisoformat(NIGHT)).likelihood
    ordered = triage.filter(outcome="listed", section="main").join(scored, on="pupil_id").sort("urn", "place")
    for _, school in ordered.group_by("urn"):
        assert school.sort("place")["likelihood"].to_list() == sorted(school["likelihood"], reverse=True)
    within = triage.filter(pl.col("quota").is_not_null()).join(scored, on="pupil_id")
    for _, kind in within.group_by("urn", "section", "quota"):
        on, off = (kind.filter(outcome=outcome)["likelihood"] for outcome in ("listed", "eligible_not_listed"))
        assert on.is_empty() or off.is_empty() or on.min() >= off.max()


def test_a_listed_pupil_is_told_of_in_words_with_numbers_and_no_chance_or_level(by_model):
    triage = triage_of(by_model)
    said = triage.filter(outcome="listed")["order_because"].drop_nulls()
    assert said.len() > 5
    assert said.str.contains(r"^Placed here mostly for: .*\d.*\.$").all()
    assert not said.str.contains(r"%|chance|likel|probab|score|level|red|amber").any()
    assert (
        triage.filter(pl.col("outcome") != "listed")["order_because"].null_count()
        == (triage["outcome"] != "listed").sum()
    )
    books = [
        openpyxl.load_workbook(path, read_only=True)
        for path in sorted(by_model.lists_of(date.fromisoformat(NIGHT)).iterdir())
    ]
    cells = [
        str(cell)
        for book in books
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell
    ]
    assert any("Placed here mostly for: " in cell for cell in cells)
    assert any("A model orders those worth a look" in cell and "The inclusion lead" in cell for cell in cells)
    assert any("goes by who is likeliest to go on missing school" in cell for cell in cells)
    assert not any("It does not foretell anything" in cell for cell in cells), "for the order does"


def test_a_list_that_the_rule_orders_says_nothing_of_a_model(by_rule):
    [first, *_] = sorted(by_rule.lists_of(date.fromisoformat(NIGHT)).iterdir())
    book = openpyxl.load_workbook(first, read_only=True)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("It does not foretell anything" in cell for cell in cells) and not any("model" in cell for cell in cells)


def test_no_likelihood_is_kept_in_any_table(by_model):
    columns = {column for frame in tables(by_model).values() for column in frame.columns}
    assert "order_because" in columns and not [one for one in columns if "likelihood" in one or "score" in one]


def test_the_rule_orders_until_the_day_of_the_approval(approved):
    before = night(approved, LAST_DAY)
    assert before["order_because"].null_count() == before.height
    said = a2n("flag", "--home", approved.folder, "--as-of", APPROVED_ON, "--json").told
    assert any("A model orders those worth a look" in one and "The inclusion lead" in one for one in said["remarks"])


def spoil_model(folder: Path) -> str:
    (folder / "model.skops").write_bytes(b"another")
    return "is not the model that was appraised"


def spoil_features(folder: Path) -> str:
    told = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(told | {"features": told["features"][1:]}))
    return "fitted on another list of features"


def spoil_version(folder: Path) -> str:
    told = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(told | {"versions": told["versions"] | {"sklearn": "0.1"}}))
    return "fitted with sklearn 0.1"


def drift(folder: Path) -> str:
    told = json.loads((folder / "record.json").read_text())
    told["spread"]["moves_24m"] |= {"edges": [40.0], "shares": [0.0, 1.0, 0.0], "usual": 0.0}
    (folder / "record.json").write_text(json.dumps(told))
    return "moves_24m is no longer spread as it was"


def suspend(folder: Path) -> str:
    told = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(
        json.dumps(told | {"suspended": {"on": NIGHT, "because": "The model is suspended by a test."}})
    )
    return "The model is suspended by a test."


@pytest.mark.parametrize("spoil", [spoil_model, spoil_features, spoil_version, drift, suspend])
def test_a_model_that_may_not_be_used_has_no_opinion_and_says_why(by_model, approved, spoil):
    features = tables(by_model, "derived")["derived.pupil_features"].filter(as_of=date.fromisoformat(NIGHT))
    assert opinion(approved, features, as_of=date.fromisoformat(NIGHT)).orders
    said = spoil(approved.folder / "models" / LEARNED)
    spoilt = opinion(approved, features, as_of=date.fromisoformat(NIGHT))
    assert not spoilt.orders and spoilt.likelihood.is_empty() and said in spoilt.said


def test_a_night_without_an_opinion_is_ordered_by_the_rule_and_says_why(by_rule, approved):
    said = spoil_model(approved.folder / "models" / LEARNED)
    ran = a2n("flag", "--home", approved.folder, "--as-of", NIGHT, "--json")
    assert ran.status == 0, ran.err
    assert [one for one in ran.told["remarks"] if said in one]
    assert_frame_equal(triage_of(approved), triage_of(by_rule))


# No future ----------------------------------------------------------------------------------------------------------------


def test_a_planted_future_mark_moves_no_feature_likelihood_or_list(seasons, approved):
    """The last two weeks are corrected to illness, and four weeks follow of nothing but illness: all learned of later."""
    day = date.fromisoformat(APPROVED_ON)
    _, made = seasons
    before = night(approved, APPROVED_ON), _looked(approved, day), lists(approved, day)
    for path in made.files:
        rows = pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.DataFrame()
        if {"date", "session", "code"} <= {*rows.columns}:
            late = rows.filter(pl.col("date") > "2026-03-13").with_columns(code=pl.lit("I"))
            days = pl.col("date").str.to_date() + pl.duration(days=28)
            assert late.height > 300
            later = pl.concat([late, late.with_columns(date=days.cast(pl.String))])
            deliver_rows(approved, {f"later_{path.stem}.csv": later})
    assert a2n("take-in", "--home", approved.folder, "--known-on", "2026-05-01").status == 0
    after = night(approved, APPROVED_ON), _looked(approved, day), lists(approved, day)
    assert_frame_equal(before[0], after[0])
    for one, other in zip(before[1], after[1], strict=True):
        assert_frame_equal(one, other)
    assert before[2] == after[2]
    weeks = tables(approved, "facts")["facts.pupil_weeks"]
    for monday in (date(2026, 3, 23), date(2026, 4, 20)):
        known = weeks.filter(pl.col("week_start") == monday)
        assert (known["absence_sessions"] == known["possible_sessions"]).mean() > 0.5, "the future is another by now"


def _looked(home, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Features and likelihoods as of a day."""
    with shelf.warehouse(home) as con:
        assert clocks.known_as_of(con, day).weeks.height > 0
    features = tables(home, "derived")["derived.pupil_features"].filter(as_of=day)
    scored = opinion(home, features, as_of=day)
    assert scored.orders
    return features, scored.likelihood


def published(home, query: str) -> list[tuple]:
    with duckdb.connect(home.published / "current.duckdb", read_only=True) as con:
        return con.execute(query).fetchall()


def test_the_snapshot_says_who_orders_by_whose_approval_and_how_far_each_feature_has_moved(by_rule, by_model, approved):
    asked = "SELECT orders_by, approved_by, since, suspended_because FROM published.model"
    assert published(by_rule, asked) == [("rule", None, None, None)]
    assert published(by_model, asked) == [("model", "The inclusion lead", date.fromisoformat(APPROVED_ON), None)]
    moved = dict(published(by_model, "SELECT feature, stability_index FROM published.model_drift"))
    assert set(moved) == {feature.name for feature in FEATURES} and all(index >= 0 for index in moved.values())
    assert published(by_model, "SELECT count(*) FROM published.model_drift WHERE stability_index > suspends_above") == [
        (0,)
    ]
    assert published(by_rule, "SELECT count(stability_index), count(*) FROM published.model_drift") == [
        (0, len(FEATURES))
    ]
    said = drift(approved.folder / "models" / LEARNED)
    night(approved)
    [(orders_by, _, _, because)] = published(approved, asked)
    assert orders_by == "rule" and said in because
    assert published(approved, "SELECT feature FROM published.model_drift WHERE stability_index > suspends_above") == [
        ("moves_24m",)
    ]


def test_an_unreadable_record_is_refused_in_one_sentence(approved):
    (approved.folder / "models" / LEARNED / opinions_kept.RECORD).write_text("{")
    ran = a2n("appraise", "--home", open_home(approved.folder).folder)
    assert ran.status == 1 and "cannot be read" in ran.err and ran.err.count("\n") == 1
