"""Signing in by OpenID Connect, against a provider on this machine that does right, and then each thing wrong."""

import base64
import hashlib
import html
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from pipeline.dashboard.sign_in import SignIn

from .conftest import HEAD, LEAD, STRANGER

CLIENT, SECRET = "a2n-dashboard", "a secret between the two"
ADDRESS = "http://localhost"


class Provider:
    """A provider that knows one person. What it says of them can be changed, to say it wrong."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.email, self.changed, self.signing_key = LEAD, {}, None
        self.left_out: set[str] = set()
        self.codes: dict[str, dict] = {}
        self.asked: dict[str, str] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def authorised(self, address: str) -> tuple[str, dict[str, str]]:
        """What a browser would be sent back with, and what it was sent with."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = sent
        return f"/sign-in/back?code={code}&state={sent['state']}", sent

    def token(self, form: dict[str, str]) -> tuple[int, dict]:
        sent = self.codes.pop(form.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        self.asked = form
        if sent is None or challenge != sent["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "email": self.email, "email_verified": True, "nonce": sent["nonce"], "iat": 1_600_000_000, "exp": 4_000_000_000,
        }  # fmt: skip
        said = {name: value for name, value in (claims | self.changed).items() if name not in self.left_out}
        told = jwt.encode({"alg": "RS256", "kid": "one"}, said, self.signing_key or self.key)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": told}

    def _handler(provider):  # noqa: N805 - the handler below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                known = {
                    "/.well-known/openid-configuration": {
                        "issuer": provider.issuer, "authorization_endpoint": f"{provider.issuer}/authorise", "token_endpoint": f"{provider.issuer}/token",
                        "jwks_uri": f"{provider.issuer}/keys", "id_token_signing_alg_values_supported": ["RS256"],
                    },
                    "/keys": {"keys": [provider.key.as_dict(private=False)]},
                }  # fmt: skip
                self.answer(200, known[self.path])

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def answer(self, status: int, told: dict) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def client(served, provider):
    return served(SignIn("openid", address=ADDRESS, issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET))


def signed_in(client, provider, to: str = "/schools?phase=Primary"):
    """The answer to whoever comes back from the provider."""
    sent = client.get("/sign-in", params={"next": to})
    assert sent.status_code == 302, sent.text
    back, _ = provider.authorised(sent.headers["location"])
    return client.get(back)


def test_who_signs_in_comes_to_the_page_they_asked_for_and_may_read(client, provider):
    refused = client.get("/schools")
    assert refused.status_code == 401 and "/sign-in?next=%2Fschools" in refused.text
    back = signed_in(client, provider)
    assert (back.status_code, back.headers["location"]) == (303, "/schools?phase=Primary")
    assert client.get("/schools").status_code == 200
    assert f"Signed in as {LEAD}" in client.get("/").text


def test_the_code_is_asked_for_with_pkce_a_state_and_a_nonce(client, provider):
    sent = client.get("/sign-in").headers["location"]
    _, told = provider.authorised(sent)
    assert sent.startswith(f"{provider.issuer}/authorise?")
    assert told["code_challenge_method"] == "S256" and len(told["code_challenge"]) == 43
    assert len(told["state"]) > 20 and len(told["nonce"]) > 10
    assert (told["client_id"], told["redirect_uri"], told["response_type"]) == (
        CLIENT,
        f"{ADDRESS}/sign-in/back",
        "code",
    )


def test_who_signs_in_and_is_in_no_table_sees_nothing(client, provider):
    provider.email = STRANGER
    signed_in(client, provider)
    answer = client.get("/schools")
    assert answer.status_code == 403 and "not yet among those" in answer.text


def test_who_may_see_some_schools_sees_these(client, provider):
    provider.email = HEAD
    signed_in(client, provider)
    assert client.get("/school/100001").status_code == 200
    assert client.get("/school/100003").status_code == 403


