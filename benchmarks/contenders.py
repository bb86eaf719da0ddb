"""What a bureau could use instead, and the parts of our own way: each reads a folder and gives its frames, or writes a file.

The two scripts are written as their authors would write them: by fixed addresses of the standard workbook, with nothing
checked. They give less (no findings, scores, states or source cells), and stop at the first file that is not as expected.
`WAYS` has all that are compared; `ours` is the command line itself.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MONEY = ["项目", "年初预算数", "全年预算数", "决算数", "上年预算数", "上年决算数", "填报执行率"]
INDICATORS = ["序号", "一级", "二级", "三级", "性质", "指标值", "单位", "完成值", "填报完成率", "分值", "得分", "原因"]
PROJECTS = ["序号", "项目", "编码", "主管", "实施", "年初预算数", "全年预算数", "执行数", "填报执行率", "得分", "等级", "原因"]
SHEETS = {"预算执行": (5, MONEY), "三公经费": (5, MONEY), "绩效指标": (5, INDICATORS), "项目支出": (5, PROJECTS)}
MOST = 10_000
"""Workbooks of the largest batch that is measured."""


@dataclass(frozen=True)
class Way:
    """One way that is compared: its name on the page, and the largest batch that it is given, lest it take hours.

    A `part` is compared without the start of its process. `before` names what must be there first and is not measured. Where
    `label` is given, the picture has it, drawn so.
    """

    title: str
    most: int = MOST
    part: bool = False
    before: str = ""
    label: str = ""
    line: str = "-"
    mark: str = "o"
    color: str = "#5F6B7A"


WAYS = {
    "ours": Way("selfeval-xl run（两个进程）", label="selfeval-xl run", color="#1F4E79"),
    "ours_alone": Way("同上，一个进程", most=1_000),
    "ours_read": Way("其中：读取", part=True),
    "ours_read_two": Way("其中：读取（两个进程）", part=True),
    "ours_again": Way("再读一次，什么都没有改", most=1_000, part=True, before="keep_readings"),
    "ours_rule": Way("其中：读取＋核对", most=1_000),
    "ours_bare": Way("读取＋xlsxwriter 直接写同样的格子", most=1_000, before="keep_cells"),
    "bare": Way(
        "python-calamine 读成列表，别的不做", part=True, label="calamine, reading only", line=":", mark="x", color="#A3ACB7"
    ),
    "full": Way(
        "openpyxl 完整模式，只读", most=1_000, part=True, label="openpyxl, reading only", line=":", mark="v", color="#7D8896"
    ),
    "savvy": Way("脚本：pandas＋calamine，一个汇总", label="script: pandas + calamine", line="--", mark="s"),
    "naive": Way(
        "脚本：pandas＋openpyxl，固定地址", most=1_000, label="script: pandas + openpyxl", line="-.", mark="^", color="#2B333D"
    ),
}


# -- scripts -------------------------------------------------------------------------------------------------------


def naive(folder: Path, output: Path) -> None:
    """The script of a competent user: pandas and openpyxl by fixed addresses, `to_excel` out."""
    import openpyxl  # noqa: PLC0415 (each contender loads what it needs, and no more)
    import pandas as pd  # noqa: PLC0415

    heads, tables = [], {name: [] for name in SHEETS}
    for path in sorted(folder.glob("*.xlsx")):
        about = openpyxl.load_workbook(path, data_only=True)["部门概况"]
        head = {"文件": path.name, "部门": about["B3"].value, "年度": about["B5"].value, "自评得分": about["B17"].value}
        heads.append(head)
        for name, frame in pd.read_excel(path, sheet_name=list(SHEETS), header=None, engine="openpyxl").items():
            tables[name].append(_cut(frame, name, head))
    _written(heads, tables, output)


def savvy(folder: Path, output: Path) -> None:
    """The script of a user who knows the libraries: pandas with calamine, one summary."""
    import pandas as pd  # noqa: PLC0415

    heads, tables = [], {name: [] for name in SHEETS}
    for path in sorted(folder.glob("*.xlsx")):
        sheets = pd.read_excel(path, sheet_name=["部门概况", *SHEETS], header=None, engine="calamine")
        about = sheets["部门概况"].set_index(0)[1]
        head = {"文件": path.name, "部门": about["部门名称"], "年度": about["评价年度"], "自评得分": about["自评得分"]}
        heads.append(head)
        for name in SHEETS:
            tables[name].append(_cut(sheets[name], name, head))
    _written(heads, tables, output)


def _cut(frame: Any, name: str, head: dict[str, Any]) -> Any:
    first, columns = SHEETS[name]
    rows = frame.iloc[first:, : len(columns)].set_axis(columns, axis=1)
    rows = rows[rows[columns[3]].notna()]
    return rows.assign(**{key: head[key] for key in ("文件", "部门", "年度")})


def _written(heads: list[dict[str, Any]], tables: dict[str, list[Any]], output: Path) -> None:
    import pandas as pd  # noqa: PLC0415

    whole = {name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()}
    for name in ("预算执行", "三公经费"):
        rows = whole[name]
        amounts = rows[MONEY[1:6]].apply(pd.to_numeric, errors="coerce")
        rows["执行率"] = (amounts["决算数"] / amounts["全年预算数"]).round(4)
        rows["差异"] = amounts["决算数"] - amounts["全年预算数"]
        rows["比上年"] = amounts["决算数"] - amounts["上年决算数"]
    indicators = whole["绩效指标"]
    target, achieved = (pd.to_numeric(indicators[name], errors="coerce") for name in ("指标值", "完成值"))
    indicators["完成率"] = (achieved / target).round(4)
    indicators["核算得分"] = (indicators["完成率"].clip(upper=1) * pd.to_numeric(indicators["分值"], errors="coerce")).round(2)
    scores = pd.DataFrame(heads).merge(indicators.groupby("文件")["核算得分"].sum().reset_index(), on="文件", how="left")
    with pd.ExcelWriter(output) as writer:
        scores.sort_values("自评得分", ascending=False).to_excel(writer, sheet_name="排名", index=False)
        for name, rows in whole.items():
            rows.to_excel(writer, sheet_name=name, index=False)


# -- readers alone -------------------------------------------------------------------------------------------------


def full(folder: Path, _output: Path) -> None:
    """openpyxl in full mode, every cell looked at."""
    import openpyxl  # noqa: PLC0415

    for path in sorted(folder.glob("*.xlsx")):
        for sheet in openpyxl.load_workbook(path, data_only=True):
            for row in sheet.iter_rows(values_only=True):
                sum(value is not None for value in row)


def bare(folder: Path, _output: Path) -> None:
    """python-calamine to lists, with merged ranges, and nothing else."""
    import python_calamine  # noqa: PLC0415

    for path in sorted(folder.glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python(skip_empty_area=False)
            sheet.merged_cell_ranges  # noqa: B018 (worked out when it is asked for)


# -- our own -------------------------------------------------------------------------------------------------------


def ours_alone(folder: Path, output: Path) -> None:
    """The whole run in one process."""
    import selfeval_xl as sx  # noqa: PLC0415

    sx.write_summary(sx.evaluate(sx.read(folder)), output)


def ours_read(folder: Path, _output: Path) -> None:
    """Reading to frames in one process."""
    import selfeval_xl as sx  # noqa: PLC0415

    sx.read(folder)


def ours_read_two(folder: Path, _output: Path) -> None:
    """Reading to frames in two processes."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    import selfeval_xl as sx  # noqa: PLC0415

    with ProcessPoolExecutor(2) as pool:
        sx.read(folder, executor=pool)


