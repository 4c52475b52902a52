"""The command line: the same verbs the DAGs call.

Exit status: 0 done; 1 refused or stopped, with the reason on standard error; 2 wrong usage.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline import (
    __version__,
    keeping,
    nation_told,
    opinions,
    paperwork,
    personal,
    recorded,
    rekeying,
    retaining,
    running,
)
from pipeline.edges import no_core, progress
from pipeline.edges.errors import Refused
from pipeline.told_json import tell_json
from pipeline.vocabulary.made_up import MADE_UP
from pipeline.vocabulary.school_year import TERMS
from pipeline.vocabulary.spellings import CENSUS_AS, MARKS_AS

from .usage import WithoutUpns, by_its_kind

app = typer.Typer(
    name="a2n",
    cls=WithoutUpns,
    help="Which absent children has nobody looked at yet? Extracts in; a short, reasoned list per school out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]
AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day to stand on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")]
KnownOn = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day we learned it; today if left out."),
]
History = Annotated[bool, typer.Option("--history", help="Years gone by: known as they happened.")]
Urn = Annotated[
    int | None, typer.Option(min=100000, max=999999, help="School of census tables that came without their header.")
]
Term = Annotated[str | None, typer.Option(help="Term that census was taken in: autumn, spring or summer.")]
Year = Annotated[int | None, typer.Option(min=2006, max=2100, help="Calendar year it was taken in.")]
Pupils = Annotated[int, typer.Option(min=24, help="Pupils on roll on the first day.")]
Schools = Annotated[int, typer.Option(min=1, help="Schools.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same authority.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine to listen on.")]
Weeks = Annotated[int, typer.Option(min=1, max=39, help="School weeks of this year, beside the whole of the last.")]


@app.callback(invoke_without_command=True)
def of_all(version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
def demo(
    home: HomeFolder, pupils: Pupils = 3000, schools: Schools = 12, seed: Seed = 1, weeks: Weeks = 20,
    through: Annotated[str, typer.Option(metavar="command|airflow", help="Run the night by command or by the DAGs.")] = "command",
    serve: Annotated[bool, typer.Option("--serve", help="Show the dashboard afterwards.")] = False,
    port: Port = 8000,
) -> None:  # fmt: skip
    """Make up an authority and take it through one nightly run."""
    from pipeline import demonstration

    if through not in ("command", "airflow"):
        raise typer.BadParameter("--through is command or airflow.")
    told = demonstration.demo(home, pupils=pupils, schools=schools, seed=seed, weeks=weeks, through=through)
    progress.end()
    print("\n".join(told))
    if serve:
        _serve(home, port)


@app.command()
def synthesise(
    to: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to; last year's go to its history folder.")],
    pupils: Pupils = 3000, schools: Schools = 12, seed: Seed = 1, weeks: Weeks = 20,
    year: Annotated[int, typer.Option(help="Calendar year in which this school year began.")] = 2025,
    with_faults: Annotated[bool, typer.Option(help="Plant every fault the gate knows; they are listed beside DIR.")] = False,
    agencies: Annotated[bool, typer.Option(help="Write another agency's extract too, of names without a UPN.")] = False,
    marks_as: Annotated[str, typer.Option(metavar="NAME", help=f"Spelling of the marks: {', '.join(MARKS_AS)}.")] = "plain",
    census_as: Annotated[str, typer.Option(metavar="NAME", help=f"Spelling of the censuses: {', '.join(CENSUS_AS)}.")] = "collect",
) -> None:  # fmt: skip
    """Write a made-up authority's extracts in the real layouts. It proves mechanics, not accuracy."""
    from pipeline.synthetic import synthesise as make_up

    for asked, known in ((marks_as, MARKS_AS), (census_as, CENSUS_AS)):
        if asked not in known:
            raise typer.BadParameter(f"{asked} is none of {', '.join(known)}.")
    spelling = {"marks_as": marks_as, "census_as": census_as, "agencies": agencies}
    try:
        made = make_up(
            to, pupils=pupils, schools=schools, seed=seed, weeks=weeks, year=year, with_faults=with_faults,
            tell=progress.each_of(schools, "schools", "making up"), **spelling
        )  # fmt: skip
    except ValueError as error:
        raise Refused(str(error)) from None
    finally:
        progress.end()
    print(f"Made-up extracts are in {to}, last year's in {to / 'history'}; the registers run to {made.last_day}.")
    if with_faults:
        print(f"The faults planted are listed in {made.faults}.")


