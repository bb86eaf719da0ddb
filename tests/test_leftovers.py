"""模板残留 that is seen while reading: choices left undone, blanks for names, headings of another unit or year."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import draw

import selfeval_xl as sx

ACCOUNTS = """
{title}
单位：万元
项目 | 金额 | 情况说明
三公合计 | 37.35 | {text}
"""
PROJECT = """
项目支出绩效自评表 | < | < | < | < | < | <
（2022年度） | < | < | < | < | < | <
项目名称 | 示例县农村饮水维修 | < | < | < | < | <
主管部门 | 示例县水利局 | < | < | 实施单位 | 示例县供水站 | <
项目资金（万元） | 项目 | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 | 得分
^ | 年度资金总额 | 50 | 60 | 54 | {rate} | 9
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值
^ | 产出指标（50分） | 数量指标 | 维修水厂 | ≥6座 | 6座 | 50
"""


def told(path: Path, **sheets: str) -> dict[str, tuple[str, str]]:
    """Cell and message of each leftover, by its code."""
    found = sx.read(draw(path / "示例县水利局.xlsx", **sheets)).findings
    found = found[found["rule"] == "leftover"]
    return {row["code"]: (row["cell"], row["message"]) for row in found.to_dict("records")}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("减增加21.90", "leftover.choice", "减增加"),
        ("下降(增长)27.78%", "leftover.choice", "下降(增长)"),
        ("决算数大小于预算数", "leftover.choice", "大小于"),
        ("比上年增加/减少3.5万元", "leftover.choice", "增加/减少"),
        ("XX局2021年度无此项", "leftover.blank_name", "XX局"),
        ("20XX年没有安排", "leftover.blank_name", "20XX年"),
        ("增长13.95。", "leftover.no_percent", "增长13.95"),
    ],
)
def test_what_was_left_in_a_cell(tmp_path: Path, text: str, code: str, words: str) -> None:
    """The cell is named, and the words that should have gone."""
    cell, message = told(tmp_path, 情况说明=ACCOUNTS.format(title="情况说明", text=text))[code]
    assert cell == "C4"
    assert words in message


@pytest.mark.parametrize(
    "text",
    [
        "增加21.90",
        "下降27.78%",
        "增长13.95%",
        "增长13.95万元",
        "减少0.15",
        "比上年增加（减少）额",
        "决算数小于预算数",
        "2021年",
        "X光机",
    ],
)
def test_what_is_no_leftover(tmp_path: Path, text: str) -> None:
    """What an official writes, and what a heading prints, is left alone."""
    assert told(tmp_path, 情况说明=ACCOUNTS.format(title="情况说明", text=text)) == {}


def test_a_note_on_what_is_included(tmp_path: Path) -> None:
    """A note that says whose money is in the figures is repeated, so that no one compares unlike things."""
    sheet = ACCOUNTS.format(title="情况说明", text="增加1.00") + "注：含归口管理单位25个。\n"
    assert told(tmp_path, 情况说明=sheet)["leftover.scope"][0] == "A5"


def test_a_heading_with_another_name(tmp_path: Path) -> None:
    """The cover says 示例市示例区规划局, the table 示例市规划局."""
    cover = "示例市示例区规划局\n2021年度部门决算\n"
    table = ACCOUNTS.format(title="示例市规划局2021年度部门决算表", text="增加1.00")
    cell, message = told(tmp_path, 封面=cover, 情况说明=table)["leftover.unit_name"]
    assert cell == "A1"
    assert "这里的单位是“示例市规划局”，封面或表内是“示例市示例区规划局”" in message


def test_a_heading_with_the_same_name(tmp_path: Path) -> None:
    """The same name, in full or shortened at its beginning, is no drift."""
    cover = "示例市示例区规划局\n2021年度部门决算\n"
    for name in ("示例市示例区规划局", "示例区规划局"):
        table = ACCOUNTS.format(title=f"{name}2021年度部门决算表", text="增加1.00")
        assert told(tmp_path, 封面=cover, 情况说明=table) == {}


@pytest.mark.parametrize(("rate", "expected"), [("0.9", "90%"), ("90", "90%")])
def test_a_rate_without_its_sign(tmp_path: Path, rate: str, expected: str) -> None:
    """A number where a percentage belongs is read, and told once a sheet."""
    cell, message = told(tmp_path, 自评表=PROJECT.format(rate=rate))["leftover.plain_rate"]
    assert cell == "F6"
    assert f"按 {expected} 读入" in message


def test_a_rate_with_its_sign(tmp_path: Path) -> None:
    """90.00% is what it should be."""
    assert told(tmp_path, 自评表=PROJECT.format(rate="90.00%")) == {}


def test_points_printed_with_a_level(tmp_path: Path) -> None:
    """产出指标（50分） gives the points that its indicators should add up to, with their cell."""
    read = sx.read(draw(tmp_path / "示例县水利局.xlsx", 自评表=PROJECT.format(rate="90.00%")))
    assert list(read.indicators["level1_weight"]) == [50.0]
    assert list(read.cells("indicators")["level1_weight"]) == ["B8"]
    assert list(read.indicators["level1"]) == ["产出指标"]


STAGES = """
部门决算情况说明
项目 | 金额
预算绩效管理情况
绩效目标编报 | {first}
绩效跟踪 | {second}
绩效自评 | {third}
"""


@pytest.mark.parametrize(
    ("said", "cell", "words"),
    [
        (("48个,7,589.42万元", "48个,4,974.93万元", "48个,4,974.93万元"), "B11", "少 34.45%"),
        (("48个，500万元", "48个，500万元", "48个，0.06亿元"), "B11", "多 20.00%"),
        (("3个项目，500万元", "3个项目，450万元", "——"), "B10", "少 10.00%"),
    ],
)
def test_the_same_projects_with_another_amount(tmp_path: Path, said: tuple[str, str, str], cell: str, words: str) -> None:
    """As many projects as were planned, and other money for them: the last stage that says so is asked to explain."""
    found = told(tmp_path, 情况说明=_stages(said))["leftover.stages"]
    assert found[0] == cell
    assert words in found[1]


@pytest.mark.parametrize(
    "said",
    [
        ("48个,500万元", "48个,500万元", "48个,5,000,000元"),
        ("48个,500万元", "45个,450万元", "45个,450万元"),
        ("48个", "48个", "45个"),
    ],
)
def test_stages_that_agree(tmp_path: Path, said: tuple[str, str, str]) -> None:
    """The same money in another unit, other projects, or no money at all: nothing to ask."""
    assert told(tmp_path, 情况说明=_stages(said)) == {}


def _stages(said: tuple[str, str, str]) -> str:
    return ACCOUNTS.format(title="情况说明", text="增加1.00") + STAGES.format(first=said[0], second=said[1], third=said[2])
