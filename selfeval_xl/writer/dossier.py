"""What the page of each department says: its scores, money, projects, missed indicators and findings on one page of A4.

Every figure is that of another sheet, with the reference to its cell there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from selfeval_xl.frames import Evaluations

from .departments import listed
from .looks_pages import DossierLooks
from .navigation import Figure, Ways
from .text import row_height


class Line(NamedTuple):
    """A row of a page: its kind, its cells with a style each, its height in points, and where its first cell leads.

    Of kind `wide` the first cell goes over all columns but the last, of kind `text` over all; any other has a cell a column.
    """

    kind: str
    cells: tuple[Figure, ...]
    styles: tuple[str, ...]
    height: float
    link: str | None = None


@dataclass
class Dossier:
    """The page of one department and year, and what the index says of it: name, year, score, grade, errors."""

    group: int
    head: tuple[Figure, ...]
    lines: list[Line] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Points that the page is high."""
        return sum(line.height for line in self.lines)


class _Department(NamedTuple):
    """Whose page it is: the label of its first form and its name there, and the files and years of all its forms."""

    label: int
    name: str
    files: list[str]
    years: list[int]


@dataclass(frozen=True)
class _Batch:
    """The rows of each sheet by department, counted from 0."""

    ways: Ways
    rows: dict[str, dict[int, list[int]]]

    @property
    def looks(self) -> DossierLooks:
        return self.ways.looks.dossier

    def of(self, rows: str, group: int) -> list[int]:
        return self.rows[rows].get(group, [])


def told(evaluations: Evaluations, looks: DossierLooks) -> dict[str, pd.Series]:
    """Of amount rows and of indicators, by label, whether a page tells of them: its leading amounts, its missed targets."""
    budget, indicators = evaluations.budget, evaluations.indicators
    leading = budget["item"].isin(looks.items) & budget["part"].isna()
    again = budget[leading].duplicated(["file", "sheet", "item", "side"]).reindex(budget.index, fill_value=False)
    return {"budget": leading & ~again, "indicators": indicators["completion"].lt(1) & indicators["part_of"].isna()}


def dossiers(found: pd.DataFrame, ways: Ways, wanted: Mapping[str, pd.Series]) -> Iterator[list[Dossier]]:
    """A page for each department and year, in the order of the files; forms without a name have a page for their file.

    They come in lists of as many as a sheet has room for, each made when it is asked for; one at least. `wanted` are the
    rows that they tell of.
    """
    looks = ways.looks.dossier
    kinds = ("ranking", "scores", "budget", "projects", "indicators", "findings")
    rows = {kind: ways.by_group(kind, wanted.get(kind)) for kind in kinds}
    departments = list(_departments(found, ways.group).items())
    for at in range(0, max(len(departments), 1), looks.most_pages):
        part = departments[at : at + looks.most_pages]
        here = {kind: [row for number, _ in part for row in mine.get(number, ())] for kind, mine in rows.items()}
        batch = _Batch(ways.holding({kind: some for kind, some in here.items() if kind in ways.tables}), rows)
        yield [_page(batch, number, department) for number, department in part]


def _departments(found: pd.DataFrame, group: pd.Series) -> dict[int, _Department]:
    """The departments that have a page, each by its number."""
    made: dict[int, _Department] = {}
    rows = found.assign(number=group)[group >= 0].sort_values("number", kind="stable")
    columns = (listed(rows[name]) for name in ("number", "named", "department", "file", "fiscal_year"))
    for label, number, named, shown, file, year in zip(rows.index, *columns, strict=True):
        if number not in made:
            made[number] = _Department(label, named or f"{shown} {file}", [], [])
        made[number].files.append(file)
        made[number].years.extend([] if year is None else [int(year)])
    return made


def _page(batch: _Batch, group: int, department: _Department) -> Dossier:
    """One page: what always fits first, then as many missed indicators and findings as there is room for."""
    looks, name, year = batch.looks, department.name, next(iter(department.years), None)
    page = Dossier(group, _head(batch, group, name, year))
    files = list(dict.fromkeys(department.files))
    told = "、".join(files[: looks.files]) + (looks.words["etc"].format(count=len(files)) if len(files) > looks.files else "")
    title = looks.words["title"].format(name=name, year="" if year is None else looks.words["year"].format(year=year))
    rank = batch.ways.row("ranking", department.label) or batch.ways.top("ranking")
    page.lines.append(Line("title", (Figure(title),), ("title",), looks.title_height, rank))
    page.lines.append(_text(looks, looks.words["about"].format(forms=len(department.files), files=told), "note"))
    blocks = {"scores": _scores, "budget": _money, "projects": _projects}
    for section, make in blocks.items():
        lines = make(batch, group)
        page.lines += _block(batch, section, lines, looks.height, len(lines)) if lines else []
    missed, findings = _indicators(batch, group), _findings(batch, group, files)
    room = looks.height - page.height
    some = room - min(room * looks.findings_share, sum(line.height for line in findings) + looks.row * 3)
    page.lines += _block(batch, "indicators", missed, some, len(missed))
    page.lines += _block(batch, "findings", findings, looks.height - page.height, len(findings))
    return page


def _head(batch: _Batch, group: int, name: str, year: int | None) -> tuple[Figure, ...]:
    ranked = batch.of("ranking", group)
    row = ranked[0] if ranked else None
    figures = [_figure(batch, "ranking", row, column) for column in ("computed_score", "computed_grade", "error")]
    return (Figure(name), Figure(year), *figures)


