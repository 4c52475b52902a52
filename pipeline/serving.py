"""The dashboard of a home: served on this machine alone, or written as pages."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pipeline.dashboard import charts
from pipeline.dashboard.access import Access, AccessUnreadable
from pipeline.dashboard.audit import Log, View
from pipeline.dashboard.routes import Dashboard, app_of
from pipeline.dashboard.sign_in import NONE, OPENID, SignIn
from pipeline.edges import clock, key_command, trail
from pipeline.edges.errors import Refused
from pipeline.edges.published import CURRENT
from pipeline.edges.secret import Key
from pipeline.edges.settings import Home, open_home
from pipeline.hops.based import refuse_to_show

LOOPBACK = "127.0.0.1"
ACCESS = "access.toml"


def serve(home: Home, port: int) -> None:
    """Serve `home` until stopped. Raises Refused where settings do not say safely who may read."""
    import uvicorn

    charts.begin()  # the first reader does not wait for it
    uvicorn.run(app_of(dashboard_of(home)), host=LOOPBACK, port=port, log_level="warning", access_log=False, proxy_headers=False, server_header=False)  # fmt: skip


def dashboard_of(home: Home) -> Dashboard:
    """What is served of a home, and how its readers sign in. Raises Refused where that is not safe."""
    settings = home.settings
    if settings.sign_in == NONE and not settings.demo:
        raise Refused(
            'A live home is served to those alone who sign in: set [dashboard] sign_in to "openid" or "proxy" in settings.toml.'
        )
    refuse_to_show(home)
    access = home.folder / ACCESS
    if settings.sign_in != NONE:
        try:
            Access(access).person("")
        except AccessUnreadable as why:
            raise Refused(f"{why} It is {access}, as docs/for-inclusion-leads.md has it.") from None
    sign_in = SignIn(
        settings.sign_in, settings.sign_in_header, settings.address, settings.issuer, settings.client_id,
        _openid_secret(home) if settings.sign_in == OPENID else "",
    )  # fmt: skip
    key = home.key("dashboard") if home.has_key("dashboard") else secrets.token_hex(32)
    return Dashboard(
        home.published, access, log_of(home.folder), clock.now, sign_in, key, refused_as_asked(home.folder)
    )


def refused_as_asked(folder: Path) -> Callable[[], str | None]:
    """Asks, as often as it is called, whether settings as they are now let the figures that are out be shown; returns why not.

    Nothing is read again while the settings, the snapshot and the day are the same: an answer costs the asking of the disk for two files.
    """
    before: tuple[tuple | None, str | None] = (None, None)

    def refused() -> str | None:
        nonlocal before
        standing = (clock.today(), _standing(folder / "settings.toml"), _standing(folder / "published" / CURRENT))
        known, why = before
        if known != standing:
            why = _why_refused(folder)
            before = (standing, why)
        return why

    return refused


def _standing(path: Path) -> tuple[int, ...] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_size, told.st_mtime_ns


def _why_refused(folder: Path) -> str | None:
    try:
        home = open_home(folder)
    except (Refused, OSError):
        return "The settings of this home cannot be read now, so nothing is shown: tell whoever looks after this."
    try:
        refuse_to_show(home)
    except Refused as why:
        return str(why)
    return None


def log_of(folder: Path) -> Log:
    """Puts what readers see on record in the home's trail, among all else that was done; who is nobody where nobody is known."""

    def log(view: View) -> None:
        scope = {"page": view.page, "school": view.school, "status": view.status}
        at = view.at.isoformat(timespec="seconds")
        trail.add_to(folder / trail.FOLDER, trail.FILE if view.is_file else trail.VIEW, [scope], who=view.who, at=at)

    return log


def _openid_secret(home: Home) -> str:
    """The secret by which the provider knows this client, from the environment, the key command or its file."""
    path: Path = home.folder / "openid.key"
    told = Key(os.environ.get("A2N_OPENID_SECRET", ""))
    if "A2N_OPENID_SECRET" not in os.environ and key_command.is_set():
        told = key_command.asked("openid", home.folder)
    elif "A2N_OPENID_SECRET" not in os.environ and path.is_file():
        told = Key(path.read_text(encoding="utf-8"))
    if not told.strip():
        raise Refused(f"There is no secret for signing in: put it into {path}, or set A2N_OPENID_SECRET.")
    return Key(told.strip())
