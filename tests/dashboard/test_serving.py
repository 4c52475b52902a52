"""A home served: refused where nobody would have to sign in, bound to this machine alone, and its pages written."""

import stat
from dataclasses import replace

import pytest

from pipeline import flow, serving
from pipeline.dashboard.static_pages import MARKER
from pipeline.edges import trail
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, make_home, open_home
from pipeline.hops.pages import pages_of_the_night

from .made_up import publish_made_up

OPENID = '\n[dashboard]\nsign_in = "openid"\naddress = "https://figures.example.gov.uk"\nissuer = "https://login.example.gov.uk"\nclient_id = "a2n"\n'
PROXY = '\n[dashboard]\nsign_in = "proxy"\nsign_in_header = "X-Forwarded-Email"\n'


@pytest.fixture
def home(tmp_path) -> Home:
    return make_home(tmp_path / "home", demo=True)


def with_settings(home: Home, told: str, *, demo: bool = False) -> Home:
    (home.folder / "settings.toml").write_text(f"[home]\ndemo = {str(demo).lower()}\n{told}")
    return open_home(home.folder)


def test_a_live_home_is_served_to_nobody_who_does_not_sign_in(home):
    assert serving.dashboard_of(home).sign_in.how == "none"
    with pytest.raises(Refused, match="sign_in"):
        serving.dashboard_of(with_settings(home, ""))


@pytest.mark.parametrize("told", [OPENID, PROXY], ids=["openid", "proxy"])
def test_without_a_table_of_who_may_see_what_it_is_not_served(home, told, monkeypatch):
    monkeypatch.setenv("A2N_OPENID_SECRET", "told by the provider")
    live = with_settings(home, told)
    with pytest.raises(Refused, match=r"access\.toml"):
        serving.dashboard_of(live)
    (home.folder / "access.toml").write_text('[people]\n"lead@example.gov.uk" = "all"\n')
    assert serving.dashboard_of(live).access == home.folder / "access.toml"


def test_the_secret_is_from_the_environment_or_its_file_and_is_not_shown(home, monkeypatch):
    (home.folder / "access.toml").write_text("[people]\n")
    live = with_settings(home, OPENID)
    monkeypatch.delenv("A2N_OPENID_SECRET", raising=False)
    with pytest.raises(Refused, match="no secret"):
        serving.dashboard_of(live)
    (home.folder / "openid.key").write_text("from a file\n")
    assert serving.dashboard_of(live).sign_in.client_secret == "from a file"
    monkeypatch.setenv("A2N_OPENID_SECRET", "from the environment")
    found = serving.dashboard_of(live).sign_in
    assert found.client_secret == "from the environment" and "environment" not in repr(found)


@pytest.mark.parametrize(
    "told",
    [
        'sign_in = "password"',
        'sign_in = "proxy"',
        'sign_in = "proxy"\nsign_in_header = "a b"',
        'sign_in = "openid"\nissuer = "https://login.example"',
        OPENID.partition("]")[2].replace("https://login", "http://login"),
        OPENID.partition("]")[2].replace("https://figures", "http://figures"),
        'static_pages = "yes"',
    ],
)
def test_settings_that_would_not_be_safe_are_refused(home, told):
    with pytest.raises(Refused, match="dashboard"):
        with_settings(home, f"[dashboard]\n{told}\n")


def test_init_makes_the_key_that_signs_cookies_and_a_home_without_it_signs_with_another(home):
    key = home.folder / "dashboard.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert serving.dashboard_of(home).session_key == key.read_text().strip()
    key.unlink()
    assert len({serving.dashboard_of(home).session_key for _ in range(3)}) == 3


def test_it_listens_on_this_machine_alone(home, monkeypatch):
    import uvicorn

    told = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **asked: told.update(asked))
    serving.serve(home, 8123)
    assert (told["host"], told["port"], told["proxy_headers"]) == ("127.0.0.1", 8123, False)


def test_pages_are_written_where_asked_and_refused_before_the_first_night(home, tmp_path):
    with pytest.raises(Refused, match="Nothing has been published"):
        flow.pages(home, tmp_path / "pages")
    publish_made_up(home.published, schools=2)
    assert flow.pages(home, tmp_path / "pages") > 20
    assert "A made-up authority" in (tmp_path / "pages" / "index.html").read_text()


def test_a_folder_of_somebody_else_is_refused_in_words(home, tmp_path):
    publish_made_up(home.published, schools=2)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("another's")
    with pytest.raises(Refused, match="left as it is"):
        flow.pages(home, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "another's"


@pytest.mark.long
def test_a_night_writes_them_where_settings_say_so_and_goes_on_where_it_cannot(home):
    from datetime import date

    from pipeline.hops.summary import Summary

    publish_made_up(home.published, schools=2)
    summary = Summary(run="flag", as_of=date(2026, 3, 27))
    pages_of_the_night(home, summary)
    assert not home.pages.exists()
    asking = Home(home.folder, replace(home.settings, static_pages=True))
    pages_of_the_night(asking, summary)
    assert (home.pages / "index.html").is_file() and summary.remarks == []
    [line] = [trail.told_of(line) for _, _, line in trail.lines_of(home.folder / trail.FOLDER)]
    assert (line["did"], set(line["of"])) == (trail.PAGES, {"day", "files"})
    pages, lock = (home.pages / "index.html").stat().st_ino, home.folder / trail.FOLDER / ".trail"
    lock.unlink()
    lock.mkdir()  # nothing can be put on record
    pages_of_the_night(asking, summary)
    assert "what cannot be put on record is not done" in summary.remarks.pop()
    assert (home.pages / "index.html").stat().st_ino == pages
    (home.pages / MARKER).unlink()
    pages_of_the_night(asking, summary)
    assert ["could not be written" in one for one in summary.remarks] == [True]
