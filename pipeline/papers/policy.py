"""The appropriate policy document that the Data Protection Act 2018 asks for, begun: Schedule 1, Part 4."""

from .blocks import Block, Grid, Heading, Paper, Points, Say, Signed, blank, capital
from .impact import SKELETON
from .law import AUTOMATED, BASES, SPECIAL, USES_NOT
from .told import Group, Told


def policy(told: Told) -> Paper:
    blocks = [*_what(told), *_principles(told), *_kept(told), *_reviewed()]
    return Paper(
        "appropriate_policy_document", "Appropriate policy document: Attendance to need", told.name, told.written,
        told.settings.demo, tuple(blocks), notes=SKELETON,
    )  # fmt: skip


def _what(told: Told) -> list[Block]:
    return [
        Heading("Why there is this document"),
        Say(
            f"{told.controller} processes special categories of personal data, and data about criminal allegations, proceedings or convictions "
            "where a feed tells of any, in reliance on conditions in Schedule 1 to the Data Protection Act 2018. Part 4 of that Schedule (paragraphs 38 to 41) asks for a "
            "document that says how the principles of Article 5 of the UK GDPR are kept to, and how long the data are kept and how they are erased."
        ),
        Heading("The data, and the condition relied on"),
        Grid(("Feed", "Special categories, and data of Article 10", "Article 9", "Condition of Schedule 1"), tuple(map(_condition, told.groups)), (18, 30, 26, 26)),
        Say("What such processing is usually rested on:"),
        Points(BASES),
    ]  # fmt: skip


def _condition(group: Group) -> tuple[str, str, str, str]:
    special = dict.fromkeys(SPECIAL[one.feed.name] for one in group.feeds if one.feed.name in SPECIAL)
    words = ". ".join(capital(one) for one in special) or "None"
    return group.title, words, group.line("article_9_condition"), group.line("schedule_1_condition")


def _principles(told: Told) -> list[Block]:
    settings = told.settings
    return [
        Heading("How the principles are kept to"),
        Heading("Accountability", 3),
        Points((
            "An impact assessment is signed before a feed is taken in: a live home refuses each feed until settings name its function, lawful "
            "basis, conditions, agreement, assessment and retention.",
            "Every run, file, row set aside and link is on record; lists written, pages viewed, exports and decisions are in a chained audit "
            "trail, by actor and scope, never by content.",
            f"Record of processing (Article 30, and paragraph 41): {blank('where it is, and who keeps it')}",
        )),
        Heading("(a) Lawful, fair and transparent", 3),
        Points((
            *(f"{title}: {because}" for title, because, *_ in told.reasons),
            "A privacy notice goes to pupils and parents, in words that a child of eleven can read.",
            AUTOMATED,
        )),
        Heading("(b) Purpose limitation", 3),
        Say(
            f"The data are used to offer support, to find children without a school, and to publish counts without names. They are not used for "
            f"{USES_NOT}. Sex, season of birth, ethnicity, language, free school meals and type of need are read for one purpose, a count of "
            "whether any group is missed."
        ),
        Heading("(c) Data minimisation", 3),
        Points((
            "Of each extract only declared columns are read; the sharing agreement lists them. What else is in a file is left unread.",
            "Only pseudonyms are worked with. Of a birth date the age and the season are kept; of an address the postcode, and only beside names.",
            "Nothing of the police or of youth justice is taken, and of other agencies only that a service is involved.",
        )),
        Heading("(d) Accuracy", 3),
        Say(
            "Registers are held each night to the school's own totals, its census and its roll; a school whose figures do not hold gets no list. A "
            "mark that was put right takes the place of the one before it. Links between records that are less than certain wait for a person."
        ),
        Heading("(e) Storage limitation", 3),
        Say("See below."),
        Heading("(f) Integrity and confidentiality", 3),
        Points((
            "Warehouse and names are two encrypted databases with two keys; pseudonyms are made with a third. Backups are encrypted with a fourth.",
            f"Published counts from 1 to {settings.fewest_shown - 1:,} are hidden, and rates on fewer than {settings.smallest_base:,} pupils.",
            f"Who may read the figures: {_readers(settings.sign_in)}",
            f"Who may open the home, and how they are trained: {blank('posts, vetting and training')}",
        )),
    ]  # fmt: skip


def _readers(sign_in: str) -> str:
    if sign_in == "none":
        return "nobody signs in, for the figures are made up or are not served."
    return f"those in a table of names and schools, once they have signed in ({sign_in})."


def _kept(told: Told) -> list[Block]:
    return [
        Heading("Retention and erasure"),
        Grid(("What", "Kept"), told.retentions),
        Points((
            "What its time is over for is removed by a run that applies these periods, from every store of the home, and is counted by kind.",
            "One child is erased from every store by `a2n forget`, where a right to erasure applies or retention is over.",
            _of_agencies(told),
            f"Backups: {blank('how long they are kept, and how a restored one is brought up to date with what was erased since')}",
        )),
    ]  # fmt: skip


def _of_agencies(told: Told) -> str:
    days = told.settings.unlinked_days
    return f"Names that another agency sent and that nobody here is linked to are erased after {days:,} days."


def _reviewed() -> list[Block]:
    return [
        Heading("Review"),
        Say(
            "This document is kept for as long as such processing goes on and for six months after, is reviewed from time to time, and is given to "
            "the Information Commissioner on request, without charge (paragraph 40)."
        ),
        Grid(("Item", "Said"), (("Approved on", blank("day")), ("Next review", blank("day, and by whom")))),
        Signed(("Data protection officer", "For the controller")),
    ]