def _block(batch: _Batch, section: str, lines: Sequence[Line], room: float, count: int) -> list[Line]:
    """A section with as many of its lines as there is room for, and how many were left out."""
    looks = batch.looks
    spec = looks.sections[section]
    top = batch.ways.top(section)
    made = [Line("section", (Figure(spec.title.format(count=count)),), ("section",), looks.section_height, top)]
    if not lines:
        return [*made, _text(looks, spec.none, "empty")]
    if spec.header:
        made.append(Line("header", tuple(map(Figure, spec.header)), ("header",) * len(spec.header), looks.row))
    taken = sum(line.height for line in made)
    last = len(lines) - 1
    for at, line in enumerate(lines):
        if taken + line.height + (looks.row if at < last else 0) > room:
            more = looks.words["more"].format(count=len(lines) - at, sheet=batch.ways.sheet(section))
            return [*made, Line("text", (Figure(more),), ("empty",), looks.row, top)]
        taken += line.height
        made.append(line)
    return made


# -- the lines of each section -------------------------------------------------------------------------------------


def _scores(batch: _Batch, group: int) -> list[Line]:
    """The total and its components, of the department's own form or of the first of its projects."""
    rows = batch.of("scores", group)
    made = []
    for name, label in batch.looks.components.items():
        if not rows or f"{name}.weight" not in batch.ways.tables["scores"].draft.places:
            continue
        columns = [f"{name}.{part}" for part in ("weight", "reported_score", "computed_score", "score_gap")]
        cells = [_figure(batch, "scores", rows[0], column) for column in columns]
        if all(cell.value is None for cell in cells):
            continue
        grade = _figure(batch, "scores", rows[0], "total.computed_grade") if name == "total" else Figure(None)
        look = "strong" if name == "total" else "name"
        made.append(_row(batch.looks, (Figure(label), *cells, grade), (look, *["points"] * 4, "tag")))
    return made


def _money(batch: _Batch, group: int) -> list[Line]:
    """The leading rows of its budget, in the order of the form."""
    columns = ("item", "original_budget", "final_budget", "actual", "execution_rate", "change_prior_rate")
    styles = ("name", "money", "money", "money", "rate", "rate")
    rows = batch.of("budget", group)[: batch.looks.most_items]
    return [_row(batch.looks, _figures(batch, "budget", row, columns), styles) for row in rows]


def _projects(batch: _Batch, group: int) -> list[Line]:
    """Its projects, those that are the form itself among them."""
    columns = ("project", "original_budget", "final_budget", "actual", "execution_rate", "reported_score")
    styles = ("name", "money", "money", "money", "rate", "points")
    rows = batch.of("projects", group)
    made = [_row(batch.looks, _figures(batch, "projects", row, columns), styles) for row in rows[: batch.looks.most_projects]]
    if len(rows) > len(made):
        more = batch.looks.words["more"].format(count=len(rows) - len(made), sheet=batch.ways.sheet("projects"))
        made.append(Line("text", (Figure(more),), ("empty",), batch.looks.row))
    return made


def _indicators(batch: _Batch, group: int) -> list[Line]:
    """Indicators that missed their target, furthest from it first."""
    columns = ("level3", "target", "achieved", "completion", "weight", "computed_score")
    styles = ("name", "center", "center", "rate", "points", "points")
    rows = sorted(batch.of("indicators", group), key=lambda row: _number(_figure(batch, "indicators", row, "completion").value))
    return [
        _row(batch.looks, _figures(batch, "indicators", row, columns), styles)._replace(link=batch.ways.at("indicators", row))
        for row in rows
    ]


def _findings(batch: _Batch, group: int, files: Sequence[str]) -> list[Line]:
    """Its findings, gravest first as on 问题清单, each with what to do."""
    looks, made = batch.looks, []
    name = files[0].rpartition("/")[2] if len(files) == 1 else ""
    for row in batch.of("findings", group):
        told, action, severity = _figures(batch, "findings", row, ("told", "action", "severity"))
        text = Figure(f"{told.value or ''}{action.value or ''}".removeprefix(name))
        height = max(looks.row, row_height([str(text.value)], [sum(looks.widths[:-1]) - 2], looks.small))
        made.append(Line("wide", (text, Figure(severity.value)), ("small", "tag"), height, batch.ways.at("findings", row)))
    return made


# -- parts of the above --------------------------------------------------------------------------------------------


def _figure(batch: _Batch, rows: str, row: int | None, column: str) -> Figure:
    return batch.ways.figure(rows, row, column, blank=True) if rows in batch.ways.tables else Figure(None)


def _figures(batch: _Batch, rows: str, row: int, columns: Iterable[str]) -> tuple[Figure, ...]:
    return tuple(batch.ways.figure(rows, row, column, blank=True) for column in columns)


def _row(looks: DossierLooks, cells: tuple[Figure, ...], styles: tuple[str, ...]) -> Line:
    """A row of a section, high enough for the texts in it."""
    texts = {at: str(cell.value) for at, cell in enumerate(cells) if isinstance(cell.value, str)}
    height = row_height(list(texts.values()), [looks.widths[at] - 2 for at in texts], looks.size)
    return Line("row", cells, styles, max(looks.row, height))


def _text(looks: DossierLooks, text: str, style: str) -> Line:
    """A line of text over the whole page."""
    return Line("text", (Figure(text),), (style,), max(looks.row, row_height([text], [sum(looks.widths)], looks.small)))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
