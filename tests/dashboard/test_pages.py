"""What the pages show: rows of the snapshot, hidden figures in words, and nothing that was counted here."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.dashboard import queries
from pipeline.dashboard.pages import PAGES
from pipeline.edges.published import publish

from .conftest import BY_PROXY, LEAD, by
from .made_up import AREAS, PHASES, publish_made_up, tables

ADDRESSES = [page.address.replace("{urn}", "100001") for page in PAGES.values()]
TEMPLATES = sorted((Path(queries.__file__).parent / "templates").glob("*.html"))


class Read(HTMLParser):
    """The words of a page, its tables' rows, its links and its headings, as a reader meets them."""

    def __init__(self, html: str):
        super().__init__()
        self.words, self.links, self.rows, self.tags = [], [], [], []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        self.words.append(data)
        if self._in_cell:
            self.rows[-1][-1] += data.strip("\n")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(client, address: str) -> Read:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return Read(answer.text)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_says_the_run_what_is_made_up_and_where_the_notes_are(anybody, address):
    page = read(anybody, address)
    assert "flag 2026-03-27 1" in page.text and "27 March 2026" in page.text
    assert "Made-up data" in page.text and "/notes" in page.links
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert [tag for tag, _ in page.tags if tag in ("script", "style", "iframe")] == []
    assert [attrs for _, attrs in page.tags if "style" in attrs or any(name.startswith("on") for name in attrs)] == []


def test_figures_that_are_not_made_up_are_not_said_to_be(served, tmp_path):
    publish_made_up(tmp_path / "live", demo=False)
    answer = served(BY_PROXY, tmp_path / "live").get("/", headers=by(LEAD))
    assert answer.status_code == 200 and "Made-up data" not in answer.text


def test_a_school_is_shown_as_the_table_has_it(anybody):
    made = {row["urn"]: row for row in tables()["school"].to_dicts()}
    shown = {row[0]: row for row in read(anybody, "/schools?order=name").rows}
    for row in made.values():
        cells = shown[row["name"] or f"School {row['urn']}"]
        assert cells[1] == row["phase"]
        rate = row["absence_rate_ytd"]
        assert cells[2] == ("not told" if rate is None else f"{rate:.1%}")
        count = row["persistent_absence_count"]
        assert cells[3] == ("no figures" if not row["received"] else "hidden" if count is None else f"{count:,}")


def test_a_hidden_count_is_a_word_with_a_footnote_and_never_a_nought(anybody):
    page = read(anybody, "/schools")
    assert "hidden" in page.text and "Hidden: a count under 5" in page.text
    [described] = {
        attrs["aria-describedby"] for tag, attrs in page.tags if tag == "table" and "aria-describedby" in attrs
    }
    assert any(attrs.get("id") == described for _, attrs in page.tags)


def test_where_nothing_is_hidden_there_is_no_footnote(anybody):
    assert "Hidden:" not in read(anybody, "/notes?table=published.flow").text


def test_a_name_is_a_name_whatever_is_in_it(anybody):
    answer = anybody.get("/school/100001")
    assert "St. O&#39;Brien&#39;s &amp; &lt;b&gt;Friends&lt;/b&gt;" in answer.text
    assert "<b>Friends" not in answer.text


def rare(tmp_path, served, home: dict, flows: dict[int, dict], phases: dict[str, dict]) -> Read:
    """The first page, of figures of which some were set."""
    made = tables()
    absence = pl.when(pl.col("urn").is_in([100001, 100002, 100003])).then(0.08).otherwise(0.07)
    made["school"] = made["school"].with_columns(absence_rate_ytd=absence)
    made["phase"] = changed(made["phase"], {(phase,): told for phase, told in phases.items()}, ("phase",))
    made["flow"] = made["flow"].with_columns(
        looked_at_rate=pl.lit(0.1, pl.Float64), looked_at=pl.lit(9, pl.Int64), flagged=pl.lit(90, pl.Int64)
    )
    told = {("home", None): home} | {("school", urn): told for urn, told in flows.items()}
    made["flow"] = changed(made["flow"], told, ("scope", "urn"))
    publish(made, tmp_path / "rare", run="rare", current=True)
    return read(served(folder=tmp_path / "rare"), "/")


def changed(frame: pl.DataFrame, told: dict[tuple, dict], by: tuple[str, ...]) -> pl.DataFrame:
    rows = [row | told.get(tuple(row[name] for name in by), {}) for row in frame.to_dicts()]
    return pl.DataFrame(rows, schema=frame.schema)


