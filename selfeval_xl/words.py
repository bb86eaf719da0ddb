"""The words for codes and years that officials read on the console and in the summary alike; codes from data/words.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufffe\\uffff]")


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


def shown(name: str) -> str:
    """The name of a file as it can be shown and written anywhere.

    Signs that would break a line or turn its direction are written out; a name that is no UTF-8, as those of archives from
    older Windows machines, is read as GB 18030.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            name = os.fsencode(name).decode("gb18030")
        except UnicodeError:
            name = name.encode("utf-8", "backslashreplace").decode()
    return _UNSEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), name)
