"""UPNs checked and hashed by the thousand, held to one at a time."""

import base64
import hashlib
import hmac

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.edges.identity import Pseudonyms
from pipeline.edges.upns import upn_checks
from pipeline.vocabulary.identifiers import UPN_LETTERS, check_letter, upn_authority, upn_check

KEY = "a-key-that-nobody-else-would-ever-think-of"

digits = st.text("0123456789", min_size=11, max_size=11)
last = st.sampled_from("0123456789" + UPN_LETTERS)
well_formed = st.builds(lambda some, end: check_letter(some + end) + some + end, digits, last)
mistyped = st.builds(
    lambda upn, at, by: upn[:at] + by + upn[at + 1 :], well_formed, st.integers(0, 12), st.characters()
)
anything = st.one_of(st.none(), st.just(""), st.text(max_size=15), well_formed, mistyped)


@given(st.lists(anything, max_size=30))
@example(["A80120000500١", "A801200005001\n", "ſ801200005001"])
def test_many_at_once_are_checked_as_one_is(upns):
    told = upn_checks(pl.Series("upn", upns, dtype=pl.String))
    one_by_one = [upn_check(upn) for upn in upns]
    assert told["upn_check"].to_list() == [check.value for check in one_by_one]
    assert told["is_usable"].to_list() == [check.is_usable for check in one_by_one]
    authorities = [upn_authority(upn) if check.is_usable else None for upn, check in zip(upns, one_by_one, strict=True)]
    assert told["authority"].to_list() == authorities


@given(st.lists(anything, max_size=30))
def test_a_pupil_id_is_the_first_twelve_letters_of_the_keyed_hash_whatever_was_asked_before(upns):
    pseudonyms = Pseudonyms(KEY)
    asked = pl.Series("upn", upns, dtype=pl.String)
    for told in (pseudonyms.of(asked[::2]), pseudonyms.of(asked)):
        for upn, pupil_id in told.select("upn", "pupil_id").rows():
            assert pupil_id == (_hashed(upn) if upn_check(upn).is_usable else None)
    assert sorted(told["upn"].to_list(), key=str) == sorted(set(upns), key=str)


def _hashed(upn: str) -> str:
    digest = hmac.new(KEY.encode(), upn.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:12]