def listed(page: Read) -> list[str]:
    return [row[0] for row in page.rows if len(row) == 8 and row[1] in PHASES and row[0] != "School"]


NAMES = {row["urn"]: row["name"] for row in tables()["school"].to_dicts()}


def test_only_schools_above_their_phase_and_below_the_home_are_listed(tmp_path, served):
    flows = {100001: {"looked_at_rate": 0.3}, 100002: {"looked_at_rate": 0.5}, 100003: {"looked_at_rate": 0.2}}
    page = rare(tmp_path, served, {"looked_at_rate": 0.5}, flows, {})
    assert listed(page) == [NAMES[100003], NAMES[100001]]  # all others are as much absent as their phase, and no more
    assert "less looking than this home as a whole" in page.text


def test_a_school_whose_looking_is_not_told_is_not_said_to_be_rarely_looked_at(tmp_path, served):
    flows = {
        100001: {"looked_at_rate": None, "looked_at": None},
        100002: {"looked_at_rate": None, "looked_at": 0},
        100003: {"looked_at_rate": None, "looked_at": 0, "flagged": None},
    }
    assert listed(rare(tmp_path, served, {"looked_at_rate": 0.5}, flows, {})) == [NAMES[100002]]


def test_where_the_homes_looking_is_not_told_only_none_at_all_is_rare(tmp_path, served):
    flows = {
        100001: {"looked_at_rate": 0.01},
        100002: {"looked_at_rate": 0.0},
        100003: {"looked_at_rate": None, "looked_at": 0},
    }
    page = rare(tmp_path, served, {"looked_at_rate": None}, flows, {})
    assert listed(page) == [NAMES[100002], NAMES[100003]]
    assert "own share looked at is not told" in page.text and "less looking than this home" not in page.text


@pytest.mark.parametrize("england, shown", [(0.0799, True), (0.08, False), (None, False)])
def test_the_only_school_of_its_phase_is_held_to_england_where_that_is_published(
    tmp_path, served, monkeypatch, england, shown
):
    made = tables()
    of = {"figure": "absence_rate", "phase": "Primary", "value": england, "of": "2024/25", "source": "DfE."}
    if england:
        made["england"] = pl.concat([made["england"], pl.DataFrame([of], schema=made["england"].schema)])
    monkeypatch.setitem(globals(), "tables", lambda: made)
    page = rare(tmp_path, served, {"looked_at_rate": 0.5}, {}, {"Primary": {"schools": 1, "absence_rate_ytd": 0.01}})
    assert (NAMES[100002] in listed(page)) is shown


@pytest.mark.parametrize(
    "days, told", [(0, ""), (4, ""), (5, "No run since 27 March 2026: these figures are 5 days old.")]
)
def test_old_figures_are_said_to_be_old_on_every_page(served, tmp_path, days, told):
    publish_made_up(tmp_path / "live", demo=False)
    client = served(BY_PROXY, tmp_path / "live", now=datetime(2026, 3, 27, 9, tzinfo=UTC) + timedelta(days))
    for address in ("/", "/schools", "/school/100001", "/notes"):
        page = Read(client.get(address, headers=by(LEAD)).text).text
        assert told in page and ("No run since" in page) is bool(told)


@pytest.mark.parametrize(
    "days, heading", [(0, "Last night's run"), (1, "Last night's run"), (2, "The run of 27 March 2026")]
)
def test_last_nights_run_is_called_so_on_its_day_and_the_next(served, days, heading):
    page = read(served(now=datetime(2026, 3, 27, 9, tzinfo=UTC) + timedelta(days)), "/")
    assert heading in page.text and ("Last night's run" in page.text) is (days < 2)


def test_made_up_figures_are_never_old(served):
    assert "No run since" not in read(served(now=datetime(2027, 3, 27, tzinfo=UTC)), "/").text


def test_more_than_a_page_of_schools_of_one_name_are_all_offered(served, tmp_path):
    publish_made_up(tmp_path / "many", schools=120)
    client, seen, address = served(folder=tmp_path / "many"), set(), "/signals?school=school"
    while address:
        page = Read(client.get(address).text)
        seen |= {link for link in page.links if re.fullmatch(r"/signals\?school=\d{6}", link)}
        address = next((attrs["href"] for tag, attrs in page.tags if tag == "a" and attrs.get("rel") == "next"), None)
    assert len(seen) == len([name for name in _names(120) if name and "school" in name.lower()]) > 100


