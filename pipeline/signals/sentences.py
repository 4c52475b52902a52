"""Sentences with numbers in them, written by expressions: a hundred thousand pupils cost little more than ten.

A template names columns in braces, with a word for how each is read:

    {n}            31
    {n:session}    1 session, 31 sessions
    {n:times}      once, twice, 3 times
    {rate:%}       21.8%
    {change:points}  +1.4 points
    {day:date}     4 November 2025

A part in square brackets is left out where any column in it is unknown, or is a number and nought.
"""

import re
import string
from datetime import date

import polars as pl

_OPTIONAL = re.compile(r"\[([^\]]*)\]")


def columns_in(template: str) -> tuple[str, ...]:
    """The columns a template reads."""
    return tuple(field for _, field, _ in _pieces(template.replace("[", "").replace("]", "")) if field)


def written(template: str) -> pl.Expr:
    """The sentence. It is null where a column outside the square brackets is null: no number, no sentence."""
    always_and_optional = _OPTIONAL.split(template)  # the odd ones were in brackets
    return pl.concat_str(
        _optional(part) if position % 2 else _plain(part) for position, part in enumerate(always_and_optional) if part
    )


def _optional(part: str) -> pl.Expr:
    fields = [pl.col(field) for field in columns_in(part)]
    sayable = pl.all_horizontal(field.is_not_null() & (field.cast(pl.String) != "0") for field in fields)
    return pl.when(sayable).then(_plain(part)).otherwise(pl.lit(""))


def _plain(part: str) -> pl.Expr:
    words_and_values = []
    for words, field, how in _pieces(part):
        words_and_values += [pl.lit(words)] if words else []
        words_and_values += [_read(field, how)] if field else []
    return pl.concat_str(words_and_values)


def _pieces(template: str):
    return [(words, field, how) for words, field, how, _ in string.Formatter().parse(template)]


def _read(field: str, how: str | None) -> pl.Expr:
    if not how:
        return pl.col(field).cast(pl.String)
    ways = {"%": percent, "points": points, "date": day, "times": times}
    return ways[how](pl.col(field)) if how in ways else number_of(pl.col(field), how)


def number_of(number: pl.Expr, noun: str) -> pl.Expr:
    return number.cast(pl.String) + pl.when(number == 1).then(pl.lit(f" {noun}")).otherwise(pl.lit(f" {noun}s"))


def times(number: pl.Expr) -> pl.Expr:
    said = number.cast(pl.String) + " times"
    return pl.when(number == 1).then(pl.lit("once")).when(number == 2).then(pl.lit("twice")).otherwise(said)


def percent(rate: pl.Expr) -> pl.Expr:
    """`rate` with one decimal, a half rounded up; but never rounded up to 10.0% or 50.0%, lines it has not reached."""
    tenths = (rate * 1000 + 0.5 + 1e-9).floor()
    short_of_a_line = ((tenths == 100) & (rate < 0.1)) | ((tenths == 500) & (rate < 0.5))
    return _with_one_decimal(tenths - short_of_a_line.cast(pl.Float64)) + "%"


def points(change: pl.Expr) -> pl.Expr:
    """A change of a rate, in percentage points, signed."""
    tenths = (change * 1000).round()
    return pl.when(tenths < 0).then(pl.lit("-")).otherwise(pl.lit("+")) + _with_one_decimal(tenths.abs()) + " points"


def _with_one_decimal(tenths: pl.Expr) -> pl.Expr:
    tenths = tenths.cast(pl.Int64)
    return (tenths // 10).cast(pl.String) + "." + (tenths % 10).cast(pl.String)


def day(when: pl.Expr) -> pl.Expr:
    return when.dt.strftime("%-d %B %Y")


def day_in_words(when: date) -> str:
    return f"{when.day} {when:%B %Y}"
