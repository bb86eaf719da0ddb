"""Shapes of tables that people invent: what is read from each, by words alone and with every layout at hand.

`table_shapes/` holds one form a shape, with invented figures: the form as `forms.draw` draws it, a line of dashes, and
what must be read from it, a line a row.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from forms import draw
from test_official_forms import lines

import selfeval_xl as sx

FOLDER = Path(__file__).parent / "table_shapes"
SHAPES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("layouts", [(), None], ids=["words alone", "layouts"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read(tmp_path: Path, shape: str, layouts: tuple[()] | None) -> None:
    """Every row that the form prints is there, amounts in 元 with their cells, and no other."""
    text = (FOLDER / f"{shape}.txt").read_text(encoding="utf-8").partition("\n")[2]
    drawn, _, expected = text.partition("\n----\n")
    told = lines(sx.read(draw(tmp_path / "表.xlsx", 表=drawn), layouts=layouts))
    assert [re.sub(r" \| form [\w-]+", "", line) for line in told] == expected.splitlines()


def test_rows_that_count_are_told(tmp_path: Path) -> None:
    """What was not read, because it counts people or things, is said once for the table."""
    text = "单位：万元 | < | <\n项目 | 预算数 | 决算数\n公务接待费 | 3 | 2\n接待批次（个） | 20 | 15\n接待人次（人） | 90 | 80"
    subs = sx.read(draw(tmp_path / "表.xlsx", 三公=text), layouts=())
    told = subs.findings[subs.findings["code"] == "layout.counts"]
    assert (told["cell"].tolist(), told["severity"].tolist()) == (["A4"], ["info"])
    assert "接待批次(个)、接待人次(人)" in told["message"].item()
    assert subs.budget["item"].tolist() == ["three_public.hospitality"]


def test_two_targets_that_mean_the_same_are_a_finding(tmp_path: Path) -> None:
    """Which of two columns was read is said; an adjusted target beside the one of the year's start is no question."""
    text = "三级指标 | 指标值 | 目标值 | 完成值 | 得分\n维修水厂 | ≥6座 | ≥5座 | 6座 | 10"
    subs = sx.read(draw(tmp_path / "表.xlsx", 表=text), layouts=())
    told = subs.findings[subs.findings["code"] == "layout.ambiguous"]
    assert (told["cell"].tolist(), told["verdict"].tolist()) == (["C1"], ["layout"])
    assert subs.indicators["target_value"].tolist() == [6]


def test_a_turned_table_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    """Rows that are not all amounts: nothing is guessed, and it is said that the amounts were not read."""
    text = "单位：万元 | < | <\n项目 | 因公出国（境）费 | 公务接待费\n预算数 | 0 | 12\n其他说明 | 1 | 2"
    subs = sx.read(draw(tmp_path / "表.xlsx", 三公=text), layouts=())
    assert subs.budget.empty
    assert "layout.fields" in set(subs.findings["code"])


def test_a_heading_whose_merged_cell_was_split_is_told(tmp_path: Path) -> None:
    """2020年 stands over its first column only: the second would mean 2021 as well; it is read with it, and asked about."""
    text = """
2021年度部门收支
单位：万元
项目 | 2020年 | | 2021年 |
 | 预算数 | 决算数 | 预算数 | 决算数
基本支出 | 90 | 88 | 100 | 98
"""
    subs = sx.read(draw(tmp_path / "表.xlsx", 表=text), layouts=())
    amounts = ["prior_budget", "prior_actual", "final_budget", "actual"]
    assert subs.budget[amounts].to_numpy().tolist() == [[900_000, 880_000, 1_000_000, 980_000]]
    told = subs.findings[subs.findings["code"] == "layout.unmerged"]
    assert (told["cell"].tolist(), told["severity"].tolist()) == (["C4"], ["warning"])
