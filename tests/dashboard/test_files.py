"""What can be taken away: tables as CSV and Parquet, the extract for inspectors, and the pages as files."""

import csv
import io
import re
from urllib.parse import unquote

import polars as pl
import pytest

from pipeline.dashboard import downloads
from pipeline.dashboard.downloads import TABLES
from pipeline.dashboard.static_pages import MARKER, write_pages

from .made_up import publish_made_up, tables


def rows_of(answer) -> list[dict]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_comes_as_it_is_published(anybody, table):
    made = TABLES[table].conform(tables()[table])
    answer = anybody.get(f"/download/{table}.parquet")
    marked = made if "demo" in made.columns else made.with_columns(demo=pl.lit(True))  # these figures are made up
    assert pl.read_parquet(io.BytesIO(answer.content)).equals(marked)
    rows = rows_of(anybody.get(f"/download/{table}.csv"))
    assert len(rows) == made.height and list(rows[0]) == marked.columns
    assert f'filename="{table}.csv"' in anybody.get(f"/download/{table}.csv").headers["content-disposition"]


def test_a_hidden_count_is_an_empty_cell_and_never_a_nought(anybody):
    made = {row["urn"]: row["eligible"] for row in tables()["school"].to_dicts()}
    told = {int(row["urn"]): row["eligible"] for row in rows_of(anybody.get("/download/school.csv"))}
    assert None in made.values()
    assert {urn: "" if count is None else str(count) for urn, count in made.items()} == told


def test_what_is_chosen_is_in_the_file(anybody):
    rows = rows_of(anybody.get("/download/week.csv?phase=Primary&term=autumn"))
    assert {(row["phase"], row["term"]) for row in rows} == {("Primary", "autumn")}
    assert rows_of(anybody.get("/download/school_week.csv?urn=100001"))
    for nobodys in ("999999", "1' OR '1'='1"):
        answer = anybody.get(f"/download/school_week.csv?urn={nobodys}")
        assert answer.status_code == 404 and "no school of that number" in answer.text


def test_the_file_of_a_schools_weeks_is_of_the_term_that_is_chosen(anybody):
    term = {str(row["week_start"]): row["term"] for row in tables()["week"].to_dicts()}
    asked = next(
        link
        for link in re.findall(r'href="(/download/school_week[^"]+)"', anybody.get("/school/100001?term=autumn").text)
    )
    for address, terms in (
        (asked.replace("&amp;", "&"), {"autumn"}),
        ("/download/school_week.csv?urn=100001", {"autumn", "spring"}),
    ):
        rows = rows_of(anybody.get(address))
        assert {term[row["week_start"]] for row in rows} == terms and {row["urn"] for row in rows} == {"100001"}


@pytest.mark.parametrize("name", ["nothing.csv", "run;drop.csv", "run.xlsx", "published.run.csv", "sqlite_master.csv"])
def test_there_is_nothing_else_to_download(anybody, name):
    assert anybody.get(f"/download/{name}").status_code == 404


def test_a_name_a_spreadsheet_would_take_for_a_formula_is_a_name(anybody):
    for address in ("/download/school.csv", "/download/postcode.csv"):
        cells = {cell for row in rows_of(anybody.get(address)) for cell in row.values()}
        assert "'=SUM(A1) Academy" in cells and not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_the_extract_for_inspectors_says_each_school_in_words_with_england_beside(anybody):
    rows = rows_of(anybody.get("/download/postcode.csv?phase=Secondary"))
    made = [row for row in tables()["school"].to_dicts() if row["phase"] == "Secondary"]
    assert len(rows) == len(made)
    assert {row["England: plans within 20 weeks"] for row in rows} == {"50.3% (2024/25)"}
    assert {"", None} & {cell for row in rows for cell in row.values()} == set()


