"""A home's settings, keys and folders."""

import os
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.edges import runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.keys import BACKUP_KEY, KEYS, SHORTEST_KEY, SIGNING_KEY, make_key
from pipeline.edges.settings import FOLDERS, Settings, make_home, open_home
from pipeline.vocabulary.next_steps import NEXT_STEPS

LONG_ENOUGH = "k" * SHORTEST_KEY


@pytest.fixture(autouse=True)
def no_keys_about(monkeypatch):
    """Whatever the machine's own environment holds."""
    for name in KEYS:
        monkeypatch.delenv(f"A2N_{name.upper()}_KEY", raising=False)


def told(folder: Path, settings: str):
    """The settings a home is opened with when its settings.toml says this."""
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    return open_home(folder).settings


def refusal(folder: Path, settings: str) -> str:
    with pytest.raises(Refused) as refused:
        told(folder, settings)
    return str(refused.value).removeprefix(f"{folder / 'settings.toml'}: ")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Settings


def test_settings_that_say_nothing_are_the_defaults(tmp_path):
    assert told(tmp_path, "") == Settings()


def test_a_new_homes_settings_say_what_the_defaults_are(tmp_path):
    made = make_home(tmp_path / "home", demo=False).settings
    assert made == replace(Settings(), name="Name of the data controller")


@pytest.mark.parametrize("demo", [True, False])
def test_a_home_knows_whether_it_is_a_demonstration(tmp_path, demo):
    assert make_home(tmp_path / "home", demo=demo).settings.demo is demo


def test_every_setting_can_be_set(tmp_path):
    assert told(
        tmp_path,
        """
        [home]
        name = "Ashford Trust"
        demo = true
        [lists]
        places = 6
        places_by_school = { 100001 = 8 }
        printables = "on demand"
        [history]
        lag_days = 3
        [inbox]
        move_taken = true
        [reconciliation]
        tolerance = 0.02
        [suppression]
        fewest_shown = 6
        smallest_base = 30
        [machine]
        memory_limit = "2GB"
        [care]
        own_authority = [209]
        own_postcode_districts = ["SE4"]
        [signals]
        many_spells = 5
        [specialists]
        health = 20
        [specialists.areas."North"]
        health = 6.5
        in_school = 0
        """,
    ) == Settings(
        name="Ashford Trust", demo=True, places=6, places_by_school={100001: 8}, history_lag_days=3, move_taken=True,
        tolerance=0.02, fewest_shown=6, smallest_base=30, memory_limit="2GB", own_authority=("209",),
        own_postcode_districts=("SE4",), lines={"many_spells": 5.0}, printables="on demand",
        specialists={"health": 20.0}, specialists_by_area={"North": {"health": 6.5, "in_school": 0.0}},
    )  # fmt: skip


