"""The summary is alive, and proven: LibreOffice calculates every formula anew and finds the value that was written.

And the bureau's what-if: a weight, a band, a cap changed on the sheet 参数 gives what `evaluate` gives under such a policy.
"""

from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from many import many
from openpyxl.utils import get_column_letter
from recalculation import Place, Value, formulas, needs_office, recalculated, unlike, values

import selfeval_xl as sx
from selfeval_xl import policies

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parent.parent / "samples"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")


@cache
def samples() -> sx.Submissions:
    """The sample workbooks, read once."""
    return sx.read(SAMPLES)


@needs_office
def test_every_formula_of_the_samples_gives_its_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Computed from the cells beside it, each figure is exactly what the rules made of it."""
    prove(sx.write_summary(sx.evaluate(samples()), tmp_path / "汇总.xlsx"), tmp_path, capsys, least=1000)


@needs_office
@pytest.mark.shared
def test_every_formula_of_the_cases_gives_its_value(tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same of forms from all over the country, with other columns, blanks, dashes, texts and policies."""
    found = [path for path in sorted((shared / "cases").iterdir()) if path.suffix in WORKBOOKS]
    prove(sx.write_summary(sx.evaluate(sx.read(found)), tmp_path / "汇总.xlsx"), tmp_path, capsys, least=600)


def prove(path: Path, folder: Path, capsys: pytest.CaptureFixture[str], least: int) -> None:
    """Calculate a summary anew and compare every formula cell; say how many there were."""
    alive = formulas(path)
    again = recalculated(path, folder)
    assert unlike(list(alive), values(path), values(again)) == []
    with capsys.disabled():
        print(f"\n{len(alive)} formula cells calculated anew by LibreOffice, all as written")  # noqa: T201 (the proof)
    assert len(alive) >= least


@needs_office
def test_the_oracle_would_notice(tmp_path: Path) -> None:
    """A value that its formula does not give is found out: LibreOffice does calculate and not repeat what it reads."""
    path = sx.write_summary(sx.evaluate(sx.read(SAMPLES / "示例县教育局_2021.xlsx")), tmp_path / "汇总.xlsx")
    forged = tmp_path / "改过.xlsx"
    place = next(place for place in formulas(path) if place[0] == "预算执行")
    part = f"xl/worksheets/sheet{openpyxl.load_workbook(path, read_only=True).sheetnames.index('预算执行') + 1}.xml"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                before, cell, after = data.partition(f'<c r="{place[1]}"'.encode())
                formula, value, rest = after.partition(b"<v>")
                data = before + cell + formula + value + b"999" + rest[rest.index(b"</v>") :]
            target.writestr(name, data)
    assert values(forged)[place] == 999
    assert [found[0] for found in unlike([place], values(forged), values(recalculated(forged, tmp_path)))] == [place]


# -- what if -------------------------------------------------------------------------------------------------------


