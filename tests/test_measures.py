"""What happened to the money: rates and differences of each row, with missing kept missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames_from import submission, submissions
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.rules import measures


def measured(**amounts: Any) -> pd.Series:
    """Computed columns of one row, amounts in 万元."""
    read = submissions(submission(budget=[{"item_label": "项目支出", **amounts}]))
    return measures.budget(read.budget, 4).iloc[0]


def test_every_measure_of_a_full_row() -> None:
    """年初 100, 全年 120, 决算 108, 上年预算 80, 上年决算 90 万元."""
    row = measured(original_budget=100, final_budget=120, actual=108, prior_budget=80, prior_actual=90)
    assert row.drop("implied_bases").to_dict() == {
        "budget_adjustment": 200_000.0,
        "execution_rate": 0.9,
        "execution_rate_original": 1.08,
        "variance": -120_000.0,
        "variance_rate": -0.1,
        "variance_original": 80_000.0,
        "variance_original_rate": 0.08,
        "change_prior": 180_000.0,
        "change_prior_rate": 0.2,
        "change_budget": 200_000.0,
        "change_budget_rate": 0.25,
    }
    assert pd.isna(row["implied_bases"])


def test_what_is_blank_stays_missing() -> None:
    """A row of which nothing is filled in has no measure at all, and no zero."""
    assert measured().isna().all()


@pytest.mark.parametrize("rate", ["execution_rate", "variance_rate"])
def test_a_budget_of_zero_has_no_rate(rate: str) -> None:
    """Spending 11 of nothing is neither 0% nor 100%."""
    assert np.isnan(measured(final_budget=0, actual=11)[rate])


def test_the_difference_from_zero_is_still_a_difference() -> None:
    """11 of nothing is 11 too much."""
    assert measured(final_budget=0, actual=11)["variance"] == 110_000


def test_a_stated_difference_implies_the_base() -> None:
    """2293.34 after a fall of 3272.35 was 5565.69 the year before: −58.80%."""
    row = measured(actual=2293.34, reported_change=-3272.35)
    assert row["change_prior_rate"] == -0.588
    assert row["implied_bases"] == "prior_actual"


def test_execution_never_rests_on_an_implied_base() -> None:
    """The stated difference from 年初预算 gives no 执行率, neither of 年初 nor of 全年预算."""
    row = measured(actual=2293.34, reported_variance=1524.13)
    assert row["variance_original_rate"] == 1.9814
    assert row[["execution_rate", "execution_rate_original", "variance"]].isna().all()


def test_a_printed_base_is_not_replaced() -> None:
    """Where the base is printed, the stated difference changes nothing."""
    row = measured(actual=108, prior_actual=90, reported_change=99)
    assert row["change_prior_rate"] == 0.2
    assert pd.isna(row["implied_bases"])


def test_a_difference_from_the_final_budget_implies_no_original_budget() -> None:
    """−12 on 108 is the difference from 全年预算 120; it says nothing of 年初预算."""
    row = measured(final_budget=120, actual=108, reported_variance=-12)
    assert np.isnan(row["variance_original"])
    assert pd.isna(row["implied_bases"])


def test_several_implied_bases_are_all_named() -> None:
    """Both bases that were implied are named, in order."""
    row = measured(original_budget=769.21, actual=2293.34, reported_change=-3272.35, reported_change_budget=13.19)
    assert row["implied_bases"] == "prior_actual prior_budget"


whole_fen = st.integers(0, 10**11)


@settings(max_examples=50)
@given(st.lists(st.tuples(whole_fen, whole_fen, whole_fen), min_size=5, max_size=20), st.sampled_from([3, 10, 10000]))
def test_scaling_all_amounts_leaves_the_rates(drawn: list[tuple[int, int, int]], times: int) -> None:
    """The same form with every amount so many times as large has the same rates."""
    fen = pd.DataFrame(drawn, columns=["original_budget", "final_budget", "actual"], dtype=float)
    fen = fen.assign(prior_actual=fen["original_budget"], prior_budget=fen["final_budget"])
    blank = pd.DataFrame(np.nan, index=fen.index, columns=["reported_variance", "reported_change", "reported_change_budget"])
    one, many = (measures.budget((fen * scale / 100).join(blank), 4) for scale in (1, times))
    rates = [name for name in one if name.endswith(("_rate", "_rate_original"))]
    assert len(rates) == 6
    pd.testing.assert_frame_equal(one[rates], many[rates])
