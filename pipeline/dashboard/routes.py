"""The pages, served: who asks is known, may see it, and is answered in one sentence where not."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as NotRouted
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from . import downloads
from .access import Access, AccessUnreadable
from .audit import Log
from .pages import PAGES, Page
from .protection import Caught, Headers, Logged, hosts
from .reading import NotThere, Person, Reading
from .rendering import STYLES, Frame, links, page_of, rendered, sentence, style
from .sign_in import NONE, SESSION_SECONDS, SignIn, SignInFailed, signing_in
from .snapshot import NothingPublished, Shelf

COOKIE = "a2n"


@dataclass(frozen=True)
class Dashboard:
    """What is served: a folder of snapshots, to whom, and how views are logged."""

    published: Path
    access: Path
    log: Log
    now: Callable[[], datetime]
    sign_in: SignIn = field(default_factory=SignIn)
    session_key: str = ""
    """Signs the cookie; another for each process where none is given, and whoever was signed in then is not."""
    refused: Callable[[], str | None] = lambda: None
    """Asked before anything is shown: why nothing may be any more, in a sentence; None while it may."""


class Denied(Exception):
    """Whoever asks may not see it: a status and a sentence."""

    def __init__(self, status: int, said: str, link: str = "", link_text: str = ""):
        super().__init__(said)
        self.status, self.said, self.link, self.link_text = status, said, link, link_text


class NotToBeShown(Exception):
    """What was shown until now may be no longer: a sentence for whoever looks after the home."""


class _Served:
    """The pages over one home's snapshots."""

    def __init__(self, dashboard: Dashboard):
        self.shelf = Shelf(dashboard.published)
        self.access = Access(dashboard.access)
        self.sign_in = signing_in(dashboard.sign_in)
        self.how = dashboard.sign_in.how
        self.now, self.refused = dashboard.now, dashboard.refused

    def person(self, request: Request) -> Person:
        """Whoever asks. Raises Denied where nobody knows them, or they are in no table of who may see what."""
        name = self.sign_in.name_of(request)
        if name is None:
            at = links("sign-in", next=_asked_for(request) if request.method == "GET" else None)
            link = (at, "Sign in") if self.sign_in.signs_out else ("", "")
            raise Denied(401, "Sign in to see this page.", *link)
        request.state.who = name  # the log has whoever is refused, too
        person = Person("", None) if self.how == NONE else self.access.person(name)
        if person is None:
            raise Denied(
                403, "You are signed in, and not yet among those who may see anything: ask whoever looks after this."
            )
        request.state.person = person
        return person

    def reading(self, request: Request, **told: str) -> Reading:
        """A snapshot and the filters of the address, for whoever asks; of one snapshot to the end."""
        person = self.person(request)
        self.refuse_what_may_not_be_shown()
        filters = {name: value.strip()[:200] for name, value in request.query_params.items() if value.strip()}
        reading = Reading(self.shelf.newest(), person, links, filters | told, self.now().date())
        if self.how == NONE and not reading.run["demo"]:
            raise Denied(403, "These figures are not made up, and nobody has signed in: set [dashboard] sign_in.")
        return reading

    def refuse_what_may_not_be_shown(self) -> None:
        if why := self.refused():
            raise NotToBeShown(why)

    def frame(self, person: Person | None) -> Frame:
        return Frame(person, signs_out=self.sign_in.signs_out)

    def page(self, page: Page, request: Request, **told: str) -> Response:
        reading = self.reading(request, **told)
        person = reading.person
        if page.name == "home" and not person.sees_all:
            return RedirectResponse(links("schools"), status_code=303)
        if not person.sees_all and not page.of_schools:
            raise Denied(
                403,
                "This page is of all schools, and you may see some: they are on the page of schools.",
                links("schools"),
                "Your schools",
            )
        if "urn" in told and not person.sees(int(told["urn"])):
            raise Denied(
                403,
                "You may not see this school: your own are on the page of schools.",
                links("schools"),
                "Your schools",
            )
        return HTMLResponse(page_of(page, reading, self.frame(person)))

    def download(self, request: Request, table: str, ending: str) -> Response:
        reading = self.reading(request)
        if (table, ending) == ("postcode", "csv"):
            return _file(downloads.extract(reading), table, ending)
        try:
            frame = downloads.table_of(reading, table)
        except downloads.OthersSchools:
            raise Denied(
                403,
                "This table is of all schools together, and you may see some alone.",
                links("schools"),
                "Your schools",
            ) from None
        return _file({"csv": downloads.as_csv, "parquet": downloads.as_parquet}[ending](frame), table, ending)

    def said(
        self, request: Request, status: int, title: str, said: str, link: str = "", link_text: str = ""
    ) -> Response:
        person = getattr(request.state, "person", None)
        return HTMLResponse(
            sentence(title, said, self.frame(person), link=link, link_text=link_text), status_code=status
        )


def _asked_for(request: Request) -> str:
    """The page with what was chosen on it; the page alone where that is more than a cookie holds."""
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query and len(query) <= _LONGEST_QUERY else path


_LONGEST_QUERY = 1_000
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def _file(content: bytes, name: str, ending: str) -> Response:
    return Response(
        content, media_type=_TYPES[ending], headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    )


