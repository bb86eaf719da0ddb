"""Layouts of one's own: by path, beside the shipped ones or instead of them, and the edition whose years fit."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from forms import draw
from test_cli import call
from test_official_forms import block

import selfeval_xl as sx
from selfeval_xl import specs
from selfeval_xl.choice import choose, remarks


@pytest.fixture
def own(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the manual's example: 社区.xlsx, and 表样/社区.toml beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表样").mkdir()
    (tmp_path / "表样" / "社区.toml").write_text(block(root / "docs/layouts.md", "toml"), encoding="utf-8")
    draw(tmp_path / "社区.xlsx", 自查表=block(root / "docs/layouts.md", "text"))
    return tmp_path


@pytest.mark.parametrize(
    "wanted", [["+表样/社区.toml"], ["+表样/"], ["＋表样"], ["表样/社区.toml", "standard"], [Path("表样")], "+表样/"]
)
def test_a_layout_of_one_s_own_is_used(own: Path, wanted: list[str]) -> None:
    """By file or folder, as text or Path, beside the shipped ones or instead: its id is the form's, its headers are read."""
    subs = sx.read(own / "社区.xlsx", layouts=wanted)
    assert subs.profile["form"].tolist() == ["community-centre"]
    assert subs.files["forms"].tolist() == ["community-centre"]
    assert subs.budget["original_budget"].tolist() == [500000.0, 460000.0, 40000.0]


def test_without_it_the_form_is_generic(own: Path) -> None:
    """A folder beside the workbooks is not used unless it is named: the same command reads the same everywhere."""
    assert sx.read(own / "社区.xlsx").profile["form"].tolist() == ["generic"]


def test_plus_adds_and_a_bare_path_replaces() -> None:
    """+ comes beside all shipped layouts, or beside those that are named."""
    shipped = list(specs.layouts())
    good = Path(__file__).parent / "bad_specs" / "layout_good.toml"
    name = specs.load_layout(good).id
    assert [one.id for one in choose([f"+{good}"])] == [*shipped, name]
    assert [one.id for one in choose([str(good)])] == [name]
    assert [one.id for one in choose(["standard", f"+{good}", str(good)])] == ["standard", name]
    assert (choose(None), choose(())) == (list(specs.layouts().values()), [])


