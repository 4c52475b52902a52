"""A data sharing agreement, begun: parties, purpose, fields by feed, gateway, security, retention, rights, incidents and review."""

from .blocks import Block, Grid, Heading, Paper, Points, Say, Signed, blank, capital, said
from .impact import SKELETON
from .law import DUTIES, FROM_WHOM, PURPOSES, RIGHTS, USES_NOT, WHY
from .told import NAMING, REASONS, FeedTold, Told


def sharing(told: Told) -> Paper:
    blocks = [*_parties(told), *_purpose(told), *_gateway(told), *_fields(told), *_handling(told), *_ends()]
    return Paper(
        "sharing_agreement", "Data sharing agreement: Attendance to need", told.name, told.written, told.settings.demo,
        tuple(blocks), notes=SKELETON,
    )  # fmt: skip


def _parties(told: Told) -> list[Block]:
    return [
        Heading("1. Parties"),
        Grid(
            ("Party", "Role", "Data protection officer"),
            (
                (told.controller, "Receives the data, and is controller of what it holds", blank("name and how to reach them")),
                (blank("each school or trust that sends data"), "Sends the data, and is controller of its own records", blank("name and how to reach them")),
            ),
            (36, 32, 32),
        ),
        Say("Where the parties decide purposes and means together, they are joint controllers, and an arrangement under Article 26 is added."),
    ]  # fmt: skip


def _purpose(told: Told) -> list[Block]:
    return [
        Heading("2. Purpose"),
        Points(PURPOSES),
        Say(
            f"The data are not used for {USES_NOT}. A party that would use them for anything else asks the others first, in writing."
        ),
        Heading("What each kind of data is needed for", 3),
        Grid(
            ("Kind", "From whom", "Needed"),
            tuple((one.title, capital(FROM_WHOM[one.family]), capital(WHY[one.family])) for one in told.groups),
            (22, 36, 42),
        ),
    ]


def _gateway(told: Told) -> list[Block]:
    gateway = [
        Say(
            "Early help and school nursing send names without a UPN. The gateway by which they may: "
            f"{said(told.settings.gateway, 'gateway for other agencies, under [agencies] in settings')}"
        )
    ]
    return [
        Heading("3. Law by which the data are shared"),
        Say("Duties that such sharing may serve; strike out what does not apply:"),
        Grid(("Act", "What it asks"), DUTIES),
        Heading("As this home's settings have it", 3),
        Grid(
            ("Kind", "Function and lawful basis", "Conditions", "Agreement so far"),
            told.reasons,
            REASONS,
        ),
        *(gateway if any(one.feed.name == "agencies" for group in told.groups for one in group.feeds) else []),
        Say(
            "Data of the police and of youth justice are not part of this agreement, and are refused by the software whatever else is agreed."
        ),
    ]


def _fields(told: Told) -> list[Block]:
    blocks: list[Block] = [
        Heading("4. Fields"),
        Say(
            "By feed, what is read and kept. Any other column that is sent is left unread. What names a child goes to a database of its own, "
            "under a key of its own; everywhere else there is a pseudonym."
        ),
    ]
    for group in told.groups:
        blocks += [
            Heading(group.title, 3),
            Grid(
                ("Feed", "What is kept of each row", "What names a child"), tuple(map(_kept, group.feeds)), (26, 58, 16)
            ),
        ]
    return blocks


def _kept(one: FeedTold) -> tuple[str, str, str]:
    kept = "; ".join(f"{column.name} ({column.description.rstrip('.')})" for column in one.kept)
    return (
        f"{one.feed.title} (as {'; '.join(one.comes_as)})",
        kept,
        ", ".join(NAMING[name] for name in one.naming) or "Nothing",
    )


def _handling(told: Told) -> list[Block]:
    return [
        Heading("5. How it is sent and kept safe"),
        Points((
            f"Way of sending: {blank('encrypted channel, who may send and who receives')}",
            "On arrival, data are kept in encrypted databases under keys that are held apart from backups; files of the home can be read by its "
            "owner alone.",
            "Lists with names go to the school they are of. Figures that are published have small counts hidden.",
            f"Staff: {blank('who has access at each party, and their training')}",
        )),
        Heading("6. Retention"),
        Grid(("What", "Kept"), told.retentions),
        Say("Each party keeps its own records as long as its own law says. At the end of this agreement what was received is erased, unless the law "
            "asks that it be kept."),
        Heading("7. Quality"),
        Say("A file that breaks a rule is refused, a row is set aside, and the sender is told by file, row number and rule. The sender puts it right "
            "in its own system and sends it again."),
        Heading("8. Rights of children and parents"),
        Grid(("Right", "How it is met"), RIGHTS),
        Say(f"A request that reaches one party and concerns another is passed on within {blank('so many')} working days."),
        Heading("9. When something goes wrong"),
        Points((
            f"A party that learns of a breach tells the others within {blank('so many')} hours: {blank('whom, and by what telephone and email')}.",
            "The controller concerned decides within 72 hours of learning of it whether the Information Commissioner is told (Article 33), and "
            "whether children and parents are (Article 34).",
            "Each party keeps a record of every breach, and of what was done.",
        )),
    ]  # fmt: skip


def _ends() -> list[Block]:
    return [
        Heading("10. Beginning, review and end"),
        Grid(
            ("Item", "Agreed"),
            (
                ("Begins on", blank("day")),
                ("Reviewed", blank("how often, and by whom; at least once a year")),
                ("Ends", blank("on what day, or with what notice")),
                ("Costs and liability", blank("as the parties agree")),
            ),
        ),
        Signed(("For the controller that receives", "Its data protection officer", "For the school or trust that sends", "Its data protection officer")),
    ]  # fmt: skip
