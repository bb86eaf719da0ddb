"""How a draft looks in Word; the only module that knows python-docx.

Text goes in as text only: no field, no link and no markup comes from what a department typed. Same input, same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from selfeval_xl._version import SIGNATURE
from selfeval_xl.errors import SelfEvalError
from selfeval_xl.findings import place
from selfeval_xl.words import words

from .report_figures import Cell, Part, Piece
from .report_looks import Report, TableColumn, fill
from .report_styles import WIDE, mark, new_document, page_width
from .report_text import Grid, Paragraph
from .text import visible

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as Lines
    from docx.text.run import Run

CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # the date that zip entries carry too; today's would change the bytes
_LONGEST_TITLE = 255  # of a document's properties
_ROW = re.compile(r"\d+$")


def check_library() -> None:
    """Refuse, before anything is done, where python-docx is not installed. Raises SelfEvalError."""
    try:
        import docx  # noqa: F401, PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise SelfEvalError('写 Word 报告要用 python-docx，没有安装。请执行：pip install "selfeval-xl[word]"') from error


@dataclass
class _Pages:
    """The document as far as it is drawn, and the first runs that tell of each cell and of each row of a sheet."""

    document: Document
    report: Report
    by_cell: dict[Cell, Sequence[Run]] = field(default_factory=dict)
    by_row: dict[Cell, Sequence[Run]] = field(default_factory=dict)


def draw(told: Iterable[Paragraph | Grid], part: Part, report: Report) -> bytes:
    """The draft as a Word file."""
    pages = _Pages(new_document(report), report)
    for block in told:
        if isinstance(block, Grid):
            _grid(pages, block.caption, block.columns, block.rows)
        else:
            _paragraphs(pages, block)
    _comments(pages, part)
    _findings(pages, part)
    return _bytes(pages.document)


# -- paragraphs ----------------------------------------------------------------------------------------------------


def _paragraphs(pages: _Pages, block: Paragraph) -> None:
    """A paragraph; a text of several lines becomes several."""
    lines = pages.document.add_paragraph(style=WIDE[block.style])
    if block.lead:
        _run(lines, block.lead).style = WIDE["lead"]
    for piece in block.pieces:
        for at, text in enumerate(visible(piece.text).split("\n")):
            if at:
                lines = pages.document.add_paragraph(style=WIDE[block.style])
            _piece(pages, lines, piece._replace(text=text))


def _piece(pages: _Pages, lines: Lines, piece: Piece) -> None:
    """A piece of text, what is missing in it marked; its runs are remembered for the cells that it tells of."""
    missing = pages.report.missing
    stretches = re.split(f"({re.escape(missing)})", visible(piece.text)) if missing else [visible(piece.text)]
    runs = [_run(lines, text, marked=bool(missing) and text == missing) for text in stretches if text]
    for sheet, cell in piece.cells if runs else ():
        pages.by_cell.setdefault((sheet, cell), runs)
        pages.by_row.setdefault((sheet, _row_of(cell)), runs)


def _run(lines: Lines, text: str, *, marked: bool = False) -> Run:
    run = lines.add_run(text)
    mark(run, missing=marked)
    return run


def _row_of(cell: str) -> str:
    found = _ROW.search(cell)
    return found[0] if found else cell


# -- tables --------------------------------------------------------------------------------------------------------


def _grid(pages: _Pages, caption: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[Piece]]) -> None:
    """A table with its header on every page; rows are not broken over two pages."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT  # noqa: PLC0415 (an extra)

    if caption:
        pages.document.add_paragraph(caption, style=WIDE["caption"]).paragraph_format.keep_with_next = True
    table = pages.document.add_table(len(rows) + 1, len(columns), style="Table Grid")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    whole = page_width(pages.report.page)
    widths = [int(whole * column.width / sum(each.width for each in columns)) for column in columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    styles = {name: pages.document.styles[WIDE[name]].style_id for name in ("cell", "header")}
    heads = [Piece(column.header) for column in columns]
    for at, (row, pieces) in enumerate(zip(table.rows, [heads, *rows], strict=True)):
        _flag(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001 (python-docx has no name for it)
        if at == 0:
            _flag(row._tr.get_or_add_trPr(), "w:tblHeader")  # noqa: SLF001 (the same)
        for cell, column, piece, width in zip(row.cells, columns, pieces, widths, strict=True):
            cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
            lines = cell.paragraphs[0]
            lines._p.style = styles["cell" if at else "header"]  # noqa: SLF001 (by name, python-docx searches each time)
            if at:
                lines.alignment = _alignment(column.align)
            _piece(pages, lines, piece)
    joined = [at for at, column in enumerate(columns) if column.merge]
    for count, at in enumerate(joined, 1):
        _merge([row.cells[at] for row in table.rows][1:], [tuple(row[left].text for left in joined[:count]) for row in rows])
    pages.document.add_paragraph(style=WIDE["cell"])  # two tables that touch would become one


def _merge(cells: Sequence[Any], texts: Sequence[tuple[str, ...]]) -> None:
    """Equal neighbours of a column as one cell; `texts` are those of the column and of merged ones on its left."""
    for at, cell in enumerate(cells):
        again = at > 0 and texts[at] == texts[at - 1]
        if again or texts[at + 1 : at + 2] == texts[at : at + 1]:
            cell._tc.get_or_add_tcPr().get_or_add_vMerge().val = "continue" if again else "restart"  # noqa: SLF001
        if again:
            for run in cell.paragraphs[0].runs:
                run._r.getparent().remove(run._r)  # noqa: SLF001 (what is hidden would be read aloud, and copied)


def _alignment(name: str) -> Any:
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT as ALIGN  # noqa: PLC0415 (an extra)

    return {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "right": ALIGN.RIGHT}[name]


def _flag(properties: Any, name: str) -> None:
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415 (an extra)

    properties.append(OxmlElement(name))


# -- findings ------------------------------------------------------------------------------------------------------


def _comments(pages: _Pages, part: Part) -> None:
    """Each finding in the margin: at the figure of its cell, else at the first one of its row, else only in the list."""
    for one in part.findings.to_dict("records"):
        if isinstance(one["cell"], str) and isinstance(one["sheet"], str):
            by_row = pages.by_row.get((one["sheet"], _row_of(one["cell"])))
            runs = [run for run in pages.by_cell.get((one["sheet"], one["cell"]), by_row or ()) if run._r.getparent() is not None]  # noqa: SLF001
            if runs:
                said = f"{words('severity')[one['severity']]}：{_said(one)}（{one['sheet']}!{one['cell']}）"
                author = pages.report.findings.author
                comment = pages.document.add_comment(runs, visible(said), author=author, initials=author[:1])
                comment._comment_elm.date = None  # noqa: SLF001 (today's date would change the bytes)


def _findings(pages: _Pages, part: Part) -> None:
    """The list of all findings, on a page of its own."""
    look = pages.report.findings
    heading = pages.document.add_paragraph(look.heading, style=WIDE["heading"])
    heading.paragraph_format.page_break_before = True
    found = part.findings.to_dict("records")
    said = fill(look.text, file=part.file, count=str(len(found))) if found else look.none
    _paragraphs(pages, Paragraph("text", (Piece(said),)))
    rows = [
        [str(at), words("severity")[one["severity"]], _or_dash(one["sheet"]), _or_dash(one["cell"]), _said(one)]
        for at, one in enumerate(found, 1)
    ]
    if rows:
        last = len(look.headers) - 1
        columns = [
            TableColumn(header, (), width, "left" if at == last else "center")
            for at, (header, width) in enumerate(zip(look.headers, look.widths, strict=True))
        ]
        _grid(pages, "", columns, [[Piece(text) for text in row] for row in rows])


def _said(one: dict[Any, Any]) -> str:
    """A finding without its place, which stands beside it."""
    where = (one["file"], *(one[name] if isinstance(one[name], str) else None for name in ("sheet", "cell")))
    return str(one["message"]).removeprefix(place(*where))


def _or_dash(value: object) -> str:
    return value if isinstance(value, str) else "—"


# -- the file ------------------------------------------------------------------------------------------------------


def _bytes(document: Document) -> bytes:
    """The document as a file whose entries all carry the same date."""
    known = document.core_properties
    known.title = document.paragraphs[0].text[:_LONGEST_TITLE]
    known.author = known.last_modified_by = known.keywords = ""
    known.comments, known.language, known.revision = SIGNATURE, "zh-CN", 1
    known.created = known.modified = CREATED
    drawn, fixed = io.BytesIO(), io.BytesIO()
    document.save(drawn)
    with zipfile.ZipFile(drawn) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(entry, old.read(name))
    return fixed.getvalue()
