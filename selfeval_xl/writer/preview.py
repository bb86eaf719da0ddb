"""How the preview looks as a web page: one file, no script, nothing from outside, readable in old browsers and on paper.

Everything that a workbook says is escaped; the page forbids scripts and anything from elsewhere besides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from selfeval_xl._version import SIGNATURE, __version__
from selfeval_xl.frames import Submissions, a1
from selfeval_xl.pages import Page
from selfeval_xl.specs import Layout
from selfeval_xl.words import words

from .output import check_target, whole_file
from .preview_looks import looks
from .text import clean
from .views import LISTED, Note, Preview, View, letters, preview

SUFFIXES = (".html", ".htm", ".xlsx")
_SAMPLE = "123"  # in the legend, for kinds that are told by their ink
_PIXELS = 6.6  # of a half-width
_MARGIN = 60  # pixels of the row numbers and around the sheet
_BESIDE = 300  # of the list beside it


def write_preview(
    submissions: Submissions, pages: Iterable[Page], path: str | os.PathLike[str], layouts: Iterable[Layout]
) -> Path:
    """Every page as it stands, each cell coloured by what was read from it, as .html or .xlsx. Returns the path.

    `layouts` are those that were read with. Raises OutputError where the file has another ending or cannot be written.
    """
    target = Path(path)
    check_target(target, SUFFIXES)
    found = preview(submissions, pages, layouts)
    with whole_file(target, SUFFIXES) as stream:
        if target.suffix.lower() == ".xlsx":
            from .preview_book import draw  # noqa: PLC0415 (the other way to draw it)

            stream.write(draw(found))
        else:
            stream.write("\n".join(_page(found)).encode("utf-8"))
    return stream.path


def _say(text: str) -> str:
    """Text of a workbook as it may stand anywhere in the page, in an attribute too."""
    return escape(clean(text), quote=True)


def _page(found: Preview) -> Iterator[str]:
    look = looks()
    yield '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
    yield f'<meta name="generator" content="{SIGNATURE}">'
    yield '<meta http-equiv="X-UA-Compatible" content="IE=edge">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{_say(look.title)}</title><style>"
    yield f"body{{font:{look.size * 4 / 3:g}px/1.45 '{look.font}','Microsoft YaHei','Noto Sans CJK SC',SimSun,sans-serif}}"
    yield look.css.strip()
    yield from (f".{kind.code}{{background:{kind.fill}}}" for kind in look.kinds if kind.fill)
    yield from (f".{severity}{{color:{ink}}}" for severity, ink in look.inks.items())
    yield f"</style></head><body><h1>{_say(look.title)}</h1>"
    yield from (f"<p>{_say(line)}</p>" for line in found.head)
    yield f'<p class="soft screen">{_say(look.lines["hover"])}</p>'
    yield from _legend(found)
    if len(found.views) > 1:
        yield from _contents(found)
    if found.loose:
        yield f"<h3>{_say(look.lines['notes'])}</h3>"
        yield from (f"<p>{_mark(note)} {_say(file)}：{_say(note.text)}</p>" for file, note in found.loose)
    for number, view in enumerate(found.views, 1):
        yield from _section(view, number)
    yield f'<p class="soft">{_say(look.lines["footer"].format(version=__version__))}</p></body></html>'


def _legend(found: Preview) -> Iterator[str]:
    """Every colour with its meaning and how many cells have it, three a line."""
    look = looks()
    shown = {kind.code: "&nbsp;" if kind.fill else _SAMPLE for kind in look.kinds} | {look.unread: look.unread_mark}
    cells = [
        f'<td><span class="swatch {kind.code}">{shown[kind.code]}</span>{_say(kind.name)} <b>{found.counts[kind.code]}</b></td>'
        for kind in look.kinds
    ] + [
        f'<td><span class="swatch {severity}">{mark}</span>{_say(look.lines["notes"])}：{words("severity")[severity]} '
        f"<b>{sum(note.severity == severity for note in found.notes)}</b></td>"
        for severity, mark in look.marks.items()
    ]
    yield '<table class="legend">'
    yield from (f"<tr>{''.join(cells[at : at + 4])}</tr>" for at in range(0, len(cells), 4))
    yield "</table>"


def _contents(found: Preview) -> Iterator[str]:
    """One line a sheet, with a link to it."""
    said = looks().lines
    heads = ("", said["files"], said["sheets"], said["recognised"], said["unread_short"], said["notes"])
    yield f'<table class="list"><tr>{"".join(f"<th>{_say(head)}</th>" for head in heads)}</tr>'
    for number, view in enumerate(found.views, 1):
        numbers = "".join(f'<td class="n">{value}</td>' for value in (view.read, len(view.unread), len(view.notes)))
        yield (
            f'<tr><td class="n">{number}</td><td>{_say(view.page.file)}</td>'
            f'<td><a href="#s{number}">{_say(view.page.sheet)}</a></td>{numbers}</tr>'
        )
    yield "</table>"


def _section(view: View, number: int) -> Iterator[str]:
    said = looks().lines
    yield f'<section id="s{number}"><h2>{_say(view.page.file)}「{_say(view.page.sheet)}」</h2>'
    yield from (f"<p>{_say(line)}</p>" for line in view.about)
    yield from (f'<p class="hidden">{_say(line)}</p>' for line in view.remarks)
    beside = bool(view.notes or view.unread)
    width = sum(map(_pixels, view.widths)) + _MARGIN + (_BESIDE if beside else 0)
    yield f'<div class="box" style="max-width:{width}px"><table class="pair"><tr><td class="main"><div class="scroll">'
    yield from _grid(view, number)
    yield "</div></td>"
    if beside:
        yield '<td class="beside">'
        if view.notes:
            yield f"<h3>{_say(said['notes'])}</h3>"
        for note in view.notes:
            link = f'<a href="#s{number}-{a1(*note.at)}">{a1(*note.at)}</a>' if note.at else _say(said["whole_sheet"])
            yield f'<p>{_mark(note)} {link} <span class="soft">{words("verdict")[note.verdict]}</span><br>{_say(note.text)}</p>'
        if view.unread:
            yield f"<h3>{_say(said['unread'])}</h3><p>"
            yield " ".join(f'<a href="#s{number}-{a1(*at)}">{a1(*at)}</a>' for at in view.unread[:LISTED])
            yield said["more"].format(count=len(view.unread)) if len(view.unread) > LISTED else ""
            yield "</p>"
        yield "</td>"
    yield "</tr></table></div></section>"


def _mark(note: Note) -> str:
    return f'<span class="mark {note.severity}">{looks().marks[note.severity]}{note.number}</span>'


def _grid(view: View, number: int) -> Iterator[str]:
    """The sheet itself, with the letters of its columns and the numbers of its rows."""
    page = view.page
    widths = [_pixels(width) for width in view.widths]
    yield f'<table class="grid" style="width:{sum(widths) + 40}px"><colgroup><col style="width:40px">'
    yield from (f'<col style="width:{width}px">' for width in widths)
    heads = (_head(letters(at), hidden=at in page.hidden_columns) for at in range(view.columns))
    yield f"</colgroup><tr><th></th>{''.join(heads)}</tr>"
    spans = {span[:2]: span for span in view.merges}
    covered = {
        (row, column)
        for top, left, low, far in view.merges
        for row in range(top, low + 1)
        for column in range(left, far + 1)
        if (row, column) != (top, left)
    }
    notes: dict[tuple[int, int], list[Note]] = {}
    for note in view.notes:
        if note.at:
            notes.setdefault(note.at, []).append(note)
    for row in range(view.rows):
        cells = [
            _cell(view, (row, column), spans.get((row, column)), notes.get((row, column), ()), f"s{number}-{a1(row, column)}")
            for column in range(view.columns)
            if (row, column) not in covered
        ]
        yield f"<tr>{_head(str(row + 1), hidden=row in page.hidden_rows)}{''.join(cells)}</tr>"
    yield "</table>"


def _pixels(half_widths: int) -> int:
    return int(half_widths * _PIXELS) + 10


def _head(name: str, *, hidden: bool) -> str:
    return f'<th class="off">{name} {_say(looks().lines["hidden"])}</th>' if hidden else f"<th>{name}</th>"


def _cell(view: View, at: tuple[int, int], span: tuple[int, int, int, int] | None, notes: Iterable[Note], name: str) -> str:
    page, kind = view.page, view.kinds.get(at, "")
    off = at[0] in page.hidden_rows or at[1] in page.hidden_columns
    classes = " ".join(filter(None, [kind, "r" if at in page.numbers else "", "off" if off else ""]))
    said = [*view.said.get(at, ()), *(f"{looks().marks[note.severity]}{note.number} {note.text}" for note in notes)]
    if kind == looks().unread:
        said.append(looks().lines["unread"])
    merged = f' rowspan="{span[2] - span[0] + 1}" colspan="{span[3] - span[1] + 1}"' if span else ""
    title = f' title="{_say(chr(10).join(said))}"' if said else ""
    marks = "".join(map(_mark, notes)) or (looks().unread_mark if kind == looks().unread else "")
    named = f' id="{name}"' if notes or kind == looks().unread else ""
    return (
        f"<td{named}{f' class={chr(34)}{classes}{chr(34)}' if classes else ''}{merged}{title}>{marks}{_say(page.text(*at))}</td>"
    )
