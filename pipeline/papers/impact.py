"""The data protection impact assessment, begun: under the headings of the Information Commissioner's template."""

from pipeline.signals import SIGNALS

from .blocks import Block, Grid, Heading, Paper, Points, Say, Signed, alike_together, blank, capital, said
from .law import AUTOMATED, FROM_WHOM, PURPOSES, RIGHTS, SPECIAL, USES_NOT, WHY
from .risks import risks
from .told import REASONS, Group, Told, about

SKELETON = (
    "A skeleton, written from what this home's settings say and what the project does. It is no legal advice. The data protection officer "
    "completes it, changes what is not so here, and signs it."
)


def impact(told: Told) -> Paper:
    blocks = [
        *_need(told), *_processing(told), *_consultation(), *_necessity(told), *_risks(told), *_measures(told), *_signed(told),
    ]  # fmt: skip
    return Paper(
        "dpia", "Data protection impact assessment: Attendance to need", told.name, told.written,
        told.settings.demo, tuple(blocks), notes=SKELETON,
    )  # fmt: skip


def _need(told: Told) -> list[Block]:
    return [
        Heading("Step 1: Why an assessment is needed"),
        Say(
            "Article 35 of the UK GDPR asks for one where processing is likely to result in a risk to people's rights and freedoms that is high, and the Information Commissioner "
            "asks for one where children are profiled, where special categories are processed on a large scale, and where data sets are "
            "matched. All three are so here: pupils are profiled by their attendance, by rules, to decide whom a person looks at first."
        ),
        Say(
            f"The controller is {told.controller}. Processors, if any: {blank('names of processors, and the contract with each')}"
        ),
    ]


def _processing(told: Told) -> list[Block]:
    return [
        Heading("Step 2: The processing"),
        Heading("Nature", 3),
        Points((
            "Extracts that schools and the authority already have are put in a folder, each recognised by its headers, held to rules, and taken "
            "into an encrypted warehouse under pseudonyms. Names and birth dates go to another database, with another key.",
            f"Every night each pupil on a roll is held to {len(SIGNALS):,} published rules about attendance. Who meets a rule, is absent enough, "
            f"and has nothing on file may have one of a school's {told.settings.places:,} places, or as many as settings give it.",
            f"Lists go out every {told.settings.every_days:,} days, as workbooks for each school, with names. Lists that come back say what was "
            "decided.",
            "Nothing is sent anywhere by the software: lists are files that a person hands on.",
        )),
        Heading("Scope: what is processed, from whom and why", 3),
        Say(f"Of {about(told.pupils, 'children')}, at {told.schools_in_words}, so far."),
        Grid(("Feed", "From whom, and why", "Volume", "Special categories"), tuple(_scope(one) for one in told.groups), (27, 38, 12, 23)),
        *_not_taken(told),
        Heading("How long", 3),
        Grid(("What", "Kept"), told.retentions),
        Heading("Context", 3),
        Say(
            "The people are children. They have no choice in being on a register, and parents may not expect that registers of several years "
            f"are looked at together. {blank('relationship with the children, their expectations, earlier concerns, state of the art')}"
        ),
        Heading("Purposes", 3),
        Points(PURPOSES),
        Say(f"It is for offering support. It is not for {USES_NOT}. Every list says so."),
    ]  # fmt: skip


def _scope(group: Group) -> tuple[str, str, str, str]:
    titles = "; ".join(one.feed.title for one in group.feeds)
    special = dict.fromkeys(SPECIAL[one.feed.name] for one in group.feeds if one.feed.name in SPECIAL)
    rows = sum(one.rows for one in group.feeds)
    return (
        f"{group.title}: {titles}",
        f"From {FROM_WHOM[group.family]}; {WHY[group.family]}.",
        capital(about(rows, "rows held")),
        ". ".join(capital(one) for one in special) or "None",
    )


def _not_taken(told: Told) -> list[Block]:
    if not told.unused:
        return []
    titles = "; ".join(one.feed.title for one in told.unused)
    return [
        Say(
            f"Not taken in, and refused until settings say why: {titles}."
            if not told.settings.demo
            else f"Nothing has come of: {titles}."
        )
    ]


