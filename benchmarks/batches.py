"""A batch as large as wanted: a few clean standard workbooks, written again and again under other names with other figures.

Drawing ten thousand workbooks cell by cell would take hours, so a copy is made inside the archive: every amount of a
workbook is multiplied by one whole number, which keeps each sum, rate and score as it is and differs from copy to copy, and
the department gets a name of its own. In every fourth copy the point of one amount has slipped, as it does on real forms, so
that there is something to find. The same seed gives the same files, each with other content.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from .clean import filled

BASES = 24
WRONG, SLIPS = 4, 60  # one copy of so many has a wrong amount, among the first so many of its amounts
_NAME = re.compile(r'<sheet [^>]*?name="([^"]*)"')
_BEFORE, _AFTER = (
    "示例县第".encode("ascii", "xmlcharrefreplace"),
    "局".encode("ascii", "xmlcharrefreplace"),
)  # as openpyxl writes
_DEPARTMENT = re.compile(re.escape(_BEFORE) + rb"\d+" + re.escape(_AFTER))
_MONEY = {"预算执行": "BCDEFHJL", "三公经费": "BCDEFHJL", "项目支出": "FGH", "管理情况": "B"}
"""The columns of the standard workbook that hold amounts and differences of amounts."""


def make(folder: Path, count: int, seed: int = 1) -> list[Path]:
    """So many workbooks in a folder, 示例县第7局_2021.xlsx and so on; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"示例县第{at}局_2021.xlsx" for at in range(1, count + 1)]
    missing = [at for at, path in enumerate(paths) if not path.exists()]
    if missing:
        with TemporaryDirectory() as scratch:
            bases = [_parts(path) for path in _bases(Path(scratch), min(BASES, count), seed)]
        for at in missing:
            chance = Random(f"{seed}/{at}")  # noqa: S311 (figures for a measurement, not secrets)
            _write(paths[at], bases[at % len(bases)], at + 1, _changer(1 + at // len(bases), chance))
    return paths


def _bases(folder: Path, count: int, seed: int) -> list[Path]:
    paths = [folder / f"{at}.xlsx" for at in range(count)]
    for at, path in enumerate(paths):
        filled(path, Random(f"{seed}/base/{at}"))  # noqa: S311 (the same)
    return paths


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _changer(times: int, chance: Random) -> Callable[[re.Match[bytes]], bytes]:
    """What makes of a cell the same cell in the copy: its amount so many times, in some copies one of them ten times that."""
    slipped = chance.randrange(1, SLIPS) if chance.randrange(WRONG) == 0 else 0
    seen = itertools.count(1)

    def changed(cell: re.Match[bytes]) -> bytes:
        amount = Decimal(cell[2].decode()) * times
        if amount and next(seen) == slipped:
            amount *= 10
        return cell[1] + f"{amount:f}".encode()

    return changed


def _write(path: Path, parts: dict[str, bytes], number: int, changed: Callable[[re.Match[bytes]], bytes]) -> None:
    books = parts["xl/workbook.xml"].decode()
    money = {f"xl/worksheets/sheet{at}.xml": _MONEY.get(name) for at, name in enumerate(_NAME.findall(books), 1)}
    with zipfile.ZipFile(path, "w", compresslevel=1) as archive:
        for name, content in parts.items():
            if columns := money.get(name):
                amount = re.compile(
                    rb'(<c r="[%s]\d+"(?: s="\d+")?(?: t="n")?>(?:<f>[^<]*</f>)?<v>)(-?[\d.]+)' % columns.encode()
                )
                content = amount.sub(changed, content)  # noqa: PLW2901
            content = _DEPARTMENT.sub(b"%s%d%s" % (_BEFORE, number, _AFTER), content)  # noqa: PLW2901
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
