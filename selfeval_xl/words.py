"""The words for codes that officials read on the console and in the summary alike, from data/words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def words(section: str) -> Mapping[str, str]:
    """One section of words.toml: a code and what is said for it."""
    table: Mapping[str, Mapping[str, str]] = tomllib.loads(
        files("selfeval_xl").joinpath("data/words.toml").read_text(encoding="utf-8")
    )
    return table[section]
