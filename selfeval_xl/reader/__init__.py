"""One workbook into records: the reading order in one screen.

bytes → intake (what is it, is it safe) → grids of cells → forms (which layout, where are its tables) → records.
What a department sent never raises: a refused file is a row in `files` with a reason, and a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from selfeval_xl.findings import Finding, finding
from selfeval_xl.frames import Records
from selfeval_xl.remote import File
from selfeval_xl.specs import Layout

from . import anchors, intake, remarks
from .generic import add_sheets
from .grid import Grid, grids
from .hazards import hazards
from .leftovers import leftovers
from .records import add_form

__all__ = ["read_workbook", "told"]

_TEXTS = {"csv": "文本文件", "html": "网页"}
"""Kinds of file that need not be a workbook: one without a form is passed over, unless its name says it is one."""


def read_workbook(path: File, name: str, layouts: Sequence[Layout], passwords: Sequence[str] = ()) -> Records:
    """One file as records; `name` is what its rows carry in `file`. Never raises for what a department sent."""
    records = Records()
    if path.name.startswith("~$"):
        _refuse(records, finding("file.lock", (name, None, None)), status="skipped")
        return records
    if isinstance(path, Path) and path.is_symlink():
        _refuse(records, finding("file.link", (name, None, None)), status="skipped")
        return records
    data = b""
    try:
        data = intake.read_bytes(path)
        admitted = intake.admit(data, passwords)
        sheets = grids(admitted)
    except intake.RefusedError as refused:
        found = finding(refused.code, (name, None, None), **refused.places)
        if refused.code == "file.ours":
            _refuse(records, found, data, status="skipped")
        elif refused.code == "file.returned" or path.suffix.lower() in intake.EXPECTED:
            _refuse(records, found, data)
        else:
            _file_row(records, name, data, status="skipped", reason=f"不是工作簿文件（{path.suffix or '没有扩展名'}）")
        return records
    forms = _read_forms(records, name, sheets, layouts)
    if not forms and admitted.kind in _TEXTS and path.suffix.lower() not in intake.EXPECTED:
        reason = f"{_TEXTS[admitted.kind]}（{path.suffix or '没有扩展名'}）里没有自评表"
        _file_row(records, name, data, status="skipped", reason=reason)
        return records
    if not forms:
        _refuse(records, finding("file.no_form", (name, None, None)), data)
        return records
    for found in (*hazards(admitted, name), *remarks.told(records, name, sheets), *leftovers(records, name, sheets)):
        records.note(found)
    _file_row(records, name, data, forms=",".join(dict.fromkeys(forms)))
    return records


def told(path: File, found: Finding) -> Records:
    """The records of a file of which nothing but `found` can be said, and what it is by its bytes."""
    records = Records()
    try:
        data = intake.read_bytes(path)
    except intake.RefusedError:
        data = b""
    _refuse(records, found, data)
    return records


def _read_forms(records: Records, name: str, sheets: Sequence[Grid], layouts: Sequence[Layout]) -> list[str]:
    """Forms drawn from a layout are read by it; every other sheet by the field's words. Gives the forms' ids."""
    drawn = anchors.find(sheets, [layout for layout in layouts if layout.sheets])
    for form in drawn:
        add_form(records, name, form)
    taken = {id(grid) for form in drawn for grid in form.grids}
    others = [grid for grid in sheets if id(grid) not in taken]
    return [form.layout.id for form in drawn] + add_sheets(records, name, others, layouts)


def _refuse(records: Records, found: Finding, data: bytes = b"", status: str = "needs_review") -> None:
    records.note(found)
    _file_row(records, found.file, data, status=status, reason=found.message.partition("：")[2])


def _file_row(records: Records, name: str, data: bytes = b"", **values: str) -> None:
    known = {"sha256": intake.digest(data), "bytes": len(data)} if data else {}
    records.add("files", {"file": name, "status": "read", **known, **values})
