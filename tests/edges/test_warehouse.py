"""The shelf: encrypted, one process at a time, all of a change or none of it."""

import stat
import subprocess
import sys
import traceback
from contextlib import closing, nullcontext
from datetime import date
from pathlib import Path
from threading import Event
from threading import enumerate as threads_now

import duckdb
import polars as pl
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.exporting import export as export_table
from pipeline.edges.keys import KEYS
from pipeline.edges.settings import Home, make_home
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.tables.schema import GrainError
from pipeline.tables.staged import SCHOOLS
from tests.drawn import drawn

pytestmark = pytest.mark.usefixtures("engine_of_its_own")

NAME = "Saint Olumide's Primary"
KEY = "a-key-that-nobody-else-would-ever-think-of"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    for name in KEYS:
        monkeypatch.delenv(f"A2N_{name.upper()}_KEY", raising=False)
    home = make_home(tmp_path / "home", demo=True)
    (home.folder / "warehouse.key").write_text(KEY)
    return home


def schools(*names: str) -> pl.DataFrame:
    rows = [
        {"extract_id": 1, "row_number": number, "known_on": date(2025, 9, 8), "urn": 100000 + number, "name": name,
         "phase": "Primary"}
        for number, name in enumerate(names, start=2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHOOLS.schema)


def keep(home: Home, frame: pl.DataFrame) -> None:
    with shelf.warehouse(home) as con:
        shelf.append(con, SCHOOLS, frame)


def kept(home: Home) -> list[str]:
    with shelf.warehouse(home) as con:
        return shelf.read(con, "SELECT name FROM warehouse.staged.schools ORDER BY ALL")["name"].to_list()


def draws_bars(con) -> bool:
    return con.execute("SELECT value FROM duckdb_settings() WHERE name = 'enable_progress_bar'").fetchone() == ("true",)


def test_the_engine_draws_no_bar_of_its_own_where_the_json_should_stand(home):
    with closing(duckdb.connect()) as plain, closing(shelf.connection(home)) as con:
        plain.execute("SET enable_progress_bar = true")
        assert draws_bars(plain)
        assert not draws_bars(shelf.quiet(plain))
        assert not draws_bars(con)
        assert not draws_bars(con.cursor())


# Kept


def test_what_is_put_away_is_there_the_next_time(home):
    keep(home, schools(NAME))
    assert kept(home) == [NAME]


def test_every_declared_table_is_there_from_the_first_with_its_columns(home):
    with shelf.warehouse(home) as con:
        for table in shelf.KEPT:
            assert tuple(shelf.read(con, f"SELECT * FROM warehouse.{table.name}").columns) == table.names


@pytest.mark.parametrize("table, column", [("staged.schools", "area"), ("staged.pupils", "birth_season")])
def test_a_home_of_before_a_column_was_gets_it_and_keeps_its_rows(home, table, column):
    keep(home, schools(NAME))
    with shelf.warehouse(home) as con:
        con.execute(f"ALTER TABLE warehouse.{table} DROP COLUMN {column}")
    with shelf.warehouse(home) as con:
        assert shelf.read(con, f"SELECT {column} FROM warehouse.{table}")[column].drop_nulls().is_empty()
    keep(home, schools("Another").with_columns(extract_id=pl.lit(2, pl.Int32)))
    assert kept(home) == sorted([NAME, "Another"])


def test_weeks_in_which_nothing_was_possible_are_kept_and_not_shown(home):
    week = dict.fromkeys(MARKED_WEEKS.names, 0) | {
        "pupil_id": "amira",
        "urn": 100001,
        "last_known_on": date(2025, 9, 20),
        "is_transferred": False,
    }
    weeks = [week | {"week_start": date(2025, 9, 8), "possible_sessions": 1}, week | {"week_start": date(2025, 9, 15)}]
    with shelf.warehouse(home) as con:
        shelf.append(con, MARKED_WEEKS, pl.DataFrame(weeks, schema=MARKED_WEEKS.schema))
        shown = shelf.read(con, "SELECT week_start FROM warehouse.facts.pupil_weeks")
    assert shown["week_start"].to_list() == [date(2025, 9, 8)]


def test_rows_that_break_the_grain_are_not_put_away(home):
    with pytest.raises(
        GrainError, match=r"staged\.schools is one row per school and delivery, but 1 rows repeat a key"
    ):
        keep(home, pl.concat([schools(NAME), schools("Another")]))
    assert kept(home) == []


def test_a_day_is_replaced_and_the_days_about_it_are_not(home):
    table = next(table for table in shelf.KEPT if table.name == "derived.schools_without_list")

    def said(picture: str) -> pl.DataFrame:
        return drawn(picture, table.schema)

    with shelf.warehouse(home) as con:
        for day in ("2025-11-03", "2025-11-17"):
            shelf.append(con, table, said(f"as_of|urn|reason\n-\n{day}|100001|then\n{day}|100002|then"))
        again = said("as_of|urn|reason\n-\n2025-11-03|100001|now")
        shelf.replace_day(con, table, again, as_of=date(2025, 11, 3))
        found = con.execute(f"SELECT day(as_of), urn, reason FROM warehouse.{table.name} ORDER BY ALL").fetchall()
    assert found == [(3, 100001, "now"), (17, 100001, "then"), (17, 100002, "then")]


# Encrypted


def test_the_file_holds_nothing_that_can_be_read_without_the_key(home):
    keep(home, schools(*[f"{NAME} {number}" for number in range(5000)]))
    held = b"".join(path.read_bytes() for path in home.folder.glob("warehouse.duckdb*"))
    assert len(held) > 20_000
    for plain in (b"Olumide", b"Primary", b"schools", b"row_number", b"marked_weeks"):
        assert plain not in held


def test_without_a_key_the_file_does_not_open(home):
    keep(home, schools(NAME))
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(home.warehouse))


