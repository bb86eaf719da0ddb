"""The words for codes and years that officials read on the console and in the summary alike; codes from data/words.toml."""

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


def years(first: int, last: int) -> str:
    """The years that a layout or a policy is for; the widest bounds are none."""
    begins, ends = first > 2000, last < 2100  # noqa: PLR2004 (the bounds that a file has without its own)
    if begins and ends:
        return f"{first} 年度" if first == last else f"{first}—{last} 年度"
    return f"{first} 年度起" if begins else f"至 {last} 年度" if ends else "年度不限"
