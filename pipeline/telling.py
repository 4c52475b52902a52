"""A run's summary in words, for a terminal or a log: files, rows and rules, and never a child."""

from pipeline.hops.summary import Finding, LinksSummary, Summary


def in_words(summary: Summary) -> str:
    """Few lines: what was read, what was set aside and why, who was looked at, how long it took."""
    lines = [
        *_returned(summary),
        *_files(summary),
        *_rules(summary),
        *_findings(summary),
        *_pupils(summary),
        *removed_in_words(summary.removed),
        *summary.remarks,
        *_time(summary),
    ]
    return "\n".join(lines)


def _returned(summary: Summary) -> list[str]:
    """What came of lists that came back, counted; which rows were refused their sender is told, and nobody here."""
    if not summary.returned:
        return ["No list came back that was not read already."] if _only_returned(summary) else []
    answered = sum(one.rows_answered for one in summary.returned)
    taken = sum(one.rows_taken for one in summary.returned)
    refused = sum(one.rows_refused for one in summary.returned)
    lines = [
        f"{many(len(summary.returned), 'returned list')}: {many(answered, 'row')} answered = {taken:,} taken + {refused:,} refused."
    ]
    lines += [f"  refused    {rows:>9,}  {rule}" for rule, rows in sorted(summary.refused_answers_by_rule.items())]
    return [*lines, "What was refused, and why, is in outbox/returned, for whoever sent it."] if refused else lines


def _only_returned(summary: Summary) -> bool:
    return (summary.run or "").startswith("outcomes")


def _files(summary: Summary) -> list[str]:
    if not summary.extracts:
        return [] if _looked(summary) or _only_returned(summary) else ["No new extracts."]
    read = sum(one.rows_read for one in summary.extracts)
    accepted = sum(one.rows_accepted for one in summary.extracts)
    aside = sum(one.rows_set_aside for one in summary.extracts)
    refused = sum(one.rows_refused for one in summary.extracts)
    lines = [
        f"{many(len(summary.extracts), 'file')}: {read:,} rows read = {accepted:,} accepted + {aside:,} set aside + {refused:,} refused."
    ]
    unread = len({one.file for one in summary.extracts if one.is_unread})
    if unread:
        were = "was" if unread == 1 else "were"
        lines.append(f"{many(unread, 'file')} of tables that are not needed {were} left unread.")
    if summary.accepted_after_waiting:
        lines.append(f"{many(summary.accepted_after_waiting, 'row')} that had waited for another feed accepted too.")
    if summary.marks_withdrawn > 0:
        lines.append(f"{many(summary.marks_withdrawn, 'mark')} missing from full deliveries withdrawn.")
    return lines


def _rules(summary: Summary) -> list[str]:
    aside = [f"  set aside  {rows:>9,}  {rule}" for rule, rows in sorted(summary.set_aside_by_rule.items())]
    noted = [f"  noted      {rows:>9,}  {rule}" for rule, rows in sorted(summary.noted_by_rule.items())]
    made = [f"  linked     {links:>9,}  {rule}" for rule, links in sorted(summary.links_made.items())]
    undone = [f"  unlinked   {links:>9,}  {rule}" for rule, links in sorted(summary.links_undone.items())]
    waiting = [f"  waiting    {summary.links_waiting:>9,}  who_is_who: see a2n links"] if summary.links_waiting else []
    return aside + noted + made + undone + waiting + _of_agencies(summary.agency_links)


def _of_agencies(links: dict[str, int]) -> list[str]:
    words = {"stand": "linked     {:>9,}  other_agencies", "wait": "waiting    {:>9,}  other_agencies: see a2n links"}
    return [f"  {words[what].format(count)}" for what, count in links.items() if count]


def links_in_words(summary: LinksSummary) -> str:
    """Counts of who is who, and where the worklist is; and the same of other agencies, where any sent anything."""
    others = ["Other agencies:", links_in_words(summary.agencies)] if summary.agencies else []
    by_rule = ", ".join(f"{links:,} {rule}" for rule, links in summary.standing.items())
    decided = [f"{many(summary.decided, 'pair')} decided."] if summary.decided else []
    stands = f"{many(sum(summary.standing.values()), 'link')} standing{f': {by_rule}' if by_rule else ''}."
    waits = f"{many(summary.waiting, 'pair')} waiting for a person: see {summary.worklist}."
    return "\n".join([*decided, *summary.remarks, stands, waits, *others])


