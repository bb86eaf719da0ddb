"""What a workbook carries that could act or reach out: macros, embedded objects, links. Never run, opened or followed; told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from selfeval_xl.findings import Finding, finding

from .intake import Intake
from .package import Package

_PARTS = {  # beginnings of paths in a package, in small letters
    "safety.macros": ("xl/vbaproject", "xl/macrosheets/", "basic/", "scripts/"),
    "safety.embedded": ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/", "object 1", "objectreplacements/"),
}
_LINKS = "xl/externallinks/"
_VBA = "_VBA_PROJECT_CUR".encode("utf-16-le")  # the folder of macros in an .xls
_REFERENCE = re.compile(rb"<f[^>]*>[^<]*\[\d+\]")  # [1]Sheet1!A1: the number is that of the link
_TARGET = re.compile(rb'\bTarget="([^"]*)"')
_MOST_NAMED = 3


def hazards(intake: Intake, file: str) -> Iterator[Finding]:
    """The findings of a file that was read."""
    where = (file, None, None)
    for code, beginnings in _PARTS.items():
        found = [path for path in intake.entries if path.startswith(beginnings)]
        if found or (code == "safety.macros" and intake.kind == "xls" and _VBA in intake.data):
            yield finding(code, where, stated="、".join(path.rpartition("/")[2] for path in found[:_MOST_NAMED]) or None)
    links = [path for path in intake.entries if path.startswith(_LINKS)]
    if links and intake.kind == "xlsx":
        yield from _links(Package(intake), links, where)


def _links(package: Package, links: list[str], where: tuple[str, None, None]) -> Iterator[Finding]:
    if any(re.search(rb"<(?:\w+:)?ddeLink\b", package.part(path)) for path in links):
        yield finding("safety.dde", where)
    if any(_REFERENCE.search(package.part(sheet.path)) for sheet in package.sheets()):
        targets = [name for path in links for name in _TARGET.findall(package.part(path))]
        names = [unquote(name.decode(errors="replace")).replace("\\", "/").rpartition("/")[2] for name in targets]
        yield finding("safety.external", where, stated="、".join(dict.fromkeys(names[:_MOST_NAMED])) or "没有写明")