@pytest.mark.parametrize(
    "changed",
    [{"iss": "https://elsewhere.example"}, {"aud": "another client"}, {"nonce": "another"}, {"exp": 1_600_000_001}, {"email_verified": False}, {"email": ""}],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_an_answer_that_is_wrong_lets_nobody_in(client, provider, changed):
    provider.changed = changed
    answer = signed_in(client, provider)
    assert answer.status_code == 403 and "<h1" in answer.text and "Traceback" not in answer.text
    assert client.get("/schools").status_code == 401


@pytest.mark.parametrize("told", [None, "false", "true", 0, 1, [True]], ids=repr)
def test_an_address_nobody_says_they_checked_lets_nobody_in(client, provider, told):
    provider.changed = {"email_verified": told}
    answer = signed_in(client, provider)
    assert answer.status_code == 403 and "no e-mail address that it has checked" in answer.text
    assert client.get("/schools").status_code == 401


def test_an_address_of_which_nothing_is_said_lets_nobody_in(client, provider):
    provider.left_out = {"email_verified"}
    assert signed_in(client, provider).status_code == 403
    provider.left_out = set()
    assert signed_in(client, provider).status_code == 303


def test_an_answer_signed_with_another_key_lets_nobody_in(client, provider):
    provider.signing_key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    assert signed_in(client, provider).status_code == 403
    assert client.get("/schools").status_code == 401


def test_a_state_or_code_that_was_not_ours_lets_nobody_in(client, provider):
    back, _ = provider.authorised(client.get("/sign-in").headers["location"])
    code = back.partition("?")[2].partition("&")[0]
    assert client.get(f"/sign-in/back?{code}&state=another").status_code == 403
    assert client.get("/sign-in/back?error=access_denied").status_code == 403
    assert client.get("/schools").status_code == 401


def test_a_code_of_another_browser_is_not_taken(served, provider):
    asked = SignIn("openid", address=ADDRESS, issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)
    one, another = served(asked), served(asked)
    back, _ = provider.authorised(one.get("/sign-in").headers["location"])
    another.get("/sign-in")
    assert another.get(back).status_code == 403
    assert another.get("/schools").status_code == 401


def test_nobody_is_led_to_another_site_by_signing_in(client, provider):
    assert signed_in(client, provider, "//elsewhere.example/").headers["location"] == "/"


def test_a_provider_that_is_not_there_is_said(served):
    client = served(
        SignIn("openid", address=ADDRESS, issuer="http://127.0.0.1:1", client_id=CLIENT, client_secret=SECRET)
    )
    answer = client.get("/sign-in")
    assert answer.status_code == 403 and "did not work" in answer.text


def test_what_was_chosen_is_kept_while_signing_in(client, provider):
    refused = client.get("/schools?phase=Primary&school=St%20Mary%27s")
    at = html.unescape(re.search(r'href="(/sign-in\?[^"]+)"', refused.text)[1])
    back, _ = provider.authorised(client.get(at).headers["location"])
    assert client.get(back).headers["location"] == "/schools?phase=Primary&school=St%20Mary%27s"


def test_of_an_address_too_long_to_keep_the_page_is_kept(client):
    long = client.get("/schools?school=" + "x" * 2000)
    assert long.status_code == 401
    assert re.findall(r'href="(/sign-in[^"]*)"', long.text) == ["/sign-in?next=%2Fschools"]


def test_a_restart_signs_everybody_out_so_that_no_cookie_lives_again(served, provider):
    asked = SignIn("openid", address=ADDRESS, issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)
    before, after = (served(asked, session_key="one key, for both") for _ in range(2))
    signed_in(before, provider)
    kept = "; ".join(f"{name}={value}" for name, value in before.cookies.items())
    assert before.get("/schools").status_code == 200
    assert after.get("/schools", headers={"Cookie": kept}).status_code == 401
    assert signed_in(after, provider).status_code == 303
    assert after.get("/schools").status_code == 200


# The cookie, and signing out ------------------------------------------------------------------------------------------------


def test_the_cookie_is_not_for_scripts_nor_for_other_sites_and_is_signed(client, provider):
    told = signed_in(client, provider).headers["set-cookie"].lower()
    assert "httponly" in told and "samesite=lax" in told and "secure" not in told.replace("samesite", "")
    name, value = next(iter(client.cookies.items()))
    client.cookies.clear()
    payload, _, rest = value.partition(".")
    forged = base64.b64encode(base64.b64decode(payload + "==").replace(LEAD.encode(), HEAD.encode())).decode()
    client.cookies.set(name, f"{forged}.{rest}", domain="localhost.local")
    assert client.get("/schools", cookies={name: f"{forged}.{rest}"}).status_code == 401


def test_over_https_the_cookie_is_secure(served, provider):
    client = served(
        SignIn("openid", address="https://localhost", issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET),
        base="https://localhost",
    )
    answer = client.get("/sign-in")
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def test_signing_out_takes_a_page_of_ours_and_ends_it_for_whoever_kept_the_cookie(client, provider):
    signed_in(client, provider)
    kept = dict(client.cookies)
    page = client.get("/sign-out")
    for wrong in ({}, {"token": "another"}, {"token": ""}):
        assert client.post("/sign-out", data=wrong).status_code == 403
    assert client.get("/schools").status_code == 200
    done = client.post("/sign-out", data={"token": token_of(page.text)})
    assert done.status_code == 200 and "You are signed out here" in done.text
    assert client.get("/schools").status_code == 401
    client.cookies.clear()
    assert (
        client.get(
            "/schools", headers={"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        ).status_code
        == 401
    )


def test_the_secret_is_on_no_page_and_in_no_answer(client, provider):
    answers = [client.get("/sign-in"), signed_in(client, provider), client.get("/"), client.get("/sign-out")]
    assert not any(SECRET in answer.text or SECRET in str(answer.headers) for answer in answers)
