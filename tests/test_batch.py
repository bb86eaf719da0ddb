"""A folder of anything: every file becomes a row, and no file stops the others."""

from __future__ import annotations

import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest
import xlwt
from forms import draw
from test_reading import BUDGET, INDICATORS, PROFILE

import selfeval_xl as sx

FRAMES = ("files", "profile", "budget", "indicators", "texts", "findings")


def standard(path: Path, name: str = "示例县交通运输局") -> Path:
    """A readable workbook of a department."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return draw(path, 部门概况=PROFILE.replace("示例县交通运输局", name), 预算执行=BUDGET, 绩效指标=INDICATORS)


def same(left: sx.Submissions, right: sx.Submissions) -> None:
    """Two readings are equal, frame for frame, cells included."""
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name))
    for name in ("profile", "budget", "indicators"):
        pd.testing.assert_frame_equal(left.cells(name), right.cells(name))


def test_every_file_is_a_row_with_a_reason(tmp_path: Path) -> None:
    """Broken, empty, locked, foreign, a PDF named .xlsx, a note: each is said, and the good one is read."""
    good = standard(tmp_path / "甲局.xlsx")
    (tmp_path / "断的.xlsx").write_bytes(good.read_bytes()[:3000])
    (tmp_path / "空的.xlsx").write_bytes(b"")
    (tmp_path / "~$甲局.xlsx").write_bytes(b"\x05user")
    (tmp_path / "其实是PDF.xlsx").write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "网页.xls").write_bytes(b"<html><body>login</body></html>")
    (tmp_path / "说明.docx").write_bytes(b"anything")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "打包.zip", "w") as archive:
        archive.write(good, "甲局.xlsx")
    files = sx.read(tmp_path).files.set_index("file")
    assert files["status"].to_dict() == {
        "甲局.xlsx": "read",
        "断的.xlsx": "needs_review",
        "空的.xlsx": "needs_review",
        "~$甲局.xlsx": "skipped",
        "其实是PDF.xlsx": "needs_review",
        "网页.xls": "needs_review",
        "说明.docx": "skipped",
        "打包.zip": "needs_review",
    }
    assert "不完整或已损坏" in files.loc["断的.xlsx", "reason"]
    assert "PDF" in files.loc["其实是PDF.xlsx", "reason"]
    assert "网页" in files.loc["网页.xls", "reason"]


def test_an_unknown_form_is_said(tmp_path: Path) -> None:
    """A workbook in which nothing is recognised needs review; it is not an empty success."""
    files = sx.read(draw(tmp_path / "别的.xlsx", 通讯录="姓名 | 电话\n某股 | 1")).files
    assert files["status"].tolist() == ["needs_review"]
    assert "没有找到能识别的自评表格" in files["reason"].iloc[0]


def test_two_folders_read_together_or_apart_are_the_same(tmp_path: Path) -> None:
    """Reading two folders and concatenating equals reading both."""
    standard(tmp_path / "A" / "乙局.xlsx")
    standard(tmp_path / "B" / "甲局.xlsx")
    standard(tmp_path / "B" / "下属" / "丙站.xlsx")
    apart = sx.concat([sx.read(tmp_path / "A"), sx.read(tmp_path / "B")])
    same(apart, sx.read([tmp_path / "A", tmp_path / "B"]))
    assert "下属/丙站.xlsx" in set(apart.files["file"])


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Whoever sends first, the frames are the same."""
    paths = [standard(tmp_path / f"{name}.xlsx") for name in "丁乙丙甲"]
    same(sx.read(paths), sx.read(paths[::-1]))


def test_files_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    """Two departments both send 自评表.xlsx: the rows stay apart."""
    one, two = standard(tmp_path / "甲局" / "自评表.xlsx"), standard(tmp_path / "乙局" / "自评表.xlsx")
    assert sx.read([one, two]).files["file"].tolist() == ["乙局/自评表.xlsx", "甲局/自评表.xlsx"]
    with pytest.raises(sx.SelfEvalError, match=r"自评表\.xlsx"):
        sx.concat([sx.read(one), sx.read(two)])


