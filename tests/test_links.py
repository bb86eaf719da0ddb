"""The way back: every link of a summary is followed to its file, sheet and cell, and the figure is there."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import openpyxl
import pandas as pd
import pytest
import sample_evaluations as sample
import xlrd
from forms import draw
from ooxml_rules import problems
from openpyxl.utils import coordinate_to_tuple
from part_of import select
from test_reading import BUDGET, PROFILE

import selfeval_xl as sx
from selfeval_xl import batch, frames
from selfeval_xl.writer import links, tables
from selfeval_xl.writer.looks import Summary, summary

pytestmark = pytest.mark.slow

UNITS = (1, 1e-4, 1e4, 1e-2, 1e2)
"""What a figure may be shown in, by the unit that it was filled in: 元, 亿元, points of per cent."""


class Followed(NamedTuple):
    """A link of a summary: where it stands, what is shown there, and what it leads to."""

    at: str
    shown: Any
    file: Path
    place: str | None
    tip: str


def followed(path: Path) -> Iterator[Followed]:
    """Every link out of a workbook, its file as it is reached from the workbook's own folder."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.hyperlink):
            link = cell.hyperlink
            if link.target is None:
                name, _, spot = link.location.rpartition("!")
                assert book[name.strip("'").replace("''", "'")][spot] is not None
                continue
            file = Path(os.path.normpath(path.parent / unquote(link.target.replace("\\", "/"))))
            yield Followed(f"{sheet.title}!{cell.coordinate}", cell.value, file, link.location, link.tooltip or "")


def held(file: Path, place: str, books: dict[Path, Any]) -> Any:
    """What a cell of a workbook holds; fails where the sheet is absent."""
    found = re.fullmatch(r"'((?:[^']|'')+)'!([A-Z]+\d+)(?::[A-Z]+\d+)?", place)
    assert found, place
    name, (row, column) = found[1].replace("''", "'"), coordinate_to_tuple(found[2])
    if file.suffix == ".xls":
        books.setdefault(file, xlrd.open_workbook(file))
        return books[file].sheet_by_name(name).cell_value(row - 1, column - 1)
    if file not in books:
        books[file] = openpyxl.load_workbook(file, data_only=True)
    return books[file][name].cell(row, column).value


def folded(value: Any) -> str:
    """A text without blanks and in half width, as it is compared."""
    return "".join(unicodedata.normalize("NFKC", str(value)).split())


def numbers_in(value: Any) -> list[float]:
    """The numbers of a cell."""
    if isinstance(value, int | float):
        return [float(value)]
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", folded(value).replace(",", ""))]


def same(shown: Any, cell: Any) -> bool:
    """Whether a cell holds what the summary shows: the same figure in some unit, or the same words."""
    if isinstance(shown, int | float):
        return any(abs(shown - number * unit) < 0.0051 * max(1, unit) for number in numbers_in(cell) for unit in UNITS)
    words, held_there = folded(shown), folded(cell)
    if words in {"—", "错误值", "无计算结果", "不是数字"}:
        return cell is not None
    if numbers := numbers_in(cell) if isinstance(cell, int | float) else []:
        return any(abs(one - numbers[0] * unit) < 1e-6 for one in numbers_in(shown) for unit in UNITS)
    return bool(held_there) and (held_there in words or words in held_there)


