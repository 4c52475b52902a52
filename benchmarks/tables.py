"""The Markdown of each benchmark: what was measured, a table, how the aims were met, and the command with its machine."""

import argparse

FULL_SIZE = 100_000
"""Pupils the aims are set for; a smaller run is mostly start-up, and says little of them."""

OUT_OF_HAND = ("figures", "lists", "worklist", "publish", "printables", "pages")
"""Hops of a night that write what goes out: the others, with start-up, are its take-in and its look at pupils."""

NOT_DONE = (
    "The plain script does much less than it is held against: it reads one feed of many in one layout, trusts every row, keeps UPNs in the "
    "clear, encrypts nothing, keeps no mark that was corrected, compares with no last year, judges no signal, and writes no list and no figures."
)


def run_facts(name: str, asked: argparse.Namespace, words: list[str]) -> dict:
    """The command to give again, and the day to print beside it."""
    given = ["--extracts", "DIR"] if asked.extracts else []
    command = " ".join(["python -m", f"benchmarks.{name}", *words, *given, "--rounds", str(asked.rounds)])
    return {"command": command, "date": asked.date.isoformat() if asked.date else None}


def of_backfill(told: dict, names: dict[str, str]) -> str:
    run = told["run"]
    return "\n".join(
        [
            f"A whole school year into an empty home: {_size(run)}. {_how(run)}", "",
            *table(told["medians"], names), "", *ratio_lines(told["ratios"]), *_aims_of_backfill(told), "", NOT_DONE, "", where(told),
        ]
    )  # fmt: skip


def _aims_of_backfill(told: dict) -> list[str]:
    pupils, medians, over = told["run"]["pupils"], told["medians"], list(told["ratios"].values())
    if pupils < FULL_SIZE:
        return []
    most = 2e9 if pupils <= FULL_SIZE else 4e9
    peak = max(medians[name]["peak_bytes"] for name in ("take_in_history", "take_in"))
    return [
        aim(
            "take-in --history within 2 times the bare read", over[0]["seconds"] <= 2, f"{over[0]['seconds']:.2f} times"
        ),
        aim("take-in within 2 times the bare read", over[1]["seconds"] <= 2, f"{over[1]['seconds']:.2f} times"),
        aim(f"peak memory of a take-in under {most / 1e9:.0f} GB", peak < most, f"{peak / 1e9:.2f} GB"),
        aim("4 times faster than plain pandas", over[2]["seconds"] >= 4, f"{over[2]['seconds']:.2f} times"),
        aim("a quarter of its memory", over[2]["peak_bytes"] >= 4, f"it took {over[2]['peak_bytes']:.2f} times ours"),
    ]


def of_night(told: dict, names: dict[str, str]) -> str:
    run = told["run"]
    parts = [
        f"One night, on which lists go out, of {run['pupils']:,} made-up pupils in {run['schools']} schools. {_how(run | _first(told)['run'])}"
    ]
    before = run["nights_before"]
    parts[0] += (
        f" The home had had {before} night{'s' * (before > 1)} before." if before else " It was the home's first."
    )
    for week, one in told["weeks"].items():
        here = one["run"]
        came = f"{here['files']} files, {here['marks']:,} marks, {here['bytes'] / 1e6:,.1f} MB"
        parts += ["", f"School week {week}, {here['day']}: {came} that night.", "", *table(one["medians"], names), ""]
        parts += ratio_lines(one["ratios"])
    weeks = list(told["weeks"].values())
    parts += [
        *_aims_of_night(told["weeks"], run["pupils"]),
        "",
        NOT_DONE,
        "",
        where(weeks[0] | {"run": weeks[0]["run"] | run}),
    ]
    return "\n".join(parts)


def _first(told: dict) -> dict:
    return next(iter(told["weeks"].values()))


def _aims_of_night(by_week: dict[str, dict], pupils: int) -> list[str]:
    """Weeks are in order; the plain script is held against the night of the latest."""
    weeks = list(by_week.values())
    seconds = [one["medians"]["nightly"]["seconds"] for one in weeks]
    grown = seconds[-1] / seconds[0]
    if pupils < FULL_SIZE:
        return [f"- The later night took {grown:.2f} times the earlier."] if len(weeks) > 1 else []
    without = [night_without_output(one) for one in weeks]
    outputs = "of which all but lists, figures and pages within 8 s, imports included"
    aims = [
        aim("a night within 15 s", max(seconds) <= 15, _each_week(by_week, seconds)),
        aim(outputs, max(without) <= 8, _each_week(by_week, without)),
    ]
    if len(weeks) > 1:
        aims.append(aim("the later night within 1.3 times the earlier", grown <= 1.3, f"{grown:.2f} times"))
    for words, over in weeks[-1]["ratios"].items():
        faster, memory = over["seconds"], over["peak_bytes"]
        met = faster >= 8 and memory >= 4
        aims.append(
            aim(f"{words}: 8 times the seconds and 4 times the memory", met, f"{faster:.2f} and {memory:.2f} times")
        )
    return aims


def _each_week(by_week: dict[str, dict], seconds: list[float]) -> str:
    return ", ".join(f"{took:.1f} s in week {week}" for week, took in zip(by_week, seconds, strict=True))


def night_without_output(one: dict) -> float:
    """Seconds of a night but for writing lists, worklists, figures and pages."""
    hops = one["hops"]["nightly"]
    return one["medians"]["nightly"]["seconds"] - sum(hops.get(hop, 0) for hop in OUT_OF_HAND)


# Parts -------------------------------------------------------------------------------------------------------------------


def table(medians: dict, names: dict[str, str]) -> list[str]:
    rows = [
        f"| {title} | {took['seconds']:.1f} | {took['cpu_seconds']:.1f} | {took['peak_bytes'] / 1e6:,.0f} |"
        for title, took in ((names[name], medians[name]) for name in names if name in medians)
    ]
    return ["| what | seconds | processor seconds | peak memory, MB |", "|---|---:|---:|---:|", *rows]


def ratio_lines(ratios: dict) -> list[str]:
    return [
        f"- {words[0].upper()}{words[1:]}: {over['seconds']:.2f} times, {over['cpu_seconds']:.2f} in processor seconds, "
        f"{over['peak_bytes']:.2f} in peak memory."
        for words, over in ratios.items()
    ]


def aim(what: str, is_met: bool, figures: str) -> str:
    return f"- Aim: {what}. {'Met' if is_met else 'Not met'}: {figures}."


def _size(run: dict) -> str:
    return (
        f"{run['pupils']:,} made-up pupils in {run['schools']} schools, {run['files']} files, {run['bytes'] / 1e6:,.0f} MB, "
        f"{run['marks']:,} marks"
    )


def _how(run: dict) -> str:
    rounds = f"Medians of {run['rounds']} rounds" if run["rounds"] > 1 else "One round"
    return f"{rounds}, each thing a process of its own, start-up included."


def where(told: dict) -> str:
    run, machine = told["run"], told["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    cores = f"{machine['cores']} cores, {machine['memory_gib']} GiB"
    said = [f"`{run['command']}`", run["date"], machine["system"], cores]
    return f"{', '.join(one for one in said if one)}; {versions}."