def test_a_pool_reads_the_same(tmp_path: Path) -> None:
    """Processes change the speed, not the result."""
    for at in range(20):
        standard(tmp_path / f"{at:02}.xlsx")
    seen: list[tuple[int, int]] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        pooled = sx.read(tmp_path, executor=pool, progress=lambda done, total, _: seen.append((done, total)))
    same(pooled, sx.read(tmp_path))
    assert seen[-1] == (20, 20)


def test_wrong_use_is_our_error_with_a_sentence(tmp_path: Path) -> None:
    """No such path, an empty folder, an unknown layout: exceptions, because nobody sent them."""
    with pytest.raises(sx.SourceError, match="找不到"):
        sx.read(tmp_path / "没有")
    with pytest.raises(sx.SourceError, match="没有可读的文件"):
        sx.read(tmp_path)
    with pytest.raises(sx.SpecError, match="standard"):
        sx.read(standard(tmp_path / "a.xlsx"), layouts=["别的"])


def test_an_old_xls_is_read_alike(tmp_path: Path) -> None:
    """The same form as .xls: merged headers, percent formats and error values included."""
    text = BUDGET.replace("支出合计 | 100 | 120 | 110", "支出合计 | 100 | #DIV/0! | 110")
    draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS)
    as_xls(tmp_path / "a.xls", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS)
    new, old = sx.read(tmp_path / "a.xlsx"), sx.read(tmp_path / "a.xls")
    for name in ("profile", "budget", "indicators"):
        pd.testing.assert_frame_equal(getattr(new, name).drop(columns="file"), getattr(old, name).drop(columns="file"))
        pd.testing.assert_frame_equal(new.states(name).drop(columns="file"), old.states(name).drop(columns="file"))


def as_xls(path: Path, **sheets: str) -> None:
    """The text grids of `forms` as an Excel 97 workbook."""
    book = xlwt.Workbook()
    percents = {places: xlwt.easyxf(num_format_str=code) for places, code in enumerate(("0%", "0.0%", "0.00%"))}
    for name, text in sheets.items():
        sheet = book.add_sheet(name)
        grid = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
        for row, line in enumerate(grid):
            for column, word in enumerate(line):
                if word.endswith("%"):
                    sheet.write(row, column, round(float(word[:-1]) / 100, 6), percents[len(word[:-1].partition(".")[2])])
                elif word == "#DIV/0!":
                    sheet.row(row).set_cell_error(column, word)
                elif word and word not in "<^":
                    number = word.replace(".", "", 1).removeprefix("-").isdigit()
                    sheet.write(row, column, float(word) if number else word)
        if name == "预算执行":
            for column in (0, 1, 2, 3, 4, 5, 8):
                sheet.merge(2, 3, column, column)
            sheet.merge(2, 2, 6, 7)
    book.save(str(path))


def test_a_password_is_asked_for_and_used(tmp_path: Path) -> None:
    """An encrypted workbook says so; with its password it is read like any other."""
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml", reason="needs the extra `passwords`")
    plain = standard(tmp_path / "明.xlsx")
    locked = tmp_path / "密.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        msoffcrypto.OOXMLFile(source).encrypt("2021", target)
    assert "打开密码" in sx.read(locked).files["reason"].iloc[0]
    assert sx.read(locked, passwords=["0000"]).files["status"].tolist() == ["needs_review"]
    assert sx.read(locked, passwords=["0000", "2021"]).files["status"].tolist() == ["read"]


@pytest.mark.parametrize("cell", ["XFD1048576", "A300000", "DAA1"])
def test_a_cell_in_the_last_corner_is_refused_before_parsing(tmp_path: Path, cell: str) -> None:
    """Two cells far apart would cost all memory, or the process: the file is refused, naming the limit."""
    path = tmp_path / "远.xlsx"
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    xml = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(standard(tmp_path / "近.xlsx")) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.namelist():
            target.writestr(entry, xml if entry.endswith("sheet1.xml") else source.read(entry))
    files = sx.read(path).files
    assert files["status"].tolist() == ["needs_review"]
    assert "超过读取限制" in files["reason"].iloc[0]
