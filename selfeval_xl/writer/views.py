"""What the preview shows of each sheet, as plain data: its part that is drawn, its findings, and lines about it."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import count, islice
from typing import Any

import pandas as pd

from selfeval_xl.findings import place
from selfeval_xl.frames import Submissions, a1
from selfeval_xl.pages import Page, Span
from selfeval_xl.specs import Layout

from .preview_looks import looks
from .sights import At, Reading, address, figures, folded, levels, readings, taken_for
from .text import display_width

LISTED = 60  # cells that nobody recognised, by address
ROOM = 3  # half-widths beside a text, for its mark


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as the preview shows it: its number, and where it lies; no cell where it concerns the whole."""

    number: int
    severity: str
    verdict: str
    text: str
    at: At | None


@dataclass(frozen=True)
class View:
    """One sheet to be drawn: its page, the part of it that is drawn, and what every cell was taken for.

    `kinds` has the kind of each cell that is coloured, `said` what was read of it, in words. `merges` do not overlap and
    keep within the part that is drawn, `widths` are half-widths.
    """

    page: Page
    rows: int
    columns: int
    widths: tuple[int, ...]
    merges: tuple[Span, ...]
    kinds: Mapping[At, str]
    said: Mapping[At, tuple[str, ...]]
    notes: tuple[Note, ...]
    about: tuple[str, ...]
    remarks: tuple[str, ...]
    counts: Counter[str]

    @property
    def read(self) -> int:
        """How many cells were taken for something."""
        return sum(found for kind, found in self.counts.items() if kind not in looks().unused)

    @property
    def unread_listed(self) -> str:
        """The addresses of those cells, the first sixty."""
        told = " ".join(a1(*at) for at in self.unread[:LISTED])
        return told + (" " + looks().lines["more"].format(count=len(self.unread)) if len(self.unread) > LISTED else "")

    @property
    def unread(self) -> list[At]:
        """Cells that hold a figure and were not recognised, in reading order."""
        return sorted(at for at, kind in self.kinds.items() if kind == looks().unread)


@dataclass(frozen=True)
class Preview:
    """All that is drawn: a view a sheet, and the findings that concern no sheet, by file."""

    views: tuple[View, ...]
    loose: tuple[tuple[str, Note], ...]
    counts: Counter[str]
    cut: bool

    @property
    def notes(self) -> tuple[Note, ...]:
        """Every finding that is shown."""
        return tuple(note for _, note in self.loose) + tuple(note for view in self.views for note in view.notes)

    @property
    def head(self) -> tuple[str, ...]:
        """The lines under the title."""
        said = looks().lines
        read = sum(view.read for view in self.views)
        names = {view.page.file for view in self.views} | {file for file, _ in self.loose}
        told = said["counts"].format(
            files=len(names), sheets=len(self.views), read=read, unread=self.counts[looks().unread], notes=len(self.notes)
        )
        last = said["cut_sheets"].format(shown=len(self.views)) if self.cut else said["nothing"] if not self.views else ""
        return tuple(filter(None, (said["intro"], told, last)))


def preview(submissions: Submissions, pages: Iterable[Page], layouts: Iterable[Layout]) -> Preview:
    """What was read with these layouts, beside the sheets that it was read from."""
    wanted = iter(pages)
    numbers = count(1)
    seen = _Seen(submissions, {layout.id: layout for layout in layouts})
    views = tuple(_view(page, seen, numbers) for page in islice(wanted, looks().most_sheets))
    shown = {(view.page.file, view.page.sheet) for view in views}
    loose = [(file, rows) for (file, sheet), rows in seen.findings.items() if (file, sheet) not in shown]
    told = tuple((file, _note(next(numbers), row, None)) for file, rows in loose for row in rows)
    total = sum((view.counts for view in views), Counter[str]())
    return Preview(views, told, total, next(wanted, None) is not None)


