"""Formulas that help whoever fills the standard workbook in: rates, totals, parts against their total.

Each knows its Excel text and what Excel will show for given values, so that a formula is never written without its
result. Only functions that Excel 2010, WPS and LibreOffice all have. The reader never needs any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from selfeval_xl.frames import a1
from selfeval_xl.numbers import round_fraction

Place = tuple[int, int]
Values = Mapping[Place, Any]
"""What stands in the cells of one sheet, by row and column counted from 0."""

AGREES = "相符"


@dataclass(frozen=True)
class Ratio:
    """One number over another; blank unless both are numbers and the base is not zero."""

    top: Place
    base: Place

    def formula(self) -> str:
        """The Excel text."""
        top, base = a1(*self.top), a1(*self.base)
        return f'=IF(COUNT({top},{base})=2,IF({base}=0,"",{top}/{base}),"")'

    def result(self, values: Values) -> float | str:
        """What Excel shows."""
        top, base = numbers(values, [self.top]), numbers(values, [self.base])
        return float(top[0] / base[0]) if top and base and base[0] else ""


@dataclass(frozen=True)
class Sum:
    """The sum of a column of a table, to two decimals; blank while nothing is filled in."""

    first: Place
    last: Place

    def formula(self) -> str:
        """The Excel text."""
        area = f"{a1(*self.first)}:{a1(*self.last)}"
        return f'=IF(COUNT({area})=0,"",ROUND(SUM({area}),2))'

    def result(self, values: Values) -> float | str:
        """What Excel shows."""
        found = numbers(values, [(row, self.first[1]) for row in range(self.first[0], self.last[0] + 1)])
        return float(round_fraction(sum(found, Fraction(0)), 2)) if found else ""


@dataclass(frozen=True)
class Parts:
    """A total against the sum of its parts, column by column: 相符, or the first column that does not agree.

    `columns` names each column that is compared; `parts` are the rows under the total. A column is compared where the
    total and at least one part are filled in.
    """

    total: int
    parts: tuple[int, ...]
    columns: tuple[tuple[str, int], ...]

    def formula(self) -> str:
        """The Excel text."""
        compared, checks = [], []
        for name, column in self.columns:
            total, parts = a1(self.total, column), ",".join(a1(row, column) for row in self.parts)
            both, gap = f"COUNT({total})*COUNT({parts})", f"ROUND(SUM({total})-SUM({parts}),2)"
            told = f'"{name}分项之和 "&TEXT(SUM({parts}),"#,##0.00")&"，差 "&TEXT(ABS({gap}),"#,##0.00")'
            compared.append(both)
            checks.append(f"IF({both}*ABS({gap})>0,{told},")
        return f'={"".join(checks)}IF({"+".join(compared)}=0,"","{AGREES}"){")" * len(checks)}'

    def result(self, values: Values) -> str:
        """What Excel shows."""
        shown = ""
        for name, column in self.columns:
            total = numbers(values, [(self.total, column)])
            parts = numbers(values, [(row, column) for row in self.parts])
            if total and parts:
                added = sum(parts, Fraction(0))
                gap = abs(round_fraction(total[0] - added, 2))
                if gap:
                    return f"{name}分项之和 {float(round_fraction(added, 2)):,.2f}，差 {float(gap):,.2f}"
                shown = AGREES
        return shown


@dataclass(frozen=True)
class Note:
    """A sentence that repeats what was filled in on another sheet, such as the unit of money."""

    before: str
    sheet: str
    place: Place
    after: str

    def formula(self) -> str:
        """The Excel text."""
        return f'="{self.before}"&\'{self.sheet}\'!{a1(*self.place)}&"{self.after}"'

    def result(self, value: Any) -> str:
        """What Excel shows."""
        return f"{self.before}{'' if value is None else value}{self.after}"


Hint = Ratio | Sum | Parts | Note


def numbers(values: Values, places: Iterable[Place]) -> list[Fraction]:
    """The numbers that stand in some cells, exactly as typed; what is blank or text is left out, as COUNT and SUM do."""
    found: Sequence[Any] = [values.get(place) for place in places]
    return [Fraction(repr(v)) for v in found if isinstance(v, int | float) and not isinstance(v, bool)]
