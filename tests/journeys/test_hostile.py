"""An inbox somebody put hostile files in, beside good ones; and texts made to be run, wherever they come out again."""

import csv
import io
import random
import zipfile

import polars as pl
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.plain import plain
from pipeline.edges.settings import open_home
from tests.edges.test_hostile import ASKED_BY_NOBODY, LIGHT
from tests.soaks.attacks import CANARY, REFUSED, Place

from .at_home import a2n, a2n_process, deliver, new_home, read_rows

NAME = '=HYPERLINK("http://127.0.0.1:9")\u202e<script>alert(1)</script>\x1b[2J'
LIVE = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet runs."""

IS_SHOWN_AS = '=HYPERLINK("http://127.0.0.1:9")<script>alert(1)</script>[2J'


@pytest.fixture(scope="module")
def attacked(small, tmp_path_factory):
    """A home whose schools and children have hostile names, after its first night; what was printed; and its pages."""
    folder = tmp_path_factory.mktemp("attacked")
    home = new_home(folder / "home")
    deliver(home, small.files)
    for path in home.inbox.glob("*.csv"):
        [(_, rows)] = read_rows([path]).items()
        named = [
            name for name in ("EstablishmentName", "establishment_name", "surname", "forename") if name in rows.columns
        ]
        if named:
            rows.with_columns(pl.lit(NAME).alias(name) for name in named).write_csv(path)
    rows = [f"100001,{start}1+1,{start}2+2,{start}3+3,{start}4+4" for start in LIVE]
    (home.inbox / "=1+1.csv").write_text("urn,upn,date,session,code\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ran = a2n("nightly", "--home", home.folder, "--as-of", small.last_day)
    made = a2n("pages", "--home", home.folder, "--to", folder / "pages")
    return home, ran, made, folder / "pages"


@pytest.mark.long
def test_a_night_of_hostile_names_is_a_night_like_another(attacked):
    home, ran, made, _ = attacked
    assert (ran.status, made.status) == (0, 0), ran.err + made.err
    assert plain(ran.out + ran.err + made.out) == ran.out + ran.err + made.out
    with shelf.warehouse(home) as con:
        names = {name for (name,) in con.execute("SELECT DISTINCT name FROM warehouse.staged.schools").fetchall()}
    assert names == {IS_SHOWN_AS}


def test_no_list_and_no_worklist_holds_a_formula(attacked):
    home, *_ = attacked
    books = list(home.outbox.rglob("*.xlsx"))
    assert books
    for path in books:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
            for part in (one for one in book.namelist() if one.startswith("xl/worksheets/sheet")):
                assert b"<f>" not in book.read(part) and b"<f " not in book.read(part), path.name


def test_no_page_holds_an_element_that_a_name_brought(attacked):
    *_, pages = attacked
    texts = [path.read_text(encoding="utf-8") for path in pages.rglob("*.html")]
    assert any("&lt;script&gt;alert(1)" in text for text in texts)
    assert not any("<script>alert(1)" in text or "\x1b" in text or "\u202e" in text for text in texts)


def test_no_cell_beside_the_inbox_is_one_that_a_spreadsheet_would_run(attacked):
    home, *_ = attacked
    told = {path.name: path.read_text(encoding="utf-8") for path in home.set_aside.glob("*.csv")}
    [of_formulas] = [text for name, text in told.items() if "1+1" in name]
    [head, *rows] = csv.reader(io.StringIO(of_formulas))
    assert {row[head.index("row_number")] for row in rows} == {str(at) for at in range(2, 2 + len(LIVE))}
    cells = [cell for text in told.values() for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith((*LIVE, "\t", "\r", "\n"))]
    assert {row[head.index("file")] for row in rows} == {"'=1+1.csv"}
    assert not any("4+4" in text or "2+2" in text for text in told.values())


def test_hostile_files_are_refused_by_name_and_the_good_ones_beside_them_are_taken_in(small, tmp_path):
    home = new_home(tmp_path / "home")
    canary = tmp_path / "canary.txt"
    canary.write_text(f"urn,upn\n{CANARY},{CANARY}\n")
    told = dict(enumerate(one for one in LIGHT.values() if one.ends == REFUSED))
    for number, attack in told.items():
        folder = home.inbox / f"{number}"
        folder.mkdir()
        attack.put(Place(folder, number, canary, ASKED_BY_NOBODY, home.folder), random.Random(f"{attack.name} 5"))
    [good] = [path for path in small.files if path.name == "schools.csv"]
    (home.inbox / "good.csv").write_bytes(good.read_bytes())
    ran = a2n_process("take-in", "--home", home.folder, "--known-on", small.last_day)
    said = ran.out + ran.err
    assert ran.status == 1 and "Traceback" not in said and "Stopped" not in said
    assert plain(said) == said and CANARY not in said
    assert {number for number in told if f"Refused: {number}/" not in ran.err} == set()
    with shelf.warehouse(open_home(home.folder)) as con:
        accepted = "SELECT extract FROM warehouse.audit.extracts WHERE rows_accepted > 0 AND extract LIKE '%/%'"
        assert con.execute(accepted).fetchall() == []
        taken = con.execute("SELECT rows_accepted FROM warehouse.audit.extracts WHERE extract = 'good.csv'").fetchone()
    assert taken[0] > 0
