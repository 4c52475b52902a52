"""UPNs: good ones, ones that cannot be anybody's, and ones that only look it."""

import hashlib

import pytest

from pipeline.vocabulary.identifiers import (
    LOCAL_AUTHORITIES,
    UPN_LETTERS,
    UpnCheck,
    check_letter,
    laestab,
    upn_authority,
    upn_check,
    without_upns,
)


@pytest.mark.parametrize("upn", ["B801200005001", "H801200001001", "A802200106001", "P207000016049"])
def test_a_upn_whose_letter_fits_is_permanent(upn):
    assert upn_check(upn) is UpnCheck.PERMANENT


@pytest.mark.parametrize("upn", ["V20920002301A", "T93825009901Z"])
def test_a_upn_that_ends_in_a_letter_is_temporary(upn):
    assert upn_check(upn) is UpnCheck.TEMPORARY


@pytest.mark.parametrize("upn", ["A801200005001", "Q207000016049", "A123456789123"])
def test_a_upn_whose_letter_does_not_fit_is_not_used(upn):
    """The second is printed as an example in a supplier's handbook: it is P that fits."""
    assert upn_check(upn) is UpnCheck.WRONG_CHECK_LETTER


def test_a_made_up_upn_may_fit_by_chance():
    assert upn_check("A123456789012") is UpnCheck.PERMANENT


@pytest.mark.parametrize(
    "upn",
    [
        "B80120000500", "B8012000050011", "b801200005001", " B801200005001", "I801200005001", "B80120000500I",
        "BB01200005001", "B801200005O01", "B8012000050٠1", "X98765432123BB",
    ],
)  # fmt: skip
def test_a_upn_of_another_pattern_is_malformed(upn):
    assert upn_check(upn) is UpnCheck.MALFORMED


@pytest.mark.parametrize("upn", [None, ""])
def test_no_upn_is_missing_and_not_malformed(upn):
    assert upn_check(upn) is UpnCheck.MISSING


def test_only_a_upn_that_fits_is_used():
    assert {check for check in UpnCheck if check.is_usable} == {UpnCheck.PERMANENT, UpnCheck.TEMPORARY}


def test_one_mistyped_character_never_goes_unseen():
    """Each weight from 2 to 13 and every difference from 1 to 9 are coprime to 23."""
    good = "B801200005001"
    for place in range(1, 13):
        for digit in "0123456789":
            mistyped = good[:place] + digit + good[place + 1 :]
            assert (upn_check(mistyped) is UpnCheck.PERMANENT) == (mistyped == good)


def test_exactly_one_letter_fits():
    fits = [letter for letter in UPN_LETTERS if upn_check(letter + "801200005001").is_usable]
    assert fits == ["B"] == [check_letter("801200005001")]


def test_the_letters_leave_out_i_o_and_s():
    assert UPN_LETTERS == "ABCDEFGHJKLMNPQRTUVWXYZ"


TODAYS = [
    *range(201, 214), *range(301, 321), *range(330, 337), *range(340, 345), *range(350, 360), *range(370, 374),
    *range(380, 385), *range(390, 395), 420, 800, 801, 802, 803, 805, 806, 807, 808, 810, 811, 812, 813, 815, 816, 821,
    822, 823, 825, 826, 830, 831, 838, 839, 840, 841, 845, 846, 850, 851, 852, 855, 856, 857, 860, 861, *range(865, 875),
    *range(876, 897), 908, 916, 919, 921, 925, 926, 929, 931, 933, 935, 936, 937, 938, 940, 941, 942, 943,
]  # fmt: skip
"""The numbers of England's local authorities since April 2023."""


def test_all_153_authorities_of_today_are_known():
    assert len(TODAYS) == 153
    assert set(TODAYS) - LOCAL_AUTHORITIES == set()


@pytest.mark.parametrize("elsewhere", [0, 200, 214, 660, 681, 700, 704, 944, 999])
def test_wales_the_forces_and_nowhere_are_none_of_them(elsewhere):
    assert elsewhere not in LOCAL_AUTHORITIES


@pytest.mark.parametrize("authority", [838, 839, 940, 941, 942, 943, 201, 938])
def test_authorities_made_since_lists_were_last_copied_are_known(authority):
    assert authority in LOCAL_AUTHORITIES


def test_a_upn_says_which_authority_gave_it():
    assert upn_authority("V20920002301A") == 209
    assert 209 in LOCAL_AUTHORITIES
    assert upn_authority("A123456789012") not in LOCAL_AUTHORITIES


def test_a_laestab_is_three_digits_and_four():
    assert laestab(380, 2093) == 3802093
    assert laestab(380, 93) == 3800093


@pytest.mark.parametrize(
    "name, told",
    [
        ("UPNU890200018001.csv", "UPN(UPN left out).csv"), ("pupilU890200018001.csv", "pupil(UPN left out).csv"),
        ("u8902000180012.csv", "(UPN left out)2.csv"), ("U890 2000 18001", "(UPN left out)"), ("U890-2000-18001.csv", "(UPN left out).csv"),
        ("U-890-2000-18-001", "(UPN left out)"), ("U89 02000 18001", "(UPN left out)"), ("U890200018001_U890200018001", "(UPN left out)_(UPN left out)"),
        ("A890200018001", "(UPN left out)"), ("pupilA890200018001.csv", "pupil(UPN left out).csv"), ("A890-2000-18001", "(UPN left out)"), ("b12345678901U890200018001", "b12345678901(UPN left out)"), ("U.8.9.0.2.0.0.0.1.8.0.0.1", "(UPN left out)"),
    ],
)  # fmt: skip
def test_a_childs_number_is_left_out_however_it_is_parted_and_whatever_stands_beside_it(name, told):
    assert upn_check("U890200018001") is UpnCheck.PERMANENT
    assert without_upns(name) == told


@pytest.mark.parametrize(
    "name",
    [
        "2B890200018001.csv", "B89 02000 18001", "attendance_2025-09-08_10302.csv", "marks 2025-09-08 09.30.15.csv", "U8902000180.csv",
        "0" * 20 + "b801200005001" + "0" * 31, "2025-09-08_20250908T101112345678", "night_20250908_101500_a1b2c3",
    ],
)  # fmt: skip
def test_what_is_none_stays_readable(name):
    """A wrong check letter within a word, a day and a time, twelve characters, a hash, a run's name."""
    assert without_upns(name) == name


def test_of_a_thousand_hashes_each_stays_as_it_is_and_none_of_one_letter_more():
    hashes = [hashlib.sha256(str(at).encode()).hexdigest() for at in range(1_000)]
    assert [without_upns(f"of {one}.") for one in hashes] == [f"of {one}." for one in hashes]
    assert without_upns("0" * 20 + "b801200005001" + "0" * 32) == "0" * 20 + "(UPN left out)" + "0" * 32
