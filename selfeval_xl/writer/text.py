"""How wide and how high Chinese text stands, and what may stand in a cell at all.

xlsxwriter's own autofit knows no Chinese and cuts it off. Here a Chinese character counts as two half-widths, as in
every Chinese typesetting rule, and widths are checked by rendering, with the widest font that a machine without
微软雅黑 falls back to.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

LONGEST = 32_767
"""UTF-16 units that a cell may hold (Excel's limit)."""
HIGHEST = 409.0
"""Points that a row may be high (Excel's limit); longer text is whole in its cell, and shown in full under the table."""
LATIN = 1.2
"""Half-widths of a digit or Latin letter in the widest font; in short runs that evens out with what Chinese leaves free."""
BOLDER = 1.1
"""Bold characters are wider by this."""

_UNIT = 7.0  # pixels of one unit of column width: a digit of the default font
_LEADING = 1.45  # line height of the tallest fallback font, in font sizes; 微软雅黑 needs 1.32
_RUN, _PIECES = re.compile(r"[!-~]{6}"), re.compile(r"[!-~]+|.")
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("(?=_x[0-9A-Fa-f]{4}_)")
_CUT = "……（内容超过单元格上限，已截断）"


@cache
def _half_widths(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def display_width(text: str) -> int:
    """Half-widths of the longest line of a text: 2 for a Chinese character, 1 for a Latin one.

    >>> display_width("执行率 98.35%")
    13
    """
    return max(sum(map(_half_widths, line)) for line in text.split("\n"))


def fitted(name: str, most: int = 18) -> str:
    """A name that takes at most so many half-widths; what is left out is an ellipsis."""
    if display_width(name) <= most:
        return name
    name = name[:most]  # at once, for a name may be as long as a cell
    while display_width(name) > most - 2:
        name = name[:-1]
    return name + "…"


@lru_cache(maxsize=65_536)
def lines(text: str, width: float, font_size: float) -> int:
    """Lines that a text takes when it wraps in a column of `width` units; on the safe side."""
    fits = max(2.0, width * _UNIT / (font_size * 2 / 3))
    count = 0
    for line in text.split("\n"):
        if _RUN.search(line):
            count += _wrapped(line, fits)
            continue
        taken = sum(map(_half_widths, line))
        # A line that wraps loses up to one character at its end: punctuation may not begin the next one.
        count += 1 if taken <= fits else math.ceil(taken / max(2.0, fits - 2))
    return count


def _wrapped(line: str, fits: float) -> int:
    """Lines of a text with long numbers or Latin words: they are wider than half-widths, and go to a new line as a whole."""
    pieces = [len(piece) * LATIN if len(piece) > 1 else _half_widths(piece) for piece in _PIECES.findall(line)]
    if sum(pieces) <= fits:
        return 1
    count, here, room = 1, 0.0, max(2.0, fits - 2)
    for wide in pieces:
        if here + wide <= room:
            here += wide
        else:
            more = math.ceil(wide / room)
            count += more if here else more - 1
            here = wide - (more - 1) * room
    return count


def most_lines(font_size: float) -> int:
    """Lines that the highest row has."""
    return int((HIGHEST - 4) / (font_size * _LEADING))


def row_height(texts: Sequence[str], widths: Sequence[float], font_size: float) -> float:
    """Points that a row needs so that every text can be read wrapped in its column; at most `HIGHEST`."""
    most = max((lines(text, width, font_size) for text, width in zip(texts, widths, strict=True)), default=1)
    return min(HIGHEST, math.ceil(most * font_size * _LEADING + 4))


def pieces(text: str, width: float, font_size: float, most: int) -> Iterator[str]:
    """A text in parts of at most so many lines, when wrapped in a column of `width` units; one that fits is one part."""
    room = max(2, int(width * _UNIT / (font_size * 2 / 3)) - 2)
    part, taken, here = "", 1, 0  # what is in the part, its lines, half-widths of the last of them
    for character in text:
        wide = _half_widths(character)
        if character == "\n" or here + wide > room:
            taken, here = taken + 1, 0
            if taken > most:
                yield part
                part, taken = "", 1
        part += character if character != "\n" or part else ""
        here += wide if character != "\n" else 0
    yield part


def number_width(printed: str, font_size: float) -> float:
    """Units of column width that a printed number needs, so that it never shows as ####.

    >>> number_width("999,999,999.99", 10) < 16
    True
    """
    ems = sum({",": 0.32, ".": 0.32, "-": 0.4, "%": 0.95}.get(character, 0.64) for character in printed)
    return math.ceil((ems * font_size * 4 / 3 + 5) / _UNIT * 2) / 2


def text_width(text: str, font_size: float) -> float:
    """Units of column width in which a text stands on as many lines as it was typed in."""
    wide = LATIN if _RUN.search(text) else 1
    return math.ceil(display_width(text) * wide * font_size * 2 / 3 / _UNIT * 5 + 1) / 5  # a pixel more, which rounding may take


def visible(text: str) -> str:
    """A text as a file can hold it: control characters as visible signs, impossible ones as �, line ends as one kind."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ODD.sub(_sign, text)


def clean(text: str) -> str:
    """A text as a cell can hold it: `visible`, and too long ones cut with a mark."""
    text = visible(text)
    if len(text) * 2 <= LONGEST or units(text) <= LONGEST:
        return text
    kept = text[: LONGEST - len(_CUT)]
    while units(kept) > LONGEST - len(_CUT):
        kept = kept[: len(kept) - max(1, (units(kept) - LONGEST + len(_CUT)) // 2)]
    return kept + _CUT


def escaped(text: str) -> str:
    """A text as the XML of a workbook has it: what Excel would take for one of its escapes (_x000D_) is shown as typed.

    xlsxwriter does so in the strings that cells share, and nowhere else.
    """
    return _ESCAPE.sub("_x005F", text) if "_x" in text else text


def units(text: str) -> int:
    """The length of a text as Excel counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2421) if code == 0x7F else chr(0x2400 + code) if code < 0x20 else "\ufffd"  # noqa: PLR2004 (Unicode)
