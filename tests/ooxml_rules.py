"""What Excel enforces of a workbook before it opens it without offering a repair, as rules over the parts of the file.

Sources: ECMA-376 part 1 (order of elements, references between parts), Excel's published specifications and limits, and
the limits that xlsxwriter names. `problems` gives every breach in words, so that a workbook is sound where it gives none.
The order of elements within drawings, charts, styles and the rest is held against the Open XML SDK's own tables where
`openxml-audit`, which brings them along, is installed: `schema_problems`.
"""

from __future__ import annotations

import math
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from openpyxl.formula import Tokenizer
from openpyxl.utils import FORMULAE, range_boundaries

XML = "{http://www.w3.org/XML/1998/namespace}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EXCEL_MAIN = "{http://schemas.microsoft.com/office/excel/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ROWS, COLUMNS = 1_048_576, 16_384
LONGEST_TEXT, LONGEST_FORMULA = 32_767, 8_192
MOST_LINKS, LONGEST_LINK = 65_530, 2_079
VOLATILE = {"NOW", "TODAY", "RAND", "RANDBETWEEN", "OFFSET", "INDIRECT", "INFO", "CELL"}  # they make Excel ask to save on closing
FUNCTIONS = FORMULAE - VOLATILE  # of Excel 2007: those that Excel 2010, WPS and LibreOffice share
BUILT_IN_FORMATS = {*range(23), *range(27, 51)}
LIMITS = {"fonts": 512, "fills": 256, "borders": 256, "numFmts": 200, "cellXfs": 65_490}
ORDER = {
    "worksheet": """sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges
        scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting
        dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties
        cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls
        webPublishItems tableParts extLst""",
    "workbook": """fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences
        definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr
        webPublishObjects extLst""",
    "styleSheet": "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst",
    "table": "autoFilter sortState tableColumns tableStyleInfo extLst",
}
REPEATED = {"conditionalFormatting"}
NAME = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*")  # letters of any script, then digits and points too
LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]|[Rr]\d*[Cc]\d*")
ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
SHEET_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^\s'!(),;:=<>&*/+^\-]+))!")
TARGET = re.compile(
    r"(?:[\w\-.~!$&'()+*,;=:@/\\?]|[^\x00-\x9f]|%[0-9A-Fa-f]{2})+"
)  # other scripts stand unescaped, as Excel has them

Area = tuple[int, int, int, int]
"""First column and row, last column and row, counted from 1."""


@dataclass
class Package:
    """The parts of a workbook, parsed where they are XML."""

    parts: dict[str, bytes]
    told: list[str] = field(default_factory=list)

    def say(self, part: str, *words: object) -> None:
        """Note a breach."""
        self.told.append(f"{part}: {' '.join(map(str, words))}")

    @cached_property
    def trees(self) -> dict[str, ET.Element]:
        """The XML parts."""
        found = {}
        for name, content in self.parts.items():
            if name.endswith((".xml", ".rels", ".vml")):
                try:
                    found[name] = ET.fromstring(content)  # noqa: S314 (a file that we wrote)
                except ET.ParseError as error:
                    self.say(name, "is no XML:", error)
        return found

    def relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """The relationships of a part by id: kind, target (a part's name where it is internal), whether it is external."""
        folder, name = posixpath.split(part)
        tree = self.trees.get(f"{folder}/_rels/{name}.rels".removeprefix("/"))
        found = {}
        for one in [] if tree is None else tree:
            outside = one.get("TargetMode") == "External"
            target = one.get("Target", "")
            inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target if outside else inside, outside)
        return found

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Names of the sheets, in order, with their parts."""
        relations = self.relations("xl/workbook.xml")
        listed = self.trees["xl/workbook.xml"].iterfind(f"{MAIN}sheets/{MAIN}sheet")
        return {sheet.get("name", ""): relations.get(sheet.get(f"{REL}id", ""), ("", "", False))[1] for sheet in listed}

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings as they are shown."""
        tree = self.trees.get("xl/sharedStrings.xml")
        return [] if tree is None else [shown("".join(text.text or "" for text in one.iter(f"{MAIN}t"))) for one in tree]

    @cached_property
    def names(self) -> set[str]:
        """Names that the workbook and its tables define, folded."""
        listed = [one.get("name", "").casefold() for one in self.trees["xl/workbook.xml"].iter(f"{MAIN}definedName")]
        return {*listed, *(tree.get("displayName", "").casefold() for _, tree in self.tables())}

    def cells(self, part: str) -> Iterator[ET.Element]:
        """The cells of a sheet."""
        if part in self.trees:
            yield from self.trees[part].iter(f"{MAIN}c")

    def tables(self) -> Iterator[tuple[str, ET.Element]]:
        """The tables and their parts."""
        yield from ((name, tree) for name, tree in self.trees.items() if tree.tag == f"{MAIN}table")


