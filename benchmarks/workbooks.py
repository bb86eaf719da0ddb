"""Realistic workbooks to measure with: three kinds, drawn at random from a seed, the same bytes' worth of work every time.

| kind | what it is |
| --- | --- |
| `standard` | the standard workbook, filled in |
| `form` | one official project form a file, as most units send it |
| `department` | a department's whole report: nine tables of final accounts, its own form and goals, a dozen project forms |
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Border, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from .clean import ROOT, filled, module

FORMS = ROOT / "tests" / "official_forms"
ACCOUNTS = tuple(sorted(path.stem for path in FORMS.glob("accounts-0*.txt")))
PROJECTS = ("central-project-2020", "anhui-project", "hubei-project", "sichuan-project")
WHOLE = ("anhui-department", "central-goals-2022")
_PROJECT_FORMS = 16
_LINE = Side(style="thin")


def standard(path: Path, chance: Random) -> None:
    """The standard workbook, filled in."""
    filled(path, chance)


def form(path: Path, chance: Random) -> None:
    """One official project form."""
    _save(path, {"自评表": chance.choice(PROJECTS)}, chance)


def department(path: Path, chance: Random) -> None:
    """A department's whole report, of about 2,000 filled cells."""
    sheets = {f"公开{at:02}表": edition for at, edition in enumerate(ACCOUNTS, 1)}
    sheets |= {"整体支出": WHOLE[0], "绩效目标": WHOLE[1]}
    sheets |= {f"项目{at + 1}": PROJECTS[at % len(PROJECTS)] for at in range(_PROJECT_FORMS)}
    _save(path, sheets, chance)


KINDS: dict[str, Callable[[Path, Random], None]] = {"standard": standard, "form": form, "department": department}


def make(folder: Path, kind: str, count: int, seed: int = 1) -> list[Path]:
    """So many workbooks of a kind, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{kind}_{at:04}.xlsx" for at in range(count)]
    for at, path in enumerate(paths):
        KINDS[kind](path, Random(f"{seed}{kind}{at}"))  # noqa: S311 (figures for a measurement, not secrets)
    return paths


def _save(path: Path, sheets: dict[str, str], chance: Random) -> None:
    forms = module(ROOT / "tests" / "forms.py")
    book = Workbook()
    book.remove(book.active)
    name = f"第{chance.randrange(10_000)}局"
    for title, edition in sheets.items():
        text = (FORMS / f"{edition}.txt").read_text(encoding="utf-8").partition("\n")[2]
        sheet = book.create_sheet(title)
        forms.fill(sheet, text.partition("\n----\n")[0])
        _vary(sheet, chance, name)
    book.save(path)


def _vary(sheet: Worksheet, chance: Random, name: str) -> None:
    """Figures and names of this workbook alone, and the looks that forms have."""
    border = Border(_LINE, _LINE, _LINE, _LINE)
    for line in sheet.iter_rows():
        for cell in line:
            cell.border = border
            if isinstance(cell.value, float) and "%" not in cell.number_format and cell.value > 100:  # noqa: PLR2004 (no score)
                cell.value = round(cell.value * chance.uniform(0.5, 2), 2)
                cell.number_format = "#,##0.00"
            elif isinstance(cell.value, str):
                cell.value = cell.value.replace("示例县", f"示例县{name}")
    choices = DataValidation(type="list", formula1='"优,良,中,差"')
    choices.add("H1:H5")
    sheet.add_data_validation(choices)
