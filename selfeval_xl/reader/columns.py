"""Columns of a table and what they mean beside each other: years, adjusted amounts, parts of an amount, sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .grid import Grid
from .vocabulary import AMOUNTS, PART, is_part, of_year, words, year_of


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its role, the columns that it covers, its header's texts top down and their cells.

    `amount` is the role of the money in it, for an amount and for a part of one alike; None for a part whose header
    does not say.
    """

    role: str | None
    amount: str | None
    first: int
    last: int
    path: tuple[str, ...]
    cells: tuple[tuple[int, int], ...]
    guessed: bool = False
    """Whether no list names its words, and its role was taken from how they are made."""
    unmerged: bool = False
    """Whether a heading was taken for it that once was merged over it and now stands on its left."""

    @property
    def printed(self) -> str:
        """The lowest text of the header, as printed."""
        return self.path[-1]


def settled(grid: Grid, columns: Iterable[Column], frame: str, known: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of a header, each with the role that it has beside the others."""
    dated = _with_years(grid, _giving_way(list(columns)))
    return tuple(_with_target(dated) if frame == "indicators" else _with_parts(_with_plain(dated, known)))


def _giving_way(columns: list[Column]) -> Iterator[Column]:
    """The columns; a guess never takes the place of what a list names: another amount is a part, anything else is not read."""
    for group in sides(columns):
        named = {column.role for column in group if not column.guessed}
        for column in group:
            other = PART if column.role in AMOUNTS else None
            yield replace(column, role=other) if column.guessed and column.role in named else column


def _with_years(grid: Grid, columns: Iterable[Column]) -> Iterator[Column]:
    """The columns; where headers name years, amounts of the year before are prior ones, those of other years are not read.

    The year of the table is the last one of which it shows what was spent.
    """
    every = list(columns)
    years = [next((year for at in reversed(one.cells) if (year := year_of(grid.text(*at)))), None) for one in every]
    spent = [year for column, year in zip(every, years, strict=True) if year and column.amount == "actual"]
    own = max(spent or [year for year in years if year], default=None)
    for column, year in zip(every, years, strict=True):
        amount = of_year(column.amount, year, own) if column.amount else None
        yield replace(column, role=amount if column.role in AMOUNTS else column.role, amount=amount)


def _with_target(columns: Iterable[Column]) -> Iterator[Column]:
    """The columns; 年度目标 is the target where no other column is."""
    every = list(columns)
    weak = next((column for column in every if column.role is None and column.printed in words("weak_targets")), None)
    has_target = any(column.role == "target" for column in every)
    return (replace(column, role="target") if column is weak and not has_target else column for column in every)


def _with_plain(columns: Iterable[Column], known: Mapping[str, str]) -> Iterator[Column]:
    """The columns; a plain 预算数 beside an adjusted one is the original budget, unless a side has both already."""
    for group in sides(columns):
        said = {column: _said(column, known) for column in group}
        adjusted = {word for word in said.values() if word} - _plain()
        has_original = any(column.amount == "original_budget" for column in group)
        for column in group:
            plain = said[column] in _plain() and bool(adjusted) and not has_original
            role = "original_budget" if plain and column.role in AMOUNTS else column.role
            yield replace(column, role=role, amount="original_budget") if plain else column


def _said(column: Column, known: Mapping[str, str]) -> str | None:
    """The word of a header that says final budget."""
    words_there = reversed(column.path if column.amount == "final_budget" else ())
    return next((text for text in words_there if known.get(text) == "final_budget"), None)


def _plain() -> frozenset[str]:
    return words("plain_budgets")


def _with_parts(columns: Iterable[Column]) -> Iterator[Column]:
    """The columns; 其中：财政拨款 is a part of the amount left of it, and so are parts that a side names more than once."""
    every = list(columns)
    for group in sides(every):
        printed = [column.printed for column in group if column.role == PART]
        left, of_left = None, False
        for column in group:
            if column.role in AMOUNTS:
                left, of_left = column.amount, False
            of_left = of_left or (column.role == PART and is_part(column.printed))
            flat = column.role == PART and column.amount is None and (of_left or printed.count(column.printed) > 1)
            yield replace(column, amount=left) if flat else column


def sides(columns: Iterable[Column]) -> Iterator[list[Column]]:
    """The sides of a table: a new one begins where names begin again after amounts."""
    group: list[Column] = []
    for column in columns:
        if column.role in {"item_label", "code"} and any(one.role in AMOUNTS for one in group):
            yield group
            group = []
        group.append(column)
    if group:
        yield group


def amounts_of(columns: Iterable[Column]) -> list[Column]:
    """Those of some columns that hold amounts."""
    return [column for column in columns if column.role in AMOUNTS]


def doubles(columns: Iterable[Column], roles: Collection[str]) -> Iterator[tuple[Column, Column]]:
    """Pairs of columns under one heading whose headers differ and mean the same, each with the one that came first."""
    first: dict[tuple[str | None, tuple[str, ...]], Column] = {}
    for column in columns:
        before = first.setdefault((column.role, column.path[:-1]), column)
        if column.role in roles and before.printed != column.printed:
            yield before, column