def problems(path: Path) -> list[str]:
    """Every breach of what Excel enforces, in words; none of a workbook that opens without a repair."""
    with zipfile.ZipFile(path) as archive:
        listed = [entry.filename for entry in archive.infolist()]
        package = Package({name: archive.read(name) for name in listed})
    for name, count in Counter(map(str.lower, listed)).items():
        if count > 1 or "\\" in name:
            package.say(name, "stands twice in the file, or has a name that is no part's")
    for part in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"):
        if part not in package.trees:
            return [*package.told, f"{part}: is missing or broken"]
    for rule in (_content_types, _relations, _order, _workbook, _defined_names, _strings, _styles, _links_out, _drawings):
        rule(package)
    for sheet, part in package.sheets.items():
        if part in package.trees:
            _sheet(package, sheet, part)
    return package.told


def schema_problems(path: Path) -> list[str]:
    """What the Open XML SDK's schemas find fault with. Raises ImportError where openxml-audit is not installed."""
    from openxml_audit import OpenXmlValidator  # noqa: PLC0415 (an optional witness)

    return [str(error) for error in OpenXmlValidator().validate(path).errors]


def shown(text: str) -> str:
    """A text as Excel shows it: its escape _x000D_ is one character."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def units(text: str) -> int:
    """The length of a text as Excel counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# -- the file as a whole -------------------------------------------------------------------------------------------


def _content_types(package: Package) -> None:
    """Every part has a type, every type that names a part has one."""
    tree = package.trees["[Content_Types].xml"]
    endings = {one.get("Extension", "").lower() for one in tree if one.tag.endswith("Default")}
    named = [one.get("PartName", "").lstrip("/") for one in tree if one.tag.endswith("Override")]
    for name in package.parts:
        if name != "[Content_Types].xml" and name not in named and name.rpartition(".")[2].lower() not in endings:
            package.say(name, "has no content type")
        if name.startswith("xl/") and name.endswith(".xml") and name not in named:
            package.say(name, "has the type of any XML only")
    for name, count in Counter(named).items():
        if name not in package.parts or count > 1:
            package.say("[Content_Types].xml", "names", name, "which is absent or named twice")


def _relations(package: Package) -> None:
    """Every relationship leads to a part, ids are unique, every r:id that is used exists."""
    for part, tree in package.trees.items():
        if part.endswith(".rels"):
            for ident, count in Counter(one.get("Id") for one in tree).items():
                if count > 1:
                    package.say(part, ident, "stands twice")
            continue
        relations = package.relations(part)
        for ident, (kind, target, outside) in relations.items():
            if not outside and target not in package.parts:
                package.say(part, ident, kind, "leads to", target, "which is absent")
        used = {value for one in tree.iter() for name, value in one.attrib.items() if name.startswith(REL)}
        for ident in used - relations.keys():
            package.say(part, "uses", ident, "which no relationship has")
    for ident, (kind, target, outside) in package.relations("").items():
        if not outside and target not in package.parts:
            package.say("_rels/.rels", ident, kind, "leads to", target, "which is absent")


def _order(package: Package) -> None:
    """Elements stand in the order of the schema, each once, and none that the schema does not know."""
    for part, tree in package.trees.items():
        order = ORDER.get(tree.tag.removeprefix(MAIN), "").split()
        found = [one.tag.removeprefix(MAIN) for one in tree]
        for name in [name for name in found if order and name not in order]:
            package.say(part, "has an element", name, "that does not belong there")
        known = [name for name in found if name in order]
        for before, after in pairwise(known):
            if order.index(before) > order.index(after) or (before == after and before not in REPEATED):
                package.say(part, after, "stands after", before)


