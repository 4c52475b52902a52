"""What docs/keys.md gives to copy is run as it stands there, from top to bottom."""

import re

import pytest

from tests.house.project import ROOT

from .test_for_data_teams import Block, Machine

PAGE = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
BLOCKS = [Block(*found) for found in re.findall(r"^```sh ?([^\n]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]


def test_every_block_is_run():
    assert len(BLOCKS) == 6 and [one.kind for one in BLOCKS].count("fails") == 1
    assert all(one.kind in ("", "fails") for one in BLOCKS)


@pytest.mark.long
def test_the_whole_page_runs_from_top_to_bottom(tmp_path):
    machine, said = Machine(tmp_path / "machine"), []
    for block in BLOCKS:
        ran = machine.run(block.text, stops=block.kind != "fails")
        assert (ran.returncode != 0) is (block.kind == "fails"), f"{block.text}\n{ran.stdout}\n{ran.stderr}"
        assert "Traceback" not in ran.stderr, block.text
        said.append(ran.stdout + ran.stderr)
    assert said[0].count("there is no") == 3 and "No key file was made" in said[1]
    assert "is the one" not in said[2] and "Make that pseudonym there" in said[3]
    assert list((machine.lib / "north").glob("*.key")) == []
    keys = [path.read_text().strip() for path in (machine.lib / "home").glob("*.key")]
    assert len(keys) == 5 and not [key for key in keys if key in "".join(said)]
