"""Who sees what: nobody by default, some their own schools, and every view logged without what was in it."""

import json
import re
import stat

import pytest

from pipeline.dashboard.access import Access, AccessUnreadable
from pipeline.dashboard.pages import PAGES
from pipeline.dashboard.protection import HEADERS
from pipeline.dashboard.sign_in import SignIn, local
from pipeline.edges import trail
from pipeline.edges.trail_checks import checked

from .conftest import BY_PROXY, HEAD, LEAD, MOMENT, STRANGER, by
from .made_up import publish_made_up

ADDRESSES = [
    *(page.address.replace("{urn}", "100001") for page in PAGES.values()),
    *(f"/download/{table}" for table in ("school.csv", "run.parquet", "postcode.csv", "table_notes.csv")),
]
OF_SCHOOLS = (
    "/schools",
    "/school/100001",
    "/notes",
    "/download/school.csv",
    "/download/postcode.csv",
    "/download/table_notes.csv",
)


# Default deny ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_anything_who_is_not_in_the_table(served, address):
    client = served(BY_PROXY)
    unknown, stranger, lead = (client.get(address, headers=headers) for headers in ({}, by(STRANGER), by(LEAD)))
    assert (unknown.status_code, stranger.status_code, lead.status_code) == (401, 403, 200)
    for refused in (unknown, stranger):
        assert "School" not in re.sub(r"<title>.*?</title>", "", refused.text) and "27 March" not in refused.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_sees_some_schools_sees_the_pages_of_schools_alone(served, address):
    answer = served(BY_PROXY).get(address, headers=by(HEAD))
    allowed = address in OF_SCHOOLS
    assert answer.status_code == (200 if allowed else 303 if address == "/" else 403)
    if address == "/":
        assert answer.headers["location"] == "/schools"
    elif not allowed:
        assert "you may see some" in answer.text


def test_who_sees_some_schools_sees_no_other_of_them_anywhere(served):
    client = served(BY_PROXY)
    assert client.get("/school/100002", headers=by(HEAD)).status_code == 200
    other = client.get("/school/100003", headers=by(HEAD))
    assert other.status_code == 403 and "may not see this school" in other.text
    assert set(re.findall(r"/school/(\d+)", client.get("/schools", headers=by(HEAD)).text)) == {"100001", "100002"}
    for table in ("school", "flow", "school_week", "signal", "lost_children", "alarm", "plans_in_time", "school_check"):
        rows = client.get(f"/download/{table}.csv", headers=by(HEAD)).text.splitlines()
        head = rows[0].lstrip("\ufeff").split(",")
        assert {row.split(",")[head.index("urn")] for row in rows[1:]} <= {"100001", "100002"}, table
    extract = client.get("/download/postcode.csv", headers=by(HEAD)).text.splitlines()
    assert [row.split(",")[0] for row in extract[1:]] == ["100002", "100001"] or len(extract) == 3


def test_no_filter_lets_anybody_past(served):
    client = served(BY_PROXY)
    for address in (
        "/schools?urns=100003",
        "/schools?school=100003",
        "/school/100001?urn=100003",
    ):
        answer = client.get(address, headers=by(HEAD))
        assert answer.status_code == 200
        assert "/school/100003" not in answer.text and "\n100003," not in answer.text


def test_a_file_of_a_school_that_is_not_theirs_looks_like_one_that_is_not_there(served):
    client = served(BY_PROXY)
    others, nobodys = (client.get(f"/download/school.csv?urn={urn}", headers=by(HEAD)) for urn in (100003, 999999))
    assert (others.status_code, others.text) == (404, nobodys.text) and "no school of that number" in others.text
    assert "\n100001," in client.get("/download/school.csv?urn=100001", headers=by(HEAD)).text
    assert "\n100003," in client.get("/download/school.csv?urn=100003", headers=by(LEAD)).text


def test_figures_of_other_schools_are_not_beside_their_own(served):
    client = served(BY_PROXY)
    assert "Its phase here" in client.get("/school/100001", headers=by(LEAD)).text
    assert "Its phase here" not in client.get("/school/100001", headers=by(HEAD)).text


def test_a_school_that_is_not_there_looks_like_any_that_is_not_theirs(served):
    client = served(BY_PROXY)
    assert client.get("/school/999999", headers=by(HEAD)).text == client.get("/school/100003", headers=by(HEAD)).text