def _workbook(package: Package) -> None:
    """Names of sheets, their ids, and the sheet in front."""
    part, tree = "xl/workbook.xml", package.trees["xl/workbook.xml"]
    sheets = tree.findall(f"{MAIN}sheets/{MAIN}sheet")
    for what in ("sheetId", f"{REL}id"):
        if len({sheet.get(what) for sheet in sheets}) < len(sheets):
            package.say(part, what, "stands twice")
    names = [sheet.get("name", "") for sheet in sheets]
    if len({name.casefold() for name in names}) < len(names):
        package.say(part, "two sheets have one name")
    for name in names:
        if not 1 <= units(name) <= 31 or re.search(r"[\[\]:*?/\\\x00-\x1f]|^'|'$", name) or name.casefold() == "history":
            package.say(part, "no name of a sheet:", name)
    if not any(sheet.get("state", "visible") == "visible" for sheet in sheets):
        package.say(part, "no sheet is visible")
    for view in tree.iter(f"{MAIN}workbookView"):
        at = int(view.get("activeTab", 0))
        if at >= len(sheets) or sheets[at].get("state", "visible") != "visible":
            package.say(part, "the active sheet is hidden or absent")
    fronted = [name for name, sheet in package.sheets.items() if b'tabSelected="1"' in package.parts.get(sheet, b"")]
    if len(fronted) > 1:
        package.say(part, "several sheets are selected:", *fronted)


def _defined_names(package: Package) -> None:
    """Names are names, unique where they hold, and refer to what there is."""
    part, sheets = "xl/workbook.xml", list(package.sheets)
    defined = list(package.trees[part].iter(f"{MAIN}definedName"))
    for (name, scope), count in Counter((one.get("name", "").casefold(), one.get("localSheetId")) for one in defined).items():
        if count > 1:
            package.say(part, "two names", name, "of scope", scope)
    for one in defined:
        name, scope, text = one.get("name", ""), one.get("localSheetId"), one.text or ""
        if scope is not None and int(scope) >= len(sheets):
            package.say(part, name, "belongs to a sheet that is absent")
            continue
        if name.startswith("_xlnm."):
            own = scope is not None and sheets[int(scope)]
            quoted = {found[0].replace("''", "'") or found[1] for found in SHEET_REFERENCE.findall(text)}
            areas = re.sub(SHEET_REFERENCE, "", text).split(",")
            if quoted != {own} or not all(area_of(area) for area in areas):
                package.say(part, name, "is no area of its sheet:", text)
        elif not NAME.fullmatch(name) or LIKE_A_CELL.fullmatch(name) or units(name) > 255:
            package.say(part, "no name:", name)
        else:
            _formula(package, part, text)


def _strings(package: Package) -> None:
    """The shared strings are as many as are said, none is too long, and blanks at an end are kept."""
    part = "xl/sharedStrings.xml"
    tree = package.trees.get(part)
    used = sum(cell.get("t") == "s" for sheet in package.sheets.values() for cell in package.cells(sheet))
    if tree is None:
        if used:
            package.say(part, "is absent, and", used, "cells use it")
        return
    if tree.get("uniqueCount") not in {None, str(len(package.strings))}:
        package.say(part, "uniqueCount is", tree.get("uniqueCount"), "and not", len(package.strings))
    if int(tree.get("count", used)) < used:  # a text that was written over is counted too
        package.say(part, "count is", tree.get("count"), "and less than", used)
    for at, text in enumerate(package.strings):
        if units(text) > LONGEST_TEXT:
            package.say(part, "string", at, "is too long")
    for text in tree.iter(f"{MAIN}t"):
        if (text.text or "").strip(" \t\n\r") != (text.text or "") and text.get(f"{XML}space") != "preserve":
            package.say(part, "a blank at an end would be lost:", repr(text.text))


def _styles(package: Package) -> None:
    """Styles: counts, limits, and the fills that Excel keeps for itself."""
    part = "xl/styles.xml"
    tree = package.trees[part]
    for group in tree:
        name = group.tag.removeprefix(MAIN)
        if group.get("count") not in {None, str(len(group))}:
            package.say(part, name, "says", group.get("count"), "and has", len(group))
        if len(group) > LIMITS.get(name, math.inf):
            package.say(part, "too many", name, len(group))
    kinds = [fill.get("patternType") for fill in tree.iterfind(f"{MAIN}fills/{MAIN}fill/{MAIN}patternFill")]
    if kinds[:2] != ["none", "gray125"]:
        package.say(part, "the first two fills are those that Excel keeps for itself")
    _formats(package, part, tree)