def test_nobody_but_its_owner_can_read_the_file(home):
    keep(home, schools(NAME))
    assert stat.S_IMODE(home.warehouse.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "wrong", ["another-key-of-quite-the-same-length-as-it", "it's a key; with 'quotes' -- and a comment"]
)
def test_a_wrong_key_is_refused_in_words_and_repeated_nowhere(home, wrong):
    keep(home, schools(NAME))
    (home.folder / "warehouse.key").write_text(wrong)
    with pytest.raises(Refused) as refused, shelf.warehouse(home):
        pass
    assert str(refused.value) == "warehouse.key does not open warehouse.duckdb: put back the key it was made with."
    told = "".join(traceback.TracebackException.from_exception(refused.value).format())
    assert wrong not in told
    assert refused.value.__context__ is None  # nothing that a logger might print further


def test_a_key_with_quotes_in_it_opens_what_it_shut(home):
    (home.folder / "warehouse.key").write_text("it's a key; with 'quotes' -- and a comment")
    keep(home, schools(NAME))
    assert kept(home) == [NAME]


@pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(home, damage):
    home.warehouse.write_bytes(damage)
    with (
        pytest.raises(Refused, match=r"warehouse\.duckdb cannot be opened as a DuckDB file: restore it"),
        shelf.warehouse(home),
    ):
        pass
    assert home.warehouse.read_bytes() == damage


def test_the_two_files_have_keys_of_their_own(home):
    keep(home, schools(NAME))
    con = shelf.connection(home)
    with pytest.raises(Refused, match=r"identity\.key does not open warehouse\.duckdb"):
        shelf.attach(con, home.warehouse, home.key("identity"), "identity", key_name="identity.key")
    con.close()


# One process at a time

HOLD = """
import sys
from pathlib import Path
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import open_home

with shelf.warehouse(open_home(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held(home):
    """Another process that has the home's warehouse open, until the test is over."""
    keep(home, schools(NAME))
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert other.stdout.readline() == "held\n"
    yield other
    other.communicate("")


def test_a_second_process_is_refused_in_words_that_name_the_first(home, held):
    with pytest.raises(Refused) as refused, shelf.warehouse(home):
        pass
    said = str(refused.value)
    assert said == (
        f"warehouse.duckdb is in use by another run (process {held.pid}): wait for it to end, then run this again."
    )
    held.communicate("")
    assert kept(home) == [NAME]