@pytest.mark.parametrize(
    "settings, says",
    [
        ("[list]\nplaces = 3", "there is no setting [list]; known are home, lists, history,"),
        ("places = 3", "there is no setting [places]"),
        ("[signals]\nmany_spell = 5", "[signals] there is no line many_spell; a home may move looked_at_months, "),
        (
            "[signals]\npersistent_percent = 12",
            "[signals] persistent_percent stays 10, for it is the Department for Education's own definition.",
        ),
        ("[signals]\nsevere_percent = 40", "[signals] severe_percent stays 50,"),
        ("[signals]\nmany_spells = 4.5", "[signals] many_spells takes a whole number of spells."),
        ("[signals]\nmany_spells = true", "[signals] many_spells takes a whole number of spells."),
        ("[signals]\nmany_spells = inf", "[signals] many_spells takes a whole number of spells."),
        ("[signals]\nmany_spells = -inf", "[signals] many_spells takes a whole number of spells."),
        ("[signals]\nmany_spells = nan", "[signals] many_spells takes a whole number of spells."),
        ("[signals]\nmany_spells = 13", "[signals] many_spells must be from 3 to 12 (spells)."),
        ("[signals]\nmany_spells = 2", "[signals] many_spells must be from 3 to 12 (spells)."),
        ("[lists]\nplace = 3", "[lists] place is unknown, or not of its kind."),
        ('[lists]\nplaces = "ten"', "[lists] places is unknown, or not of its kind."),
        ("[lists]\nplaces = 2.5", "[lists] places is unknown, or not of its kind."),
        ("[lists]\nplaces = true", "[lists] places is unknown, or not of its kind."),
        ("[home]\ndemo = 1", "[home] demo is unknown, or not of its kind."),
        ("[reconciliation]\ntolerance = true", "[reconciliation] tolerance is unknown, or not of its kind."),
        ("[lists.places_by_school]\nAsh = 8", "[lists.places_by_school] takes lines like 100001 = 8."),
        ("[lists.places_by_school]\n100001 = 8.5", "[lists.places_by_school] takes lines like 100001 = 8."),
        ("[lists.places_by_school]\n100001 = true", "[lists.places_by_school] takes lines like 100001 = 8."),
        (
            "[specialists]\ndentist = 3",
            "[specialists] there is no kind dentist; known are in_school, family_support, health,",
        ),
        ("[specialists.areas.North]\ndentist = 3", '[specialists.areas."North"] there is no kind dentist; known are'),
        ("[specialists]\nhealth = -1", "[specialists] health takes a number of days a term, 0 or more."),
        ("[specialists]\nhealth = true", "[specialists] health takes a number of days a term, 0 or more."),
        ("[specialists]\nhealth = nan", "[specialists] health takes a number of days a term, 0 or more."),
        ("[specialists]\nhealth = inf", "[specialists] health takes a number of days a term, 0 or more."),
        ('[specialists]\nhealth = "ten"', "[specialists] health takes a number of days a term, 0 or more."),
        ("[specialists.health]\ndays = 3", "[specialists] health takes a number of days a term, 0 or more."),
        (
            "[specialists.areas.North]\nhealth = -0.5",
            '[specialists.areas."North"] health takes a number of days a term, 0 or',
        ),
        ("[specialists]\nareas = 3", '[specialists] areas takes tables like [specialists.areas."North"].'),
        ("[specialists.areas]\nNorth = 3", '[specialists] areas takes tables like [specialists.areas."North"].'),
        (
            '[specialists.areas."North"]\n[specialists.areas." north"]',
            "[specialists.areas] names each area once, in words.",
        ),
        ('[specialists.areas." "]\nhealth = 1', "[specialists.areas] names each area once, in words."),
        ("specialists = 3", "there is no setting [specialists]"),
        ('[machine]\nmemory_limit = "plenty"', '[machine] memory_limit takes a size like "1500MB".'),
    ],
)
def test_a_setting_nobody_knows_is_refused_in_words_that_say_which(tmp_path, settings, says):
    assert refusal(tmp_path, settings).startswith(says)


@pytest.mark.parametrize(
    "settings, within",
    [
        ("[lists]\nplaces = 1", True), ("[lists]\nplaces = 0", False),
        ("[lists.places_by_school]\n100001 = 1", True), ("[lists.places_by_school]\n100001 = 0", False),
        ("[suppression]\nfewest_shown = 5", True), ("[suppression]\nfewest_shown = 4", False),
        ("[history]\nlag_days = 0", True), ("[history]\nlag_days = -1", False),
        ("[reconciliation]\ntolerance = 0", True), ("[reconciliation]\ntolerance = -0.01", False),
        ("[reconciliation]\ntolerance = 0.99", True), ("[reconciliation]\ntolerance = 1", False),
        ("[reconciliation]\ntolerance = nan", False),
        ('[lists]\nprintables = "all"', True), ('[lists]\nprintables = "none"', False),
        ("[specialists]\nhealth = 0", True), ("[specialists]\nhealth = -0.01", False),
        ("[specialists]\nhealth = 20\n[specialists.areas]\nNorth.health = 12\nSouth.health = 8", True),
        ("[specialists]\nhealth = 20\n[specialists.areas]\nNorth.health = 12\nSouth.health = 8.5", False),
        ("[specialists.areas]\nNorth.health = 12", True),
        ('[machine]\nmemory_limit = "1.5 GiB"', True), ('[machine]\nmemory_limit = "0MB"', False),
    ],
)  # fmt: skip
def test_a_setting_out_of_its_bounds_is_refused(tmp_path, settings, within):
    if within:
        told(tmp_path, settings)
    else:
        assert refusal(tmp_path, settings).endswith(".")


@pytest.mark.parametrize("written", [b"[home", b"[home]\nname = 'Caf\xe9'", b"[home]\nname = Ash"])
def test_a_file_that_is_no_toml_is_refused_and_named(tmp_path, written):
    (tmp_path / "settings.toml").write_bytes(written)
    with pytest.raises(Refused, match=r"settings\.toml cannot be read as TOML"):
        open_home(tmp_path)