def _findings(summary: Summary) -> list[str]:
    """By file, each rule broken: what happens, to how many rows, why, and which rows."""
    lines = []
    for file in dict.fromkeys(found.file for found in summary.findings):
        lines.append(f"{file}:")
        for found in (one for one in summary.findings if one.file == file):
            which = f" (row {row_numbers(found)})" if found.row_numbers else ""
            lines.append(f"  {found.happens}, {many(found.rows, 'row')}, {found.rule}: {found.sentence}{which}")
    return [*lines, not_asked(summary)] if summary.not_asked else lines


def row_numbers(found: Finding) -> str:
    """The rows of a finding, as far as they are numbered; empty where none is."""
    more = found.rows - len(found.row_numbers)
    said = ", ".join(f"{number:,}" for number in found.row_numbers)
    return f"{said} and {more:,} more" if said and more > 0 else said


_NOT_ASKED = {
    "unknown_school": "whether the schools are known, for no list of schools and no census return is among these files",
    "pupil_on_no_roll": "whether the pupils are on the roll, for no pupils are among these files",
    "transferred_pupil_unknown": "whether pupils whose marks came by transfer are on any roll, for no pupils are among these files",
    "plan_pupil_on_no_roll": "whether children with plans are on any roll, for no pupils are among these files",
    "care_child_not_accepted": "whose episodes of care these are, for no header table is among these files",
    "school_id_not_mapped": "which schools a system's own ids stand for, for no table of them is among these files",
    "system_id_not_mapped": "which pupils a system's own ids stand for, for no table of them is among these files",
    "code_id_not_mapped": "which register codes a system's own ids stand for, for no table of them is among these files",
}


def not_asked(summary: Summary) -> str:
    """What these files alone cannot tell; empty where there is nothing."""
    if not summary.not_asked:
        return ""
    return "Not asked: " + "; ".join(_NOT_ASKED.get(rule, rule) for rule in summary.not_asked) + "."


def _pupils(summary: Summary) -> list[str]:
    if not _looked(summary):
        return []
    if not summary.pupils_by_outcome:
        return [f"Nobody was on a roll on {summary.as_of:%d/%m/%Y}, by what was known that day: no list was written."]
    counts = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in summary.pupils_by_outcome.items())
    lines = [f"{many(summary.lists, 'list')} written. Pupils: {counts}."]
    lines += [pages_in_words(summary)] if summary.printables else []
    lines += [f"  no list for school {urn}: {why}" for urn, why in summary.schools_without_list.items()]
    return lines + [
        f"  school {urn} has {many(facts, 'fact')} to put right: give it its workbook in to_put_right, beside the lists"
        for urn, facts in summary.to_put_right.items()
    ]


def pages_in_words(summary: Summary) -> str:
    """How many pages there are to print, of how many schools."""
    if not summary.printables:
        return "No listed pupil's row changed since the list before: give --all for a page of every pupil listed."
    schools = many(len(summary.printables), "school")
    return f"{many(sum(summary.printables.values()), 'page')} to print, of {schools}."


def removed_in_words(removed: dict[str, int], beginning: str = "Removed under retention") -> list[str]:
    """What went, by kind and count."""
    told = ", ".join(f"{kind} {count:,}" for kind, count in removed.items())
    return [f"{beginning}: {told}."] if told else []


def _looked(summary: Summary) -> bool:
    return (summary.run or "").startswith("flag")


def _time(summary: Summary) -> list[str]:
    total = sum(summary.seconds.values())
    if not total:
        return []
    slowest = sorted(summary.seconds.items(), key=lambda one: -one[1])[:3]
    return [f"{total:.1f} s, of which " + ", ".join(f"{hop} {took:.1f}" for hop, took in slowest) + "."]


def many(count: int, what: str) -> str:
    """`1 row`, `1,024 rows`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