def test_a_second_process_leaves_the_firsts_spill_alone(home, held):
    spilled = home.scratch / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.write_bytes(b"the other's")
    with pytest.raises(Refused), shelf.warehouse(home):
        pass
    assert spilled.exists()


# Spill


def test_what_a_killed_run_spilled_is_removed_by_the_next(home):
    spilled = home.scratch / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.write_bytes(b"left behind")
    with shelf.warehouse(home):
        assert not spilled.exists()


def test_what_memory_cannot_hold_is_spilled_encrypted_into_the_home_and_then_removed(home):
    (home.folder / "settings.toml").write_text('[machine]\nmemory_limit = "60MB"\n')
    home = make_home(home.folder, demo=True)
    with shelf.warehouse(home) as con:
        con.execute(
            "CREATE TABLE scratch.main.marks AS SELECT 'OLUMIDE' || hash(range)::VARCHAR AS name, hash(range + 1) AS salt "
            "FROM range(4_000_000)"
        )
        spilled = [path.read_bytes() for path in home.scratch.iterdir()]
        assert sum(len(piece) for piece in spilled) > 1_000_000
        assert not any(b"OLUMIDE" in piece for piece in spilled)
        assert con.execute("SELECT count(DISTINCT salt) FROM scratch.main.marks").fetchone() == (4_000_000,)
    assert list(home.scratch.iterdir()) == []


def test_scratch_is_empty_every_time(home):
    with shelf.warehouse(home) as con:
        con.execute("CREATE TABLE scratch.main.marks AS SELECT 1 AS mark")
    with shelf.warehouse(home) as con, pytest.raises(duckdb.CatalogException):
        con.execute("FROM scratch.main.marks")


# All or nothing


class Killed(BaseException):
    """As a signal comes: no Exception."""


@pytest.mark.parametrize("fault", [ValueError, Killed, KeyboardInterrupt])
def test_a_change_cut_short_never_happened(home, fault):
    keep(home, schools(NAME))
    with pytest.raises(fault), shelf.warehouse(home) as con, shelf.transaction(con):
        con.execute("DELETE FROM warehouse.staged.schools")
        shelf.append(con, SCHOOLS, schools("Another", "A third"))
        raise fault
    assert kept(home) == [NAME]


def test_a_change_that_ends_is_kept(home):
    with shelf.warehouse(home) as con, shelf.transaction(con):
        shelf.append(con, SCHOOLS, schools(NAME))
    assert kept(home) == [NAME]


def test_after_a_change_cut_short_the_next_can_be_made(home):
    with shelf.warehouse(home) as con:
        with pytest.raises(ValueError, match="cut short"), shelf.transaction(con):
            raise ValueError("cut short")
        with shelf.transaction(con):
            shelf.append(con, SCHOOLS, schools(NAME))
    assert kept(home) == [NAME]


