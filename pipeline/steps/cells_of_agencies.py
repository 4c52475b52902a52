"""How the cells of other agencies' extracts are read: which service is named, and where a child lives."""

from collections.abc import Iterable

import polars as pl

from pipeline.vocabulary.agencies import ANOTHER, JUSTICE_WORDS, POLICE_OR_YOUTH_JUSTICE, SPELLINGS


def as_service(text: pl.Expr) -> pl.Expr:
    """A service, agency or team as one of SERVICES, POLICE_OR_YOUTH_JUSTICE, or ANOTHER; the words themselves are not kept."""
    words = _words(text)
    kinds = {kind: _says_one_of(words, spellings) for kind, spellings in SPELLINGS.items()}
    told = pl.when(says_justice(text)).then(pl.lit(POLICE_OR_YOUTH_JUSTICE))
    for kind, is_it in kinds.items():
        told = told.when(is_it).then(pl.lit(kind))
    return pl.when(text.is_not_null()).then(told.otherwise(pl.lit(ANOTHER)))


def says_justice(text: pl.Expr, or_one_of: tuple[str, ...] = ()) -> pl.Expr:
    """Whether the police or youth justice are named, by JUSTICE_WORDS or more, initials and all: Y.O.T. and Y O T are YOT."""
    words = _words(text)
    initials = _words(text.str.replace_all(r"\.", "")), words.str.replace_all(r"\b([a-z]) ", "$1")
    return pl.any_horizontal(_says_one_of(spelt, (*JUSTICE_WORDS, *or_one_of)) for spelt in (words, *initials))


def _words(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^a-z]+", " ")


def _says_one_of(words: pl.Expr, spellings: Iterable[str]) -> pl.Expr:
    return words.str.contains(rf"\b(?:{'|'.join(spellings)})\b")


def as_postcode(text: pl.Expr) -> pl.Expr:
    """A whole postcode with its space; what is none, as where no fixed abode is written, is none."""
    plain = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    outward, inward = (plain.str.extract(r"^([A-Z]{1,2}\d[A-Z0-9]?)(\d[A-Z]{2})$", part) for part in (1, 2))
    return pl.when(~plain.str.starts_with("ZZ")).then(outward + pl.lit(" ") + inward)
