"""总分、分值与等级: scores and weights against their totals, weights against what the level above prints, grade against score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import level_points, points, wording
from .cases import Case, Row, hits, is_project, is_task
from .lexicon import lexicon
from .totals import TOTAL, grades, parts
from .vocabulary import component_names

_SAME = 1e-9
_CONTINUED = r"[(（](?:续|接上)"
_GRADE_ENDS = r"[\s“”\"]|[(（].*|等?[级次档]$"  # “优”, 优（95分）, 优等次


def totals(case: Case) -> Iterator[Finding | NotRun]:
    """自评得分 against the sum of the scores, and against what its rows could give at most."""
    weight = case.scores[case.scores["component"] == TOTAL].set_index("form_no")["weight"]
    forms = case.forms.assign(summed=_summed(case), most=weight.mask(weight.index.isin(_unweighted(case))))
    judged = forms["reported_total_score"].notna() & (forms["summed"].notna() | forms["most"].notna())
    continued = _continued(case)
    yield from _not_run(forms[judged & continued])
    forms["gap"] = _gap(forms["reported_total_score"], forms["summed"], case)
    forms = forms[~continued & ~_of_indicators(case, forms)]
    forms = forms[~_explained(case, forms)]
    beyond = (forms["reported_total_score"] > forms["most"] + _SAME) & (forms["most"] > 0)
    if not (beyond | (forms["gap"].abs() > 0)).any():
        return
    forms["formula"] = _formulas(case, "reported", forms.loc[(forms["gap"].abs() > 0) & ~beyond, "sheet"])
    forms["weights"] = _formulas(case, "weight", forms.loc[beyond, "sheet"])
    for form_no, row in hits(forms, beyond):
        where = case.where("profile", form_no, row, "reported_total_score")
        stated, most = wording.points(row["reported_total_score"]), wording.points(row["most"])
        summed: str = "" if pd.isna(row["summed"]) else f"，各项得分之和 {wording.points(row['summed'])} 分"
        yield finding("score.unreachable", where, stated=stated, expected=most, formula=row["weights"], summed=summed)
    for form_no, row in hits(forms, (forms["gap"].abs() > 0) & ~beyond):
        yield finding(
            "score.total",
            case.where("profile", form_no, row, "reported_total_score"),
            stated=wording.points(row["reported_total_score"]),
            expected=wording.points(row["summed"]),
            formula=row["formula"],
            gap=wording.points(abs(row["gap"])),
        )


def _explained(case: Case, forms: pd.DataFrame) -> pd.Series:
    """Totals that one score explains: it is told to be wrong, by as much as the total is short of the sum."""
    off = forms.loc[forms["gap"].abs() > 0, "gap"]
    if off.empty:
        return pd.Series(data=False, index=forms.index)
    wrong = points.excess(case, off.index.to_series())
    fits = (wrong["form_no"].map(off) + wrong["gap"]).abs() < _SAME
    return pd.Series(forms.index.isin(wrong.loc[fits, "form_no"]), index=forms.index)


def weights(case: Case) -> Iterator[Finding | NotRun]:
    """Weights against the policy's total; weights that 其中 rows repeat, and 其中 rows without one.

    A form without money need not have the weight of execution. Nothing is said where an indicator has no weight at all:
    that has been told, and the sum cannot be right.
    """
    yield from _repeated(case)
    yield from _unscored_parts(case)
    whole = case.policy.total_weight.value
    if whole is None:
        return
    continued = case.forms[_continued(case)]
    yield from _not_run(continued[continued.index.isin(_weighed(case)["form_no"])])
    off = off_weights(case)
    if off.empty:
        return
    weighted = case.indicators[case.indicators["weight"].notna() & case.indicators["form_no"].isin(off["form_no"])]
    first = weighted.drop_duplicates("form_no").drop(columns="weight").reset_index(names="at").merge(off, on="form_no")
    first["formula"] = first["form_no"].map(_formulas(case, "weight", first.set_index("form_no")["sheet"]))
    for _, row in hits(first, first["weight"].notna()):
        where = case.where("indicators", row["at"], row, "weight")
        stated, expected = wording.points(row["weight"]), wording.points(whole)
        yield finding("weight.total", where, stated=stated, expected=expected, formula=row["formula"])


def off_weights(case: Case) -> pd.DataFrame:
    """`form_no` and `weight` (their sum) of the forms whose weights do not make up the policy's total."""
    totals, whole = _weighed(case), case.policy.total_weight.value
    if whole is None:
        return totals.head(0)
    totals = totals[~totals["form_no"].isin(case.forms.index[_continued(case)])]
    execution_weight = case.policy.weights.get("budget_execution")
    apart = (execution_weight.value or 0.0) if execution_weight else 0.0
    without_money = ~totals["form_no"].isin(case.execution["form_no"])
    fits = ((totals["weight"] - whole).abs() < _SAME) | (without_money & ((totals["weight"] + apart - whole).abs() < _SAME))
    return totals[~fits]