@pytest.mark.parametrize(
    "written, says",
    [("a = " + "[" * 5_000 + "]" * 5_000, "lists in lists"), ("a = " + "9" * 5_000, "a number without end"), ("#" * 1_000_001, "is over 1 MB")],
    ids=["deep", "long", "large"],
)  # fmt: skip
def test_settings_made_to_do_harm_are_refused_in_words(tmp_path, written, says):
    (tmp_path / "settings.toml").write_text(written)
    with pytest.raises(Refused, match=says):
        open_home(tmp_path)


def test_a_folder_without_settings_is_no_home_and_is_told_how_to_be_one(tmp_path):
    with pytest.raises(Refused, match=f"{tmp_path} is not a home, .* `a2n init --home {tmp_path}`"):
        open_home(tmp_path)


# Making a home


def test_a_new_home_has_its_folders_and_keys_and_no_database(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    held = {path.name for path in home.folder.iterdir()}
    assert held == {*FOLDERS, "settings.toml", *(f"{name}.key" for name in (*KEYS, SIGNING_KEY, BACKUP_KEY))}


def test_nobody_but_its_owner_can_read_a_home_or_a_key(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    assert {mode(home.folder), *(mode(home.folder / name) for name in FOLDERS)} == {0o700}
    assert {mode(home.folder / f"{name}.key") for name in KEYS} == {0o600}


def test_each_key_is_another_and_long(tmp_path):
    keys = [make_home(tmp_path / name, demo=True).key(key) for name in ("one", "other") for key in KEYS]
    assert len(set(keys)) == 6
    assert all(len(key) >= SHORTEST_KEY for key in keys)


def test_made_twice_a_home_keeps_its_keys_its_settings_and_what_is_in_it(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    (home.inbox / "marks.csv").write_text("urn\n")
    (home.folder / "settings.toml").write_text("[lists]\nplaces = 6\n")
    before = {path: path.read_bytes() for path in home.folder.rglob("*") if path.is_file()}
    again = make_home(tmp_path / "home", demo=False)
    assert {path: path.read_bytes() for path in home.folder.rglob("*") if path.is_file()} == before
    assert again.settings.places == 6


def test_a_key_left_open_to_others_is_closed_when_the_home_is_made_again(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    (home.folder / "identity.key").chmod(0o644)
    make_home(tmp_path / "home", demo=True)
    assert mode(home.folder / "identity.key") == 0o600


# Keys


def test_a_key_may_come_from_the_environment_and_then_there_is_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("A2N_WAREHOUSE_KEY", LONG_ENOUGH + "w")
    home = make_home(tmp_path / "home", demo=True)
    assert home.key("warehouse") == LONG_ENOUGH + "w"
    assert sorted(path.name for path in home.folder.glob("*.key")) == [
        "backup.key",
        "dashboard.key",
        "identity.key",
        "pseudonym.key",
    ]


def test_the_environment_is_believed_before_the_file(tmp_path, monkeypatch):
    home = make_home(tmp_path / "home", demo=True)
    monkeypatch.setenv("A2N_PSEUDONYM_KEY", LONG_ENOUGH)
    assert home.key("pseudonym") == LONG_ENOUGH


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", ""])
def test_a_newline_at_the_end_is_no_part_of_a_key(tmp_path, ending):
    home = make_home(tmp_path / "home", demo=True)
    (home.folder / "warehouse.key").write_bytes((LONG_ENOUGH + ending).encode())
    assert home.key("warehouse") == LONG_ENOUGH


@pytest.mark.parametrize("length, holds", [(SHORTEST_KEY, True), (SHORTEST_KEY - 1, False), (0, False)])
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_short_key_is_refused_and_not_repeated(tmp_path, monkeypatch, place, length, holds):
    home = make_home(tmp_path / "home", demo=True)
    key = ("secret" * 10)[:length]
    if place == "file":
        (home.folder / "identity.key").write_text(key + "\n")
    else:
        monkeypatch.setenv("A2N_IDENTITY_KEY", key)
    if holds:
        assert home.key("identity") == key
        return
    with pytest.raises(Refused) as refused:
        home.key("identity")
    assert str(refused.value) == "The key identity.key is shorter than 32 characters: use a longer one."


def test_a_key_that_is_gone_is_asked_for_by_name(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    (home.folder / "warehouse.key").unlink()
    with pytest.raises(Refused, match=r"no key .*warehouse\.key: put it back, or set A2N_WAREHOUSE_KEY"):
        home.key("warehouse")


def test_a_key_that_is_no_text_is_refused(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    (home.folder / "warehouse.key").write_bytes(b"\xff\xfe" * 40)
    with pytest.raises(Refused, match="cannot be read as text"):
        home.key("warehouse")


def test_the_settings_a_new_home_has_show_how_specialists_are_told(tmp_path):
    """Taken out of their comments, the lines shown are understood."""
    template = make_home(tmp_path / "home", demo=False).folder / "settings.toml"
    shown = template.read_text().partition("[specialists]")[2].partition("[care]")[0]
    lines = [line.removeprefix("# ") for line in shown.splitlines() if line.startswith(("# health", "# [specialists"))]
    settings = told(tmp_path, "[specialists]\n" + "\n".join(lines))
    assert (settings.specialists, settings.specialists_by_area) == ({"health": 20.0}, {"North": {"health": 6.0}})
    assert all(kind in shown for kind in NEXT_STEPS)


def test_a_replay_has_the_specialists_of_then(tmp_path):
    make_home(tmp_path, demo=True)
    then = told(tmp_path, '[specialists]\nhealth = 20\n[specialists.areas."North East"]\nhealth = 6')
    with shelf.warehouse(open_home(tmp_path)) as con:
        runs.record(con, open_home(tmp_path), "flag 2026-03-13 1", "flag", date(2026, 3, 13))
    assert told(tmp_path, "").specialists == {}
    with shelf.warehouse(open_home(tmp_path)) as con:
        assert runs.settings_of(con, date(2026, 3, 13)) == then


def test_a_key_may_be_a_credential_that_systemd_passes_on_and_the_homes_own_is_then_not_asked_for(
    tmp_path, monkeypatch
):
    passed_on = tmp_path / "credentials"
    passed_on.mkdir()
    (passed_on / "warehouse.key").write_text(LONG_ENOUGH + "c\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(passed_on))
    home = make_home(tmp_path / "home", demo=True)
    assert home.key("warehouse") == LONG_ENOUGH + "c" and not (home.folder / "warehouse.key").exists()
    assert home.key("identity") == (home.folder / "identity.key").read_text().strip()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert not home.has_key("warehouse") and home.has_key("identity")


def test_where_each_home_has_keys_by_its_name_no_credential_stands_for_one_that_is_missing(tmp_path, monkeypatch):
    passed_on = tmp_path / "credentials"
    passed_on.mkdir()
    (passed_on / "warehouse.key").write_text(LONG_ENOUGH + "c")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(passed_on))
    monkeypatch.setenv("A2N_KEYS", str(tmp_path / "keys"))
    home = make_home(tmp_path / "east", demo=True)
    kept = tmp_path / "keys" / "east" / "warehouse.key"
    assert home.key("warehouse") == kept.read_text().strip() != LONG_ENOUGH + "c"
    kept.unlink()
    assert not home.has_key("warehouse")
    monkeypatch.delenv("A2N_KEYS")
    assert home.key("warehouse") == LONG_ENOUGH + "c"
    monkeypatch.setenv("A2N_WAREHOUSE_KEY", LONG_ENOUGH + "v")
    assert home.key("warehouse") == LONG_ENOUGH + "v"


def test_a_key_half_made_by_a_killed_process_is_kept_as_nobodys_and_one_that_is_there_stays(tmp_path):
    (tmp_path / ".warehouse.key.0123abcd.part").write_text("half")
    make_key(tmp_path / "warehouse.key")
    key = (tmp_path / "warehouse.key").read_text()
    make_key(tmp_path / "warehouse.key")
    assert len(key.strip()) == 64 and (tmp_path / "warehouse.key").read_text() == key
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.key"]


def test_of_two_processes_that_make_a_key_at_once_the_first_ones_stands(tmp_path, monkeypatch):
    real = os.link

    def beaten(part, path):
        path.write_text("the other's key, which was there first\n")
        real(part, path)

    monkeypatch.setattr(os, "link", beaten)
    make_key(tmp_path / "warehouse.key")
    assert (tmp_path / "warehouse.key").read_text() == "the other's key, which was there first\n"


def test_where_a_disk_knows_no_second_name_of_a_file_a_key_is_made_all_the_same(tmp_path, monkeypatch):
    def unknown(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unknown)
    make_key(tmp_path / "warehouse.key")
    assert [(path.name, len(path.read_text())) for path in tmp_path.iterdir()] == [("warehouse.key", 65)]
