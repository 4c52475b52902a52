"""How cells that tell where pupils go are read: destinations, grounds, providers; and young carers."""

import polars as pl

from pipeline.vocabulary.care import NOT_KEPT
from pipeline.vocabulary.destinations import DESTINATION_WORDS, GROUNDS, GROUNDS_NOT_KEPT, YOUNG_CARER

from .cells import among

_DESTINATIONS = {word: destination for destination, words in DESTINATION_WORDS.items() for word in words}
_DESTINATIONS |= {destination.replace("_", " "): destination for destination in DESTINATION_WORDS}

as_young_carer = among({code.lower(): code for code in YOUNG_CARER})


def as_destination(text: pl.Expr) -> pl.Expr:
    """One of `vocabulary.destinations`. What is none of them stays as it came, for the gate to name its column."""
    plain = (
        text.str.to_lowercase()
        .str.replace_all(".", "", literal=True)
        .str.replace_all(r"[^a-z0-9]+", " ")
        .str.strip_chars()
    )
    return plain.replace(_DESTINATIONS)


def as_ground(text: pl.Expr) -> pl.Expr:
    """`f` of `9(1)(f)`, `Reg 9(1)(f)`, `(f)` or `f`; of detention only that it is not kept."""
    plain = text.str.to_lowercase().str.replace_all(r"\s|\.|regulation|reg|ground", "")
    letter = plain.str.extract(rf"^(?:9\(1\))?\(?([{GROUNDS}])\)?$", 1)
    return letter.replace(dict.fromkeys(GROUNDS_NOT_KEPT, NOT_KEPT))


NAMED = "named"


def as_provider(text: pl.Expr) -> pl.Expr:
    """A URN (six digits) or UKPRN (eight, from 1); of any other words only that there were some, for they might be a
    person's name in the wrong column."""
    number = text.str.to_uppercase().str.extract(r"^(?:(?:URN|UKPRN)[\s:]*)?([0-9]{6}|1[0-9]{7})(?:\.0)?$", 1)
    return pl.when(text.is_not_null()).then(pl.coalesce(number, pl.lit(NAMED)))