def test_the_commands_of_the_manual(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The programmer-free path, command by command: look, write, look again, check, run."""
    assert call("read", "社区.xlsx", "--preview", "预览.html") == 0
    assert "没有认出的栏目：经费、调整数、结余" in capsys.readouterr().out
    before = (own / "预览.html").read_text(encoding="utf-8")
    assert call("forms", "--show", "表样/社区.toml") == 0
    shown = capsys.readouterr().out
    assert "预算数是年初数" in shown
    assert "考核目标  指标表：年度指标值（" in shown
    assert call("read", "社区.xlsx", "--layouts", "+表样/", "--preview", "预览.html") == 0
    assert "「自查表」社区服务中心绩效自查表（community-centre）" in capsys.readouterr().out
    after = (own / "预览.html").read_text(encoding="utf-8")
    assert 'id="s1-C4"' in before  # 调整数: not recognised at first
    assert [name for name in ("B4", "C4", "D4", "E4", "F4", "E8", "F8") if f'id="s1-{name}"' in after] == []
    assert 'id="s1-E10"' in after  # the sum of the weights is not read
    assert call("check", "社区.xlsx", "--layouts", "+表样/") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert call("run", "社区.xlsx", "--layouts", "+表样/") == 0
    assert call("forms", "--layouts", "+表样/，standard") == 0
    assert "community-centre" in capsys.readouterr().out


def test_a_layout_of_one_s_own_travels_to_other_processes(own: Path) -> None:
    """A pool reads with it as one process does."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert sx.read(own / "社区.xlsx", layouts=["+表样/"], executor=pool).profile["form"].tolist() == ["community-centre"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("没有.toml", "找不到表样文件“没有.toml”"),
        ("+没有/社区.toml", "找不到表样文件“没有/社区.toml”"),
        ("空/", "文件夹“空/”里没有表样文件"),
        ("别的", "没有名为“别的”的表样，可用的是 accounts-01-totals、"),
        ("+表样/,+副本.toml", "副本.toml：id“community-centre”已经有别的表样用了"),
        ("+自带.toml", "自带.toml：id“standard”已经有别的表样用了"),
        ("错.toml", "错.toml：不认识的键“title”，可用的键是 id、name、version"),
        ("国标.toml", "国标.toml：不能作为 TOML 读取，不是 UTF-8 编码"),
    ],
)
def test_what_is_not_there_or_broken_is_refused(own: Path, wanted: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence: the file, what is wrong with it, what there is instead; nothing is read."""
    text = (own / "表样" / "社区.toml").read_text(encoding="utf-8")
    (own / "空").mkdir()
    (own / "副本.toml").write_text(text, encoding="utf-8")
    (own / "自带.toml").write_text(text.replace('"community-centre"', '"standard"'), encoding="utf-8")
    (own / "错.toml").write_text(text.replace("titles", "title"), encoding="utf-8")
    (own / "国标.toml").write_text(text, encoding="gbk")
    assert call("read", "社区.xlsx", "--layouts", wanted) == 3
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_file_as_notepad_saves_it_is_read(own: Path) -> None:
    """记事本 may put a mark before the text (UTF-8 with BOM), and ends lines in its own way."""
    path = own / "表样" / "社区.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert sx.read(own / "社区.xlsx", layouts=[path]).profile["form"].tolist() == ["community-centre"]
    assert remarks(str(path)) == ("社区服务中心绩效自查表：预算数是年初数，调整数是全年数。",)


# -- editions and years --------------------------------------------------------------------------------------------

EDITION = """
id = "{id}"
name = "示例绩效自查表（{id}）"
version = "1"
document = ""
amount_unit = "万元"
titles = ["绩效自查表"]
marks = {marks}
{years}
[headers]
"预算数" = "budget.{role}"
"""
SELF_CHECK = """
示例绩效自查表 | < | < | <
单位名称 | 示例县水务局 | 年度 | {year}
经费（万元） | 预算数 | 支出数 | 备注
合计 | 50 | 40 |
"""


@pytest.mark.parametrize(
    ("year", "form"),
    [("2022", "old"), ("2023", "new"), ("'2023年", "new"), ("", "old")],
)
def test_the_edition_whose_years_cover_the_sheet_wins(tmp_path: Path, year: str, form: str) -> None:
    """The old edition has one mark more; from 2023 the new one is in force. Without a year the marks decide."""
    write = {"id": "old", "marks": '["预算数", "支出数"]', "years": "last_year = 2022", "role": "original_budget"}
    (tmp_path / "old.toml").write_text(EDITION.format(**write), encoding="utf-8")
    write = {"id": "new", "marks": '["预算数"]', "years": "first_year = 2023", "role": "final_budget"}
    (tmp_path / "new.toml").write_text(EDITION.format(**write), encoding="utf-8")
    book = draw(tmp_path / "表.xlsx", 自查表=SELF_CHECK.format(year=year))
    subs = sx.read(book, layouts=[tmp_path])
    assert subs.profile["form"].tolist() == [form]
    assert subs.budget[{"old": "original_budget", "new": "final_budget"}[form]].tolist() == [500000.0]


def test_an_edition_alone_is_taken_in_any_year(tmp_path: Path) -> None:
    """A form of 2019 that only one edition fits is that edition, whatever years it names."""
    write = {"id": "new", "marks": '["预算数"]', "years": "first_year = 2023", "role": "final_budget"}
    (tmp_path / "new.toml").write_text(EDITION.format(**write), encoding="utf-8")
    book = draw(tmp_path / "表.xlsx", 自查表=SELF_CHECK.format(year="2019"))
    assert sx.read(book, layouts=[tmp_path]).profile["form"].tolist() == ["new"]
