"""Policies: read aloud, chosen, taken from a file of one's own; the bands of all of them leave no score without a grade."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pandas as pd
import pytest
from frames_from import submission, submissions
from hypothesis import given
from hypothesis import strategies as st

import selfeval_xl as sx
from selfeval_xl import SpecError, cli, policies
from selfeval_xl.errors import OutputError
from selfeval_xl.loading import data_files
from selfeval_xl.policies import Policy
from selfeval_xl.policy_text import explain, said, told
from selfeval_xl.rules import evaluate, totals
from selfeval_xl.rules.cases import choose, tier
from selfeval_xl.writer.tables import tables

SHIPPED = list(policies.policies())
EXAMPLE = "写本地的评分办法"


def call(*arguments: object) -> int:
    """The program's exit status."""
    with pytest.raises(SystemExit) as left:
        cli.main([str(argument) for argument in arguments])
    return int(str(left.value.code or 0))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_is_a_sentence_with_its_source(name: str) -> None:
    """Read aloud, nothing is left blank, no placeholder is left over, and each line says where it comes from."""
    policy = policies.find(name)
    rules = told(policy)
    assert all(rule.text.endswith("。") and rule.basis and not re.search(r"[{}]|None|nan", rule.text) for rule in rules)
    lines = list(explain(policy))
    assert len(lines) == len(rules) + 3
    assert all(("未核实" in line) for line, rule in zip(lines[2:-1], rules, strict=True) if not rule.verified)


def test_every_choice_has_a_sentence() -> None:
    """What a file may say of a rule can be read aloud."""
    for name, kind in get_type_hints(Policy).items():
        value = get_args(kind)[0] if get_args(kind) else None
        if get_origin(value) is Literal:
            assert set(said("choices")[name]) == set(get_args(value)), name


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_verified_that_was_not_read(name: str) -> None:
    """No original notice could be read so far: every shipped number says so."""
    assert not any(rule.verified for rule in told(policies.find(name)))


@given(st.floats(0, 100), st.sampled_from(SHIPPED))
def test_every_score_has_a_grade(score: float, name: str) -> None:
    """From 0 to 100 there is no hole between the bands."""
    assert pd.notna(totals.grades(pd.Series([score]), policies.find(name)).iloc[0])


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("示例县交通运输局", "县级"),
        ("上海市示例区教育局", "县级"),
        ("安徽省财政厅", "省级"),
        ("广西壮族自治区财政厅", "省级"),
        ("上海市教育委员会", "省级"),
        ("示例市市场监督管理局", "市级"),
        ("示例市开发区管委会", "市级"),
        ("国家示例局", "中央"),
        ("示例局", ""),
    ],
)
def test_the_tier_of_a_department(owner: str, expected: str) -> None:
    """The last word of its name that tells; nothing where there is none."""
    assert tier(owner) == expected


def test_a_policy_for_a_tier_rules_its_departments_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two policies of a region one is for its counties; a department whose tier cannot be told has the general one."""
    general = policies.find("mof-2020-10")
    made = {
        "general": general,
        "county": dataclasses.replace(general, id="county", tier="县级", first_year=2022),
        "city": dataclasses.replace(general, id="city", tier="市级", regions=("示例市",)),
        "asked": dataclasses.replace(general, id="asked", regions=("示例市",), automatic=False),
    }
    monkeypatch.setattr(policies, "policies", lambda: made)
    assert choose(2022, "generic", "示例市甲县财政局").id == "county"
    assert choose(2022, "generic", "示例市财政局").id == "city"
    assert choose(2022, "generic", "财政局").id == "mof-2020-10"
    assert choose(2021, "generic", "示例市甲县财政局").id == "mof-2020-10"


# -- a policy of one's own -----------------------------------------------------------------------------------------


def section(root: Path) -> str:
    """What the manual says of writing a policy."""
    text = (root / "docs/manual.zh-CN.md").read_text(encoding="utf-8")
    return text.split(f"### {EXAMPLE}\n")[1].split("\n### ")[0]


def changed(text: str, changes: str) -> str:
    """A policy file with the values that the manual changes: keys, then tables, then rules at the end."""
    keys, *blocks = re.split(r"(?m)^(?=\[)", changes)
    for line in keys.strip().splitlines():
        name = line.split(" = ")[0]
        found = re.compile(rf"(?m)^{name} = .*$")
        text = found.sub(line, text) if found.search(text) else f"{line}\n{text}"
    for block in blocks:
        if block.startswith("[["):
            text += f"\n{block}"
        else:
            head = re.escape(block.splitlines()[0].split("]")[0] + "]")
            text, count = re.subn(rf"(?ms)^{head}.*?(?=^\[)", block, text)
            assert count == 1, block
    return text


@pytest.fixture
def own(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The policy of the manual, made as the manual says: copied, then changed."""
    path = tmp_path / "示例县.toml"
    assert call("policies", "--copy", "mof-2020-10", path) == 0
    capsys.readouterr()
    changes = re.findall(r"```toml\n(.*?)```", section(root), re.DOTALL)[0]
    path.write_text(changed(path.read_text(encoding="utf-8"), changes), encoding="utf-8-sig")  # as Notepad saves it
    return path


