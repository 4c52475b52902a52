"""The commands of keys: which there are, and one changed for another."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.edges.keys import ALL_KEYS

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]


def add_to(app: typer.Typer) -> None:
    for command in (keys, rekey):
        app.command()(command)


def keys(home: HomeFolder) -> None:
    """Say which keys a home has, where each comes from, since when, and whether it opens what it should; never the key."""
    from pipeline.edges.settings import open_home
    from pipeline.hops.rekeying import keys_of

    for one in keys_of(open_home(home)):
        since = f", since {one.since}" if one.since else ""
        mark = f" {one.fingerprint}{since}" if one.fingerprint else ""
        typer.echo(f"{one.name}{mark}: {one.does}. From {one.place}.".replace("..", "."))


def rekey(
    name: Annotated[str, typer.Argument(metavar="|".join(ALL_KEYS), help="Which key.")],
    home: HomeFolder,
    new_key_file: Annotated[
        Path | None, typer.Option("--new-key-file", metavar="FILE", help="The new key; drawn if left out.")
    ] = None,
    old_key_to: Annotated[
        Path | None, typer.Option("--old-key-to", metavar="FILE", help="Keep the old key here, for backups of before.")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Wait so long for a run to end.")] = 60,
) -> None:
    """Change a key for a new one: what it opens is written anew under that; a run that is on is waited for."""
    from pipeline.edges import progress
    from pipeline.edges.settings import open_home
    from pipeline.hops import rekeying

    if name not in ALL_KEYS:
        raise typer.BadParameter(f"{name} is none of {', '.join(ALL_KEYS)}.")
    at = open_home(home)
    try:
        done = rekeying.rekey(at, name, new_file=new_key_file, old_to=old_key_to, wait=wait * 60)
    finally:
        progress.end()
    typer.echo(_done(done))
    typer.echo(_AFTERWARDS[name])


def _done(done) -> str:
    if not done.is_in_place:
        return (
            f"The home is under {done.name_of_new} ({done.fingerprint}) of {done.place}. Make that {done.key} there, and take {done.name_of_new} "
            f"away; until then the home opens with both to be had. The old key opens nothing in this home any more."
        )
    return f"{done.key} is a new key ({done.fingerprint}), in {done.place}. Keep a copy of it elsewhere."


_AFTERWARDS = {
    "warehouse": "Backups made before now need the old warehouse.key: keep your copy of it as long as you keep those.",
    "identity": "Backups made before now need the old identity.key: keep your copy of it as long as you keep those.",
    "pseudonym": (
        "Every pupil_id is another one. Lists that are out are still read when they come back; tables exported before and codes of pairs on "
        "worklists are of the old pupil_ids: write those anew. Backups made before now need the old pseudonym.key."
    ),
    "dashboard": "Everybody signs in again, once the dashboard has been started again.",
    "backup": "New backups are closed with it. Backups made before now need the old one: keep your copy of it as long as you keep those.",
}
