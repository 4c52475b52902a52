"""The small language in which every table of the pipeline is declared."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl


@dataclass(frozen=True)
class Column:
    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A declared table: where it is kept, its grain in words, its key, and its columns in order."""

    name: str  # schema.table, as in the warehouse
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.schema)

    @property
    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with exactly these columns, in order and sorted by key.

        Raises GrainError where a key repeats or a column that must be known is null.
        """
        conformed = frame.select(pl.col(column.name).cast(column.dtype) for column in self.columns)
        unknown = [c.name for c in self.columns if not c.nullable and conformed[c.name].null_count()]
        if unknown:
            raise GrainError(f"{self.name}: {', '.join(unknown)} must be known on every row, and is null on some")
        return conformed if self._is_in_order(conformed) else self._sorted(conformed)

    def _is_in_order(self, frame: pl.DataFrame) -> bool:
        """Whether each row's key comes before the next one's, so that none repeats: most frames come so, and are only read
        through, for neither a sort nor a search for repeated keys is cheap."""
        if not self.key:
            return True
        is_before = pl.repeat(False, max(frame.height - 1, 0), dtype=pl.Boolean, eager=True)
        for name in reversed(self.key):
            one, following = frame[name][:-1], frame[name][1:]
            is_before = (one < following) | ((one == following) & is_before)
        return bool(is_before.all(ignore_nulls=False))

    def _sorted(self, frame: pl.DataFrame) -> pl.DataFrame:
        told = frame.sort(self.key)
        repeats = (pl.col(name).eq_missing(pl.col(name).shift(1)) for name in self.key)
        repeated = told.select(pl.all_horizontal(*repeats)).to_series()[1:].sum()
        if repeated:
            raise GrainError(f"{self.name} is {self.grain}, but {repeated} rows repeat a key")
        return told


class GrainError(ValueError):
    """A table does not hold what it declares: a fault of ours, never of the data's."""