def _consultation() -> list[Block]:
    return [
        Heading("Step 3: Consultation"),
        Grid(
            ("Who", "How and when, and what they said"),
            tuple(
                (who, blank("how they were asked, when, and what they said"))
                for who in (
                    "Pupils",
                    "Parents",
                    "SENCos and schools",
                    "Trade unions and staff",
                    "Information security",
                    "Processors",
                )
            ),
        ),
    ]


def _necessity(told: Told) -> list[Block]:
    return [
        Heading("Step 4: Necessity and proportionality"),
        Heading("Lawful basis, by feed", 3),
        Grid(
            ("Feed", "Function, and lawful basis (Article 6)", "Article 9, and Schedule 1 of the 2018 Act", "Agreement"),
            told.reasons,
            REASONS,
        ),
        Heading("Does it achieve the purpose, and is there a less intrusive way?", 3),
        Points((
            "A school could read every register by hand. A tenth of sessions missed names about a quarter of a secondary school; nobody can look "
            "into so many, and those with nothing on file are found last.",
            "Counts alone would show which school is worse off, and no child to help.",
            "Only pseudonyms are worked with. Points of pupils who are not listed go when the next lists are out, and those of a listed pupil after the "
            "decision. Fields that are not needed are not read, and are listed in the sharing agreement.",
            blank("what was tried before, and why it was not enough"),
        )),
        Heading("Profiling of children, and decisions", 3),
        Say(AUTOMATED),
        Say(_learned(told)),
        Heading("Quality, and function creep", 3),
        Say(
            "Each file and row is held to rules and set aside with a reason where it breaks one. A list says what it is for. What it must not be "
            f"used for is printed on it: {USES_NOT}."
        ),
        Heading("Rights", 3),
        Grid(("Right", "How it is met"), RIGHTS),
        Heading("Transfers out of the United Kingdom", 3),
        Say(f"The software sends nothing anywhere. {blank('where the machine and its backups stand, and whether anything leaves the United Kingdom')}"),
    ]  # fmt: skip


def _learned(told: Told) -> str:
    told_of = told.settings.opinion
    if any(text.strip() for text in told_of.values()):
        return (
            "An order of the list may be learned from the home's own past, once a person approves it. Of that settings say: "
            f"{said(told_of.get('automated_decisions', ''), 'how Articles 22A to 22D are met by the learned order')}"
        )
    return "No order of the list is learned: the section of settings by which that may be is empty."


def _risks(told: Told) -> list[Block]:
    return [
        Heading("Step 5: Risks"),
        Grid(
            ("Risk", "Likelihood: remote, possible or probable", "Severity: minimal, significant or severe", "Overall: low, medium or high"),
            tuple((one.what, *(blank(what) for what in ("likelihood", "severity", "overall"))) for one in risks(told.settings)),
            (55, 15, 15, 15),
        ),
    ]  # fmt: skip


def _measures(told: Told) -> list[Block]:
    return [
        Heading("Step 6: Measures to reduce risk"),
        Say("What is done is built in; beside it stands the test of the project that proves it, and that anybody may run."),
        Grid(
            ("Risk", "What is done", "Proven by", "Left over: low, medium or high; approved"),
            tuple((one.what, one.done, _as_sentences(one.proven), blank("left over, yes or no")) for one in risks(told.settings)),
            (18, 35, 31, 16),
        ),
    ]  # fmt: skip


def _as_sentences(tests: str) -> str:
    """The names of tests are sentences, and are read as such."""
    told = (one.split("::test_") for one in tests.split())
    return "; ".join(f"{name.replace('_', ' ')} ({file})" for file, name in told)


def _signed(told: Told) -> list[Block]:
    dates = alike_together([(one.title, one.assessed) for one in told.groups])
    return [
        Heading("Step 7: Sign off and record outcomes"),
        Say("Days on which settings say that an assessment was signed, by feed. A live home takes in nothing of a feed without one."),
        Grid(("Feed", "Signed on"), dates),
        Grid(
            ("Item", "Outcome"),
            (
                ("Advice of the data protection officer", blank("advice, and whether it was accepted or overruled and why")),
                ("Consultation responses", blank("accepted, or overruled and why")),
                ("Whether any risk left over is high", blank("no; or yes, and the Information Commissioner was consulted first, under Article 36")),
                ("Kept under review by", blank("who, and when next; at the latest three years on, when the home reminds you")),
            ),
        ),
        Signed(("Data protection officer", "Information asset owner", "Senior information risk owner, or head of the school or trust")),
    ]  # fmt: skip
