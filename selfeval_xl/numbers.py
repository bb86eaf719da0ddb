"""Exact money and half-up (四舍五入) rounding; the only place that rounds.

Floats carry what a person typed: `repr` of a float gives back the shortest decimal that was meant, and that decimal is
what is rounded here. Arithmetic is done in float64 over whole columns; the rare rows that come near a tie, or are too
large for float64 to be trusted, are computed again as exact fractions. So no result depends on binary noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Wholes = npt.NDArray[np.int64]

FEN = {"元": 100, "千元": 100_000, "万元": 1_000_000, "亿元": 10_000_000_000}
"""分 in one printed unit of money."""
MOST = 10.0**18
"""分 that an amount may have: 10 千万亿元 is no one's budget, and not far beyond whole numbers of 64 bits end. No other number
that is read or worked out is larger either: a rate or a score beyond it tells nothing, and is missing."""

Frame = TypeVar("Frame", "pd.Series", "pd.DataFrame", "Floats")

_TRUSTED = 1e9  # scaled results below this carry an error of less than 1e-6 in float64
_NEAR = 1e-6
_NOISE, _MOST_NOISE = 1e-15, 0.01  # of a printed amount: Excel shows no more than 15 digits
_DISTINCT = 10.0**15  # 分 below which float64 tells whole numbers of 分 in 元 from all else
_MOST_WHOLE = 9e18  # whole numbers of 64 bits end a little beyond


def fen(value: float | str, unit: str) -> tuple[int, bool]:
    """Whole 分 of a printed amount, half-up, and whether the amount was whole to begin with.

    >>> fen(769.21, "万元")
    (769210000, True)
    >>> fen(1.234, "元")
    (123, False)
    """
    scale = FEN[unit]
    if isinstance(value, float) and abs(value) * scale < _TRUSTED * 1e3:
        scaled = value * scale
        whole = round(scaled)
        if abs(scaled - whole) < max(_NEAR, abs(scaled) * _NOISE):  # no more than binary noise
            return whole, True
    exact = Decimal(repr(value) if isinstance(value, float) else value) * scale
    whole = int(exact.to_integral_value(ROUND_HALF_UP))  # of any length, as quantize() is not
    noise = min(abs(value) * scale * _NOISE, _MOST_NOISE) if isinstance(value, float) else 0.0
    return whole, abs(exact - whole) < max(_NEAR, noise)


def yuan(whole_fen: int) -> float:
    """元 as the float64 nearest to a whole number of 分."""
    return whole_fen / 100


def half_up(values: pd.Series, places: int) -> pd.Series:
    """Each value rounded half-up to `places` decimals, as printed, missing kept."""
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    return ratio(values, pd.Series(1.0, index=values.index), places)


def ratio(numerator: pd.Series, denominator: pd.Series, places: int, times: pd.Series | float = 1.0) -> pd.Series:
    """times × numerator ÷ denominator, rounded half-up (away from zero) to `places` decimals.

    Missing where any operand is missing or the denominator is zero. Exact for money up to 10^15 分 and beyond.
    """
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    found = ratios(numerator.to_numpy(float), denominator.to_numpy(float), places, np.asarray(times, dtype=float))
    return pd.Series(found, index=numerator.index)


def ratios(top: Floats, below: Floats, places: int, times: Floats | float = 1.0) -> Floats:
    """The same of arrays."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)

    factor = np.broadcast_to(np.asarray(times, dtype=float), top.shape)
    missing = np.isnan(top) | np.isnan(below) | np.isnan(factor) | (below == 0)
    scale = 10.0**places
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        signed = factor * top / below * scale
        size = np.abs(signed)
        result: Floats = np.sign(signed) * np.floor(size + 0.5) / scale
        close = (np.abs(size - np.floor(size) - 0.5) < _NEAR) | ~(size < _TRUSTED)
    missing |= np.isinf(top) | np.isinf(below) | np.isinf(factor)
    result[missing] = np.nan
    for at in np.flatnonzero(close & ~missing):
        exact = _fraction(factor[at]) * _fraction(top[at]) / _fraction(below[at])
        result[at] = _plain(round_fraction(exact, places))
    return result + 0.0


