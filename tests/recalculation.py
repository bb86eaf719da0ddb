"""LibreOffice as an independent oracle: a workbook calculated anew, formula by formula, from nothing but its inputs.

Its default keeps the values that are in the file, whatever the formulas say; so the tests give it a profile of their own in
which `OOXMLRecalcMode` is 0: always.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice (soffice), which is absent here")

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
Value = str | float | None
Place = tuple[str, str]
"""Sheet and A1 address."""


def recalculated(path: Path, folder: Path) -> Path:
    """A copy of a workbook in `folder`, every formula of it calculated anew."""
    assert SOFFICE is not None
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_ALWAYS, encoding="utf-8")
    out = folder / "again"
    told = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*told, str(path)], check=True, capture_output=True, timeout=300)  # noqa: S603 (a program of the machine)
    shutil.rmtree(profile)
    return out / path.name


def values(path: Path) -> dict[Place, Value]:
    """What each cell of a workbook shows."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def formulas(path: Path) -> dict[Place, str]:
    """Every formula of a workbook."""
    book = openpyxl.load_workbook(path)
    cells = ((sheet.title, cell) for sheet in book for row in sheet.iter_rows() for cell in row)
    return {(sheet, cell.coordinate): str(cell.value) for sheet, cell in cells if cell.data_type == "f"}


def unlike(places: Iterator[Place] | list[Place], left: dict[Place, Value], right: dict[Place, Value]) -> list[object]:
    """Cells that show one thing here and another there; an empty text and a blank are the same to the eye."""
    return [(place, left.get(place), right.get(place)) for place in places if not _same(left.get(place), right.get(place))]


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-12)
    return (one or "") == (other or "")
