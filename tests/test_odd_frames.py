"""Frames with values that no department could print go through the rules and into a summary that opens: no exception, no damage.

The reader lets no such amounts pass, but frames are handed on by scripts too, and may hold whatever pandas holds.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
import python_calamine
from frames_from import submission, submissions
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ooxml_rules import problems

import selfeval_xl as sx
from selfeval_xl import frames

pytestmark = pytest.mark.slow

KINDS = ("profile", "budget", "indicators")
KEYS = {"file", "sheet", "cell", "form", "amount_unit", "first_cell", "part_of"}
NUMBERS = st.sampled_from(
    [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-300, 5e-324, 1e15, -1e15, 1e16, 1e22, 1e100, -1e100, 1e308, -1e308, -1.0,
     0.005, 1 / 3]
) | st.floats()  # fmt: skip
YEARS = st.sampled_from([pd.NA, 0, -1, 1, 1899, 9999, 10**9])
TEXTS = st.sampled_from(
    ["", " ", "\t", "\n", "\x00", "\x01\x1f\x7f", "\ufffe\uffff", "\u202e", "_x0000_", "=1+1", "100%", "1e999", "-1e308%", "≥nan",
     "0", "长" * 33_000, "a" * 300, "🀀" * 200, "年", "万元", "/", "—", "合计", "nan", "inf", "None", "<NA>"]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # fmt: skip


def base() -> frames.Submissions:
    """Two departments, each with money, indicators and texts."""
    amounts = {"original_budget": 100, "final_budget": 120, "actual": 108, "prior_budget": 90, "prior_actual": 80}
    stated = {"reported_execution_rate": 0.9, "reported_change": 28, "reported_change_rate": 0.35}
    money = {**amounts, **stated, "weight": 10, "reported_score": 9}
    rows = [
        {"item_label": label, **money}
        for label in ("收入合计", "支出合计", "基本支出", "项目支出", "“三公”经费合计", "公务接待费", "年度资金总额")
    ]
    indicators = [
        {"target": target, "achieved": achieved, "weight": 10, "reported_score": 9, "reported_completion": 0.9}
        for target, achieved in (("≥100 公里", "90 公里"), ("≤5 件", "7 件"), ("2021年12月前", "2022年3月"), ("明显改善", "达成"))
    ]
    texts = {"achievement": "完成预算的92.80%，比上年增加13.19万元，增长1.74%。", "problems": "预算编制不够细。"}
    return submissions(*(
        submission(f"{at}.xlsx", department=f"示例县第{at}局", budget=rows, indicators=indicators, texts=texts,
                   reported_total_score=91.5, reported_grade="优")
        for at in (1, 2)
    ))  # fmt: skip


BASE = base()


@st.composite
def odd(draw: st.DrawFn) -> frames.Submissions:
    """The same with up to twelve odd values."""
    made: dict[str, pd.DataFrame] = {kind: getattr(BASE, kind).copy() for kind in (*KINDS, "texts")}
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(KINDS))
        frame = made[kind]
        column = draw(st.sampled_from([name for name in frame if name not in KEYS]))
        dtype: Any = frame[column].dtype
        values: st.SearchStrategy[Any] = NUMBERS if dtype.kind == "f" else YEARS if dtype == "Int64" else TEXTS
        frame.loc[draw(st.integers(0, len(frame) - 1)), column] = draw(values)
    if draw(st.booleans()):
        made["texts"].loc[0, "text"] = draw(TEXTS)
    return dataclasses.replace(BASE, **made)


def through(found: frames.Submissions) -> None:
    """Evaluated and written without an exception; the summary is as Excel wants it, and each of its numbers is one."""
    evaluations = sx.evaluate(found)
    with TemporaryDirectory() as folder:
        path = sx.write_summary(evaluations, Path(folder) / "汇总.xlsx")
        assert not (wrong := problems(path)), wrong
        book = python_calamine.CalamineWorkbook.from_path(path)
        cells = [value for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for value in row]
    assert all(math.isfinite(value) for value in cells if isinstance(value, float))


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])  # each writes a summary: a failure is told as it came
@given(odd())
def test_odd_values_stop_nothing(found: frames.Submissions) -> None:
    """Whatever stands in a frame."""
    through(found)