def test_every_download_a_page_links_to_is_one(anybody):
    addresses = {link.replace("&amp;", "&") for page in ("/", "/schools", "/school/100001", "/lost", "/missed", "/postcode", "/signals", "/specialists", "/ever", "/data-quality", "/notes")
                 for link in re.findall(r'href="(/download/[^"]+)"', anybody.get(page).text)}  # fmt: skip
    assert len(addresses) > 15
    for address in addresses:
        assert rows_of(anybody.get(address)), address


# Pages as files -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "pages"
    write_pages(published, folder)
    return folder


def test_every_link_of_every_page_is_a_file_beside_it(written):
    pages = list(written.glob("*.html"))
    for page in pages:
        links = {
            unquote(link).partition("#")[0] for link in re.findall(r'(?:href|action|src)="([^"]+)"', page.read_text())
        } - {"", "data:,"}
        assert [link for link in links if not (written / link).is_file()] == [], page.name
        assert "<form" not in page.read_text()
    assert len(pages) > 40


def test_they_say_what_the_served_pages_say(written, anybody):
    def body(html: str) -> str:
        inside = re.search(r"<h1.*</main>", html, re.DOTALL)[0]
        inside = inside.replace("Last night&#39;s run", "The run of 27 March 2026")  # a file is read on any day
        inside = re.sub(r'<form class="choices".*?</form>|<p class="choice-links">.*?</p>', "", inside, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", inside).split())

    for served, file in (
        ("/", "index"),
        ("/missed", "missed"),
        ("/school/100002", "school-100002"),
        ("/schools?phase=Special", None),
    ):
        name = file or next(path.stem for path in written.glob("schools-phase-special*.html"))
        assert body(anybody.get(served).text) == body((written / f"{name}.html").read_text())


def test_a_file_to_download_is_the_whole_table(written):
    with (written / "school.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == tables()["school"].height


@pytest.mark.long
def test_they_are_swapped_whole_and_another_folder_is_left_alone(tmp_path):
    folder = tmp_path / "pages"
    publish_made_up(tmp_path / "small", schools=3)
    write_pages(tmp_path / "small", folder)
    (folder / "school-100003.html").write_text("of a school that has closed since")
    publish_made_up(tmp_path / "small", schools=2)
    write_pages(tmp_path / "small", folder)
    assert not (folder / "school-100003.html").exists() and (folder / "school-100002.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pages", "small"]
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "letter.txt").write_text("not a page")
    with pytest.raises(FileExistsError):
        write_pages(tmp_path / "small", tmp_path / "others")
    assert (tmp_path / "others" / "letter.txt").exists()


@pytest.mark.parametrize(
    "ending", [".before", *(pytest.param(one, marks=pytest.mark.long) for one in ("", ".unfinished"))]
)
def test_somebody_elses_site_is_never_cleared_away(tmp_path, ending):
    """Not even one that has a first page of the same name; a folder of ours, or an empty one, is."""
    publish_made_up(tmp_path / "small", schools=2)
    site = tmp_path / f"site{ending}"
    site.mkdir()
    (site / "index.html").write_text("another's")
    with pytest.raises(FileExistsError):
        write_pages(tmp_path / "small", tmp_path / "site")
    assert [path.name for path in site.iterdir()] == ["index.html"] and (site / "index.html").read_text() == "another's"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"site{ending}", "small"]
    (site / MARKER).write_text("")
    assert write_pages(tmp_path / "small", tmp_path / "site") > 20
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site", "small"]


@pytest.mark.long
def test_an_empty_folder_is_written_to(tmp_path):
    publish_made_up(tmp_path / "small", schools=2)
    (tmp_path / "site").mkdir()
    assert write_pages(tmp_path / "small", tmp_path / "site") > 20
    assert (tmp_path / "site" / MARKER).is_file()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_whatever_begins_a_formula_is_kept_a_text_and_what_does_not_is_left(start):
    assert downloads._cell(f"{start}1+1") == f"'{start}1+1"
    assert downloads._cell(f"1{start}1") == f"1{start}1"