def test_a_process_killed_in_the_middle_leaves_the_warehouse_as_it_was(home):
    keep(home, schools(NAME))
    killed = HOLD.replace(
        '    print("held", flush=True)',
        '    con.execute("BEGIN"); con.execute("DELETE FROM warehouse.staged.schools")\n'
        "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ).replace("[1]))):", "[1]))) as con:")
    done = subprocess.run(
        [sys.executable, "-c", killed, str(home.folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert kept(home) == [NAME]


def threads(con) -> int:
    return con.execute("SELECT current_setting('threads')").fetchone()[0]


@pytest.mark.parametrize("fault", [None, ValueError, Killed])
def test_rows_are_added_in_one_thread_and_afterwards_there_are_as_many_as_before(home, fault):
    with shelf.warehouse(home) as con:
        con.execute("SET threads = 3")
        with pytest.raises(fault) if fault else nullcontext(), shelf.in_one_thread(con):
            assert threads(con) == 1
            if fault:
                raise fault
        assert threads(con) == 3


def test_what_broke_an_engine_is_told_and_not_that_it_then_takes_no_setting():
    con = duckdb.connect()
    with pytest.raises(duckdb.IOException, match="no space left"), shelf.in_one_thread(con):
        con.close()
        raise duckdb.IOException("no space left")


# Export


def test_an_export_is_the_table_sorted_in_a_file_only_its_owner_can_read(home, tmp_path):
    keep(home, schools(NAME, "Another"))
    to = tmp_path / "schools.parquet"
    with shelf.warehouse(home) as con:
        assert export_table(con, "staged.schools", to) == 2
    assert pl.read_parquet(to)["name"].to_list() == [NAME, "Another"]
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "table", ["staged.pupil", "schools", "", "identity.people", "staged.schools; DROP TABLE staged.schools"]
)
def test_a_table_that_is_not_there_is_not_exported(home, tmp_path, table):
    keep(home, schools(NAME))
    with shelf.warehouse(home) as con, pytest.raises(Refused, match="There is no table"):
        export_table(con, table, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_an_export_to_no_folder_says_so(home, tmp_path):
    with shelf.warehouse(home) as con, pytest.raises(Refused, match="there is no folder"):
        export_table(con, "staged.schools", tmp_path / "nowhere" / "out.parquet")


def test_an_export_takes_the_place_of_nothing_but_an_export(home):
    with shelf.warehouse(home) as con:
        with pytest.raises(Refused, match=r"let it end in \.parquet"):
            export_table(con, "derived.triage", home.warehouse)
        to = home.folder / "triage.parquet"
        to.write_text("an earlier export")
        assert export_table(con, "derived.triage", to) == 0
    assert to.read_bytes()[:4] == b"PAR1"
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with shelf.warehouse(home) as con:
        assert shelf.read(con, "SELECT count(*) AS n FROM warehouse.derived.triage")["n"].item() == 0


# One question beside another


def left_at_work() -> bool:
    return "beside" in {thread.name for thread in threads_now()}


def named(con, name: str) -> list[tuple]:
    return con.execute("SELECT urn FROM warehouse.staged.schools WHERE name = ?", [name]).fetchall()


def test_one_question_is_asked_beside_another_over_a_cursor_of_its_own(home):
    keep(home, schools("Ash", "Birch"))
    with shelf.warehouse(home) as con:
        con.execute("CREATE TEMP TABLE ours AS SELECT 1")
        with shelf.beside(con, named, "Birch") as birch:
            assert named(con, "Ash") == [(100002,)]
            assert birch() == [(100003,)]
        with (
            pytest.raises(duckdb.CatalogException, match="ours"),
            shelf.beside(con, lambda own: own.execute("FROM ours").fetchall()) as theirs,
        ):
            theirs()
    assert not left_at_work()


def test_who_interrupts_what_is_done_within_interrupts_the_engine_at_the_other(home):
    """It would be at work for days."""
    begun, told = Event(), []

    def counting(own):
        own.create_function("seen", lambda number: begun.set() or number, ["BIGINT"], "BIGINT")
        try:
            own.execute("SELECT max(seen(range)) FROM range(10_000_000_000)")
        except duckdb.Error as error:
            told.append(type(error))
            raise

    with shelf.warehouse(home) as con, pytest.raises(KeyboardInterrupt), shelf.beside(con, counting):
        assert begun.wait(60)
        raise KeyboardInterrupt
    assert told == [duckdb.InterruptException] and not left_at_work()


def test_where_the_engine_stops_both_what_stopped_the_work_is_raised(home):
    def broken(own):
        raise duckdb.IOException("no space left on device")

    with (
        shelf.warehouse(home) as con,
        pytest.raises(Refused, match="full"),
        shelf.in_words(home),
        shelf.beside(con, broken),
    ):
        con.execute("SELECT * FROM warehouse.nothing_of_the_kind")
    assert not left_at_work()


def test_what_is_wrong_within_is_raised_where_the_work_is_well(home):
    with (
        shelf.warehouse(home) as con,
        pytest.raises(duckdb.CatalogException, match="nothing_of_the_kind"),
        shelf.beside(con, named, "Ash"),
    ):
        con.execute("SELECT * FROM warehouse.nothing_of_the_kind")
    assert not left_at_work()