def _names(schools: int) -> list[str | None]:
    return tables(schools)["school"]["name"].to_list()


def test_missing_schools_held_back_lists_and_alarms_are_told_on_the_first_page(anybody):
    made = tables()
    page = read(anybody, "/")
    [missing] = [row for row in made["school"].to_dicts() if not row["received"]]
    assert missing["name"] in page.text
    assert "Schools of which no register or census of this school year has come" in page.text
    assert page.text.count("Of 60 days 9 are missing.") == 2
    raised = made["alarm"].filter(made["alarm"]["raised"])
    assert page.text.count("Three lists, and none came back.") == min(10, raised.height)


@pytest.mark.parametrize(
    "address, of", [("/schools?phase=Secondary", "Secondary"), ("/postcode?phase=Special", "Special")]
)
def test_a_phase_is_chosen_by_the_address(anybody, address, of):
    page = read(anybody, address)
    schools = [row for row in page.rows if len(row) > 5 and row[0].startswith(("School ", "St", "Ysgol"))]
    assert schools and {row[1] for row in schools} == {of}
    assert ("option", {"value": of, "selected": None}) in page.tags


def test_a_school_is_chosen_by_its_number_or_part_of_its_name(anybody):
    by_number, by_name = (read(anybody, f"/schools?school={word}") for word in ("100001", "o'brien"))
    assert by_number.rows == by_name.rows and len(by_number.rows) == 2


def test_what_like_takes_for_a_wildcard_is_a_letter_like_any_other(anybody):
    assert "No school here is like that" in read(anybody, "/schools?school=%25").text


def test_a_term_and_a_week_are_chosen_by_the_address(anybody):
    autumn = read(anybody, "/?term=autumn")
    assert "8 September 2025" in autumn.text and "12 January 2026" not in " ".join(
        cell for row in autumn.rows for cell in row
    )
    assert "Absence in the week of 15 September 2025" in read(anybody, "/?week=2025-09-15").text


@pytest.mark.parametrize("address", ["/?phase=Nowhere", "/?week=2025-09-16", "/?week='", "/schools?order=urn;drop", "/schools?page=0", "/schools?page=x", "/schools?page=0000019999999999999999999", "/schools?page=10001", "/lost?kind=nothing"])  # fmt: skip
def test_a_choice_that_is_not_there_is_said_in_one_sentence(anybody, address):
    answer = anybody.get(address)
    assert answer.status_code == 404
    assert "There is no such" in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["/school/999999", "/school/abc", "/school/99999999999999", "/nowhere", "/static/../routes.py", "/school/"],
)
def test_a_page_that_is_not_there_is_said(anybody, address):
    answer = anybody.get(address)
    assert answer.status_code == 404 and "<h1" in answer.text and "There is no" in answer.text


def test_long_tables_go_on_on_another_page_and_come_back(served, tmp_path):
    publish_made_up(tmp_path / "many", schools=120)
    client = served(folder=tmp_path / "many")
    seen, address = [], "/schools?order=name"
    while address:
        page = read(client, address)
        seen += [row[0] for row in page.rows[1:]]
        address = next(
            (
                link
                for link in page.links
                if "page=" in link and int(re.search(r"page=(\d+)", link)[1]) * 50 > len(seen)
            ),
            None,
        )
    assert len(seen) == 120 == len(set(seen))


def test_several_schools_of_one_name_are_offered_and_one_is_shown(anybody):
    choice = read(anybody, "/signals?school=school")
    assert "Several schools" in choice.text and "/signals?school=100005" in choice.links
    made = tables()["signal"].to_dicts()
    one = {row["signal"]: row["raised"] for row in made if row["scope"] == "school" and row["urn"] == 100005}
    [shown, *_] = [row for row in read(anybody, "/signals?school=100005").rows if row[0] == "Many spells"]
    assert shown[3] == ("hidden" if one["many_spells"] is None else str(one["many_spells"]))


def test_what_cannot_be_judged_has_no_count_and_no_nought(anybody):
    page = read(anybody, "/lost")
    [row] = [row for row in page.rows if row and row[0] == "Care without school" and len(row) == 3]
    assert row[2] == "no return on children looked after"


def test_charts_have_a_name_a_description_and_a_table(anybody):
    page = read(anybody, "/")
    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(pictures) == 4 and all(one["role"] == "img" for one in pictures)
    named = {attrs["id"] for tag, attrs in page.tags if tag in ("title", "desc") and "id" in attrs}
    assert {one for picture in pictures for one in picture["aria-labelledby"].split()} == named
    assert ("details", {"class": "govuk-details"}) in page.tags


