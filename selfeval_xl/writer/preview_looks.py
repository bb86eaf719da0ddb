"""The preview's looks: `data/preview.toml` as frozen dataclasses; only the writer needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from selfeval_xl.loading import load


@dataclass(frozen=True)
class Kind:
    """What a cell may be taken for: its name, its colour, and the columns (frame.column) that are read from it."""

    code: str
    name: str
    fill: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looks:
    """The preview's looks, limits and words, from data/preview.toml."""

    title: str
    font: str
    size: int
    most_sheets: int
    most_rows: int
    most_columns: int
    widest: int
    unread: str
    numbering: str
    left_out: str
    unread_mark: str
    css: str
    kinds: tuple[Kind, ...]
    marks: Mapping[str, str]
    inks: Mapping[str, str]
    lines: Mapping[str, str]

    @property
    def unused(self) -> frozenset[str]:
        """Kinds of cells that were not read."""
        return frozenset({self.unread, self.numbering, self.left_out})


@cache
def looks() -> Looks:
    """The shipped looks. Raises SpecError when preview.toml holds a key or value that `Looks` does not know."""
    return load(Path(str(files("selfeval_xl").joinpath("data", "preview.toml"))), Looks)
