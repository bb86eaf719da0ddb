"""The charts of the cover: which figures they show, and how they are drawn so that they can be read in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from selfeval_xl.frames import Evaluations
from selfeval_xl.words import words

from .looks_pages import ChartLooks
from .navigation import Figure, Ways
from .text import fitted

SMALLEST = 0.08
"""Share of the longest bar from which a piece of it has room for a number."""
FEW = 4
"""Bars that a chart has room for; fewer of them stand further apart, not thicker."""
ROOM = 1.18
"""How long the axis is beside the longest bar, for LibreOffice writes numbers beyond its end over the frame."""


@dataclass(frozen=True)
class Chart:
    """A chart as plain data: its looks, names of its series, and rows of a label with a figure for each series."""

    looks: ChartLooks
    title: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]

    @property
    def labels(self) -> str:
        """How its numbers are shown; a stacked piece that is too small for its number goes without."""
        return f"[>={self.highest * SMALLEST:.4g}]0;;" if self.looks.stacked else self.looks.label_format

    @property
    def highest(self) -> float:
        """The end of its longest bar."""
        ends = [[cell.value for cell in cells if isinstance(cell.value, int | float)] for _, cells in self.rows]
        return max((sum(end) if self.looks.stacked else max(end, default=0) for end in ends), default=0)

    @property
    def alt(self) -> str:
        """The chart in words, for those who cannot see it."""
        told = [f"{label} " + "、".join(self._told(name, cell) for name, cell in zip(self.series, cells, strict=True))
                for label, cells in self.rows]  # fmt: skip
        return f"{self.title}。{'；'.join(told)}。"

    def _told(self, name: str, cell: Figure) -> str:
        if not isinstance(cell.value, int | float):
            return f"{name} —"
        shown = f"{cell.value:.2%}" if self.looks.format.endswith("%") else f"{cell.value:g}"
        return shown if len(self.series) == 1 else f"{name} {shown}"


def charts(evaluations: Evaluations, ways: Ways, rows: pd.DataFrame) -> tuple[Chart, ...]:
    """The charts of a batch; those that have nothing to show are left out."""
    made = (_execution(ways, rows), _scores(ways, rows), _grades(ways, rows), _findings(evaluations, ways))
    return tuple(chart for chart in made if chart.rows)


def _execution(ways: Ways, rows: pd.DataFrame) -> Chart:
    """Rates of execution, lowest first; of many only the lowest and the highest; of one department those of its items."""
    looks = ways.looks.charts["execution"]
    found = rows[rows["execution_rate"].notna()].sort_values("execution_rate", kind="stable")
    if len(set(rows["group"])) == 1:
        return _items(ways)
    found, many = _ends(found, looks.most)
    title = looks.some if many else looks.title
    names = short_names(found["department"])
    cells = [(ways.figure("ranking", row, "execution_rate"),) for row in found["row"]]
    return Chart(looks, title.format(count=looks.most // 2), (looks.series[0],), tuple(zip(names, cells, strict=True)))


def _items(ways: Ways) -> Chart:
    """Rates of execution of the leading rows of a single department."""
    looks, table = ways.looks.charts["items"], ways.tables["budget"]
    at = ways.column("budget", "execution_rate")
    where = [row for row, value in enumerate(table.seen(at)) if isinstance(value, float)][: looks.most]
    items = table.seen(ways.column("budget", "item"))
    names = [str(items[row]) for row in where]
    cells = [(ways.figure("budget", row + table.top, "execution_rate"),) for row in where]
    return Chart(looks, looks.title, looks.series, tuple(zip(map(fitted, names), cells, strict=True)))


def _scores(ways: Ways, rows: pd.DataFrame) -> Chart:
    """Stated beside computed scores; of many those that are furthest apart."""
    if len(rows) == 1:
        return _components(ways)
    looks = ways.looks.charts["scores"]
    found = rows[rows["reported_score"].notna() & rows["computed_score"].notna()]
    found = found.assign(gap=found["score_gap"].abs()).sort_values("gap", ascending=False, kind="stable")
    many = len(found) > looks.most
    found = found.head(looks.most)
    cells = [tuple(ways.figure("ranking", row, name) for name in ("reported_score", "computed_score")) for row in found["row"]]
    title = (looks.some if many else looks.title).format(count=looks.most)
    return Chart(looks, title, looks.series, tuple(zip(short_names(found["department"]), cells, strict=True)))


def _components(ways: Ways) -> Chart:
    """Weight, stated and computed score of each component of a single form."""
    looks, table = ways.looks.charts["components"], ways.tables["scores"]
    row, there = table.top if table.count else None, {column.value for column in table.sheet.columns}
    made = []
    for name, label in ways.looks.words["component"].items():
        if f"{name}.weight" in there:
            parts = ("weight", "reported_score", "computed_score")
            cells = tuple(ways.figure("scores", row, f"{name}.{part}") for part in parts)
            made += [(label, cells)] if cells[0].value else []
    return Chart(looks, looks.title, looks.series, tuple(made))


def _grades(ways: Ways, rows: pd.DataFrame) -> Chart:
    """How many have each grade, stated and computed; of a single form there is nothing to count."""
    looks = ways.looks.charts["grades"]
    columns = ("reported_grade", "computed_grade")
    made = []
    for grade in looks.labels:
        cells = []
        for name in columns:
            count = int((rows[name] == grade).sum())
            cells.append(Figure(count, f'=COUNTIF({ways.area("ranking", name)},"{grade}")'))
        made.append((grade, tuple(cells)))
    told = len(rows) > 1 and rows[list(columns)].notna().any(axis=None)
    return Chart(looks, looks.title, looks.series, tuple(made) if told else ())


def _findings(evaluations: Evaluations, ways: Ways) -> Chart:
    """How many findings of each kind, by severity; the kinds that are most frequent."""
    looks, kinds, grave = ways.looks.charts["findings"], words("verdict"), words("severity")
    count = pd.crosstab(evaluations.findings["verdict"], evaluations.findings["severity"])
    order = count.sum(axis=1).sort_values(ascending=False, kind="stable").index[: looks.most]
    verdict, severity = ways.area("findings", "verdict"), ways.area("findings", "severity")
    made = []
    for kind in order:
        cells = tuple(
            Figure(int(count.loc[kind].get(code, 0)), f'=COUNTIFS({verdict},"{kinds.get(kind, kind)}",{severity},"{word}")')
            for code, word in grave.items()
        )
        made.append((f"{kinds.get(kind, kind)} {int(count.loc[kind].sum())}", cells))
    return Chart(looks, looks.title, tuple(grave.values()), tuple(made))


def short_names(names: Sequence[str] | pd.Series) -> list[str]:
    """Names without what they all begin with, cut to what an axis has room for."""
    return [fitted(name) for name in unshared(names)]


def unshared(names: Sequence[str] | pd.Series) -> list[str]:
    """Names without the place that they all begin with."""
    whole = [str(name) for name in names]
    first, last = min(whole, default=""), max(whole, default="")
    shared = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
    while shared and whole[0][shared - 1] not in "省市区县州盟旗":
        shared -= 1
    return [name[shared:] or name for name in whole]


def _ends(rows: pd.DataFrame, most: int) -> tuple[pd.DataFrame, bool]:
    """The first and the last rows, where there are more than `most`."""
    if len(rows) <= most:
        return rows, False
    return pd.concat([rows.head(most // 2), rows.tail(most // 2)]), True


# -- drawing -------------------------------------------------------------------------------------------------------


def drawn(workbook: Any, chart: Chart, where: tuple[str, int, int], palette: Any, font: str) -> Any:
    """A native chart over the figures that stand at `where`: sheet, row of the header, column of the labels."""
    sheet, top, left = where
    looks, last = chart.looks, top + len(chart.rows)
    kind = {"type": looks.kind, **({"subtype": "stacked"} if looks.stacked else {})}
    made = workbook.add_chart(kind)
    small = {"name": font, "size": 8, "color": palette["ink"]}
    gap = looks.gap * max(1, FEW // len(chart.rows)) if chart.rows else looks.gap
    for at in range(len(chart.series)):
        label = {"value": True, "font": {**small, "color": palette["ink"]}, "num_format": chart.labels}
        look = looks.fills[at]
        fill: dict[str, Any] = {"fill": {"color": palette[look.color]}}
        if look.pattern:
            fill = {"pattern": {"pattern": look.pattern, "fg_color": palette[look.color], "bg_color": "#FFFFFF"}}
        elif looks.stacked and look.dark:
            label["font"] = {**small, "color": "#FFFFFF"}
        made.add_series({
            "name": [sheet, top, left + 1 + at],
            "categories": [sheet, top + 1, left, last, left],
            "values": [sheet, top + 1, left + 1 + at, last, left + 1 + at],
            "data_labels": label, "gap": gap, "border": {"color": palette["accent"], "width": 0.5}, **fill,
        })  # fmt: skip
    made.set_title(
        {"name": chart.title, "name_font": {"name": font, "size": 10, "bold": True, "color": palette["accent"]}, "overlay": False}
    )
    axis = {"num_font": small, "line": {"color": palette["rule"]}, "major_tick_mark": "none"}
    across = {**axis, "num_format": looks.format, "visible": False, "major_gridlines": {"visible": False}, "min": 0}
    if looks.kind == "bar":
        if not looks.stacked:  # room for the numbers beside the bars
            across["max"] = chart.highest * ROOM or 1
        made.set_y_axis({**axis, "reverse": True})
        made.set_x_axis(across)
    else:
        made.set_x_axis(axis)
        made.set_y_axis(across)
    made.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": small})
    made.set_chartarea({"border": {"color": palette["line"]}})
    return made
