"""What every answer says to a browser, and the log every view goes through."""

import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .audit import Log, View
from .downloads import TABLES

POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_HSTS = "max-age=31536000"
FILES = (*TABLES, "postcode")
_NOT_VIEWS = ("/static/{name}", "/health")


class Headers:
    """The headers of every answer, errors and refusals among them."""

    def __init__(self, app: ASGIApp, is_https: bool):
        self._app, self._is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                is_style = scope["path"].startswith("/static/") and message["status"] == 200
                headers["Cache-Control"] = _FOR_EVER if is_style else "no-store"
                if self._is_https:
                    headers["Strict-Transport-Security"] = _HSTS
            await send(message)

        await self._app(scope, receive, with_headers)


class Caught:
    """Whatever goes wrong in making a page, a reader is told in one sentence; where it went wrong is logged, and nothing of what was asked."""

    def __init__(self, app: ASGIApp, instead: Callable[[], ASGIApp]):
        self._app, self._instead = app, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            logging.getLogger(__name__).error("%s in making %s:\n%s", type(error).__name__, _page(scope), where)
            if is_begun or scope["type"] != "http":
                raise
            await self._instead()(scope, receive, send)


class Logged:
    """No page is sent that is not in the log first: where the log cannot be written, `instead` is shown."""

    def __init__(self, app: ASGIApp, log: Log, now: Callable[[], datetime], instead: Callable[[], ASGIApp]):
        self._app, self._log, self._now, self._instead = app, log, now, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_dropped = False

        async def once_logged(message: Message) -> None:
            nonlocal is_dropped
            if message["type"] == "http.response.start" and _page(scope) not in _NOT_VIEWS:
                try:
                    await run_in_threadpool(self._log, self._view(scope, message["status"]))
                except OSError:
                    is_dropped = True
            if not is_dropped:
                await send(message)

        await self._app(scope, receive, once_logged)
        if is_dropped:
            await self._instead()(scope, receive, send)

    def _view(self, scope: Scope, status: int) -> View:
        who, page = scope.get("state", {}).get("who"), _page_or_table(scope)
        return View(self._now(), who, page, _school(scope), status, is_file=page.startswith("/download/"))


def _page_or_table(scope: Scope) -> str:
    """The address's pattern; of a download, with the table's name where there is such a table."""
    page, table = _page(scope), scope.get("path_params", {}).get("table")
    return page.replace("{table}", table) if table in FILES else page


def _school(scope: Scope) -> int | None:
    """The school whose number was asked for, in the address or by the filter that the page or table goes by."""
    asked = QueryParams(scope.get("query_string", b""))
    path = scope.get("path_params", {})
    by = ("urn", "school") if path.get("table") in TABLES else ("school", "urn")
    given = [str(path.get("urn", "")), *(asked.get(name, "").strip() for name in by)]
    return next((int(urn) for urn in given if len(urn) == 6 and urn.isascii() and urn.isdigit()), None)


def _page(scope: Scope) -> str:
    """The address's pattern, so that nothing of what was asked for is kept."""
    route = scope.get("route")
    return getattr(route, "path", None) or "no such page"


def hosts(address: str) -> Sequence[str]:
    """The names this site may be called by: a page of another name that was pointed at it is not answered."""
    own = urlsplit(address).hostname
    return [*({own} if own else ()), "localhost", "127.0.0.1", "[::1]"]
