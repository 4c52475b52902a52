"""How somebody is known: not at all (made-up data alone), by a trusted proxy's header, or by OpenID Connect."""

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

NONE, PROXY, OPENID = "none", "proxy", "openid"
SESSION_SECONDS = 8 * 60 * 60
_MOST_SIGNED_OUT = 10_000

_BACK = "/sign-in/back"


class SignInFailed(Exception):
    """The provider's answer cannot be relied on: a sentence, which says nothing of what it was."""


@dataclass(frozen=True)
class SignIn:
    """What settings say of it. `address` is where readers find the dashboard, as in https://figures.example.gov.uk."""

    how: str = NONE
    header: str = ""
    address: str = ""
    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https://")


class Nobody:
    """Nobody signs in, and whoever is on this machine reads. For made-up data alone."""

    signs_out = False

    def name_of(self, request: Request) -> str | None:
        return ""


class ByProxy:
    """A proxy that signs people in tells who it is in one header; it is believed from this machine alone."""

    signs_out = False

    def __init__(self, asked: SignIn):
        self._header = asked.header

    def name_of(self, request: Request) -> str | None:
        told = request.headers.getlist(self._header)
        if not is_loopback(request.client.host if request.client else "") or len(told) != 1:
            return None
        return told[0].strip() or None


class ByOpenId:
    """OpenID Connect: the code flow with PKCE, state and nonce, by the provider's own discovery document."""

    signs_out = True

    def __init__(self, asked: SignIn):
        self._asked = asked
        self._client = None
        self._signed_out: dict[str, None] = {}
        self._boot = secrets.token_hex(16)  # who signed out is forgotten with this process: so is who signed in

    def name_of(self, request: Request) -> str | None:
        session = request.session
        if session.get("boot") != self._boot or session.get("id") in self._signed_out:
            return None
        return session.get("who")

    def client(self):
        """Made when first needed: the library is slow to import."""
        if self._client is None:
            from authlib.integrations.starlette_client import OAuth

            self._client = OAuth().register(
                name="provider", client_id=self._asked.client_id, client_secret=self._asked.client_secret,
                server_metadata_url=f"{self._asked.issuer.rstrip('/')}/.well-known/openid-configuration",
                client_kwargs={"scope": "openid email", "code_challenge_method": "S256"},
            )  # fmt: skip
        return self._client

    async def begin(self, request: Request) -> Response:
        """Off to the provider; whoever comes back lands on the page they asked for."""
        request.session.clear()
        request.session["next"] = local(request.query_params.get("next", "/"))
        with _in_words():
            return await self.client().authorize_redirect(request, self._asked.address.rstrip("/") + _BACK)

    async def end(self, request: Request) -> Response:
        """Back from the provider. Raises SignInFailed where the answer is not to be relied on."""
        to = local(request.session.get("next", "/"))
        with _in_words():
            token = await self.client().authorize_access_token(request)
            who = token.get("userinfo") or {}
            if who.get("iss", "").rstrip("/") != self._asked.issuer.rstrip("/"):
                raise SignInFailed("The answer came from another provider than settings name.")
        email = str(who.get("email") or "").strip()
        if not email or who.get("email_verified") is not True:
            raise SignInFailed("The provider told of no e-mail address that it has checked.")
        request.session.clear()  # nothing of before signing in is kept
        request.session.update(
            {"who": email, "boot": self._boot, "id": secrets.token_hex(16), "token": secrets.token_hex(32)}
        )
        return RedirectResponse(to, status_code=303)

    def sign_out(self, request: Request) -> None:
        """Whoever kept the cookie cannot use it again."""
        if len(self._signed_out) >= _MOST_SIGNED_OUT:
            self._signed_out.pop(next(iter(self._signed_out)))
        self._signed_out[request.session.get("id", "")] = None
        request.session.clear()


class _in_words:  # noqa: N801 - reads as a word where it is used
    """Whatever the provider or its answer does wrong is one sentence."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _) -> bool:
        if error is None or isinstance(error, SignInFailed) or not isinstance(error, Exception):
            return False
        raise SignInFailed(
            "Signing in did not work: try again, and if it goes on, tell whoever looks after this."
        ) from None


def signing_in(asked: SignIn) -> Nobody | ByProxy | ByOpenId:
    makers: dict[str, Callable] = {NONE: lambda _: Nobody(), PROXY: ByProxy, OPENID: ByOpenId}
    return makers[asked.how](asked)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def local(address: str) -> str:
    """`address` where it is one of this site's own; else home. Two strokes, or a stroke backwards, begin another's."""
    is_own = (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and address.isprintable()
        and "\\" not in address
    )
    return address if is_own else "/"
