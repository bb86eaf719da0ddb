"""Whatever a department typed, in cells, in names of sheets and files, goes through the whole of it as text.

From the workbook through read, evaluate and write_summary: no formula, no link to anywhere else, nothing that breaks the
file, nothing lost. Two programs read the summary back.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote_to_bytes

import openpyxl
import pytest
import python_calamine
from forms import draw
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ooxml_rules import problems, shown
from test_reading import PROFILE

import selfeval_xl as sx
from selfeval_xl.writer.text import LONGEST, clean

pytestmark = pytest.mark.slow

TYPED = [
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://a.cn","看")', "+1+2", "-1-2", "@SUM(A1:A9)", "\t=1+2", "{=1+2}", "'=1+2",
    "http://example.com/a", "https://example.com/?q=1#A1", "mailto:a@example.com", "internal:总览!A1",
    "external:c:\\temp\\a.xlsx", "file:///etc/passwd", "_x000D__x0041_", "a_x005F_b", "\x01\x02\x0b\x1f\x7f",
    "\ud800 单独的代理", "\udfff", "\ufffe\uffff", "</t></si><f>1</f>", "<![CDATA[", "&amp;&#0;", "行一\n行二\r\n行三",
    " 前后空格 ", "\u202e反向", "0x1F", "1E+400",
    "TRUE", "#REF!",
    "长" * LONGEST, "=" + "1+" * 16_383 + "1",
]  # fmt: skip
ROWS = len(TYPED)
TEXT = (
    st.text(st.characters(codec=None), min_size=1, max_size=30)
    | st.tuples(st.sampled_from(["=", "+", "-", "@", "\t", "http://", "mailto:", "_x0041_"]), st.text(max_size=20)).map("".join)
    | st.text(st.sampled_from("\x00\x01\x0b\x1f\x7f\ud800\udfff\ufffe\uffff\r\n\t _x041D<&\"'>]"), min_size=1, max_size=20)
)
NAME = st.text(st.sampled_from("甲=+-@#%&'\"!;,.[]{}()^~$ 　_x0041_\udcff\x01\ufffe\U0001f600"), min_size=1, max_size=14)


def raw(text: str) -> str:
    """A text as a shared string has it in the file: control characters and the like as Excel's escapes."""
    text = re.sub("(_x[0-9A-Fa-f]{4}_)", r"_x005F\1", text)
    text = re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("\r", "_x000D_")


def workbook(path: Path, sheet: str, texts: list[str]) -> Path:
    """A workbook whose reasons, names of items and name of sheet are what a department typed, put in past every writer's care."""
    head = "项目 | 年初预算数 | 全年预算数 | 决算数（执行数） | 变动原因\n收入合计 | 9 | 9 | 9 |\n支出合计 | 9 | 9 | 9 |\n"
    rows = "\n".join(f"项目{at}甲 | 1 | 2 | 2 | typed{at}x" for at in range(len(texts)))
    indicators = (
        "序号 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 自评得分 | 偏差原因分析及改进措施\n"
        + "\n".join(
            f"{at} | 产出指标 | 数量指标 | 指标{at}甲 | ≥100公里 | 80公里 | 3 | 2 | typed{at}x" for at in range(len(texts))
        )
    )
    draft = draw(path.parent / ".draft", 部门概况=PROFILE, NAMEOFSHEET=f"部门预算执行情况表\n{head}{rows}", 绩效指标=indicators)
    with zipfile.ZipFile(draft) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name).decode()
            for at, text in enumerate(texts):
                content = content.replace(f"<t>typed{at}x</t>", f'<t xml:space="preserve">{raw(text)}</t>')
            after.writestr(name, content.replace("NAMEOFSHEET", raw(sheet)).encode())
    draft.unlink()
    return path


def kept(text: str) -> str:
    """A text without what a reader may fold: blanks, line breaks and the escapes of either side."""
    return "".join(shown(clean(text)).split())


def check(folder: Path, name: str, sheet: str, texts: list[str]) -> None:
    """Read, evaluate and write; then nothing typed is a formula or a link, and all of it is there."""
    (folder / "收件箱").mkdir()
    source = workbook(folder / "收件箱" / f"{name}.xlsx", sheet, texts)
    evaluations = sx.run(source, folder / "汇总.xlsx")
    assert evaluations.files["status"].tolist() == ["read"], evaluations.files["reason"].tolist()
    assert problems(folder / "汇总.xlsx") == []
    book = openpyxl.load_workbook(folder / "汇总.xlsx")
    cells = [cell for one in book for row in one.iter_rows() for cell in row]
    formulas = "\n".join(str(cell.value) for cell in cells if cell.data_type == "f")
    assert not [text for text in texts if len(bare := text.lstrip("=+-@\t ")) > 3 and bare in formulas]
    targets = {cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target}
    reached = {unquote_to_bytes(target.replace("\\", "/")) for target in targets}
    assert reached == {os.fsencode(f"收件箱/{name}.xlsx")} or any(ord(sign) > 0xFFFD or sign < " " for sign in name)
    assert len(targets) == 1
    calamine = python_calamine.CalamineWorkbook.from_path(folder / "汇总.xlsx")
    again = {value for one in calamine.sheet_names for row in calamine.get_sheet_by_name(one).to_python() for value in row}
    for found in ({cell.value for cell in cells}, again):
        there = {kept(value) for value in found if isinstance(value, str)}
        read = [
            *evaluations.budget["reason"].dropna(),
            *evaluations.indicators["deviation_reason"].dropna(),
            *evaluations.budget["sheet"],
        ]
        assert {kept(text) for text in read} - there == set()
    plain = [text for text in texts if text.isprintable() and text.strip() and "_x" not in text]
    took = {kept(text) for text in evaluations.indicators["deviation_reason"].dropna()}
    assert {kept(text) for text in plain} - took == set()


def test_the_tricks_that_spreadsheets_fall_for_stay_text(tmp_path: Path) -> None:
    """Formulas, commands, addresses, escapes, markup, half characters and texts of full length, each as it was typed."""
    check(tmp_path, "=cmd|' #1 50%41", "='http:", TYPED)


def test_what_looks_like_an_escape_stays_as_typed(tmp_path: Path) -> None:
    """A department that typed _x000D_ reads _x000D_ in the summary, no line end; a line end that it typed is one."""
    source = workbook(tmp_path / "甲.xlsx", "表", ["甲_x000D_乙", "丙\r\n丁"])
    evaluations = sx.run(source, tmp_path / "汇总.xlsx")
    assert evaluations.indicators["deviation_reason"].tolist() == ["甲_x000D_乙", "丙\n丁"]
    rows = python_calamine.load_workbook(tmp_path / "汇总.xlsx").get_sheet_by_name("指标完成").to_python()
    assert {"甲_x000D_乙", "丙\n丁"} <= {value for row in rows for value in row}


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])  # each writes workbooks: a failure is told as it came
@given(name=NAME, sheet=NAME, texts=st.lists(TEXT, min_size=6, max_size=6))
def test_any_text_stays_text(tmp_path_factory: pytest.TempPathFactory, name: str, sheet: str, texts: list[str]) -> None:
    """Whatever characters there are."""
    check(tmp_path_factory.mktemp("typed"), name.strip(". ") or "甲", sheet, texts)
