"""Signals: how often each is raised, what came of it; and where specialists are needed to look."""

from pipeline.dashboard import charts, queries, words
from pipeline.dashboard.parts import Column, Section, Sheet, View, Words
from pipeline.dashboard.reading import Reading
from pipeline.dashboard.snapshot import Row

_SIGNALS = (
    Column("signal", "Signal", "title"),
    Column("asks", "Asks"),
    Column("role", "Role", "title"),
    Column("raised", "Raised", "count"),
    Column("not_raised", "Not raised", "count"),
    Column("cannot_be_judged", "Cannot be judged", "count"),
)
_OUTCOMES = (
    Column("signal", "Signal", "title"), Column("listed", "On a list", "count"), Column("look_into_it", "Look into it", "count"),
    Column("already_met", "Already met", "count"), Column("other_cause", "Another cause", "count"), Column("not_needed", "Not needed", "count"),
    Column("other_answer", "Not reached, or later", "count"), Column("undecided", "Undecided", "count"),
)  # fmt: skip
_FINDINGS = (
    Column("signal", "Signal", "title"), Column("listed", "On a list", "count"), Column("need_found", "Need found", "count"),
    Column("known", "Known need", "count"), Column("nothing_found", "None found", "count"), Column("no_finding", "No finding yet", "count"),
)  # fmt: skip


def signals(reading: Reading) -> View:
    schools = _schools(reading)
    if len(schools) > 1:
        return _which(reading)
    urn = schools[0]["urn"] if schools else None
    rows = reading.rows(queries.SIGNALS, urn=urn) if schools or not reading.told.get("school") else []
    outcomes = reading.rows(queries.SIGNAL_OUTCOMES)
    of = schools[0]["name"] if schools else reading.told.get("phase") or "the whole home"
    chosen = {"scope": "school" if urn else "phase" if reading.told.get("phase") else "home", "urn": urn, "phase": None if urn else reading.told.get("phase")}  # fmt: skip
    parts = []
    if any(row["raised"] is not None for row in rows):
        says = "For each signal, the number of pupils it is raised for. Signals whose number is hidden are left out of the drawing."
        named = [row | {"title": words.title(row["signal"])} for row in rows]
        parts.append(charts.bars(reading, "signals", "How often each is raised", says, named, "title", {"raised": "Pupils"}, chosen, share=False))  # fmt: skip
    parts.append(
        Sheet(
            f"Signals, of {of}", _SIGNALS, rows, reading.links("download", table="signal", **chosen), empty=_NO_SCHOOL
        )
    )
    file = reading.links("download", table="signal_outcome")
    sections = [
        Section("How often each is raised", parts, name="raised"),
        Section("What came of it", [Sheet("Decisions", _OUTCOMES, outcomes, file), Sheet("What looking found", _FINDINGS, outcomes, file)],
                name="outcomes", intro="Of pupils on a roll now who were on a list this school year with that signal, of the whole home."),
        Section("What decides who is seen first", _order(reading), name="order"),
    ]  # fmt: skip
    intro = "A signal is a reason to ask, never a finding. A pupil may raise several, so they do not add up."
    return View("Signals", intro, sections, ("signal", "signal_names", "signal_outcome", "model", "model_drift"))


_DRIFT = (
    Column("feature", "What it reads", "title"),
    Column("stability_index", "Moved since it was fitted", "number"),
    Column("suspends_above", "Suspends itself above", "number"),
)


def _order(reading: Reading) -> list:
    """Who orders those worth a look; of a model, by whose approval, how last term held and how far what it reads has moved."""
    told = reading.row(queries.MODEL)
    parts = [Words(one) for one in _who_orders(told)]
    moved = reading.rows(queries.MODEL_DRIFT)
    if moved:
        parts.append(Sheet("What the model reads, furthest moved first", _DRIFT, moved, reading.links("download", table="model_drift")))  # fmt: skip
    return parts


def _who_orders(told: Row) -> list[str]:
    if told["name"] is None:
        said = ["The rule: points, then the rate of absence. No model has been approved."]
        because = told.get("because")
        return said + ([f"A model was put to the test. {because}"] if because else [])
    approved = f"{told['name']}, approved by {told['approved_by']} from {words.day(told['since'])}"
    if told["suspended_because"]:
        said = [f"{told['suspended_because']} It is {approved}."]
    else:
        said = [f"A model ({approved}). Rules alone decide who is worth a look."]
    if told.get("expected_of_ten") is not None:
        said.append(
            f"Of ten pupils placed first last term it expected about {told['expected_of_ten']} to miss a tenth or more; about "
            f"{told['came_true_of_ten']} did."
        )
    return said


_NO_SCHOOL = "There is no school of that name or number."


def _schools(reading: Reading) -> list[Row]:
    """The schools whose name or number the address gives; none where it gives none."""
    return reading.rows(queries.NAMED) if reading.told.get("school") else []


def _which(reading: Reading) -> View:
    schools, around = reading.paged(queries.NAMED, "signals")
    choices = [row | {"link": reading.links("signals", school=row["urn"])} for row in schools]
    table = Sheet(
        "Schools of that name", (Column("name", "School", "link"), Column("phase", "Phase")), choices, **around
    )
    said = Words("Several schools have that in their name.")
    return View("Signals", "Choose one school.", [Section("Which school?", [said, table], name="which")], ("signal",))


_SPECIALISTS = (
    Column("kind", "Kind of next step", "title"),
    Column("unmet", "Not looked at", "count"),
    Column("days_a_term", "Specialist days a term", "number"),
    Column("unmet_a_day", "Not looked at, a day", "number"),
)


def specialists(reading: Reading) -> View:
    rows = reading.rows(queries.SPECIALISTS)
    by_area = reading.rows(queries.SPECIALISTS_BY_AREA)
    chosen = {name: reading.told.get(name) for name in ("area", "phase")}
    parts = []
    if any(row["unmet"] is not None for row in rows):
        says = (
            "For each kind of next step, the number of children worth a look today and not looked at this school year."
        )
        named = [row | {"title": words.title(row["kind"])} for row in rows]
        parts.append(
            charts.bars(
                reading, "specialists", "Looks not yet had", says, named, "title", {"unmet": "Pupils"}, share=False
            )
        )
    parts.append(Sheet("The whole home, most children a day first", _SPECIALISTS, rows, reading.links("download", table="specialist", scope="home")))  # fmt: skip
    columns = (Column("area", "Area"), Column("phase", "Phase"), *_SPECIALISTS)
    table = Sheet(
        "By area and phase", columns, by_area, reading.links("download", table="specialist", scope="area", **chosen)
    )
    sections = [Section("The whole home", parts, name="home"), Section("By area and phase", [table], name="areas")]
    intro = "Children worth a look and not looked at yet, by the kind of next step, beside the specialist days that settings give."
    return View("Where specialists are needed", intro, sections, ("specialist",))