@app.command()
def init(
    home: HomeFolder,
    demo: Annotated[bool, typer.Option("--demo", help="Mark every output as made up.")] = False,
) -> None:
    """Make a home: settings, keys and folders, and no database yet."""
    from pipeline.edges.key_command import said_of_vault
    from pipeline.edges.settings import make_home
    from pipeline.hops.based import said_of_blanks

    made = make_home(home, demo=demo)
    print(
        f"{made.folder} is a home. Put extracts in {made.inbox}, and look through settings.toml.{said_of_vault(made.folder)}"
    )
    if to_say := said_of_blanks(made):
        print(to_say)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files to look at.")],
    known_on: KnownOn = None, history: History = False, urn: Urn = None, term: Term = None, year: Year = None,
    page: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write a page to keep, too.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say what would be accepted and refused of these files. Loads nothing."""
    from pipeline import flow

    if page and (page.suffix.lower() != ".html" or not page.parent.is_dir() or page.is_dir()):
        raise typer.BadParameter("--page takes a file name that ends in .html, in a folder that is there.")
    day = _day(known_on, history, urn, term, year)
    running.run(lambda: flow.check(files, day), day.known_on, as_json, page)


@app.command("take-in")
def take_in(
    home: HomeFolder, known_on: KnownOn = None, history: History = False, urn: Urn = None, term: Term = None,
    year: Year = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take what is new in the inbox into the warehouse."""
    from pipeline import flow
    from pipeline.edges.settings import open_home

    day = _day(known_on, history, urn, term, year)
    running.run(lambda: flow.take_in(open_home(home), day), day.known_on, as_json, home=home)