def _weighed(case: Case) -> pd.DataFrame:
    """`form_no` and `weight` of the forms whose every indicator has a weight."""
    totals = case.scores[(case.scores["component"] == TOTAL) & case.scores["weight"].notna()]
    return totals.loc[~totals["form_no"].isin(_unweighted(case)), ["form_no", "weight"]]


def _repeated(case: Case) -> Iterator[Finding]:
    """其中 rows that repeat the weight of the row that is scored: adding up would count it twice."""
    scored = case.budget.loc[case.execution.index].drop_duplicates("form_no").set_index("form_no")
    rows = case.budget[case.budget["weight"].notna() & case.budget["part"].isna() & ~is_project(case.budget)]
    rows = rows[~rows.index.isin(case.execution.index)]
    own = rows["form_no"].map(scored["weight"])
    rows = rows.assign(own=rows["form_no"].map(scored["item_label"]))
    for at, row in hits(rows, (rows["weight"] - own).abs() < _SAME):
        where = case.where("budget", at, row, "weight")
        yield finding("weight.repeated", where, stated=wording.points(row["weight"]), label=row["item_label"], own=row["own"])


def _unscored_parts(case: Case) -> Iterator[Finding]:
    """其中 rows without 分值 below scored rows: their targets are not scored, and nothing has to be filled in."""
    rows = case.indicators[case.indicators["part_of"].notna() & ~is_task(case.indicators)]
    rows = rows[rows["weight"].isna() & rows["reported_score"].isna() & rows["target_text"].notna()]
    scored = case.indicators.loc[case.indicators["weight"].notna() & case.indicators["part_of"].isna(), "form_no"]
    rows = rows[rows["form_no"].isin(scored)]
    count = rows["form_no"].value_counts()
    first = rows.drop_duplicates("form_no")
    for _, row in hits(first, first["form_no"].notna()):
        where = (str(row["file"]), str(row["sheet"]), str(row["cell"]))
        yield finding("weight.parts_unscored", where, count=str(count[row["form_no"]]), label=row["level3"])


def levels(case: Case) -> Iterator[Finding | NotRun]:
    """产出指标（50分）: the weights of the indicators below a level against the points that are printed with its name."""
    for heads, known, keys in level_points.level_sums(case):
        for _, row in hits(heads, heads["gap"].abs() > _SAME):
            yield _level_finding(case, row, keys[-2], known)


def _level_finding(case: Case, row: Row, level: str, rows: pd.DataFrame) -> Finding:
    below = rows[(rows["form_no"] == row["form_no"]) & (rows[level] == row[level]) & (rows["run"] == row["run"])]
    return finding(
        "weight.level",
        case.where("indicators", row["at"], row, f"{level}_weight", "weight"),
        stated=wording.points(row["summed"]),
        expected=wording.points(row[f"{level}_weight"]),
        label=row[level],
        formula=wording.worked([wording.points(value) for value in below["weight"]], wording.points(row["summed"])),
    )


def stated_grades(case: Case) -> Iterator[Finding | NotRun]:
    """自评等级 against 自评得分, of each form and of each project in a list; a form's grade needs a score.

    Where no total is stated, the sum of the scores stands for it, if they are complete and their weights are the whole.
    """
    forms = case.forms
    totals = case.scores[case.scores["component"] == TOTAL].set_index("form_no")
    whole = (totals["weight"] - (case.policy.total_weight.value or np.nan)).abs() < _SAME
    summed = _summed(case)
    score = forms["reported_total_score"].fillna(summed.where(whole))
    other = forms["reported_total_score"].notna() & (_said(forms) == grades(summed.where(whole), case.policy))
    yield from _grades(case, "profile", forms[~other], score[~other])  # a wrong total is told, and its grade may be right
    projects = case.budget[is_project(case.budget)]
    yield from _grades(case, "budget", projects, projects["reported_score"])
    lonely = forms["reported_grade"].notna() & score.isna()
    asked = case.printed("profile", forms, "reported_total_score")
    for form_no, row in hits(forms, lonely & asked):
        where = case.where("profile", form_no, row, "reported_total_score")
        yield finding("grade.without_score", where, stated=row["reported_grade"])


def _grades(case: Case, frame: str, table: pd.DataFrame, score: pd.Series) -> Iterator[Finding]:
    """Stated grades that are not the grade of the stated score; 优秀 is read as 优, words of another scale are left alone."""
    bands = [band.grade for band in case.policy.bands.value or ()]
    table = table.assign(said=_said(table), right=grades(score, case.policy), score=score)
    for at, row in hits(table, table["said"].isin(bands) & table["right"].notna() & (table["said"] != table["right"])):
        where = case.where(frame, at, row, "reported_grade")
        score_text = wording.points(row["score"])
        yield finding("grade.score", where, stated=row["reported_grade"], expected=row["right"], score=score_text)