def test_a_week_that_is_not_told_is_not_drawn_as_nought(anybody):
    """A gap: as many lines as the figures that are told make, and none to the bottom."""
    svg = re.search(r'<svg [^>]*aria-labelledby="weeks-wide.*?</svg>', anybody.get("/").text, re.DOTALL)[0]
    line = re.search(r'd="(M[^"]+)"[^>]*stroke="#12436D"', svg) or re.search(r'stroke="#12436D"[^>]* d="(M[^"]+)"', svg)
    assert line and "240" not in re.findall(r",(\d+)", line[1])


def test_the_same_choice_is_drawn_once(anybody, monkeypatch):
    import vl_convert

    first = anybody.get("/?phase=Primary").text
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda *_: pytest.fail("drawn again"))
    assert anybody.get("/?phase=Primary").text == first


# What the pages may not do --------------------------------------------------------------------------------------------------

COUNTING = re.compile(
    r"\b(sum|count|avg|mean|median|quantile\w*|min|max|mode|list|array_agg|string_agg|histogram|stddev\w*|var_\w+|fsum|product|any_value|first|last)\s*\("
    r"|\bgroup\s+by\b|\bover\s*\(|\bpivot\b|\brollup\b|\bcube\b|\bexcept\b|\bintersect\b",
    re.IGNORECASE,
)
ARITHMETIC = re.compile(r"[\w)]\s*(?:\+|-(?!-)|/|%|\*\*|\*(?=\s*[\w(]))\s*[\w(]")


def plain(sql: str) -> str:
    """Without what is quoted, and `SELECT *`."""
    return re.sub(r"'[^']*'", "''", sql).replace("SELECT *", "SELECT all").replace("SELECT school.*", "SELECT all")


@pytest.mark.parametrize("name", sorted(queries.all_queries()))
def test_no_query_counts_adds_or_takes_away(name):
    sql = plain(queries.all_queries()[name])
    assert not COUNTING.search(sql) and not ARITHMETIC.search(sql), sql


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_does_either(template):
    told = re.findall(r"\{[{%](.*?)[%}]\}", template.read_text(), re.DOTALL)
    assert told
    for one in told:
        sql = re.sub(r"'[^']*'", "''", one)
        assert not re.search(r"\|\s*(sum|length)\b(?!\s*>\s*1)", sql) and not ARITHMETIC.search(sql.strip("-")), one


def test_no_page_or_chart_adds_figures_of_rows():
    """Python's own ways of counting: none is used where rows are at hand."""
    import ast

    folder = Path(queries.__file__).parent
    for path in [
        *(folder / "pages").glob("*.py"),
        folder / "parts.py",
        folder / "words.py",
        folder / "charts.py",
        folder / "downloads.py",
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("sum", "round", "Counter"), f"{path.name}:{node.lineno}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Div | ast.Mult):
                assert not any(
                    isinstance(one, ast.Subscript) and "row" in ast.unparse(one) for one in ast.walk(node)
                ), f"{path.name}:{node.lineno}"


def test_counting_is_found_where_there_is_any():
    assert (
        COUNTING.search("SELECT sum(pupils) FROM t")
        and COUNTING.search("a GROUP BY b")
        and COUNTING.search("rank() OVER (")
    )
    for sql in ("a - b", "pupils+1", "a / b", "(a) * 2", "a % 5"):
        assert ARITHMETIC.search(sql), sql
    for sql in ("SELECT all FROM t WHERE a = b", "a, b", "x::VARCHAR"):
        assert not ARITHMETIC.search(sql), sql


def test_every_query_runs_on_the_declared_tables(published):
    """And gives no more rows than the table it is of has: none is multiplied by what it is joined to."""
    with duckdb.connect((published / "current.duckdb").resolve(), read_only=True) as con:
        for name, sql in queries.all_queries().items():
            asked = {
                one: {"most": 1000, "from_row": 0, "urn": 100001, "figure": "absence_rate"}.get(one)
                for one in re.findall(r"\$(\w+)", sql)
            }
            rows = con.execute(sql, asked).fetchall() if asked else con.execute(sql).fetchall()
            assert len(rows) == len(set(map(repr, rows))), name


def test_areas_and_phases_offered_are_those_there_are(anybody):
    options = [attrs["value"] for tag, attrs in read(anybody, "/schools").tags if tag == "option"]
    assert {*AREAS, *PHASES} <= set(options)