@app.command()
def outcomes(
    home: HomeFolder,
    known_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day we learned it; if left out today, or the day after lists that are out."),
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read the lists that came back: decisions, what came of looking, facts that are wrong."""
    from pipeline import flow
    from pipeline.edges import clock
    from pipeline.edges.settings import open_home

    day = known_on.date() if known_on else None
    running.run(lambda: flow.outcomes(open_home(home), known_on=day), day or clock.today(), as_json, home=home)


@app.command()
def flag(home: HomeFolder, as_of: AsOf, as_json: AsJson = False) -> None:
    """Look at every pupil as of a day; write the lists; publish the figures."""
    from pipeline import flow
    from pipeline.edges.settings import open_home

    running.run(lambda: flow.flag(open_home(home), as_of=as_of.date()), as_of.date(), as_json, home=home)


@app.command("print")
def print_pages(
    home: HomeFolder, as_of: AsOf,
    school: Annotated[int | None, typer.Option(min=100000, max=999999, metavar="URN", help="One school alone.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every pupil listed, and not those alone whose row changed.")] = False,
) -> None:  # fmt: skip
    """Make the pages to print of a day whose lists are out: one page a pupil, for the meeting."""
    from pipeline import flow
    from pipeline.edges.settings import open_home
    from pipeline.telling import pages_in_words

    at = open_home(home)
    done = flow.print_pages(at, as_of=as_of.date(), urn=school, everyone=everyone)
    progress.end()
    if done.stopped_because:
        raise Refused(done.stopped_because)
    print(pages_in_words(done) + (f" They are in {at.printables_of(as_of.date())}." if done.printables else ""))


@app.command()
def nightly(home: HomeFolder, as_of: AsOf, as_json: AsJson = False) -> None:
    """Read what came back, take in, flag and publish."""
    from pipeline import flow
    from pipeline.edges.settings import open_home

    running.run(lambda: flow.nightly(open_home(home), as_of=as_of.date()), as_of.date(), as_json, home=home)


@app.command()
def serve(home: HomeFolder, port: Port = 8000) -> None:
    """Show the dashboard, on this machine alone, until stopped."""
    _serve(home, port)


def _serve(home: Path, port: int) -> None:
    from pipeline import serving
    from pipeline.edges.settings import open_home

    at = open_home(home)
    serving.dashboard_of(at)  # refused before it is said to be there
    made_up = f" {MADE_UP}" if at.settings.demo else ""
    print(f"The dashboard of {at.folder} is at http://localhost:{port}. Ctrl-C stops it.{made_up}", flush=True)
    serving.serve(at, port)


@app.command()
def pages(home: HomeFolder, to: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")]) -> None:
    """Write the dashboard as pages, for a web server of your own: whoever may open one may open all."""
    from pipeline import flow
    from pipeline.edges.settings import open_home

    print(f"{flow.pages(open_home(home), to):,} pages and files are in {to}.")


Codes = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="Code of a pair in the worklist; may be given again.")
]


@app.command()
def links(
    home: HomeFolder, confirm: Codes = None, reject: Codes = None, undo: Codes = None,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", "--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day decided; if left out today, or the day after lists that are out."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(metavar="learned|shipped", help="By what other agencies' children are compared from the next take-in on."),
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Who is who: which UPNs are one child's, which pairs wait for a person, and what a person says of them."""
    from pipeline import flow
    from pipeline.edges.settings import open_home
    from pipeline.telling import links_in_words

    said = {"confirmed": confirm or [], "rejected": reject or [], "undone": undo or []}
    if weights not in (None, "learned", "shipped"):
        raise typer.BadParameter("--weights is learned or shipped.")
    day = known_on.date() if known_on else None
    done = flow.links(open_home(home), known_on=day, said=said, weights=weights)
    if as_json:
        tell_json(done.as_json(), home)
    else:
        print(links_in_words(done))


@app.command()
def describe(what: Annotated[str, typer.Argument(metavar="signals|codes|tables|published|nation|feeds")]) -> None:
    """Print a page people read: the signals, the register codes, the tables, those published, those of many homes, or the feeds."""
    from pipeline import describing

    if what not in describing.PAGES:
        raise typer.BadParameter(f"{what} is none of {', '.join(describing.PAGES)}.")
    print(describing.PAGES[what]())


keeping.add_to(app)
personal.add_to(app)
rekeying.add_to(app)
opinions.add_to(app)
nation_told.add_to(app)
recorded.add_to(app)
retaining.add_to(app)
paperwork.add_to(app)


def _day(known_on: datetime | None, history: bool, urn: int | None, term: str | None, year: int | None):
    from pipeline.edges import clock
    from pipeline.hops.taking_in import Day

    said = _said(urn, term, year)
    return Day(known_on.date() if known_on else clock.today(), is_given=bool(known_on), history=history, said=said)


def _said(urn: int | None, term: str | None, year: int | None):
    from pipeline.steps.linking import SaidOf

    given = [value is not None for value in (urn, term, year)]
    if not any(given):
        return None
    if not all(given):
        raise typer.BadParameter("--urn, --term and --year go together.")
    if term.lower() not in TERMS:
        raise typer.BadParameter(f"--term is none of {', '.join(TERMS)}.")
    return SaidOf(urn, term.lower(), year)


def main() -> None:
    try:
        _command()
    except (Exception, KeyboardInterrupt) as fault:  # where faults are told, or on the way out
        sys.exit(by_its_kind(fault))


def _command() -> None:
    from pipeline.edges import faults

    status: object = 1
    with faults.threads_without_data():
        try:
            no_core.settle()
            app(prog_name="a2n")
        except SystemExit as ended:
            status = ended.code or 0
            raise
        except Exception as fault:
            progress.end()
            print(f"Stopped: {faults.why_stopped(fault)}", file=sys.stderr)
            sys.exit(1)
        finally:
            running.end(sys.argv[1:], is_done=status == 0)


if __name__ == "__main__":
    main()
