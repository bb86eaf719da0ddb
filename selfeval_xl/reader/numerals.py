"""Numbers that are written in Chinese numerals."""

from __future__ import annotations

_DIGITS = {word: at for at, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
CHINESE = "[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?"
"""A number in Chinese numerals, as a pattern."""


def chinese(word: str) -> str:
    """九十五 as 95."""
    if word[0] in "0123456789.":
        return word
    whole, _, fraction = word.partition("点")
    total = current = 0
    for sign in whole:
        if sign in _TENS:
            total += (current or 1) * _TENS[sign]
            current = 0
        else:
            current = _DIGITS[sign]
    tail = "".join(str(_DIGITS[sign]) for sign in fraction)
    return f"{total + current}{'.' + tail if tail else ''}"