def _said(table: pd.DataFrame) -> pd.Series:
    """Stated grades in the short word."""
    return table["reported_grade"].str.replace(_GRADE_ENDS, "", regex=True).replace(dict(lexicon().grades))


def _summed(case: Case) -> pd.Series:
    """Sum of the scores that each form states; missing where a weighted row states none."""
    single = parts(case)
    unstated = (single["weight"].notna() & single["reported"].isna()).groupby(single["form_no"]).any()
    summed = single.groupby("form_no")["reported"].sum(min_count=1).mask(unstated)
    return numbers.half_up(summed, 4).reindex(case.forms.index)


def _of_indicators(case: Case, forms: pd.DataFrame) -> pd.Series:
    """Totals that stand below the indicators and sum these alone, on forms that print no weight with the money."""
    money = case.budget.loc[case.execution.index]
    printed = money.loc[money["weight"].notna(), "form_no"]
    rows = case.indicators[~is_task(case.indicators)]
    summed = numbers.half_up(rows.groupby("form_no")["reported_score"].sum(min_count=1), 4).reindex(forms.index)
    return ((forms["reported_total_score"] - summed).abs() < _SAME) & ~forms.index.isin(printed)


def _unweighted(case: Case) -> pd.Series:
    """Forms in which some indicator has no weight."""
    rows = case.indicators
    return rows.loc[rows["weight"].isna() & rows["part_of"].isna() & ~is_task(rows), "form_no"]


def _continued(case: Case) -> pd.Series:
    """Forms whose table is the rest of one that began elsewhere: 自评表（续）. Their rows are not the whole."""
    rows = case.indicators
    told = rows.loc[rows["table"].str.contains(_CONTINUED, regex=True, na=False), "form_no"]
    return pd.Series(case.forms.index.isin(told), index=case.forms.index)


def _not_run(forms: pd.DataFrame) -> Iterator[NotRun]:
    for _, row in hits(forms, forms["file"].notna()):
        yield NotRun(row["file"], row["sheet"], row["cell"], "scores", "是续表，前面的行不在这张表上")


def _gap(reported: pd.Series, summed: pd.Series, case: Case) -> pd.Series:
    """reported − summed; 0 where they agree at the policy's places, missing where either is."""
    places = case.policy.score_places.value or 0
    agree = (reported - numbers.half_up(summed, places)).abs() < _SAME
    return numbers.half_up(reported - summed, 4).mask(agree, 0.0)


def _formulas(case: Case, column: str, sheets: pd.Series) -> pd.Series:
    """预算执行 10(H8)+产出 50(H13～H20)…: what `column` of the parts of each form sums to, by component, and where it stands.

    `sheets` says by form_no on which sheet it is told: cells of another are given with their sheet. What belongs to no
    component comes last.
    """
    rows = parts(case)
    rows = rows[rows["form_no"].isin(sheets.index) & rows[column].notna()]
    rows = rows.assign(name=rows["component"].map(component_names()).fillna("其他"))
    order = {name: at for at, name in enumerate((*component_names().values(), "其他"))}
    texts: dict[int, list[str]] = {}
    for _, some in rows.assign(order=rows["name"].map(order)).groupby(["form_no", "order"]):
        records = [row for _, row in hits(some, some["form_no"].notna())]
        form_no = int(records[0]["form_no"])
        cells = _cells(case, records, {"weight": "weight", "reported": "reported_score"}[column], sheets.loc[form_no])
        text = f"{records[0]['name']} {wording.points(some[column].sum())}"
        texts.setdefault(form_no, []).append(f"{text}({cells})" if cells else text)
    return pd.Series({form_no: "+".join(found) for form_no, found in texts.items()}, dtype="str")


def _cells(case: Case, rows: Sequence[Row], column: str, told_on: str) -> str:
    """From where to where the figures of some rows stand; nothing where they stand on several sheets or in no cell."""
    places = [(getattr(case, row["frame"]), row["frame"], row["at"]) for row in rows]
    sheets = {frame["sheet"].loc[at] for frame, _, at in places}
    slots = [case.slot(name, at, column) for frame, name, at in places if pd.notna(frame[column].loc[at])]
    if len(sheets) > 1 or not all(slots) or len(slots) < len(rows):
        return ""
    sheet = str(sheets.pop())
    return ("" if sheet == told_on else f"「{sheet}」") + "～".join(dict.fromkeys((str(slots[0]), str(slots[-1]))))
