"""What pupils and parents are told, in plain words; and a page for the schools that send data and get lists."""

from .blocks import Block, Grid, Heading, Paper, Points, Say, blank
from .law import ICO, USES_NOT
from .told import Told

HELD = {
    "schools": "Which school you go to.",
    "rolls": "Your name, date of birth, year group, and when you joined or left a school. The school also tells us your sex, ethnic group, "
    "first language and whether you get free school meals. We only count those, to check that the list is fair.",
    "plans": "Whether you have an education, health and care plan, or somebody has asked for one.",
    "census_details": "What the school tells the government each term: help you get, time you missed, and times you were sent home.",
    "destinations": "If you left a school, where you went next.",
    "care": "If you are in care, where you live now and whether you have a school.",
    "support": "Help you have already, and things staff have added, such as that you care for someone at home.",
    "registers": "Your marks: if you were in school each morning and each afternoon, and the reason if you were not.",
}
"""By family of feeds."""


def privacy_notice(told: Told) -> Paper:
    blocks = [*_who(told), *_what(told), *_decisions(told), *_asking(), *_law(told)]
    return Paper(
        "privacy_notice", "How we use your school attendance: a notice for pupils and parents", told.name,
        f"Written on {told.on.day} {told.on:%B %Y}.", told.settings.demo, tuple(blocks),
    )  # fmt: skip


def _who(told: Told) -> list[Block]:
    return [
        Heading("Who we are"),
        Say(f"We are {told.controller}. We look after what we hold about you."),
        Say(f"To ask us about it: {blank('name of the data protection officer, post address, email and telephone')}"),
        Heading("Why we use it"),
        Say(
            "Some children miss school because they are ill, worried or sad, or because lessons are too hard. Some wait a long time before "
            "anyone asks. We use a computer tool that counts marks. It gives each school a short list of pupils to ask about, so that help "
            "comes sooner."
        ),
        Say("We also use it to find children who may have no school, or who have waited too long for help."),
    ]


def _what(told: Told) -> list[Block]:
    families = dict.fromkeys(group.family for group in told.groups)
    agencies = any(one.feed.name == "agencies" for group in told.groups for one in group.feeds)
    return [
        Heading("What we hold"),
        Points((*(HELD[family] for family in families), *([_AGENCIES] if agencies else []))),
        Say("It comes from your school and from our own teams. We hold nothing from the police."),
        Heading("Who sees it"),
        Points(
            (
                "The person at your school who plans extra help, often called the SENCo, sees the list of that school, with names.",
                "A few people on our team see names when they must.",
                "Other people see numbers, and no names.",
                f"Anyone else: {blank('firms that run computers for us, or nobody')}",
            )
        ),
        Say(f"We do not use it for {_PLAINLY}. We do not sell it."),
        Heading("How long we keep it"),
        Grid(("What", "How long"), told.retentions),
    ]


_AGENCIES = "That early help or a school nurse is working with you. We hold no more than that."

_PLAINLY = "fines or court, to send you home, to keep you out of a school, to share out money, or to judge staff"


def _decisions(told: Told) -> list[Block]:
    return [
        Heading("Does a computer decide?"),
        Say(
            "No. The tool says where to look and why. A person looks and decides. If you think that they are wrong, tell us or your school. "
            "Someone will listen, and can change what was decided."
        ),
        Say("To be on the list is no bad mark. It does not say that you have a special need."),
    ]


def _asking() -> list[Block]:
    return [
        Heading("What you can ask for"),
        Points((
            "See it. Ask for a copy of all we hold about you. It is free, and you get it within a month.",
            "Put it right. If a mark is wrong, tell your school.",
            "Say no. You can object to being on such a list, and say why. We must think about it and answer within a month.",
            "Have it removed. Ask us, and we will tell you whether the law lets us.",
        )),
        Say("A parent can ask for a child who is too young to ask. No one has to give a reason to ask."),
        Heading("If you are not happy"),
        Say("Tell us first, if you can. We will say within 30 days that we have your complaint, and then look into it."),
        Say(f"You can also tell the people who check that we keep to the law. It is free. {ICO}."),
    ]  # fmt: skip


LAW = "The law we use"
"""The heading from which on a notice has the words of settings, and of Acts."""


def _law(told: Told) -> list[Block]:
    rows = tuple((title, f"{because}. {condition}") for title, because, condition, _ in told.reasons)
    return [Heading(LAW), Grid(("What", "By which law"), rows)]


def for_schools(told: Told) -> Paper:
    settings = told.settings
    blocks = [
        Heading("What it is"),
        Say(
            f"Every {settings.every_days:,} days you get a workbook with at most {settings.places:,} pupils, or the number agreed with you: those whose "
            "absence is worth a look and whom nobody has looked at, with the numbers behind every reason, and a question to ask. You decide."
        ),
        Heading("What you send"),
        Points(tuple(_sent(told))),
        Heading("What we ask of you"),
        Points((
            "Tell pupils and parents before the first list: the notice for them is ready to use.",
            f"Keep the list where children's records are kept, and give it to nobody who does not need it. It is not for {USES_NOT}.",
            "Give the list back with what you decided. If a fact on it is wrong, say so there, and put it right in your own system.",
            "Pass on to us any request to see, remove or object, and anything that went wrong with a list, on the same day.",
        )),
        Heading("What you can rely on"),
        Points((
            "A school whose registers do not add up gets no list, and is told why with both numbers.",
            "Sex, ethnicity, language, free school meals and type of need change nothing of who is listed.",
            f"What was sent is kept for as long as agreed: {'; '.join(dict.fromkeys(one.retention for one in told.groups))}.",
        )),
        Heading("Whom to ask"),
        Say(f"{told.controller}: {blank('name, email and telephone of whoever runs this, and of the data protection officer')}"),
    ]  # fmt: skip
    return Paper(
        "note_for_schools", "Attendance to need: a page for schools", told.name, told.written, settings.demo, tuple(blocks),
        notes="A skeleton: complete it before it goes to schools.",
    )  # fmt: skip


def _sent(told: Told) -> list[str]:
    """By family, the feeds that schools send."""
    told_of = [(group, [one.feed.title for one in group.feeds if one.feed.name != "agencies"]) for group in told.groups]
    return [
        f"{group.title}: {'; '.join(titles)}." for group, titles in told_of if group.family in _OF_SCHOOLS and titles
    ]


_OF_SCHOOLS = ("rolls", "census_details", "support", "registers")