def test_the_example_of_the_manual_is_read_aloud(root: Path, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--explain says the lines that the manual shows."""
    assert call("policies", "--explain", own) == 0
    printed = {re.sub(r"^\d+\. ", "", line) for line in capsys.readouterr().out.splitlines()}
    shown = re.findall(r"```text\n(.*?)```", section(root), re.DOTALL)[0].splitlines()
    assert [line for line in shown if line not in printed] == []


def test_the_example_of_the_manual_scores(own: Path) -> None:
    """Linear deduction, the deduction of a named indicator, the cap by execution and the bands of the county hold."""
    rows = [
        {"level1": "产出指标", "level3": "工期", "target": "≤100 天", "achieved": "120 天", "weight": 10},
        {"level1": "产出指标", "level3": "在职人员控制率", "target": "≤100%", "achieved": "102%", "weight": 5},
        {"level1": "效益指标", "level3": "其他", "target": "≥1 个", "achieved": "1 个", "weight": 75},
    ]
    money = [{"item_label": "支出合计", "final_budget": 100, "actual": 79, "weight": 10}]
    read = submissions(submission(budget=money, indicators=rows))
    found = evaluate(read, own)
    assert list(found.indicators["computed_score"]) == [8, 4, 75]
    assert list(found.indicators["method"]) == ["reverse.linear", "step.deduction", "quantitative.met"]
    total = found.scores.set_index("component").loc["total"]
    assert total[["computed_score", "computed_grade", "method", "policy"]].to_list() == [
        89,
        "良",
        "capped.execution",
        "shili-2024",
    ]
    assert evaluate(read, str(own)).scores.equals(found.scores)


def test_the_summary_knows_a_policy_from_a_file(own: Path) -> None:
    """Its name stands beside the score, its rules on 说明."""
    rows = [{"target": "≥1 个", "achieved": "1 个", "weight": 100}]
    made = {table.sheet.name: table for table in tables(evaluate(submissions(submission(indicators=rows)), own))}
    assert "示例县绩效自评办法" in {cell for row in made["得分构成"].values() for cell in row}
    assert "示例财绩〔2024〕8号第六条" in {cell for row in made["说明"].rows() for cell in row}


def test_run_and_check_take_a_file(root: Path, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--policy FILE rules every form, on the command line and in the library."""
    sample = root / "samples/示例县教育局_2021.xlsx"
    assert call("check", sample, "--policy", own) in {0, 1}
    assert call("run", sample, "-o", tmp_path / "汇总.xlsx", "--policy", own) == 0
    assert "示例县教育局" in capsys.readouterr().out
    assert set(sx.run(sample, tmp_path / "又.xlsx", policy=own).scores["policy"]) == {"shili-2024"}


def test_a_broken_policy_is_refused_before_reading(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence of the manual: file, key, and what is wrong; the inbox need not even exist."""
    text = own.read_text(encoding="utf-8-sig")
    text = text.replace('{ grade = "优", at_least = 90 }', '{ grade = "优", above = 90 }')
    own.write_text(text.replace('"良", at_least = 75 }', '"良", at_least = 75, below = 90 }'), encoding="utf-8")
    assert call("check", tmp_path / "没有", "--policy", own) == 3
    assert "示例县.toml：bands.value：恰好 90 分没有等级：“优”不含 90，“良”也不含。" in capsys.readouterr().err
    with pytest.raises(SpecError, match="恰好 90 分"):
        sx.run(tmp_path / "没有", tmp_path / "汇总.xlsx", policy=own)


@pytest.mark.parametrize(
    ("name", "words"),
    [("没有.toml", "找不到评分办法文件“没有.toml”"), ("别的", "可用的是：anhui-system、"), ("别的", "自己的办法文件（.toml）")],
)
def test_a_policy_that_is_not_there(name: str, words: str) -> None:
    """An unknown id lists the ids; a missing file says so."""
    with pytest.raises(SpecError, match=re.escape(words)):
        policies.find(name)


def test_a_copy_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays as it is; an id that there is not is refused."""
    path = tmp_path / "办法.toml"
    assert policies.copy("shanghai", path) == path
    assert path.read_bytes() == next(one for one in data_files("policies") if one.stem == "shanghai").read_bytes()
    with pytest.raises(OutputError, match="已经存在"):
        policies.copy("mof-2020-10", path)
    assert call("policies", "--copy", "别的", tmp_path / "新.toml") == 3
    assert "mof-2020-10" in capsys.readouterr().err


def test_the_list_says_where_a_policy_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """`policies` names each with its scope, those that are never chosen of themselves as such."""
    assert call("policies") == 0
    out = capsys.readouterr().out
    assert "部门名称中有“上海市”时自动选用" in out
    assert "只在用 --policy 指明时使用" in out
    assert [name for name in SHIPPED if f"{name}  " not in out] == []
