"""What a run did, as it is printed, written and passed between tasks: counts, files and rules, never a child."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date

from pipeline.edges import clock, progress


@dataclass
class ExtractSummary:
    """One file: read = accepted + set aside + refused."""

    file: str
    feed: str | None
    layout: str | None
    rows_read: int
    rows_accepted: int
    rows_set_aside: int
    rows_refused: int
    refused_because: str | None = None

    @property
    def is_unread(self) -> bool:
        """Whether it is of a kind that comes along and nobody needs."""
        return self.layout is not None and self.feed is None

    @property
    def refusal(self) -> str:
        """Why the file was refused, beginning with its name."""
        why = self.refused_because or ""
        return why if why.startswith(self.file) else f"{self.file}: {why}"


@dataclass
class ReturnSummary:
    """One list that came back: rows answered = taken + refused."""

    file: str
    urn: int | None = None
    list_as_of: str | None = None  # ISO, as JSON has it
    rows_answered: int = 0
    rows_taken: int = 0
    rows_refused: int = 0
    refused_because: str | None = None  # of a workbook of which nothing was read


@dataclass
class Finding:
    """One rule broken in one file: what happens to its rows, why, how many they are, and the numbers of the first."""

    file: str
    layout: str
    happens: str
    rule: str
    sentence: str
    rows: int
    row_numbers: list[int]


@dataclass
class Summary:
    """One run, or several after one another."""

    run: str | None
    as_of: date
    extracts: list[ExtractSummary] = field(default_factory=list)
    set_aside_by_rule: dict[str, int] = field(default_factory=dict)
    noted_by_rule: dict[str, int] = field(default_factory=dict)
    accepted_after_waiting: int = 0
    marks_withdrawn: int = 0
    links_made: dict[str, int] = field(default_factory=dict)  # two pupil_ids found to be one child's, by the rule
    links_undone: dict[str, int] = field(
        default_factory=dict
    )  # and no longer held to be, by the rule that had made them
    links_waiting: int | None = None  # pairs that wait for a person; null where no roll was read
    agency_links: dict[str, int] = field(default_factory=dict)  # of other agencies' children: stand, wait
    returned: list[ReturnSummary] = field(default_factory=list)
    refused_answers_by_rule: dict[str, int] = field(default_factory=dict)
    schools_without_list: dict[str, str] = field(default_factory=dict)
    to_put_right: dict[str, int] = field(default_factory=dict)  # facts said to be wrong, of schools without a list
    pupils_by_outcome: dict[str, int] = field(default_factory=dict)
    lists: int = 0
    printables: dict[str, int] = field(default_factory=dict)  # pages to print, by URN
    removed: dict[str, int] = field(default_factory=dict)  # under retention, by kind
    findings: list[Finding] = field(default_factory=list)  # of a check alone
    not_asked: list[str] = field(default_factory=list)  # rules a check could not judge
    remarks: list[str] = field(default_factory=list)  # sentences: what its user would otherwise wonder at
    trail_broken: str | None = None  # where the record of who saw what is not as it was written
    stopped_because: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def refused_any(self) -> bool:
        refused = any(one.refused_because for one in (*self.extracts, *self.returned))
        return self.stopped_because is not None or self.trail_broken is not None or refused

    def as_json(self) -> dict:
        return asdict(self) | {"as_of": self.as_of.isoformat()}

    def heed(self, broken: str | None) -> None:
        """Where the trail is broken: of all remarks the first, and more than one."""
        if broken:
            self.trail_broken = self.trail_broken or broken
            self.remarks.insert(0, broken)

    def add(self, other: "Summary") -> None:
        """Take in what `other`, a later part of the same work, did."""
        self.run = other.run or self.run
        self.extracts += other.extracts
        self.returned += other.returned
        self.remarks += other.remarks
        self.trail_broken = self.trail_broken or other.trail_broken
        for mine, theirs in (
            (self.set_aside_by_rule, other.set_aside_by_rule),
            (self.noted_by_rule, other.noted_by_rule),
            (self.refused_answers_by_rule, other.refused_answers_by_rule),
            (self.links_made, other.links_made),
            (self.links_undone, other.links_undone),
        ):
            for rule, rows in theirs.items():
                mine[rule] = mine.get(rule, 0) + rows
        self.accepted_after_waiting += other.accepted_after_waiting
        self.marks_withdrawn += other.marks_withdrawn
        self.links_waiting = self.links_waiting if other.links_waiting is None else other.links_waiting
        self.agency_links |= other.agency_links
        self.schools_without_list |= other.schools_without_list
        self.to_put_right |= other.to_put_right
        self.pupils_by_outcome |= other.pupils_by_outcome
        self.lists += other.lists
        self.printables |= other.printables
        self.removed |= other.removed
        for hop, took in other.seconds.items():
            self.seconds[hop] = round(self.seconds.get(hop, 0) + took, 3)

    @contextmanager
    def timed(self, hop: str) -> Iterator[None]:
        began = clock.seconds()
        progress.show(hop)
        try:
            yield
        finally:
            self.seconds[hop] = round(self.seconds.get(hop, 0) + clock.seconds() - began, 3)


@dataclass(frozen=True)
class LinksSummary:
    """Who is who, counted: links that stand by the rule that made them, pairs that wait, what was decided now, and the
    worklist."""

    standing: dict[str, int]
    waiting: int
    decided: int
    worklist: str
    remarks: tuple[str, ...] = ()
    agencies: "LinksSummary | None" = None

    def as_json(self) -> dict:
        return asdict(self)


def summary_from(told: dict) -> Summary:
    """The summary another process passed on as JSON."""
    told = dict(told)
    extracts = [ExtractSummary(**one) for one in told.pop("extracts")]
    findings = [Finding(**one) for one in told.pop("findings")]
    returned = [ReturnSummary(**one) for one in told.pop("returned")]
    as_of = date.fromisoformat(told.pop("as_of"))
    return Summary(findings=findings, returned=returned, extracts=extracts, as_of=as_of, **told)
