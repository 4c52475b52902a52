"""A run's summary in words, for a terminal or a log: files, rows and rules, and never a child."""

from pipeline.hops.summary import Finding, Summary


def in_words(summary: Summary) -> str:
    """Few lines: what was read, what was set aside and why, who was looked at, how long it took."""
    return "\n".join([*_files(summary), *_rules(summary), *_findings(summary), *_pupils(summary), *_time(summary)])


def _files(summary: Summary) -> list[str]:
    if not summary.extracts:
        return [] if _looked(summary) else ["No new extracts."]
    read = sum(one.rows_read for one in summary.extracts)
    accepted = sum(one.rows_accepted for one in summary.extracts)
    aside = sum(one.rows_set_aside for one in summary.extracts)
    refused = sum(one.rows_refused for one in summary.extracts)
    lines = [
        f"{many(len(summary.extracts), 'file')}: {read:,} rows read = {accepted:,} accepted + {aside:,} set aside + {refused:,} refused."
    ]
    if summary.accepted_after_waiting:
        lines.append(f"{many(summary.accepted_after_waiting, 'row')} that had waited for another feed accepted too.")
    return lines


def _rules(summary: Summary) -> list[str]:
    aside = [f"  set aside  {rows:>9,}  {rule}" for rule, rows in sorted(summary.set_aside_by_rule.items())]
    noted = [f"  noted      {rows:>9,}  {rule}" for rule, rows in sorted(summary.noted_by_rule.items())]
    return aside + noted


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
    return lines + [f"  no list for school {urn}: {why}" for urn, why in summary.schools_without_list.items()]


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