def test_the_table_is_read_again_when_it_changes(served, tmp_path):
    client = served(BY_PROXY)
    assert client.get("/", headers=by(LEAD)).status_code == 200
    (tmp_path / "access.toml").write_text(f'[people]\n"{STRANGER}" = "all"\n# lead has left\n')
    assert client.get("/", headers=by(LEAD)).status_code == 403
    assert client.get("/", headers=by(STRANGER)).status_code == 200


@pytest.mark.parametrize("told", ["[people", "a = " + "[" * 5_000, "a = " + "9" * 5_000, "#" * 10_000_001, '[people]\n"a@b" = "some"', '[people]\n"a@b" = []', '[people]\n"a@b" = [true]', '[everyone]\n"a@b" = "all"', '[people]\n"A@b" = "all"\n"a@B" = "all"'], ids=range(9))  # fmt: skip
def test_while_the_table_cannot_be_read_nobody_sees_anything(served, tmp_path, told):
    client = served(BY_PROXY, access=told)
    answer = client.get("/", headers=by(LEAD))
    assert answer.status_code == 503 and "access.toml" in answer.text
    with pytest.raises(AccessUnreadable):
        Access(tmp_path / "access.toml").person(LEAD)


def test_without_the_table_nobody_sees_anything(served):
    assert served(BY_PROXY, access=None).get("/", headers=by(LEAD)).status_code == 503


def test_a_name_is_the_same_in_capitals(served):
    assert served(BY_PROXY).get("/", headers=by(LEAD.upper())).status_code == 200


# The proxy ------------------------------------------------------------------------------------------------------------------


def test_a_header_is_believed_from_this_machine_alone(served):
    client = served(BY_PROXY)
    assert client.get("/", headers=by(LEAD)).status_code == 200
    client._transport.client = ("192.0.2.7", 50000)
    assert client.get("/", headers=by(LEAD)).status_code == 401


def test_a_header_sent_twice_or_another_header_is_not_believed(served):
    client = served(BY_PROXY)
    assert client.get("/", headers=[("X-Forwarded-Email", STRANGER), ("X-Forwarded-Email", LEAD)]).status_code == 401
    assert client.get("/", headers={"X-Forwarded-User": LEAD}).status_code == 401


def test_where_nobody_signs_in_only_made_up_figures_are_shown(served, tmp_path):
    publish_made_up(tmp_path / "live", demo=False)
    publish_made_up(tmp_path / "made up", demo=True)
    assert served(folder=tmp_path / "made up").get("/").status_code == 200
    answer = served(folder=tmp_path / "live").get("/")
    assert answer.status_code == 403 and "not made up" in answer.text


