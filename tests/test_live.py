"""The summary is alive, and proven: LibreOffice calculates every formula anew and finds the value that was written.

And the bureau's what-if: a weight, a band, a cap changed on the sheet 参数 gives what `evaluate` gives under such a policy.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from recalculation import formulas, needs_office, recalculated, unlike, values

import selfeval_xl as sx
from selfeval_xl import policies

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
    place = next(place for place in formulas(path) if place == ("预算执行", "J6"))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet2.xml":
                before, cell, after = data.partition(b'<c r="J6"')
                formula, value, rest = after.partition(b"<v>")
                data = before + cell + formula + value + b"999" + rest[rest.index(b"</v>") :]
            target.writestr(name, data)
    assert values(forged)[place] == 999
    assert [found[0] for found in unlike([place], values(forged), values(recalculated(forged, tmp_path)))] == [place]


# -- what if -------------------------------------------------------------------------------------------------------

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
}


@needs_office
@pytest.mark.parametrize(
    "names",
    [
        ("执行率分值", "总分分值"),
        ("执行率计分上限", "等级起点"),
        ("得分小数位", "比率小数位", "反向超上限", "正向未达标"),
    ],
)
def test_a_parameter_that_is_changed_recomputes_all(names: tuple[str, ...], tmp_path: Path) -> None:
    """Weight, cap, band, places and words: typed into 参数, they give what a run under such a policy gives, cell by cell."""
    own = policies.copy("mof-2020-10", tmp_path / "我的办法.toml")
    text = own.read_text(encoding="utf-8")
    path = sx.write_summary(sx.evaluate(samples(), "mof-2020-10"), tmp_path / "汇总.xlsx")
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
    alive = [place for place in formulas(path) if place[0] != "参数"]
    found = values(recalculated(changed, tmp_path))
    assert unlike(alive, found, expected) == []
    assert unlike(alive, values(path), expected) != []  # the change does make a difference