def ours_rule(folder: Path, _output: Path) -> None:
    """Reading and ruling in one process."""
    import selfeval_xl as sx  # noqa: PLC0415

    sx.evaluate(sx.read(folder))


def ours_again(folder: Path, _output: Path) -> None:
    """Reading to frames in one process what was read before and has not changed."""
    import selfeval_xl as sx  # noqa: PLC0415

    sx.read(folder, cache=_beside(folder, "readings"))


def ours_bare(folder: Path, output: Path) -> None:
    """Reading as ours, then the cells of our own summary by bare xlsxwriter."""
    import xlsxwriter  # noqa: PLC0415

    import selfeval_xl as sx  # noqa: PLC0415

    sx.read(folder)
    book = xlsxwriter.Workbook(output)
    for name, rows in pickle.loads(_beside(folder, "cells").read_bytes()).items():  # noqa: S301 (our own file, made in this run)
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()


# -- what must be there before -------------------------------------------------------------------------------------


def keep_readings(folder: Path, output: Path) -> None:
    """The readings of a folder where `ours_again` finds them."""
    ours_again(folder, output)


def keep_cells(folder: Path, output: Path) -> None:
    """Every cell of our summary of a folder, as calamine reads it, for `ours_bare`."""
    import python_calamine  # noqa: PLC0415

    ours_alone(folder, output)
    book = python_calamine.CalamineWorkbook.from_path(output)
    cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    _beside(folder, "cells").write_bytes(pickle.dumps(cells))


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f"{folder.name}.{what}")


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {
    one.__name__: one
    for one in (
        naive, savvy, full, bare, ours_alone, ours_read, ours_read_two, ours_again, ours_rule, ours_bare,
        keep_readings, keep_cells,
    )
}  # fmt: skip

LIBRARIES = {
    "naive": ("openpyxl", "pandas"),
    "savvy": ("pandas", "python_calamine", "openpyxl"),
    "full": ("openpyxl",),
    "bare": ("python_calamine",),
}
"""What is imported before the clock of the work starts; our own rooms for the rest."""
_OURS = (
    "selfeval_xl",
    "selfeval_xl.batch",
    "selfeval_xl.reader",
    "selfeval_xl.rules",
    "selfeval_xl.writer",
    "pandas",
    "xlsxwriter",
)


def main(name: str, folder: Path, output: Path) -> float:
    """Do one thing in this process: seconds of its work, without the start of the process and the import of libraries."""
    for library in LIBRARIES.get(name, _OURS):
        importlib.import_module(library)
    begun = time.perf_counter()
    CONTENDERS[name](folder, output)
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))  # noqa: T201 (a script)