def round_fraction(value: Fraction, places: int) -> Fraction:
    """An exact fraction rounded half-up, away from zero, to `places` decimals."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


def truncated(numerator: pd.Series, denominator: pd.Series, places: int) -> pd.Series:
    """numerator ÷ denominator cut off after `places` decimals, towards zero: what a truncating form prints."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    top, below = numerator.to_numpy(float), denominator.to_numpy(float)
    missing = np.isnan(top) | np.isnan(below) | (below == 0)
    scale = 10**places
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        signed = top / below * scale
        size = np.abs(signed)
        result = np.sign(signed) * np.floor(size) / scale
        close = ~missing & ((np.abs(size - np.round(size)) < _NEAR) | ~(size < _TRUSTED))
    result[missing] = np.nan
    at = np.flatnonzero(close)  # most of them quotients of few decimals, as 50%
    ours, theirs = (_whole_fen(side[at], _MOST_WHOLE / scale) for side in (top, below))
    told = (ours >= 0) & (theirs > 0) & (size[at] < _TRUSTED)
    result[at[told]] = ours[told] * scale // theirs[told] / scale
    for one in at[~told]:
        result[one] = _plain(Fraction(math.trunc(_fraction(top[one]) / _fraction(below[one]) * scale), scale))
    return pd.Series(result + 0.0, index=numerator.index)


def _whole_fen(values: Floats, most: float) -> Wholes:
    """Amounts in 元 as whole 分, where they are exactly that, not negative, and less than `most`; else -1."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)

    whole = np.round(values * 100)
    return np.where((whole / 100 == values) & (values >= 0) & (whole < min(most, _DISTINCT)), whole, -1.0).astype(np.int64)


def exactly(formula: Callable[..., Fraction | None], *columns: pd.Series) -> pd.Series:
    """`formula` of exact fractions row by row, as the nearest float64; missing where any operand is.

    Slow (a Python call a row): for the few rows that need a unit converted or a quotient cut off.
    """
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    result = np.full(len(columns[0]), np.nan)
    table = np.column_stack([column.to_numpy(float) for column in columns])
    for at in np.flatnonzero(~np.isnan(table).any(axis=1)):
        value = formula(*map(_fraction, table[at]))
        result[at] = np.nan if value is None else _plain(value)
    return pd.Series(result, index=columns[0].index)


def add(columns: Iterable[pd.Series]) -> pd.Series:
    """Sum of amounts in 元 row by row, in whole 分; missing where every addend is missing."""
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    table = pd.concat(list(columns), axis=1)
    total = to_fen(table).sum(axis=1, min_count=1)
    return total / 100


def subtract(left: pd.Series, right: pd.Series) -> pd.Series:
    """left − right in 元, exact to the 分; missing where either is missing."""
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    return pd.Series((to_fen(left.to_numpy(float)) - to_fen(right.to_numpy(float))) / 100, index=left.index)


def to_fen(amounts: Frame) -> Frame:
    """Amounts in 元 as whole 分, still float64 so that missing stays missing; exact up to 10^15 分."""
    return (amounts * 100).round()


def decimals(values: pd.Series, at_most: int) -> npt.NDArray[np.int_]:
    """How many decimals each value was printed with, as far as its digits tell, up to `at_most`."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)

    size = values.to_numpy(float)
    found = np.full(size.shape, at_most)
    for places in range(at_most - 1, -1, -1):
        scaled = size * 10.0**places
        with np.errstate(invalid="ignore"):
            found[np.abs(scaled - np.round(scaled)) < _NEAR] = places
    return found


def _plain(value: Fraction) -> float:
    """An exact result as the nearest float64; missing where it is beyond what is a number here."""
    return float(value) if abs(value) <= MOST else math.nan


def _fraction(value: float) -> Fraction:
    return Fraction(repr(float(value)))
