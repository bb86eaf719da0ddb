"""Money to the 分 and half-up rounding, held against `decimal` and exact fractions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl import numbers

whole_fen = st.integers(-(10**15), 10**15)
places = st.integers(0, 6)
EXACT = Context(prec=60)


def decimal_ratio(top: int, below: int, at: int) -> float:
    """top ÷ below half-up at so many decimals, by `decimal`."""
    quotient = EXACT.divide(Decimal(top), Decimal(below))
    return float(quotient.quantize(Decimal(1).scaleb(-at), ROUND_HALF_UP, EXACT)) + 0.0


@settings(max_examples=300)
@given(st.lists(st.tuples(whole_fen, whole_fen.filter(bool)), min_size=1, max_size=30), places)
def test_ratio_agrees_with_decimal(pairs: list[tuple[int, int]], at: int) -> None:
    """Over the whole range of 分, a ratio of amounts in 元 is what `decimal` says, to the last bit."""
    top, below = (pd.Series([numbers.yuan(fen) for fen in column]) for column in zip(*pairs, strict=True))
    assert list(numbers.ratio(top, below, at)) == [decimal_ratio(*pair, at) for pair in pairs]


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**6)), min_size=1, max_size=30), st.integers(0, 4))
def test_ratio_at_ties(drawn: list[tuple[int, int]], at: int) -> None:
    """Quotients that end in an exact 5 behind the last place go up, and those one 分 below it go down."""
    scale = 2 * 10**at
    for shift in (0, -1):
        pairs = [((2 * half + 1) * base + shift, scale * base) for half, base in drawn]
        top, below = (pd.Series([numbers.yuan(fen) for fen in column]) for column in zip(*pairs, strict=True))
        assert list(numbers.ratio(top, below, at)) == [decimal_ratio(*pair, at) for pair in pairs]


@given(st.lists(st.decimals(-(10**9), 10**9, places=5), min_size=1, max_size=20), st.integers(0, 4))
def test_half_up_agrees_with_decimal(values: list[Decimal], at: int) -> None:
    """What a person typed is rounded as typed, not as binary has it."""
    found = numbers.half_up(pd.Series([float(value) for value in values]), at)
    assert list(found) == [float(value.quantize(Decimal(1).scaleb(-at), ROUND_HALF_UP)) + 0.0 for value in values]


@pytest.mark.parametrize(("value", "at", "expected"), [(2.675, 2, 2.68), (89.995, 2, 90.0), (-0.125, 2, -0.13), (1.005, 2, 1.01)])
def test_half_up_where_binary_rounding_errs(value: float, at: int, expected: float) -> None:
    """The well-known traps of binary rounding."""
    assert numbers.half_up(pd.Series([value]), at)[0] == expected


def test_the_seeds_rates() -> None:
    """58.795046% is 58.80%, and 113.0556% is 113.06%, cut off 113.05%."""
    top, below = pd.Series([3272.35, 20.35]), pd.Series([5565.69, 18.0])
    assert list(numbers.ratio(top, below, 4)) == [0.588, 1.1306]
    assert list(numbers.truncated(top, below, 4)) == [0.5879, 1.1305]


def test_a_ratio_without_meaning_is_missing() -> None:
    """Missing operands and a zero denominator give missing, and nothing infinite."""
    top, below = pd.Series([1.0, np.nan, 1.0, 0.0]), pd.Series([0.0, 1.0, np.nan, 0.0])
    assert numbers.ratio(top, below, 4).isna().all()
    assert numbers.truncated(top, below, 4).isna().all()


@given(whole_fen, whole_fen.filter(bool), st.integers(0, 4))
def test_truncated_cuts_towards_zero(top: int, below: int, at: int) -> None:
    """The exact quotient loses its further digits."""
    found = numbers.truncated(pd.Series([numbers.yuan(top)]), pd.Series([numbers.yuan(below)]), at)[0]
    exact = Fraction(abs(top), abs(below)) * 10**at
    sign = 1 if (top < 0) == (below < 0) else -1
    assert found == float(Fraction(sign * (exact.numerator // exact.denominator), 10**at))


@given(st.decimals(-(10**13), 10**13, places=4), st.sampled_from(list(numbers.FEN)))
def test_fen_agrees_with_decimal(value: Decimal, unit: str) -> None:
    """A printed amount in 分 is exact and half-up, and it is known whether it was whole; text and number alike."""
    exact = Fraction(value) * numbers.FEN[unit]
    whole = int((abs(value) * numbers.FEN[unit]).quantize(Decimal(1), ROUND_HALF_UP, EXACT)) * (-1 if value < 0 else 1)
    assert numbers.fen(str(value), unit) == (whole, exact.denominator == 1)
    typed = Decimal(repr(float(value)))
    as_typed = int((abs(typed) * numbers.FEN[unit]).quantize(Decimal(1), ROUND_HALF_UP, EXACT)) * (-1 if typed < 0 else 1)
    assert numbers.fen(float(value), unit)[0] == as_typed


@pytest.mark.parametrize(
    ("value", "whole", "exact"),
    [
        (3715874.4899999995, 3_715_874_490_000, True),  # 3,715,874.49 as a formula leaves it
        (37158744.899999995, 37_158_744_900_000, True),
        (3715874.4899995, 3_715_874_490_000, False),
        ("3715874.4899999995", 3_715_874_490_000, False),
    ],
)
def test_binary_noise_is_no_fraction_of_a_fen(value: float | str, whole: int, *, exact: bool) -> None:
    """What lies beyond the 15 digits that Excel shows was not printed; a text was."""
    assert numbers.fen(value, "万元") == (whole, exact)


@given(st.lists(whole_fen.map(lambda fen: fen // 3), min_size=3, max_size=3))
def test_sums_and_differences_are_exact(fen: list[int]) -> None:
    """Adding and subtracting 元 loses no 分."""
    one, two, three = (pd.Series([numbers.yuan(value)]) for value in fen)
    assert numbers.add([one, two, three])[0] == numbers.yuan(sum(fen))
    assert numbers.subtract(one, two)[0] == numbers.yuan(fen[0] - fen[1])


def test_a_sum_leaves_out_what_is_missing() -> None:
    """Missing addends are left out; only where all are missing is the sum missing."""
    one, two = pd.Series([0.1, np.nan, np.nan]), pd.Series([0.2, 0.2, np.nan])
    found = numbers.add([one, two])
    assert list(found[:2]) == [0.3, 0.2]
    assert np.isnan(found[2])


@pytest.mark.parametrize(("value", "expected"), [(0.5880, 3), (0.9835, 4), (1.0, 0), (0.66666666, 5), (1.2222, 4)])
def test_decimals_as_far_as_digits_tell(value: float, expected: int) -> None:
    """Printed decimals of a stated rate, five and more being five."""
    assert numbers.decimals(pd.Series([value]), 5)[0] == expected


@given(st.lists(st.tuples(whole_fen, whole_fen), min_size=1, max_size=5))
def test_exactly_gives_the_nearest_float(pairs: list[tuple[int, int]]) -> None:
    """A formula over exact fractions, as the nearest float."""
    one, two = (pd.Series([numbers.yuan(fen) for fen in column]) for column in zip(*pairs, strict=True))
    found = numbers.exactly(lambda left, right: 2 * left - right, one, two)
    assert list(found) == [float(Fraction(2 * left - right, 100)) for left, right in pairs]
