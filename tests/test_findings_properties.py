"""What must hold of the findings of any batch: the same when made twice, in any order, and for any size of money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from frames_from import submission, submissions
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl import frames
from selfeval_xl.rules import evaluate

MONEY = ("original_budget", "final_budget", "actual")
amounts = st.integers(0, 10**6).map(lambda cents: cents / 100)
rows = st.fixed_dictionaries(
    {"item_label": st.sampled_from(["基本支出", "项目支出", "公务接待费"]), **dict.fromkeys(MONEY, amounts)}
)
indicators = st.fixed_dictionaries(
    {
        "target": st.sampled_from(["≥100 公里", "≤5 件", "=100 %", "2021年12月前", "明显改善"]),
        "achieved": st.sampled_from(["80 公里", "7 件", "100 %", "290 %", "2022年3月", "部分达成", None]),
        "weight": st.sampled_from([10.0, 20.0, None]),
        "reported_score": st.sampled_from([8.0, 10.0, None]),
    }
)
books = st.lists(
    st.fixed_dictionaries({"budget": st.lists(rows, max_size=3), "indicators": st.lists(indicators, max_size=3)}),
    min_size=1,
    max_size=3,
)


def handed_in(given_books: Sequence[dict[str, Any]], times: int = 1) -> list[frames.Records]:
    """A workbook for each, of departments of their own, all amounts so many times as large."""
    return [
        submission(
            f"{at}.xlsx",
            department=f"示例县第{at}局",
            budget=[{**row, **{name: row[name] * times for name in MONEY}} for row in book["budget"]],
            indicators=book["indicators"],
        )
        for at, book in enumerate(given_books)
    ]


def told(found: frames.Evaluations) -> list[tuple[str, ...]]:
    """Every finding as it reads, in an order that does not depend on the batch."""
    return sorted(zip(found.findings["code"], found.findings["message"], strict=True))


@settings(max_examples=6)
@given(books)
def test_made_twice_the_findings_are_the_same(given_books: list[dict[str, Any]]) -> None:
    """Evaluations evaluated again say what they said."""
    once = evaluate(submissions(*handed_in(given_books)))
    pd.testing.assert_frame_equal(once.findings, evaluate(once).findings)


@settings(max_examples=6)
@given(books)
def test_the_order_of_files_does_not_matter(given_books: list[dict[str, Any]]) -> None:
    """The same findings in whatever order files are handed in."""
    records = handed_in(given_books)
    assert told(evaluate(submissions(*records))) == told(evaluate(submissions(*reversed(records))))


@settings(max_examples=6)
@given(st.lists(indicators, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(chosen: list[dict[str, Any]], shuffled: Any) -> None:
    """Rows told of by their names are told of in any order; only their cells change."""
    named = [{**row, "level3": f"甲{at}"} for at, row in enumerate(chosen)]
    codes: Callable[[list[dict[str, Any]]], list[str]] = lambda some: sorted(  # noqa: E731 (a word for one test)
        evaluate(submissions(submission(indicators=some))).findings["code"]
    )
    other = list(named)
    shuffled.shuffle(other)
    assert codes(named) == codes(other)


@settings(max_examples=6)
@given(books)
def test_ten_times_the_money_is_worth_the_same(given_books: list[dict[str, Any]]) -> None:
    """Rates and scores come from proportions alone."""
    small, large = (evaluate(submissions(*handed_in(given_books, times))) for times in (1, 10))
    for frame, columns in (
        ("budget", ["execution_rate", "execution_rate_original", "variance_rate", "computed_score"]),
        ("indicators", ["completion", "computed_score"]),
        ("scores", ["computed_score", "reported_score", "weight"]),
    ):
        pd.testing.assert_frame_equal(getattr(small, frame)[columns], getattr(large, frame)[columns])
