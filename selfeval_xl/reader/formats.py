"""How numbers are shown: what a number format of Excel makes of a number, and whether it shows a day."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_LITERAL = re.compile(r'"[^"]*"|[\\_*].')
_CODE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^]-]*)[^]]*\]|\[(?P<other>[^]]*)\]'
    r"|(?P<digits>General|G/通用格式|[#0?][#0?.,%]*)|(?P<end>;)|(?P<plain>.)",
    re.DOTALL,
)
_DIGITS = re.compile(r"(?P<grouped>#,##0|#,###)?(?(grouped)|[#0])(?:\.(?P<decimals>0+))?(?P<percent>%?)")
_PRINTED = re.compile(r"[-−]?(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?(?P<percent>%?)")


class Format(NamedTuple):
    """How a number is shown: times a hundred or not, with how many decimals (None: all it has), and words around it."""

    percent: bool = False
    decimals: int | None = None
    grouped: bool = False
    before: str = ""
    after: str = ""


@lru_cache(maxsize=1_000)
def number_format(code: str) -> Format | None:
    """What a number format makes of a positive number; None where it shows a number as it is, or a day.

    A % counts that is not quoted, escaped or only padding. Of a format that scales or depends on the number
    (0.0, or [>100]0) only the percentage is told.
    """
    if shows_date(code):
        return None
    words, digits, plain = ["", ""], "", True
    for found in _CODE.finditer(code):
        if found["end"]:
            break
        if found["digits"]:
            plain, digits = plain and not digits, digits + found["digits"]
        elif found["other"] and found["other"][:1] in "<>=":
            plain = False
        else:
            literal = found["quoted"] or found["escaped"] or found["currency"] or found["plain"] or ""
            if literal == "%" and found["plain"]:
                digits += "%"  # General%, 0 %
            else:
                words[bool(digits)] += literal
    before, after = words[0].strip(), words[1].strip()
    known = _DIGITS.fullmatch(digits) if plain else None
    if known:
        decimals = len(known["decimals"] or "")
        return Format(bool(known["percent"]), decimals, bool(known["grouped"]), before, after)
    percent = "%" in digits
    if digits.startswith("G") and plain and (before or after):
        return Format(percent, before=before, after=after)
    return Format(percent=True) if percent else None


def printed_format(text: str) -> Format | None:
    """The same from a number as a file shows it beside its value: 97.30%, 1,234.50."""
    found = _PRINTED.fullmatch(text.strip())
    return Format(bool(found["percent"]), len(found["decimals"] or ""), "," in found["whole"]) if found else None


@lru_cache(maxsize=1_000)
def shows_date(code: str) -> bool:
    """Whether a number format shows a day: a y or d that is not quoted, escaped, in brackets or in the word Red."""
    return bool(re.search("[yd]", re.sub(r"\[[^]]*\]", "", _LITERAL.sub("", code)).lower()))
