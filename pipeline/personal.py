"""The commands about one child: erased, shown, or not to be listed.

The UPN is asked for, or read from standard input, and is never printed. It is no word of a command, which whoever lists the processes of
the machine could read for as long as it runs, and which stays in a shell's history.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]
Wait = Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Wait so long for a run to end.")]
FROM_INPUT = "-"
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="-",
        help="Nothing, or -: the child's UPN, today's or a former one, is asked for, or read from standard input.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    for command in (forget, show, object_):
        app.command(command.__name__.rstrip("_"))(command)


def forget(
    home: HomeFolder,
    words: Words = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, without the child's name or UPN: it goes on record.")
    ] = "",
    finish: Annotated[bool, typer.Option("--finish", help="Finish an erasure that was begun and did not end.")] = False,
    wait: Wait = 60,
) -> None:
    """Erase one child everywhere in a home, prove that nothing is left, and leave them out of whatever comes later."""
    from pipeline.edges.settings import open_home
    from pipeline.hops.forgetting import forget as forgotten

    _refuse_a_upn(words)
    if not finish and not reason.strip():
        raise typer.BadParameter("--reason says why.")
    at = open_home(home)
    upn = None if finish and not words else _read()  # to finish, whose erasure was begun is on record
    done = forgotten(at, upn, reason, wait=wait * 60)
    typer.echo(
        f"Erased: {_many(done.rows, 'row')} of both databases; {_many(done.files_rewritten, 'extract')} written anew without the child, "
        f"{_many(done.files_removed, 'file')} removed."
    )
    for path in done.removed:
        typer.echo(f"  removed {path}")
    if done.made_again:
        typer.echo(
            f"Made again without the child: what went out on {', '.join(done.made_again)}. Nobody else's row changed."
        )
    for day in done.days_to_make_again:
        typer.echo(f"To have what went out on {day} again: a2n flag --home {at.folder} --as-of {day}")
    for day in done.days_gone:
        typer.echo(f"What went out on {day} cannot be had again: retention has removed what was concluded then.")
    _tell_what_stays(at, done)
    _tell_proof(done.proof)


def _tell_proof(proof) -> None:
    for where in proof.perhaps:
        typer.echo(
            f"Left alone: {where} has this child's name and birth date, and perhaps is of another child who has both: look at it."
        )
    names = (
        "and no name with its birth date" if proof.by_name else "for names, which are gone, nothing could be looked for"
    )
    besides = " but in what was left alone" if proof.perhaps else ""
    typer.echo(
        f"Nothing of the child was found in {_many(proof.files, 'file')} and {_many(proof.tables, 'table')}{besides}: no UPN, no pupil_id, {names}."
    )


def show(
    home: HomeFolder,
    words: Words = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write, which only you can read; JSON where it ends in .json."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for another program.")] = False,
) -> None:
    """All that is held of one child, for an access request: who, what, from where, for how long, and on which lists."""
    import json

    from pipeline.edges.errors import Refused
    from pipeline.edges.settings import open_home
    from pipeline.edges.workbooks import put_in_place
    from pipeline.hops.showing import in_words, shown

    _refuse_a_upn(words)
    if to is not None and (to.is_dir() or not to.parent.is_dir()):
        raise Refused(f"{to} cannot be written: give the name of a file in a folder that is there.")
    told = shown(open_home(home), _read())
    text = (
        json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        if as_json or (to and to.suffix == ".json")
        else in_words(told)
    )
    if to is None:
        typer.echo(text, nl=False)
        return
    put_in_place(text.encode(), to)
    rows = sum(len(table["rows"]) for table in told["tables"].values()) + sum(map(len, told["names"].values()))
    typer.echo(
        f"All that is held of the child, {_many(rows, 'row')}, is in {to}: give it to nobody but whom it is for."
    )


def object_(
    home: HomeFolder,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, without the child's name or UPN: it goes on record.")
    ],
    words: Words = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take an objection back: the child may be listed again.")
    ] = False,
    known_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day we learned it; today if left out."),
    ] = None,
) -> None:
    """Record that one child is not to be listed, drawn or learned from any more; what the law obliges the authority to look for stays."""
    from pipeline.edges.settings import open_home
    from pipeline.hops.objecting import object_to

    _refuse_a_upn(words)
    done = object_to(open_home(home), _read(), reason, undo=undo, known_on=known_on.date() if known_on else None)
    if undo:
        typer.echo(f"The objection is taken back from {done.known_on:%d/%m/%Y} on: the child may be listed again.")
    else:
        typer.echo(
            f"Recorded: from {done.known_on:%d/%m/%Y} on the child is on no list of a school, drawn for no place, and no model reads them. Lists that are "
            "out already are not called back: tell their school. Children lost between services are looked for all the same, for that is a duty of the "
            "authority."
        )
    for remark in done.remarks:
        typer.echo(remark)


def _tell_what_stays(at, done) -> None:
    if done.models:
        typer.echo(
            f"models/ holds no child, but was fitted on this one among others ({', '.join(done.models)}): learn again, or withdraw it, as your data "
            "protection officer says."
        )
    if done.snapshots:
        typer.echo(
            f"published/ holds counts alone, and was counted with the child ({_many(len(done.snapshots), 'snapshot')}): it changes with the next night."
        )
    typer.echo(
        "Backups, exports, and lists already sent are outside this home: erase the child there too, and again after restoring any backup from before today."
    )


def _refuse_a_upn(words: list[str] | None) -> None:
    """Raises BadParameter, which repeats none of them; a dash alone stands for standard input, as with other programs."""
    if words and words != [FROM_INPUT]:
        raise typer.BadParameter(
            "A UPN is no word of this command, for whoever lists the processes of this machine would read it: leave it out, and type it "
            "when it is asked for, or give it on standard input."
        )


def _read() -> str:
    """The UPN, asked for where a person types. Raises Refused where none comes."""
    from pipeline.edges.errors import Refused

    if sys.stdin.isatty():
        typer.echo("The child's UPN: ", nl=False, err=True)
    upn = sys.stdin.readline()
    if not upn.strip():
        raise Refused("No UPN came on standard input: type it when it is asked for, or give it there.")
    return upn


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
