"""A roster: the names of all departments that should send, one a row, from a workbook or a text file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from selfeval_xl.errors import SourceError
from selfeval_xl.words import words

from .pages import pages

MOST = (20_000, 12)
TEXTS = {".txt", ".csv"}


def read_roster(path: str | Path) -> tuple[str, ...]:
    """The names of a roster in their order, each once: the column of an .xlsx, .xls, .ods, .csv or .txt that holds most words.

    A heading such as 部门名称 is left out. Raises SourceError where there is no such file or no name in it.
    """
    source = Path(path)
    if not source.is_file():
        raise SourceError(f"找不到名册“{path}”。请检查文件的名字。")
    rows = _lines(source) if source.suffix.lower() in TEXTS else _cells(source)
    texts = [(at, text) for row in rows for at, text in enumerate(row) if re.search(r"[^\W\d_]", text)]
    column = min(Counter(at for at, _ in texts).items(), key=lambda entry: (-entry[1], entry[0]), default=(0, 0))[0]
    names = dict.fromkeys(text for at, text in texts if at == column)
    found = tuple(name for name in names if re.sub(r"\s+", "", name) not in words("roster").values())
    if not found:
        raise SourceError(f"名册“{path}”中没有部门名称。请在第一列每行写一个部门，存为 .xlsx、.csv 或 .txt。")
    return found


def _lines(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    for code in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        return [[cell.strip().strip('"') for cell in re.split(r"[,\t;，；]", line)] for line in text.splitlines()]
    return []


def _cells(path: Path) -> Iterable[Sequence[str]]:
    first = next(pages(path, path.name, (), MOST), None)
    return [[text.strip() for text in row] for row in first.texts] if first else []