@pytest.fixture(scope="module")
def moved(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary of the samples and one of each file, in a folder that was moved afterwards, inbox and all."""
    before = tmp_path_factory.mktemp("before") / "2021 年#自评 100%"
    shutil.copytree(root / "samples", before / "收件 箱" / "一组")
    (before / "结果").mkdir()
    evaluations = sx.run(before / "收件 箱", before / "结果" / "汇总.xlsx")
    list(batch.write_details(evaluations, before / "结果" / "各部门" / "明细"))
    after = tmp_path_factory.mktemp("after") / "档案"
    shutil.move(before, after)
    return after


def test_every_link_leads_to_its_figure(moved: Path) -> None:
    """The file is there from the summary's own folder, the sheet exists, and the cell holds the figure that is shown."""
    path, books = moved / "结果" / "汇总.xlsx", dict[Path, Any]()
    every = list(followed(path))
    assert {one.file for one in every if not one.file.is_file()} == set()
    wrong = []
    for one in every:
        if one.place is None:
            assert one.at.startswith(("排名!", "文件清单!", "未交与待核!")), one
            assert one.file.name in str(one.shown)
            continue
        cell = held(one.file, one.place, books)
        is_address = str(one.shown).split(",")[0].rpartition("!")[2] == one.place.rpartition("!")[2]
        if not is_address and not same(one.shown, cell):
            wrong.append((one, cell))
    assert wrong == []
    sheets = {one.at.partition("!")[0] for one in every}
    assert {"排名", "预算执行", "指标完成", "得分构成", "问题清单", "文件清单"} <= sheets
    assert len(every) > 1500


def test_every_reported_amount_has_its_link(moved: Path) -> None:
    """No figure that was read is left without a way back: as many links as there are values with a cell."""
    subs = sx.read(moved / "收件 箱")
    amounts = ["original_budget", "final_budget", "actual", "prior_budget", "prior_actual"]
    wanted = int(subs.cells("budget")[amounts].notna().to_numpy().sum())
    columns = "DEFGH"  # 年初, 全年, 决算数, 上年
    found = [one for one in followed(moved / "结果" / "汇总.xlsx") if re.fullmatch(f"预算执行![{columns}]\\d+", one.at)]
    assert len(found) == wanted > 300


def test_details_lead_from_their_own_folder(moved: Path) -> None:
    """The summary of one file, in a folder of its own, leads back to that file alone."""
    path = next((moved / "结果" / "各部门" / "明细").glob("*示例县交通运输局*.xlsx"))
    every = list(followed(path))
    assert {one.file for one in every} == {moved / "收件 箱" / "一组" / "示例县交通运输局_2021.xlsx"}
    assert every[0].file.is_file()


def test_numbers_stay_numbers_and_looks_stay_quiet(moved: Path) -> None:
    """A linked figure is a number in the ink of all figures, not underlined; an address is in the colour of titles."""
    book = openpyxl.load_workbook(moved / "结果" / "汇总.xlsx")
    sheet, palette = book["预算执行"], summary().palette
    figures = [cell for row in sheet.iter_rows(min_col=4, max_col=8) for cell in row if cell.hyperlink]
    assert {type(cell.value) for cell in figures} <= {int, float, str}
    assert sum(isinstance(cell.value, int | float) for cell in figures) > 300
    every = [cell for one in book for row in one.iter_rows() for cell in row if cell.hyperlink and cell.hyperlink.target]
    assert {cell.font.u for cell in every} == {None}
    spots = [cell for cell in every if re.fullmatch(r"[A-Z]+\d+", str(cell.value)) and cell.parent.title != "部门指标"]
    assert {cell.font.color.rgb[2:] for cell in spots} == {palette["accent"][1:]}


# -- names that a link must survive ---------------------------------------------------------------------------------

ODD = ["a#b", "50%", "50%25", "三 农　局", "甲'乙", "a&b", "[x]", "{y}^`", "收;件,箱", "_x0041_", "é…“”", "a" * 60]


def test_odd_names_are_followed(tmp_path: Path) -> None:
    """Signs that mean something in an address, blanks and quotes in names of folders, files and sheets."""
    sheets = {name: re.sub(r"[\[\]]", "", name)[:31] for name in ODD}
    for name, sheet in sheets.items():
        (tmp_path / "收件箱" / name).mkdir(parents=True)
        draw(tmp_path / "收件箱" / name / f"{name}.xlsx", 部门概况=PROFILE, **{sheet: BUDGET})
    sx.run(tmp_path / "收件箱", tmp_path / "汇总.xlsx")
    assert problems(tmp_path / "汇总.xlsx") == []
    first = {one.file: one for one in reversed(list(followed(tmp_path / "汇总.xlsx"))) if re.fullmatch(r"预算执行!D\d+", one.at)}
    for name, sheet in sheets.items():
        one = first[tmp_path / "收件箱" / name / f"{name}.xlsx"]
        place = re.sub("_x005F(_x[0-9A-F]{4}_)", r"\1", one.place or "")
        assert place.startswith(f"'{sheet.replace(chr(39), chr(39) * 2)}'!")
        assert (held(one.file, place, {}), one.shown) == (100, 100)


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("收件箱/三农.xlsx", "收件箱/三农.xlsx"),
        ("../a b#1.xls", "../a%20b%231.xls"),
        ("50%41.xlsx", "50%2541.xlsx"),
        ("C:x.xlsx", "C%3Ax.xlsx"),
        ("甲", "./甲"),
        ("a\\b", "a%5Cb"),
        ("\udcff\x01\ufffe.xlsx", "%FF%01%EF%BF%BE.xlsx"),
        ("//server/x", "//server/x"),
    ],
)
def test_paths_are_escaped(path: str, link: str) -> None:
    """Everything that an address would take for something else, and nothing more."""
    assert links.escaped(path) == link


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("表.csv", None, False),
        ("表.xls", b"<html><table>", False),
        ("表.xls", b"\xd0\xcf\x11\xe0", True),
        ("表.xlsx", None, True),
        ("表.ods", None, True),
    ],
)
def test_only_workbooks_have_places(name: str, content: bytes | None, place: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A text table or a web page, whatever it calls itself, is opened as a whole."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert (name in links.targets({name: str(tmp_path / name)}, tmp_path).sheeted) is place


# -- where there are none -------------------------------------------------------------------------------------------


def linked(evaluations: sx.Evaluations, looks: Summary) -> dict[str, tuple[tables.Table, int]]:
    """Each sheet, with how many links it has, for files in a folder beside."""
    to = links.targets({file: f"/收件箱/{file}" for file in evaluations.files["file"]}, "/结果")
    made = tables.tables(evaluations, looks, to)
    return {table.sheet.name: (table, sum(one is not None for each in table.links.values() for one in each)) for table in made}


def test_too_many_links_are_few_or_none() -> None:
    """Over the limit of a sheet the addresses alone lead back, then nothing does, and the sheet says so."""
    evaluations, looks = sample.evaluations(), summary()
    whole = linked(evaluations, looks)
    rows = len(evaluations.budget)
    assert whole["预算执行"][1] > rows
    few = linked(evaluations, dataclasses.replace(looks, most_links=rows))["预算执行"]
    assert (few[1], list(few[0].links)) == (rows, [len(few[0].sheet.columns) - 1])
    assert f"超过 Excel 一张表 {rows} 个链接的上限，只在“单元格”栏设链接" in few[0].notes[-1]
    none = linked(evaluations, dataclasses.replace(looks, most_links=rows - 1))["预算执行"]
    assert none[1] == 0
    assert "本表不设链接" in none[0].notes[-1]
    assert looks.most_links == links.MOST


def test_another_drive_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On Windows there is no relative path from one drive to another: no link, and 说明 says how many files it concerns."""

    def other_drive(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    evaluations = dataclasses.replace(
        sample.evaluations(), sources={file: f"D:\\{file}" for file in sample.evaluations().files["file"]}
    )
    path = sx.write_summary(evaluations, tmp_path / "汇总.xlsx")
    assert list(followed(path)) == []
    lines = [row[0] for row in openpyxl.load_workbook(path)["说明"].iter_rows(max_row=4, values_only=True)]
    assert f"有 {len(evaluations.files)} 个文件与本汇总不在同一磁盘，不设链接。" in lines


def test_frames_of_one_s_own_have_no_links(tmp_path: Path) -> None:
    """Where no file is known there is nothing to lead to."""
    assert sample.evaluations().sources == {}
    assert list(followed(sx.write_summary(sample.evaluations(), tmp_path / "汇总.xlsx"))) == []


# -- where a file lies ----------------------------------------------------------------------------------------------


def book_in(folder: Path, name: str) -> Path:
    """A small workbook in a folder of its own."""
    folder.mkdir(exist_ok=True)
    return draw(folder / name, 部门概况=PROFILE, 预算执行=BUDGET)


def test_readings_of_two_places_keep_them_apart(tmp_path: Path) -> None:
    """Each file has its own path, through evaluate, concat and select; no frame holds any of it."""
    first, second = book_in(tmp_path / "甲", "一.xlsx"), book_in(tmp_path / "乙", "二.xlsx")
    both = frames.concat([sx.read(first.parent), sx.read(second.parent)])
    assert both.sources == {"一.xlsx": str(first), "二.xlsx": str(second)} == sx.read([first, second]).sources
    evaluations = sx.evaluate(both)
    assert evaluations.sources == both.sources
    assert select(evaluations, ["二.xlsx"]).sources == {"二.xlsx": str(second)}
    every: Mapping[str, Any] = {each.name: getattr(evaluations, each.name) for each in dataclasses.fields(evaluations)}
    told = " ".join(frame.to_csv() for frame in every.values() if isinstance(frame, pd.DataFrame))
    assert str(tmp_path) not in told
    assert str(tmp_path) not in repr(evaluations)
    wanted = {one.file for one in followed(sx.write_summary(evaluations, tmp_path / "汇总.xlsx"))}
    assert wanted == {first, second}