def test_a_site_of_another_name_that_was_pointed_here_is_not_answered(served):
    client = served()
    assert client.get("/", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    named = SignIn("proxy", header="X-Forwarded-Email", address="https://figures.example.gov.uk")
    assert served(named).get("/", headers=by(LEAD) | {"Host": "figures.example.gov.uk"}).status_code == 200


# The log --------------------------------------------------------------------------------------------------------------------


def logged(tmp_path) -> list[dict]:
    """What the trail says of each view, its place in the chain apart."""
    assert checked(tmp_path / "audit", []).broken is None
    told = [json.loads(line) for _, _, line in trail.lines_of(tmp_path / "audit")]
    return [{name: one[name] for name in ("at", "who", "did")} | one["of"] for one in told]


def viewed(who: str | None, page: str, school: int | None, status: int, did: str = "page viewed") -> dict:
    at = MOMENT.isoformat(timespec="seconds")
    return {"at": at, "who": who, "did": did, "page": page, "school": school, "status": status}


def test_every_view_is_logged_and_nothing_that_was_in_it(served, tmp_path):
    client = served(BY_PROXY)
    client.get("/schools?school=Brook&phase=Primary", headers=by(LEAD))
    client.get("/school/100003", headers=by(HEAD))
    client.get("/download/flow.csv?area=Brook", headers=by(LEAD))
    client.get("/lost")
    client.get("/Amira-Khan", headers=by(LEAD))
    assert logged(tmp_path) == [
        viewed(LEAD, "/schools", None, 200),
        viewed(HEAD, "/school/{urn}", 100003, 403),
        viewed(LEAD, "/download/flow.csv", None, 200, "file downloaded"),
        viewed(None, "/lost", None, 401),
        viewed(None, "no such page", None, 404),
    ]


def test_who_is_refused_is_logged_and_nobody_where_nobody_is_known(served, tmp_path):
    client = served(BY_PROXY)
    client.get("/schools", headers=by(STRANGER))
    client.get("/schools")
    assert [(view["who"], view["status"]) for view in logged(tmp_path)] == [(STRANGER, 403), (None, 401)]


@pytest.mark.parametrize(
    "address, page, school",
    [
        ("/download/school_week.csv?urn=100003", "/download/school_week.csv", 100003),
        ("/download/school_week.csv?school=100004&urn=100003", "/download/school_week.csv", 100003),
        ("/download/postcode.csv?school=100003", "/download/postcode.csv", 100003),
        ("/download/run.parquet", "/download/run.parquet", None),
        ("/download/Amira-Khan.csv", "/download/{table}.csv", None),
        ("/signals?school=100003", "/signals", 100003),
        ("/schools?school=%20100003%20&area=100004", "/schools", 100003),
        ("/schools?school=Amira-Khan", "/schools", None),
        ("/schools?school=1000031", "/schools", None),
        ("/schools?area=100003", "/schools", None),
    ],
)
def test_a_table_and_a_schools_number_are_logged_and_no_other_word(served, tmp_path, address, page, school):
    served(BY_PROXY).get(address, headers=by(LEAD))
    [view] = logged(tmp_path)
    assert (view["page"], view["school"]) == (page, school)
    assert "Amira" not in json.dumps(view) and "100004" not in json.dumps(view)


def test_the_log_is_its_owners_alone_and_a_style_sheet_is_no_view(served, tmp_path):
    client = served()
    client.get("/health"), client.get("/static/site.css")
    assert not (tmp_path / "audit").exists()
    client.get("/")
    [path] = trail.files(tmp_path / "audit")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_logged_is_not_shown(served, tmp_path):
    (tmp_path / "audit").write_text("a file where the folder should be")
    answer = served().get("/schools")
    assert answer.status_code == 503 and "cannot be logged" in answer.text and "Brook" not in answer.text


# Headers and faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/school/999999", "/nowhere", "/download/school.csv", "/health", "/sign-in"])
def test_every_answer_says_what_a_browser_may_do_with_it(anybody, address):
    answer = anybody.get(address)
    assert HEADERS.items() <= dict(answer.headers).items() or all(
        answer.headers[name] == value for name, value in HEADERS.items()
    )
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert (
        "default-src 'none'" in policy
        and "unsafe" not in policy
        and "script-src" not in policy
        and "frame-ancestors 'none'" in policy
    )


def test_style_sheets_are_kept_and_nothing_else_is_to_be_had_from_their_folder(anybody):
    [first, second] = re.findall(r'href="(/static/[^"]+)"', anybody.get("/").text)
    for address in (first, second):
        answer = anybody.get(address)
        assert answer.headers["content-type"].startswith("text/css") and "immutable" in answer.headers["cache-control"]
        assert "url(" not in answer.text and "@import" not in answer.text and "@font-face" not in answer.text
    assert anybody.get("/static/govuk-frontend.licence.txt").status_code == 404
    assert anybody.get("/static/..%2Froutes.py").status_code == 404


def test_a_fault_of_ours_is_one_sentence_and_never_a_traceback(served, monkeypatch):
    from pipeline.dashboard import routes

    def broken(*_):
        raise ZeroDivisionError("with a secret in it")

    monkeypatch.setattr(routes, "page_of", broken)
    answer = served().get("/")
    assert answer.status_code == 500
    assert "fault of ours" in answer.text and "secret" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_are_read_and_nothing_else(anybody, method):
    answer = anybody.request(method, "/schools")
    assert answer.status_code == 405 and "cannot be done" in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_what_the_framework_would_show_of_itself_is_not_shown(anybody, path):
    assert anybody.get(path).status_code == 404


def test_signing_in_leads_to_a_page_of_our_own_alone():
    assert local("/schools?phase=Primary") == "/schools?phase=Primary"
    for elsewhere in (
        "//elsewhere.example",
        "https://elsewhere.example",
        "/\\elsewhere.example",
        "schools",
        "/a\nb",
        "",
        "/a\\b",
    ):
        assert local(elsewhere) == "/"
