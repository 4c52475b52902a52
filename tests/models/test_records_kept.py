"""Records of learnings as somebody else may have left them: read as they were kept, or refused in words."""

import json

import pytest

from pipeline.edges import opinions_kept
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, Settings

KEPT = {"as_of": "2026-02-06", "approval": None, "suspended": None, "model_sha256": None}


@pytest.mark.parametrize(
    "written",
    ["[" * 100_000, "[]", "7", "{}", json.dumps(KEPT | {"as_of": 7}), json.dumps(KEPT | {"approval": "yes"}), json.dumps(KEPT | {"suspended": [1]}),
     json.dumps(KEPT | {"model_sha256": {}}), " " * (opinions_kept._LONGEST + 1), "9" * 5_000],
    ids=["deep", "a list", "a number", "empty", "no day", "no approval", "no suspension", "no checksum", "large", "long"],
)  # fmt: skip
def test_a_record_that_no_learning_keeps_is_refused_and_named(tmp_path, written):
    home, path = _kept(tmp_path, written)
    with pytest.raises(Refused) as why:
        opinions_kept.records(home)
    assert str(why.value) == f"{path} cannot be read: learn again for that day, or remove its folder."


def test_one_that_a_learning_keeps_is_read(tmp_path):
    home, _ = _kept(tmp_path, json.dumps(KEPT))
    [record] = opinions_kept.records(home)
    assert record.approved_on is None and record.suspended_because is None


def test_a_model_larger_than_any_is_not_read(tmp_path, monkeypatch):
    home, path = _kept(tmp_path, json.dumps(KEPT))
    path.with_name(opinions_kept.MODEL).write_bytes(b"model")
    monkeypatch.setattr(opinions_kept, "_LARGEST", 4)
    with pytest.raises(Refused, match="is not the model that was appraised"):
        opinions_kept.records(home)[0].model_bytes()


def _kept(tmp_path, written: str):
    path = tmp_path / "models" / "2026-02-06" / opinions_kept.RECORD
    path.parent.mkdir(parents=True)
    path.write_text(written)
    return Home(tmp_path, Settings()), path
