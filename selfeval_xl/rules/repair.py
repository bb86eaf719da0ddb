"""Which figure is wrong, where several sums of a table do not come out: the one that puts most of them right.

A wrong 款 makes its own row, its 类 and 合计 disagree at once. Each sum that fails says by how much each of its figures
would have to change; a figure for which several say the same, and that spoils no more than it mends, is told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

_AGREEING = 2  # sums that must say the same before a figure is named
_MOST_STEPS = 40
_NEAR = 0.0005  # of a factor, what rounding to two decimals of 万元 leaves
_LAST = 0.0051  # half of the last of two decimals, what rounding leaves of a figure whose point was moved
_DIGITS = 3  # that a figure must have before a slip is seen in it
_FAR = 5  # tolerances that a rate must be off before a slip is seen in its amounts: one that is cut off is no slip of theirs
_POWERS = (10.0, 0.1, 1_000.0, 0.001, 10_000.0, 0.0001)
Printed = Callable[[int, float], str]
"""How a cell would print an amount in 分."""


@dataclass(frozen=True)
class Sum:
    """One equation of a table: its whole, its addends (labels of figures), what kind it is, and what rounding explains.

    `factors` says how often each addend counts, where that is not once: 决算数 = 执行率 × 全年预算数.
    """

    whole: int
    addends: tuple[int, ...]
    sort: str
    tolerance: float
    factors: tuple[float, ...] = ()

    def gap(self, fen: dict[int, float]) -> float:
        """Whole less addends, in 分."""
        if not self.factors:
            return fen[self.whole] - sum(fen[cell] for cell in self.addends)
        return fen[self.whole] - sum(fen[cell] * factor for cell, factor in zip(self.addends, self.factors, strict=True))

    def factor(self, cell: int) -> float:
        """How often a figure counts."""
        return 1.0 if cell == self.whole or not self.factors else self.factors[self.addends.index(cell)]


@dataclass(frozen=True)
class Fix:
    """A figure with the amount that it should have, in 分, and how many sums say so."""

    cell: int
    fen: float
    sums: int
    mended: tuple[Sum, ...]


def solve(sums: list[Sum], fen: dict[int, float]) -> tuple[list[Fix], list[Sum], dict[int, float]]:
    """The figures to correct, the sums that are still wrong, and all amounts as corrected."""
    fen = dict(fen)
    by_cell = defaultdict(list)
    for one in sums:
        for cell in (one.whole, *one.addends):
            by_cell[cell].append(one)
    fixes: dict[int, Fix] = {}
    for _ in range(_MOST_STEPS):
        wrong = [one for one in sums if abs(one.gap(fen)) > one.tolerance]
        best = max((_offer(cell, by_cell[cell], fen) for cell in _cells(wrong)), key=lambda offer: offer[0], default=None)
        if best is None or best[0][0] < 1:
            return list(fixes.values()), wrong, fen
        (_, votes, _), cell, value, mended = best
        fen[cell] = value
        fixes[cell] = Fix(cell, value, votes, tuple(mended))
    return list(fixes.values()), [one for one in sums if abs(one.gap(fen)) > one.tolerance], fen


def _cells(wrong: list[Sum]) -> list[int]:
    return sorted({cell for one in wrong for cell in (one.whole, *one.addends)})


def _offer(cell: int, mine: list[Sum], fen: dict[int, float]) -> tuple[tuple[int, int, float], int, float, list[Sum]]:
    """What changing a figure is worth: sums mended less sums spoiled, how many mended; and the amount it would get."""
    wanted = [(one, _change(one, cell, fen), one.tolerance / abs(one.factor(cell))) for one in mine]
    failing = [(one, change, slack) for one, change, slack in wanted if abs(change) > slack]
    best: tuple[tuple[int, int, float], int, float, list[Sum]] = ((0, 0, 0.0), cell, fen[cell], [])
    for _, change, slack in failing:
        agreeing = [entry for entry in failing if abs(entry[1] - change) <= slack + entry[2]]
        mended = [other for other, _, _ in agreeing]
        spoiled = sum(abs(its - change) > room for _, its, room in wanted if abs(its) <= room)
        across = [its for other, its, _ in agreeing if other.sort == "row"]  # the fewest roundings
        value = fen[cell] + (across[0] if across else min(agreeing, key=lambda entry: (entry[0].sort == "rate", entry[2]))[1])
        worth = (len(mended) - spoiled if len(mended) >= _AGREEING else 0, len(mended), -abs(change))
        best = max(best, (worth, cell, value, mended), key=lambda offer: offer[0])
    return best


def _change(one: Sum, cell: int, fen: dict[int, float]) -> float:
    """By how much a figure would have to change for a sum to come out."""
    gap = one.gap(fen)
    return -gap if cell == one.whole else gap / one.factor(cell)


def slip(stated: str, expected: str) -> str:
    """What slip of the hand turns `expected` into `stated`, in Chinese; empty where none is seen. Both are printed figures."""
    one, other = (text.replace("−", "-") for text in (stated, expected))
    bare, full = one.replace(".", "").lstrip("-"), other.replace(".", "").lstrip("-")
    if one.lstrip("-") == other.lstrip("-"):
        return "正负号相反"
    sizes = sorted(abs(float(text.replace(",", ""))) for text in (one, other))
    mixed = sizes[0] > 0 and any(abs(sizes[1] / sizes[0] / factor - 1) < _NEAR for factor in (1_000, 10_000))
    digits = max(len(text.strip("0")) for text in (bare, full))  # 0.80 may have been 7.95
    moved = digits >= _DIGITS and abs(sizes[1] / 10 - sizes[0]) <= _LAST and one != other
    if mixed or moved or (bare.strip("0") and bare.strip("0") == full.strip("0")):
        return "元与万元弄混" if mixed else "小数点错位"
    if len(full) == len(bare) + 1 and any(full[:at] + full[at + 1 :] == bare for at in range(len(full))):
        return f"少了一位数字（{expected} 印成 {stated}）"
    if len(bare) == len(full) + 1 and any(bare[:at] + bare[at + 1 :] == full for at in range(len(bare))):
        return f"多了一位数字（{expected} 印成 {stated}）"
    swapped = [at for at in range(min(len(bare), len(full)) - 1) if bare[at : at + 2] == full[at : at + 2][::-1]]
    if len(bare) == len(full) and any(full[:at] + full[at : at + 2][::-1] + full[at + 2 :] == bare for at in swapped):
        return f"两位数字颠倒（{expected} 印成 {stated}）"
    return ""


def exchanges(sums: list[Sum], fen: dict[int, float], alike: Callable[[int, int], bool]) -> Iterator[tuple[Fix, Fix]]:
    """Pairs of figures in each other's place: exchanged, every failing sum of either comes out, and none is spoiled.

    Each of the two must have a failing sum of its own; of several partners none is chosen, nor where one figure would do.
    """
    failing = [one for one in sums if abs(one.gap(fen)) > one.tolerance]
    mine = {cell: [one for one in sums if cell in (one.whole, *one.addends)] for cell in _cells(failing)}
    pairs = [pair for pair in combinations(mine, 2) if fen[pair[0]] != fen[pair[1]] and alike(*pair)]
    good = [pair for pair in pairs if _comes_out(pair, mine, {**fen, pair[0]: fen[pair[1]], pair[1]: fen[pair[0]]}, failing)]
    for one, other in good:
        mended = tuple(entry for entry in failing if entry in mine[one] or entry in mine[other])
        single = any(_offer(cell, mine[cell], fen)[0][0] >= len(mended) for cell in mine)
        if not single and sum(bool({one, other} & set(pair)) for pair in good) == 1:
            yield Fix(one, fen[other], len(mended), mended), Fix(other, fen[one], len(mended), mended)


def _comes_out(pair: tuple[int, int], mine: dict[int, list[Sum]], turned: dict[int, float], failing: list[Sum]) -> bool:
    both = [set(map(id, mine[cell])) for cell in pair]
    own = [any(id(entry) in both[at] - both[1 - at] for entry in failing) for at in (0, 1)]
    return all(own) and all(abs(entry.gap(turned)) <= entry.tolerance for cell in pair for entry in mine[cell])


def slipped(left: list[Sum], sums: list[Sum], fen: dict[int, float], printed: Printed) -> Iterator[tuple[Fix, str]]:
    """Figures of sums that no others explain, each the only one of its sum in which a slip of the hand would put it right.

    No other sum of the figure may be spoiled by what it should be. With each goes what slip it looks like.
    """
    told: set[int] = set()
    for one in left:
        found = []
        for cell in (one.whole, *one.addends):
            mine = [other for other in sums if cell in (other.whole, *other.addends)]
            for value in _demanded(one, cell, fen, printed):
                what = slip(printed(cell, fen[cell]), printed(cell, value)) if _telling(one, cell, value, fen) else ""
                if what and all(abs(other.gap({**fen, cell: value})) <= other.tolerance for other in mine):
                    mended = tuple(other for other in left if other in mine)
                    found.append((Fix(cell, value, len(mended), mended), what))
        if len({fix.cell for fix, _ in found}) == 1 and found[0][0].cell not in told:
            told.add(found[0][0].cell)
            yield found[0]


def _demanded(one: Sum, cell: int, fen: dict[int, float], printed: Printed) -> Iterable[float]:
    """What a figure would have to be for a sum to come out; a rate leaves that open, so every slip is tried."""
    if one.sort != "rate":
        return [fen[cell] + _change(one, cell, fen)]
    if abs(one.gap(fen)) <= _FAR * one.tolerance:
        return []
    text = printed(cell, fen[cell]).replace("−", "-")
    unit = fen[cell] / float(text) if float(text) else 0.0
    turned = [text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1) if text[at : at + 2].isdigit()]
    asked = printed(cell, fen[cell] + _change(one, cell, fen)).replace("−", "-")  # as near as a rate tells: a point was moved
    return [fen[cell] * power for power in _POWERS] + [float(other) * unit for other in (asked, *turned) if other != text]


def _telling(one: Sum, cell: int, value: float, fen: dict[int, float]) -> bool:
    """Whether a figure has digits enough to see a slip in it, down to the last place that the others of its sum use.

    0.96 for 9.56 or 90.00 for 9.00 tell where they have decimals; 100 for 10 among round figures may be anything. A rate has
    no last place. No figure tells where the gap is just an addend that the whole leaves out.
    """
    others = [fen[other] for other in (one.whole, *one.addends) if other != cell]
    used = [fen[cell]] if one.sort == "rate" else others
    place = 1
    while any(used) and not any(amount % (place * 10) for amount in used):
        place *= 10
    forgotten = one.sort != "rate" and abs(one.gap(fen)) in {abs(fen[addend]) for addend in one.addends if addend != cell}
    least = min(abs(fen[cell]), abs(value))
    size = least if one.sort == "rate" or not least else max(least, abs(fen[cell] - value))
    return not forgotten and size / place >= 10 ** (_DIGITS - 1)


def grouped(terms: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Every equation with its gap in 分, the number of its figures and what rounding explains; `whole` is its label."""
    fen = figures["fen"].reindex(terms["cell"]).to_numpy()
    half = figures["half"].reindex(terms["cell"]).to_numpy()
    signed = pd.Series(fen).where(terms["whole"].to_numpy(), -fen)
    by = terms["eq"].to_numpy()
    table = pd.DataFrame(
        {"gap": signed.groupby(by).sum(), "count": signed.groupby(by).size(), "half": pd.Series(half).groupby(by).max()}
    )
    wholes = terms[terms["whole"]].set_index("eq")
    return table.assign(whole=wholes["cell"], sort=wholes["sort"], tolerance=table["half"] * table["count"])
