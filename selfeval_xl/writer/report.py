"""The draft of 部门整体支出绩效自评报告: which forms have one, and a Word file for each department and year."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from selfeval_xl.errors import SelfEvalError
from selfeval_xl.findings import SEVERITIES
from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners
from selfeval_xl.specs import layouts

from .departments import forms
from .looks import summary
from .output import check_target, whole_file
from .report_figures import Part
from .report_looks import Report, load_report, shipped
from .report_pages import check_library, draw
from .report_text import told
from .rows import indicators

SUFFIXES = (".docx",)
_ACHIEVED = ["achieved_text", "achieved_value", "progress"]
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_LONGEST = 60  # characters of a department's name in the name of a file


def write_report(
    evaluations: Evaluations, path: str | os.PathLike[str], *, template: str | os.PathLike[str] | None = None
) -> list[Path]:
    """The draft of each department's self-evaluation report (部门整体支出绩效自评报告) as a Word file; gives the paths.

    Where there is one report it becomes `path`; where there are several, each stands beside it, its name extended by
    department and year. Figures, rates and directions (增加/减少/持平) come from the frames, as stated and where nothing was
    stated as computed, in 万元 with two decimals; texts come from the narrative blocks; what is missing says 〔待补〕. Findings
    stand in the margin at their figures and in a list at the end. `template` is a report.toml of one's own.

    Needs the extra `word` (python-docx). Raises SelfEvalError where that is not installed or no form has such a report,
    SpecError for a broken template, OutputError where a file cannot be written.
    """
    report = check_report(path, template)
    target = Path(path)
    found = parts(evaluations, report)
    if not found:
        raise SelfEvalError(_why_none(evaluations))
    written = [target] if len(found) == 1 else _beside(target, found)
    for part, one in zip(found, written, strict=True):
        with whole_file(one, SUFFIXES) as stream:
            stream.write(draw(list(told(part, report)), part, report))
    return written


def check_report(path: str | os.PathLike[str], template: str | os.PathLike[str] | None = None) -> Report:
    """Refuse, before anything is read, what `write_report` cannot write; gives the template. Raises as `write_report` does."""
    check_library()
    check_target(Path(path), SUFFIXES)
    return shipped() if template is None else load_report(template)


def parts(evaluations: Evaluations, report: Report) -> list[Part]:
    """What each report is written from: forms of one department and year in one file make one."""
    found = forms(evaluations, summary())
    read = evaluations.profile.assign(
        department=evaluations.profile["department"].fillna(evaluations.profile["implementing_unit"])
    )
    leading = read[_has_report(evaluations, read, report)]
    again = leading.duplicated(["file", "department", "fiscal_year"]) & leading["department"].notna()
    leading = leading[~again]
    frames = {
        "budget": evaluations.budget,
        "indicators": _indicators(evaluations, found),
        "texts": evaluations.texts,
        "findings": evaluations.findings,
    }
    owned = {name: frame.assign(owner=owners(frame, found)) for name, frame in frames.items()}
    cells = {name: evaluations.slots(name) for name in ("profile", "budget", "indicators")}
    made = []
    for at in leading.index.tolist():
        lead = leading.loc[at]
        alone = int(leading["file"].eq(lead["file"]).sum()) == 1
        group = [at, *(other for other in _beside_it(read, lead, report, alone=alone) if other != at)]
        own = {name: _of(frame, group) for name, frame in owned.items()}
        whole = owned["findings"]["file"].eq(lead["file"]) & owned["findings"]["sheet"].isna()
        own["findings"] = _by_gravity(owned["findings"][owned["findings"]["owner"].isin(group) | whole])
        made.append(Part(lead["file"], evaluations.profile.loc[group], **own, cells=cells))
    return made


def _indicators(evaluations: Evaluations, found: pd.DataFrame) -> pd.DataFrame:
    """The indicators with target and achievement as a person reads them, missing where no value was printed."""
    rows = indicators(evaluations, found, summary())
    shown = {name: rows[name].where(rows[f"{name}_text"].notna()) for name in ("target", "achieved")}
    return rows.assign(**shown)


def _has_report(evaluations: Evaluations, read: pd.DataFrame, report: Report) -> pd.Series:
    """Whether a form is one of a department's whole expenditure that says what was achieved."""
    rows = evaluations.indicators
    told_of = owners(rows[rows[_ACHIEVED].notna().any(axis=1)], read)
    says = read["form"].isin(report.forms) | read.index.isin(told_of) | read["reported_total_score"].notna()
    return read["project"].isna() & ~read["form"].isin(report.no_report) & says


def _beside_it(read: pd.DataFrame, lead: pd.Series, report: Report, *, alone: bool) -> Iterator[int]:
    """The other forms that tell of the same department and year; where the file has one report, unnamed ones too."""
    same = read["file"].eq(lead["file"]) & read["project"].isna() & ~read["form"].isin(report.no_report)
    for name in ("department", "fiscal_year"):
        same &= read[name].eq(lead[name]).fillna(value=False) | (read[name].isna() | pd.isna(lead[name]) if alone else False)
    yield from read.index[same]


def _of(frame: pd.DataFrame, group: list[int]) -> pd.DataFrame:
    """The rows of some forms, those of the first form first; otherwise in their own order."""
    rows = frame[frame["owner"].isin(group)]
    order = rows["owner"].map({owner: at for at, owner in enumerate(group)})
    return rows.loc[order.sort_values(kind="stable").index]


def _by_gravity(rows: pd.DataFrame) -> pd.DataFrame:
    rank = rows["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    return rows.loc[rank.sort_values(kind="stable").index]


def _beside(target: Path, found: list[Part]) -> list[Path]:
    """A file for each report: 自评报告_示例县交通局_2021.docx; a number where two would have the same name."""
    taken: dict[str, int] = {}
    made = []
    for part in found:
        lead = part.profile.iloc[0]
        said = [lead["department"] if pd.notna(lead["department"]) else Path(part.file).stem]
        said += [str(lead["fiscal_year"])] if pd.notna(lead["fiscal_year"]) else []
        name = "_".join([target.stem, *(_ODD.sub("", text)[:_LONGEST].strip(" .") for text in said)])
        taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
        again = f"_{taken[name.casefold()]}" if taken[name.casefold()] > 1 else ""
        made.append(target.with_name(f"{name}{again}{target.suffix}"))
    return made


def _why_none(evaluations: Evaluations) -> str:
    """Why there is no report to write: what was recognised instead, or why nothing was."""
    names = {layout.id: layout.name for layout in layouts().values()}
    kinds = list(dict.fromkeys(names.get(form, "没有专门表样的表") for form in evaluations.profile["form"]))
    if kinds:
        return f"没有部门整体支出绩效自评表，自评报告无从写起；认出的是：{'、'.join(kinds)}。请给出部门的自评工作簿。"
    reasons = evaluations.files[["file", "reason"]].fillna("没有认出表格").itertuples(index=False, name=None)
    return "没有可以写成自评报告的表：" + "；".join(f"{file}：{reason.rstrip('。')}" for file, reason in list(reasons)[:3]) + "。"