def app_of(dashboard: Dashboard) -> FastAPI:
    """The dashboard as an ASGI application. Nothing of it leaves this machine, and it asks nothing of another but to sign in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    served = _Served(dashboard)
    for page in PAGES.values():
        _serve(app, served, page)
    _serve_files(app, served)
    _serve_signing(app, served)
    _answer_in_words(app, served)
    is_https = dashboard.sign_in.is_https
    app.add_middleware(
        Caught,
        instead=lambda: _plainly(
            500, "The page could not be made, which is a fault of ours: tell whoever looks after this."
        ),
    )
    app.add_middleware(
        SessionMiddleware, secret_key=dashboard.session_key or secrets.token_hex(32), session_cookie=COOKIE, max_age=SESSION_SECONDS,
        same_site="lax", https_only=is_https,
    )  # fmt: skip
    app.add_middleware(
        Logged, log=dashboard.log, now=dashboard.now,
        instead=lambda: _plainly(503, "The page cannot be shown, for that it was seen cannot be logged."),
    )  # fmt: skip
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts(dashboard.sign_in.address)), www_redirect=False)
    app.add_middleware(Headers, is_https=is_https)
    return app


def _plainly(status: int, said: str) -> Response:
    return HTMLResponse(sentence("Not shown", said, Frame()), status_code=status)


def _serve(app: FastAPI, served: _Served, page: Page) -> None:
    if page.name == "school":

        @app.get(page.address)
        def one(request: Request, urn: int) -> Response:
            return served.page(page, request, urn=str(urn))
    else:

        @app.get(page.address)
        def one(request: Request) -> Response:
            return served.page(page, request)


def _serve_files(app: FastAPI, served: _Served) -> None:
    @app.get("/download/{table}.csv")
    def as_csv(request: Request, table: str) -> Response:
        return served.download(request, table, "csv")

    @app.get("/download/{table}.parquet")
    def as_parquet(request: Request, table: str) -> Response:
        return served.download(request, table, "parquet")

    @app.get("/static/{name}")
    def styles(name: str) -> Response:
        if name not in STYLES:
            raise NotThere("There is no such file.")
        return Response(style(name), media_type="text/css; charset=utf-8")

    @app.get("/health")
    def health() -> Response:
        """For whatever watches over the machine: whether there are figures to show, and of which day."""
        try:
            served.refuse_what_may_not_be_shown()
            run = served.shelf.current().rows("SELECT as_of FROM published.run")[0]
        except (NothingPublished, NotToBeShown) as why:
            return Response(f"not well: {why}\n", media_type="text/plain", status_code=503)
        return Response(f"well, as of {run['as_of']}\n", media_type="text/plain")


def _serve_signing(app: FastAPI, served: _Served) -> None:
    sign_in = served.sign_in

    @app.get("/sign-in")
    async def begin(request: Request) -> Response:
        if sign_in.signs_out:
            return await sign_in.begin(request)
        said = (
            "Nobody signs in here: the figures are made up."
            if served.how == NONE
            else "Your organisation signs you in before you come here."
        )
        return served.said(request, 200, "Signing in", said, links("home"), "Home")

    @app.get("/sign-in/back")
    async def end(request: Request) -> Response:
        if not sign_in.signs_out:
            raise NotThere("There is no such page.")
        return await sign_in.end(request)

    @app.get("/sign-out")
    def ask(request: Request) -> Response:
        if not sign_in.signs_out:
            said = (
                "Nobody signed in here." if served.how == NONE else "Your organisation signed you in: sign out there."
            )
            return served.said(request, 200, "Signing out", said, links("home"), "Home")
        frame = served.frame(served.person(request))
        return HTMLResponse(
            rendered("sign_out.html", frame, title="Sign out", token=request.session["token"], run=None, page=None)
        )

    @app.post("/sign-out")
    async def leave(request: Request) -> Response:
        if not sign_in.signs_out:
            raise NotThere("There is no such page.")
        served.person(request)
        await _check_token(request)
        sign_in.sign_out(request)
        request.state.person = None
        return served.said(request, 200, "Signed out", "You are signed out here; at your provider you may still be signed in.", links("sign-in"), "Sign in again")  # fmt: skip


async def _check_token(request: Request) -> None:
    """Raises Denied where the form was not one of ours: another site's page may not sign anybody out."""
    from urllib.parse import parse_qs

    body = (await request.body())[:10_000].decode("ascii", errors="replace")
    told = parse_qs(body).get("token", [""])[0]
    if not hmac.compare_digest(told.encode(), request.session.get("token", secrets.token_hex()).encode()):
        raise Denied(
            403, "That did not come from a page of this site: open the page again.", links("sign-out"), "Sign out"
        )


def _answer_in_words(app: FastAPI, served: _Served) -> None:
    from fastapi.exceptions import RequestValidationError

    home = (links("home"), "Home")

    @app.exception_handler(Denied)
    def denied(request: Request, why: Denied) -> Response:
        title = "Sign in" if why.status == 401 else "Not yours to see"
        return served.said(request, why.status, title, why.said, why.link, why.link_text)

    @app.exception_handler(NotThere)
    def not_there(request: Request, why: NotThere) -> Response:
        return served.said(request, 404, "Not there", str(why), *home)

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, _: RequestValidationError) -> Response:
        return served.said(request, 404, "Not there", "There is no such page.", *home)

    @app.exception_handler(NotRouted)
    def no_route(request: Request, why: HTTPException) -> Response:
        said = "There is no such page." if why.status_code == 404 else "That cannot be done here."
        return served.said(request, why.status_code, "Not there", said, *home)

    @app.exception_handler(NothingPublished)
    @app.exception_handler(AccessUnreadable)
    def not_ready(request: Request, why: Exception) -> Response:
        return served.said(request, 503, "Not yet", str(why))

    @app.exception_handler(NotToBeShown)
    def no_longer(request: Request, why: NotToBeShown) -> Response:
        return served.said(request, 503, "Not shown any more", str(why))

    @app.exception_handler(SignInFailed)
    def not_signed_in(request: Request, why: SignInFailed) -> Response:
        return served.said(request, 403, "Not signed in", str(why), links("sign-in"), "Try again")