def _formats(package: Package, part: str, tree: ET.Element) -> None:
    """Cell formats: every font, fill, border and number format that they name is there."""
    formats = {int(one.get("numFmtId", -1)): one.get("formatCode", "") for one in tree.iter(f"{MAIN}numFmt")}
    for ident, code in formats.items():
        if not 0 < len(code) <= 255 or _sections(code) > 4:
            package.say(part, "number format", ident, "is empty, too long or of too many sections")
    lists = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
    size = {what: len(tree.find(f"{MAIN}{name}") or ()) for what, name in lists.items()}
    for one in [*tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf"), *tree.iterfind(f"{MAIN}cellStyleXfs/{MAIN}xf")]:
        for what, most in size.items():
            if int(one.get(what, 0)) >= most:
                package.say(part, what, one.get(what), "is out of range")
        if int(one.get("numFmtId", 0)) not in BUILT_IN_FORMATS | formats.keys():
            package.say(part, "numFmtId", one.get("numFmtId"), "is not defined")


def _sections(code: str) -> int:
    """Sections of a number format."""
    return re.sub(r'"[^"]*"|\\.', "", code).count(";") + 1


def _links_out(package: Package) -> None:
    """Every external target is a URI that Excel takes, and no longer than it takes."""
    for part in package.trees:
        for ident, (_, target, outside) in package.relations(part).items():
            if outside and not TARGET.fullmatch(target):
                package.say(part, ident, "is no address:", repr(target))
            if outside and units(target) > LONGEST_LINK:
                package.say(part, ident, "is too long an address")


def _drawings(package: Package) -> None:
    """Anchors stand on the sheet, from before to; series of charts refer to what there is."""
    for part, tree in package.trees.items():
        for anchor in tree.iter(f"{ANCHOR}twoCellAnchor"):
            corners = [
                [int(anchor.findtext(f"{ANCHOR}{end}/{ANCHOR}{name}", "-1")) for name in ("col", "row")] for end in ("from", "to")
            ]
            (left, top), (right, low) = corners
            if not (0 <= left <= right < COLUMNS and 0 <= top <= low < ROWS):
                package.say(part, "an anchor is off the sheet:", corners)
        idents = [one.get("id") for one in tree.iter(f"{ANCHOR}cNvPr")]
        if len(set(idents)) < len(idents):
            package.say(part, "two shapes have one id")
        for text in [one.text or "" for one in tree.iter(f"{CHART}f")] + [one.text or "" for one in tree.iter(f"{EXCEL_MAIN}f")]:
            _formula(package, part, text)
        axes = [one.get("val") for one in tree.iter(f"{CHART}axId")]
        if tree.tag == f"{CHART}chartSpace" and any(count < 2 for count in Counter(axes).values()):
            package.say(part, "an axis stands alone:", axes)


# -- one sheet -----------------------------------------------------------------------------------------------------


def _sheet(package: Package, sheet: str, part: str) -> None:
    """Everything that stands on one sheet."""
    tree = package.trees[part]
    texts = _cells(package, part, tree)
    tables = _tables(package, part, texts)
    merges = _areas(package, part, [one.get("ref", "") for one in tree.iter(f"{MAIN}mergeCell")])
    for area in merges:
        if area[:2] == area[2:]:
            package.say(part, "one cell is merged", area)
    for area in _overlaps(merges):
        package.say(part, "merged ranges overlap at", area)
    for area in tables:
        if _overlaps([area, *merges], first_only=True):
            package.say(part, "a table lies over merged cells", area)
    for area in _overlaps(tables):
        package.say(part, "tables overlap at", area)
    _filter(package, sheet, part, tables)
    _columns(package, part, tree)
    _links(package, part, tree)
    _validations(package, part, tree)
    _conditions(package, part, tree)
    _page(package, part, tree)
    _counts(package, part, tree)


def _cells(package: Package, part: str, tree: ET.Element) -> dict[str, str]:
    """Rows and cells in order, each with a value that it can hold; gives the texts by address."""
    styles = len(package.trees["xl/styles.xml"].find(f"{MAIN}cellXfs") or ())
    texts, line = {}, 0
    for row in tree.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number, column = int(row.get("r", 0)), 0
        if not line < number <= ROWS or float(row.get("ht", 15)) > 409.5:
            package.say(part, "row", number, "after row", line, "or too high")
        line = number
        for cell in row:
            at = cell.get("r", "")
            area = area_of(at)
            if area is None or area[1] != number or area[0] <= column:
                package.say(part, "cell", at, "does not stand where it belongs")
                continue
            column = area[0]
            if int(cell.get("s", 0)) >= styles:
                package.say(part, at, "has a style that is not defined")
            texts |= _value(package, part, at, cell)
    return texts


def _value(package: Package, part: str, at: str, cell: ET.Element) -> dict[str, str]:
    """What one cell holds, its text where it is one."""
    kind, value, formula = cell.get("t", "n"), cell.findtext(f"{MAIN}v"), cell.find(f"{MAIN}f")
    if formula is not None:
        _formula(package, f"{part} {at}", formula.text or "")
        if value is None:
            package.say(part, at, "is a formula without its result")
    if kind == "s":
        number = int(value or -1)
        if not 0 <= number < len(package.strings):
            package.say(part, at, "uses a string that is absent")
            return {}
        return {at: package.strings[number]}
    nothing_yet = formula is not None and value == ""  # the template's formulas, which every program computes on opening
    if kind == "n" and value is not None and not nothing_yet and not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        package.say(part, at, "is no number:", value)
    if kind == "b" and value not in {"0", "1"}:
        package.say(part, at, "is neither true nor false")
    if kind not in {"n", "s", "b", "e", "str", "inlineStr", "d"}:
        package.say(part, at, "is of no kind:", kind)
    text = "".join(one.text or "" for one in cell.iter(f"{MAIN}t")) if kind == "inlineStr" else value or ""
    if kind in {"str", "inlineStr"} and units(shown(text)) > LONGEST_TEXT:
        package.say(part, at, "is too long a text")
    return {at: shown(text)} if kind in {"str", "inlineStr"} else {}


def _formula(package: Package, part: str, text: str) -> None:
    """A formula that can be parsed, of functions that all programs share, over sheets and names that there are."""
    if units(text) > LONGEST_FORMULA or text.startswith("="):
        package.say(part, "formula too long, or with a sign of its own:", text[:60])
        return
    try:
        tokens = Tokenizer(f"={text}").items
    except Exception as error:  # noqa: BLE001 (the tokenizer raises what comes)
        package.say(part, "formula cannot be parsed:", text[:60], error)
        return
    depth = 0
    for token in tokens:
        depth += {"OPEN": 1, "CLOSE": -1}.get(token.subtype, 0)
        if token.type == "FUNC" and token.subtype == "OPEN" and token.value.rstrip("(").upper() not in FUNCTIONS:
            package.say(part, "function", token.value.rstrip("("), "is not one that all programs share:", text[:60])
        if depth > 64:
            package.say(part, "formula is nested too deeply")
        if token.type == "OPERAND" and token.subtype == "ERROR":
            package.say(part, "formula refers to nothing:", text[:60])
        if token.type == "OPERAND" and token.subtype == "RANGE":
            _reference(package, part, token.value)
    if depth:
        package.say(part, "brackets do not match:", text[:60])


def _reference(package: Package, part: str, text: str) -> None:
    """One reference of a formula: to a sheet that there is and cells that it has, or to a name."""
    for quoted, plain in SHEET_REFERENCE.findall(text):
        if (quoted.replace("''", "'") or plain) not in package.sheets:
            package.say(part, "no such sheet:", text)
    rest = re.sub(SHEET_REFERENCE, "", text)
    table, _, column = rest.partition("[")
    known = package.names | {"true", "false"}
    if area_of(rest) is None and (table if column else rest).casefold() not in known:
        package.say(part, "no such cell, name or table:", text)


def _tables(package: Package, part: str, texts: dict[str, str]) -> list[Area]:
    """The areas of the tables of a sheet; the tables are looked at on the way."""
    found = []
    for kind, target, _ in package.relations(part).values():
        if kind == "table" and target in package.trees:
            area = area_of(package.trees[target].get("ref", ""))
            if area is None:
                package.say(target, "has no area")
            else:
                found.append(area)
                _table(package, target, area, texts)
    for what in ("id", "displayName"):
        whole = [tree.get(what, "").casefold() for _, tree in package.tables()]
        if len(set(whole)) < len(whole):
            package.say(part, "two tables have one", what)
    return found


def _table(package: Package, target: str, area: Area, texts: dict[str, str]) -> None:
    """One table: its headers equal to the cells above its columns, its filter, its name."""
    tree = package.trees[target]
    listed = [shown(one.get("name", "")) for one in tree.iter(f"{MAIN}tableColumn")]
    if len({name.casefold() for name in listed}) < len(listed) or len(listed) != area[2] - area[0] + 1:
        package.say(target, "columns are not unique, or not as many as the area has")
    for at, name in enumerate(listed):
        above = texts.get(f"{letters(area[0] + at)}{area[1]}")
        if above != name:
            package.say(target, "column", repr(name), "has another header on the sheet:", repr(above))
    filtered = tree.find(f"{MAIN}autoFilter")
    if filtered is not None and area_of(filtered.get("ref", "")) not in {area, (*area[:3], area[3] - 1)}:
        package.say(target, "its filter is not over its area")
    if area[3] <= area[1]:
        package.say(target, "has no row")
    name = tree.get("displayName", "")
    if not NAME.fullmatch(name) or LIKE_A_CELL.fullmatch(name):
        package.say(target, "no name of a table:", name)


def _filter(package: Package, sheet: str, part: str, tables: list[Area]) -> None:
    """The filter of the sheet, with the hidden name that Excel gives it."""
    one = package.trees[part].find(f"{MAIN}autoFilter")
    if one is None:
        return
    area = area_of(one.get("ref", ""))
    at = str(list(package.sheets).index(sheet))
    named = [
        name
        for name in package.trees["xl/workbook.xml"].iter(f"{MAIN}definedName")
        if name.get("name") == "_xlnm._FilterDatabase" and name.get("localSheetId") == at
    ]
    if area is None or [area_of((name.text or "").rpartition("!")[2]) for name in named] != [area]:
        package.say(part, "the filter has no hidden name, or one of another area")
    if area and _overlaps([area, *tables], first_only=True):
        package.say(part, "the filter lies over a table")


def _columns(package: Package, part: str, tree: ET.Element) -> None:
    """Column ranges in order, none too wide."""
    last = 0
    for one in tree.iterfind(f"{MAIN}cols/{MAIN}col"):
        first, end = int(one.get("min", 0)), int(one.get("max", 0))
        if not last < first <= end <= COLUMNS or float(one.get("width", 8)) > 255.8:
            package.say(part, "columns", first, end, "overlap or are too wide")
        last = end


def _links(package: Package, part: str, tree: ET.Element) -> None:
    """Links: not too many, one a cell, each with somewhere to lead."""
    links = list(tree.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink"))
    relations = package.relations(part)
    if len(links) > MOST_LINKS:
        package.say(part, "too many links:", len(links))
    for ref, count in Counter(one.get("ref", "") for one in links).items():
        if count > 1 or area_of(ref) is None:
            package.say(part, "link at", ref, "stands twice, or at no cell")
    for one in links:
        ident, place = one.get(f"{REL}id"), one.get("location")
        if ident is None and place is None:
            package.say(part, "link at", one.get("ref"), "leads nowhere")
        if ident is not None and relations.get(ident, ("", "", False))[0] != "hyperlink":
            package.say(part, "link at", one.get("ref"), "has a relationship of another kind")
        if ident is None and place is not None:
            _reference(package, f"{part} {one.get('ref')}", unquote(place) if "%" in place else place)
        if (
            units(one.get("tooltip", "")) > 255
            or units(place or "") > LONGEST_LINK
            or units(one.get("display", "")) > LONGEST_LINK
        ):
            package.say(part, "link at", one.get("ref"), "has too long a place or tip")


def _validations(package: Package, part: str, tree: ET.Element) -> None:
    """Data validations: texts within their limits, lists and formulas that can be parsed."""
    most = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
    for one in tree.iter(f"{MAIN}dataValidation"):
        _areas(package, part, one.get("sqref", "").split())
        for what, limit in most.items():
            if units(shown(one.get(what, ""))) > limit:
                package.say(part, "validation of", one.get("sqref"), what, "is longer than", limit)
        for name in ("formula1", "formula2"):
            text = one.findtext(f"{MAIN}{name}")
            if text is not None and units(text) > 257:  # quotes of a list are not counted
                package.say(part, "validation of", one.get("sqref"), name, "is longer than 255")
            if text is not None:
                _formula(package, part, text)


def _conditions(package: Package, part: str, tree: ET.Element) -> None:
    """Conditional formats: an area, a look that there is, a formula that can be parsed."""
    looks = len(package.trees["xl/styles.xml"].find(f"{MAIN}dxfs") or ())
    for one in tree.iter(f"{MAIN}conditionalFormatting"):
        _areas(package, part, one.get("sqref", "").split())
        for rule in one.iterfind(f"{MAIN}cfRule"):
            if int(rule.get("priority", 0)) < 1 or int(rule.get("dxfId", -1)) >= looks:
                package.say(part, "conditional format of", one.get("sqref"), "has no priority, or a look that is not defined")
            for text in rule.iterfind(f"{MAIN}formula"):
                _formula(package, part, text.text or "")
            for point in rule.iter(f"{MAIN}cfvo"):
                if point.get("type") in {"num", "formula"} and point.get("val"):
                    _formula(package, part, point.get("val", ""))


def _page(package: Package, part: str, tree: ET.Element) -> None:
    """The printed page: header and footer, scale, breaks."""
    for one in tree.iterfind(f"{MAIN}headerFooter/*"):
        if units(one.text or "") > 255:
            package.say(part, "header or footer is longer than 255")
    for one in tree.iterfind(f"{MAIN}pageSetup"):
        if (
            not 10 <= int(one.get("scale", 100)) <= 400
            or max(int(one.get(f"fitTo{side}", 1)) for side in ("Width", "Height")) > ROWS
        ):
            package.say(part, "the page cannot be scaled so")
    for kind, most in (("rowBreaks", ROWS), ("colBreaks", COLUMNS)):
        breaks = [int(one.get("id", 0)) for one in tree.iterfind(f"{MAIN}{kind}/{MAIN}brk")]
        if breaks != sorted(set(breaks)) or len(breaks) > 1026 or any(not 0 < at < most for at in breaks):
            package.say(part, kind, "are out of order, too many or off the sheet")


def _counts(package: Package, part: str, tree: ET.Element) -> None:
    """What says how many it holds says it rightly."""
    for one in tree:
        listed = [child for child in one if not child.tag.endswith("extLst")]
        if one.get("count") not in {None, str(len(listed))}:
            package.say(part, one.tag.removeprefix(MAIN), "says", one.get("count"), "and has", len(listed))
    for name in ("mergeCells", "hyperlinks", "dataValidations", "tableParts", "rowBreaks", "cols"):
        found: Any = tree.find(f"{MAIN}{name}")
        if found is not None and not len(found) and found.get("count") != "0":
            package.say(part, name, "is empty")


# -- areas ---------------------------------------------------------------------------------------------------------


def area_of(text: str) -> Area | None:
    """The area of an address such as $A$1:B2, $1:$3 or C7; none where it is no address on a sheet."""
    if re.fullmatch(r"\$?\d+:\$?\d+", text):
        first, last = (int(end.lstrip("$")) for end in text.split(":"))
        return (1, first, COLUMNS, last) if 1 <= first <= last <= ROWS else None
    if re.fullmatch(r"\$?[A-Z]{1,3}:\$?[A-Z]{1,3}", text):
        left, _, right, _ = range_boundaries(text)
        return (left, 1, right, ROWS) if left and right else None
    ends = text.split(":")
    if len(ends) > 2 or not all(ADDRESS.fullmatch(end) for end in ends):
        return None
    left, top, right, low = range_boundaries(text)
    if left is None or top is None or right is None or low is None:
        return None
    return (left, top, right, low) if left <= right <= COLUMNS and 1 <= top <= low <= ROWS else None


def letters(column: int) -> str:
    """A column's letters, counted from 1."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _areas(package: Package, part: str, texts: Iterable[str]) -> list[Area]:
    """Areas from their addresses; what is none is noted."""
    found = []
    for text in texts:
        area = area_of(text)
        if area is None:
            package.say(part, "no area:", text)
        else:
            found.append(area)
    return found


def _overlaps(areas: list[Area], *, first_only: bool = False) -> list[Area]:
    """Areas that another one overlaps; of the first only, with the rest, where that is asked."""
    ordered = sorted(areas, key=lambda area: area[1])
    pairs = [(areas[0], other) for other in areas[1:]] if first_only else _near(ordered)
    return [a for a, b in pairs if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]]


def _near(areas: list[Area]) -> Iterator[tuple[Area, Area]]:
    """Pairs that share a row, from areas sorted by their first row."""
    open_now: list[Area] = []
    for area in areas:
        open_now = [one for one in open_now if one[3] >= area[1]]
        yield from ((one, area) for one in open_now)
        open_now.append(area)
