"""The command line as an official meets it: Chinese, quiet, with an exit status that scripts can trust."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from forms import draw
from test_batch import standard

import selfeval_xl as sx
from selfeval_xl import console
from selfeval_xl.cli import cli, main


def call(*arguments: object) -> int:
    """Run a command in this process; its exit status."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(left.value.code or 0)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Two readable workbooks."""
    standard(tmp_path / "收件箱" / "甲局.xlsx", "示例县甲局")
    standard(tmp_path / "收件箱" / "乙局.xlsx", "示例县乙局")
    return tmp_path / "收件箱"


def test_run_writes_a_summary_and_one_line_a_workbook(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0: everything was read, findings or not."""
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx") == 0
    assert (tmp_path / "汇总.xlsx").stat().st_size > 0
    said = capsys.readouterr()
    assert [line.partition("】")[2].partition("：")[0] for line in said.out.splitlines()] == ["乙局.xlsx", "甲局.xlsx"]
    assert "汇总表已写出" in said.err


def test_run_says_2_when_a_file_needs_review(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken file costs itself: the summary is written all the same."""
    (inbox / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx") == 2
    assert (tmp_path / "汇总.xlsx").exists()
    assert "【待核】断.xlsx" in capsys.readouterr().out


def test_run_says_1_when_strict_and_an_error_stands(inbox: Path, tmp_path: Path) -> None:
    """The sample form scores 30 for a missed target: an error."""
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx", "--strict") == 1


def test_run_says_3_for_nothing_to_read_and_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence says what is wrong."""
    assert call("run", tmp_path / "没有", "-o", tmp_path / "汇总.xlsx") == 3
    assert "找不到" in capsys.readouterr().err
    assert call("run", "--nonsense") == 3
    assert "没有 --nonsense 这个选项" in capsys.readouterr().err
    assert call("run", tmp_path, "--policy", "别的") == 3


def test_run_says_4_when_the_output_cannot_be_written(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No such folder: nothing half-written."""
    assert call("run", inbox, "-o", tmp_path / "没有" / "汇总.xlsx") == 4
    assert "汇总" in capsys.readouterr().err


def test_details_are_one_workbook_a_department(inbox: Path, tmp_path: Path) -> None:
    """To be sent back to each department."""
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx", "--details", tmp_path / "分发") == 0
    assert sorted(path.name for path in (tmp_path / "分发").iterdir()) == ["示例县乙局_汇总.xlsx", "示例县甲局_汇总.xlsx"]


def test_check_as_json_has_the_columns_of_findings(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One array, one element a finding; 1 because an error stands."""
    assert call("check", inbox / "甲局.xlsx", "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert list(found[0]) == list(sx.read(inbox).findings.columns)
    assert {entry["code"] for entry in found} >= {"score.full"}
    assert all(entry["basis"] is None or isinstance(entry["basis"], str) for entry in found)


def test_check_as_a_table_says_each_finding(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gravest first, each sentence on its own."""
    assert call("check", inbox / "甲局.xlsx") == 1
    assert capsys.readouterr().out.startswith("【差错·")


def test_check_says_2_when_a_file_cannot_be_read(inbox: Path) -> None:
    """Unreadable weighs more than wrong."""
    (inbox / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert call("check", inbox) == 2


def test_template_forms_policies_and_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it knows, from the data files themselves."""
    assert call("template", "-o", tmp_path / "模板.xlsx", "--year", 2021) == 0
    assert sx.read(tmp_path / "模板.xlsx").profile["fiscal_year"].tolist() == [2021]
    capsys.readouterr()
    for command, word in (("forms", "anhui-project"), ("policies", "财预〔2020〕10号"), ("rules", "score.above_weight")):
        assert call(command) == 0
        assert word in capsys.readouterr().out


def test_read_says_what_was_recognised(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form with its fields, how much was read of it, and the reason where a file cannot be read; 2 then."""
    assert call("read", inbox) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "【已读】乙局.xlsx"
    assert lines[1] == "  「部门概况」部门整体支出绩效自评标准模板（standard）"
    assert "    部门      示例县乙局" in lines
    assert any(line.startswith("    读出      金额 ") for line in lines)
    (inbox / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert call("read", inbox) == 2
    assert "【待核】断.xlsx：文件打不开" in capsys.readouterr().out


def test_read_counts_the_rows_of_each_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two sheets, two forms: the rows of each are its own, and findings of the reading follow."""
    one = """
项目支出绩效自评表
项目名称 | 养护 | 年度 | 2022
项目资金（万元） | 全年预算数 | 全年执行数
年度资金总额 | 5 | 4
其他资金 | 1 | 一
"""
    draw(tmp_path / "表.xlsx", 甲=one, 乙=one.replace("养护", "修桥").replace("其他资金 | 1 | 一", ""))
    assert call("read", tmp_path / "表.xlsx") == 0
    said = capsys.readouterr().out
    assert [line.split() for line in said.splitlines() if line.startswith(("    项目", "    读出"))] == [
        ["项目", "养护"],
        ["读出", "金额", "2", "行，指标", "0", "条，文字", "0", "段"],
        ["项目", "修桥"],
        ["读出", "金额", "1", "行，指标", "0", "条，文字", "0", "段"],
    ]
    assert "【差错·读不出】表.xlsx「甲」C5" in said


@pytest.mark.parametrize("name", ["预览.html", "预览.xlsx"])
def test_read_draws_a_preview(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The listing as before, the preview besides; where it is written stands on standard error."""
    assert call("read", inbox, "--preview", tmp_path / name) == 0
    assert f"预览已写出：{tmp_path / name}" in capsys.readouterr().err
    assert (tmp_path / name).stat().st_size > 0


def test_read_says_3_and_4(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No such folder is wrong use; an ending that cannot be written is refused before anything is read."""
    assert call("read", tmp_path / "没有") == 3
    assert call("read", inbox, "--preview", tmp_path / "预览.pdf") == 4
    said = capsys.readouterr()
    assert "应以 .html" in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_the_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A person learns the command from its help: a line to copy, with the command in it."""
    assert call(command, "--help") == 0
    assert f"例：selfeval-xl {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_help_fits_a_console_of_80_columns(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No line is wider than 80 half-widths (bytes in GBK), explanations stand under one another, and all of it is Chinese."""
    assert call(command, "--help") == 0
    lines = [line.encode("gbk") for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    options = [line for line in lines if line.startswith(b"  -")]
    starts = {len(line) - len(line.partition(b"  -")[2].partition(b"  ")[2].lstrip()) for line in options}
    assert len(starts) == 1
    assert not any(b"[x" in line or b"<=" in line for line in lines)


def test_a_score_without_a_grade_is_told_without_one(tmp_path: Path) -> None:
    """Weights that do not make up the whole have a computed score and no grade; the line says the score and stops there."""
    standard(tmp_path / "甲局.xlsx", "示例县甲局")
    evaluations = sx.evaluate(sx.read(tmp_path))
    scores = evaluations.scores.assign(computed_score=20.0, computed_grade=None)
    [line] = console.verdicts(dataclasses.replace(evaluations, scores=scores))
    assert "，核算 20 分；" in line


def test_the_basis_of_a_check_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that rests on the policy in use says so; no key of a file is shown."""
    assert call("rules") == 0
    said = capsys.readouterr().out
    assert "所用的评分办法" in said
    assert "policy." not in said


def test_forms_are_listed_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """The names stand under one another although a Chinese character is two wide: in GBK, two bytes."""
    assert call("forms") == 0
    lines = [line.encode("gbk") for line in capsys.readouterr().out.splitlines()]
    starts = {line.index(mark) for line in lines for mark in ("年度不限".encode("gbk"), "适用年度".encode("gbk")) if mark in line}
    assert len(lines) > 30
    assert len(starts) == 1


def test_a_layout_is_shown_as_a_person_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is from, by what it is known, what its own headers mean."""
    assert call("forms", "--show", "tianjin-department") == 0
    said = capsys.readouterr().out
    for words in (
        "天津部门整体支出绩效自评表",
        "有其一即可：部门整体支出绩效自评、",
        "计算符号",
        "权重比例  指标表：不读",
    ):
        assert words in said
    assert call("forms", "--show", "standard") == 0
    assert "预算执行：预算执行情况" in capsys.readouterr().out
    assert call("forms", "--show", "别的") == 3
    assert "没有名为“别的”的表样" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "ascii"])
def test_it_works_on_a_gbk_console_redirected(inbox: Path, tmp_path: Path, encoding: str) -> None:
    """No terminal, output redirected, a console that cannot show every character."""
    for arguments in (
        ["--help"],
        ["run", str(inbox), "-o", str(tmp_path / "汇总.xlsx")],
        ["check", str(inbox), "--format", "json"],
        ["read", str(inbox)],
        ["forms"],
    ):
        done = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-m", "selfeval_xl", *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert b"Traceback" not in done.stderr
        assert done.returncode == (1 if arguments[0] == "check" else 0)
        if arguments[0] == "check":
            assert json.loads(done.stdout.decode(encoding))


def test_help_imports_nothing_heavy() -> None:
    """--help answers at once: no pandas, numpy or Excel library is loaded for it."""
    script = (
        "import sys; from selfeval_xl.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'openpyxl', 'xlsxwriter', 'python_calamine', 'xlrd'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 (the same)
        [sys.executable, "-c", script], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.splitlines()[-1] == "[]"
