"""What needs attention first: a few sentences for the cover, each with the way to its row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from .charts import unshared
from .navigation import Ways
from .text import fitted

LONGEST = 40
"""Half-widths of a name that the cover has room for."""


@dataclass(frozen=True)
class Call:
    """One thing that needs attention: its kind in a word, a sentence, and where it leads."""

    tone: str
    text: str
    link: str


def calls(ways: Ways, rows: pd.DataFrame) -> tuple[Call, ...]:
    """The first of each kind in turn, until the cover has as many as it has room for."""
    most, each = ways.looks.cover.most_calls, ways.looks.cover.most_of_a_kind
    rows = rows.assign(called=[fitted(name, LONGEST) for name in unshared(rows["department"])])
    kinds = [
        list(made) for made in (_absent(ways), _errors(ways, rows), _gaps(ways, rows), _grades(ways, rows), _rates(ways, rows))
    ]
    made: list[Call] = []
    for count in range(1, max((len(kind) for kind in kinds), default=0) + 1):
        if len(made) == most or count > each:
            break
        made = [call for kind in kinds for call in kind[:count]][:most]
    return tuple(made)


def _absent(ways: Ways) -> Iterator[Call]:
    """Files that gave nothing and departments that have not sent, one sentence a kind."""
    table, lines = ways.tables["absent"], ways.looks.cover.calls
    kinds = ways.looks.words["absence"]
    at, names, files = (ways.column("absent", name) for name in ("kind", "department", "file"))
    for code in ("needs_review", "absent"):
        mine = [row for row, kind in enumerate(table.seen(at)) if kind == kinds[code]]
        if mine:
            name = table.seen(files if code == "needs_review" else names)[mine[0]]
            more = lines["more"] if len(mine) > 1 else ""
            text = lines[code].format(count=len(mine), name=fitted(str(name), LONGEST) + more)
            yield Call(kinds[code], text, ways.at("absent", table.top + mine[0]))


def _errors(ways: Ways, rows: pd.DataFrame) -> Iterator[Call]:
    """Departments with most errors."""
    first = ways.by_group("findings")
    word = ways.looks.cover.tones["errors"]
    for row in rows[rows["error"] > 0].sort_values("error", ascending=False, kind="stable").to_dict("records"):
        at = first.get(int(row["group"]))
        text = ways.looks.cover.calls["errors"].format(name=row["called"], count=int(row["error"]))
        yield Call(word, text, ways.at("findings", at[0]) if at else ways.at("ranking", row["row"]))


def _gaps(ways: Ways, rows: pd.DataFrame) -> Iterator[Call]:
    """Scores that are furthest from the computed ones."""
    apart = rows.assign(gap=rows["score_gap"].abs())
    found = apart[apart["gap"] >= ways.looks.cover.least_gap].sort_values("gap", ascending=False, kind="stable")
    for row in found.to_dict("records"):
        text = ways.looks.cover.calls["gap" if row["score_gap"] > 0 else "gap_below"].format(
            name=row["called"], stated=row["reported_score"], computed=row["computed_score"], gap=row["gap"]
        )
        yield Call(ways.looks.cover.tones["gap"], text, ways.at("ranking", row["row"]))


def _grades(ways: Ways, rows: pd.DataFrame) -> Iterator[Call]:
    """Grades other than the computed score gives."""
    both = rows["reported_grade"].notna() & rows["computed_grade"].notna()
    for row in rows[both & (rows["reported_grade"] != rows["computed_grade"])].to_dict("records"):
        text = ways.looks.cover.calls["grade"].format(
            name=row["called"], stated=row["reported_grade"], computed=row["computed_grade"]
        )
        yield Call(ways.looks.cover.tones["grade"], text, ways.at("ranking", row["row"]))


def _rates(ways: Ways, rows: pd.DataFrame) -> Iterator[Call]:
    """The lowest rates of execution below the limit."""
    found = rows[rows["execution_rate"] < ways.looks.cover.low_rate].sort_values("execution_rate", kind="stable")
    for row in found.to_dict("records"):
        text = ways.looks.cover.calls["rate"].format(name=row["called"], rate=row["execution_rate"])
        yield Call(ways.looks.cover.tones["rate"], text, ways.at("ranking", row["row"]))