@dataclass
class _Seen:
    """The frames of a batch by file and sheet."""

    submissions: Submissions
    layouts: Mapping[str, Layout]
    readings: dict[tuple[str, str], list[Reading]] = field(init=False)
    findings: dict[tuple[str, str], list[Any]] = field(init=False)
    profiles: dict[tuple[str, str], list[Any]] = field(init=False)
    indicators: dict[tuple[str, str], list[Any]] = field(init=False)
    rows: Mapping[str, Counter[tuple[str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.readings = defaultdict(list)
        for key, reading in readings(self.submissions):
            self.readings[key].append(reading)
        self.findings, self.profiles, self.indicators = defaultdict(list), defaultdict(list), defaultdict(list)
        for kind, into in (("findings", self.findings), ("profile", self.profiles), ("indicators", self.indicators)):
            for row in getattr(self.submissions, kind).itertuples(index=False):
                into[row.file, row.sheet if isinstance(row.sheet, str) else ""].append(row)
        kinds = ("budget", "indicators", "texts")
        frames = {kind: getattr(self.submissions, kind) for kind in kinds}
        self.rows = {kind: Counter(zip(frame["file"], frame["sheet"], strict=True)) for kind, frame in frames.items()}

    def name(self, form: str) -> str:
        """A layout's name, or that there is none for the form."""
        return self.layouts[form].name if form in self.layouts else looks().lines["generic"]

    def left_out(self, key: tuple[str, str]) -> frozenset[str]:
        """Headers, folded, of columns that the layouts of a sheet leave out; of a file's drawn form on its other sheets."""
        of_file = [row.form for (file, _), rows in self.profiles.items() for row in rows if file == key[0]]
        forms = [row.form for row in self.profiles.get(key, ())] or of_file
        return _never_read().union(*(_left_out(self.layouts[form]) for form in forms if form in self.layouts))


@cache
def _never_read() -> frozenset[str]:
    """Headers, folded, of columns that are left out on any form."""
    words = tomllib.loads(files("selfeval_xl").joinpath("data/labels.toml").read_text(encoding="utf-8"))
    return frozenset(map(folded, words["ignored"]["headers"]))


@cache
def _left_out(layout: Layout) -> frozenset[str]:
    columns = [column for _, block in layout.tables() for column in block.columns]
    read = {column.header.split("/")[0] for column in columns if column.role}
    drawn = {column.header.split("/")[0] for column in columns if not column.role} - read
    own = {header for header, role in layout.headers.items() if role.endswith(".ignored")}
    return frozenset(map(folded, drawn | own))


# -- one sheet -----------------------------------------------------------------------------------------------------


def _view(page: Page, seen: _Seen, numbers: Iterator[int]) -> View:
    key = (page.file, page.sheet)
    shown, broad = len(page.texts), len(page.texts[0])
    merges, owner = _merged(page, shown, broad)
    kinds, said = taken_for(seen.readings.get(key, ()), owner)
    for at, (kind, words) in levels(page, seen.indicators.get(key, ()), owner).items():
        if at not in kinds or words not in said.get(at, ()):
            kinds[at], said[at] = kinds.get(at, kind), (*said.get(at, ()), words)
    kinds |= figures(page, kinds, owner, seen.left_out(key))
    notes = tuple(_note(next(numbers), row, owner) for row in seen.findings.get(key, ()))
    drawn = {at: kind for at, kind in kinds.items() if at[0] < shown and at[1] < broad}
    printed = Counter(kind for at, kind in drawn.items() if page.text(*at))
    return View(
        page, shown, broad, _widths(page, shown, broad, owner), merges, drawn, said, notes,
        _about(seen, key), tuple(_remarks(page, (shown, broad))), printed,
    )  # fmt: skip


def _merged(page: Page, rows: int, wide: int) -> tuple[tuple[Span, ...], dict[At, At]]:
    """Merged ranges within the part that is drawn, and the first cell of the range for each cell that one covers."""
    kept, owner = [], dict[At, At]()
    for top, left, bottom, right in page.merges:
        low, far = min(bottom, rows - 1), min(right, wide - 1)
        covered = [(row, column) for row in range(top, low + 1) for column in range(left, far + 1)]
        if len(covered) > 1 and not any(at in owner for at in covered):
            kept.append((top, left, low, far))
            owner |= dict.fromkeys(covered, (top, left))
    return tuple(kept), owner


def _note(number: int, row: Any, owner: Mapping[At, At] | None) -> Note:
    sheet, cell = (value if isinstance(value, str) else None for value in (row.sheet, row.cell))
    at = address(cell) if cell and owner is not None else None
    text = row.message.removeprefix(place(row.file, sheet, cell))
    return Note(number, row.severity, row.verdict, text, owner.get(at, at) if at and owner else at)


def _widths(page: Page, rows: int, wide: int, owner: Mapping[At, At]) -> tuple[int, ...]:
    """Half-widths of the columns: as their texts need that stand in one cell, within bounds."""
    found = [6] * wide
    for row in range(rows):
        for column, text in enumerate(page.texts[row][:wide]):
            if text and (row, column) not in owner:
                found[column] = max(found[column], min(display_width(text) + ROOM, looks().widest))
    return tuple(found)


def _about(seen: _Seen, key: tuple[str, str]) -> tuple[str, ...]:
    """What the sheet is: a line a form, and how much was read of it."""
    said = looks().lines
    told = []
    for row in seen.profiles.get(key, ()):
        year = said["year"].format(year=row.fiscal_year) if not pd.isna(row.fiscal_year) else ""
        form = said["form"].format(name=seen.name(row.form), form=row.form)
        names = [value for value in (row.department, row.project) if isinstance(value, str)]
        told.append("；".join(filter(None, [form, *names, year, said["unit"].format(unit=row.amount_unit)])))
    numbers = {kind: seen.rows[kind][key] for kind in seen.rows}
    if any(numbers.values()):
        told.append(said["rows"].format(**numbers))
    return tuple(told) or (said["no_form"],)


def _remarks(page: Page, shown: tuple[int, int]) -> Iterator[str]:
    """What is hidden in the file, and what is not drawn."""
    said = looks().lines
    if page.hidden:
        yield said["hidden_sheet"]
    if rows := [str(row + 1) for row in sorted(page.hidden_rows) if row < shown[0]]:
        yield said["hidden_rows"].format(rows="、".join(rows))
    if found := [letters(column) for column in sorted(page.hidden_columns) if column < shown[1]]:
        yield said["hidden_columns"].format(columns="、".join(found))
    if shown[0] < page.height:
        yield said["cut_rows"].format(rows=page.height, shown=shown[0])
    if shown[1] < page.width:
        yield said["cut_columns"].format(columns=page.width, shown=letters(shown[1] - 1))


def letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    return a1(0, column)[:-1]