@needs_office
def test_ranks_are_among_the_same_year_and_kind(tmp_path: Path) -> None:
    """Equal scores share a rank, blank ones have none, forms without a year are ranked among themselves."""
    read = many(samples(), 14)
    years = [2021, 2021, None, None, 2020, None, 2021]
    profile = read.profile.assign(fiscal_year=[years[at % len(years)] for at in range(len(read.profile))])
    evaluations = sx.evaluate(dataclasses.replace(read, profile=profile.astype(read.profile.dtypes)))
    path = sx.write_summary(evaluations, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(path)
    typed = [90, 90, 95.5, "", 88, 88, 70, 99.99, 60, "", 90, 88, 75, 75]
    fetched = [re.findall(r"'得分构成'!(\$D\$[0-9]+)", str(row[0].value)) for row in book["排名"]["F6:F19"]]
    for (place, _), score in zip(fetched, typed, strict=True):
        book["得分构成"][place.replace("$", "")].value = score or None
    changed = tmp_path / "改分.xlsx"
    book.save(changed)
    shown = openpyxl.load_workbook(recalculated(changed, tmp_path), data_only=True)["排名"]
    rows = [[cell.value or "" for cell in row[:6]] for row in shown.iter_rows(min_row=6, max_row=19)]
    assert sorted((score or 0 for *_, score in rows)) == sorted(score or 0 for score in typed)
    for rank, _, year, kind, _, score in rows:
        higher = [other for _, _, its_year, its_kind, _, other in rows if (its_year, its_kind) == (year, kind) and other]
        assert rank == (1 + sum(other > score for other in higher) if score else "")


REORDERED = ("总览", "排名", "部门页")
"""Sheets whose rows have another order, or list others, where the scores are others."""
FETCHED = re.compile(r"='(.+)'!([A-Z]+[0-9]+)")
COMPUTED = ("名次", "核算", "分差", "距上一等级", "执行率", "差异额", "差异率", "达标数", "可计算", "完成率")
"""Columns of 排名 that follow the parameters."""
GRADES = ("优", "良", "中", "差")


def standings(shown: Mapping[Place, Value]) -> dict[Value, list[Value]]:
    """What 排名 computed of each file, whatever the order of its rows: ranks first."""
    letters = [get_column_letter(at) for at in range(1, 30)]
    header = {letter: shown.get(("排名", f"{letter}5")) or shown.get(("排名", f"{letter}4")) for letter in letters}
    computed = [letter for letter in letters if header[letter] in COMPUTED]
    [file] = [letter for letter in letters if header[letter] == "文件"]
    rows = [row for row in range(6, 100) if shown.get(("排名", f"{file}{row}"))]
    return {shown["排名", f"{file}{row}"]: [_rounded(shown["排名", f"{letter}{row}"]) for letter in computed] for row in rows}


def _rounded(value: Value) -> Value:
    return round(value, 9) if isinstance(value, int | float) else value or ""


def counts(shown: Mapping[Place, Value]) -> dict[Value, Value]:
    """How many have each computed grade, as the chart of the cover has it."""
    labels = {("总览", f"N{row}"): ("总览", f"P{row}") for row in range(1, 60)}
    return {shown[label]: shown[count] for label, count in labels.items() if shown.get(label) in GRADES}


CHANGES: Mapping[str, tuple[str, str, object]] = {
    # defined name: what stands in the policy's file, what shall stand there, what is typed into the summary
    "执行率分值": ("budget_execution = { value = 10", "budget_execution = { value = 6", 6),
    "总分分值": ("value = 100\n", "value = 96\n", 96),
    "执行率计分上限": ("value = 1.0\n", "value = 0.97\n", 0.97),
    "等级起点": ("at_least = 90", "at_least = 86", 86),
    "得分小数位": ("[score_places]  # 得分保留的小数位\nvalue = 2", "[score_places]\nvalue = 1", 1),
    "比率小数位": ("[rate_places]  # 比率保留的小数位（0.9835 即 98.35%）\nvalue = 4", "[rate_places]\nvalue = 3", 3),
    "反向超上限": ('value = "ratio"', 'value = "linear"', "按超出比例扣"),
    "正向未达标": ('value = "proportional"\nbasis = "财预', 'value = "all_or_nothing"\nbasis = "财预', "得 0 分"),
    "限分的执行率": ("execution_below = 0.8,", "execution_below = 0.99,", 0.99),
    "限分的总分": ("at_most = 89", "at_most = 95", 95),
    "超额扣分起点": ("at_least = 1.3,", "at_least = 1.02,", 1.02),
    "超额扣分": ("points = 2 }", "share = 0.15 }", 0),
    "超额扣分比例": ("share = 0.15 }", "share = 0.15 }", 0.15),
}
TILES = [("总览", f"{letter}4") for letter in "ACEGI"]
"""The large figures of the cover, but for the number of findings: what is found does not follow 参数."""


@needs_office
@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ("mof-2020-10", ("执行率分值", "总分分值")),
        ("mof-2020-10", ("执行率计分上限", "等级起点")),
        ("mof-2020-10", ("得分小数位", "比率小数位", "反向超上限", "正向未达标")),
        ("handbook-caps", ("限分的执行率", "限分的总分", "超额扣分起点", "超额扣分", "超额扣分比例")),
    ],
)
def test_a_parameter_that_is_changed_recomputes_all(policy: str, names: tuple[str, ...], tmp_path: Path) -> None:
    """Weights, caps, bands, deductions, places and words: typed into 参数, they give what a run under such a policy gives."""
    own = policies.copy(policy, tmp_path / "我的办法.toml")
    text = own.read_text(encoding="utf-8")
    path = sx.write_summary(sx.evaluate(samples(), policy), tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(path)
    for name in names:
        before, after, typed = CHANGES[name]
        assert before in text, name
        text = text.replace(before, after, 1)
        sheet, _, area = book.defined_names[name].attr_text.rpartition("!")
        book[sheet.strip("'")][area.replace("$", "").split(":")[-1]].value = typed
    changed = tmp_path / "测算.xlsx"
    book.save(changed)
    own.write_text(text, encoding="utf-8")
    expected = values(sx.write_summary(sx.evaluate(samples(), own), tmp_path / "按办法.xlsx"))
    alive = {place: formula for place, formula in formulas(path).items() if place[0] != "参数"}
    before, found = values(path), values(recalculated(changed, tmp_path))
    figures = [place for place in alive if place[0] not in REORDERED]
    assert unlike(figures, found, expected) == []
    assert unlike(figures, before, expected) != []  # the change does make a difference
    assert standings(found) == standings(expected)
    assert standings(found) != standings(before)
    assert set(counts(found)) == set(GRADES)
    assert counts(found) == counts(expected)
    assert unlike(TILES, found, expected) == []
    there = {place: match.group(1, 2) for place in alive if (match := FETCHED.fullmatch(alive[place]))}
    assert len(there) > 300  # on 总览 and 部门页
    assert unlike(list(there), found, {place: found[source] for place, source in there.items()}) == []
