"""哪个目标值或完成值错了: an indicator whose stated completion and score speak for another target or achieved value.

Where both are wrong by what is printed and agree with each other, they tell what the target should be, or the achieved
value: only one of the two can be printed with as many decimals, as a rule. Where one of them alone is wrong, a target or
an achieved value is named only where a usual slip of the hand (figures exchanged, a point moved) puts it right, in one of
the two alone. Full marks and 100% tell nothing: they are what is claimed without a reckoning.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import points, repair, scoring, stated, wording
from .cases import Case, Mark, Row, hits, is_task, row_of
from .measures import ACHIEVED_OVER_TARGET, REVERSE

TARGET, ACHIEVED = "target_value", "achieved_value"
_TEXTS = {TARGET: "target_text", ACHIEVED: "achieved_text"}
_WRONG_SCORE = ("full", "computed", "below", "met", "above_weight")
_TELLING = 3  # digits of a completion or score that only one other figure gives
_MOST_DECIMALS = 4
_STEP = 0.01  # of a score, within which it is the one that was worked out


def find(case: Case, known: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The wrong targets and achieved values, where they can be told; rows whose weight is `known` to be wrong are left out."""
    rows = case.indicators
    same_unit = rows["achieved_unit"].isna() | rows["unit"].isna() | (rows["achieved_unit"] == rows["unit"])
    plain = rows["operator"].fillna("").isin([*ACHIEVED_OVER_TARGET, *REVERSE]) & (rows[TARGET] > 0) & (rows[ACHIEVED] > 0)
    rows = rows[plain & same_unit & ~rows.index.isin([mark.at for mark in known if mark.frame == "indicators"])]
    rows = rows.assign(**_verdicts(case, rows))
    rows = rows[(rows["rated"] | rows["scored"]) & ~(rows["rated"] & _claimed(rows))]
    if rows.empty:
        return ()
    tried = pd.DataFrame([entry for at, row in hits(rows, rows["file"].notna()) for entry in _candidates(at, row)])
    if tried.empty:
        return ()
    fits = tried[_fit(case, rows, tried)]
    return tuple(mark for at, some in fits.groupby("at") for mark in _chosen(case, row_of(rows, int(str(at))), some))


def figures(case: Case) -> Iterator[Finding | NotRun]:
    """Each wrong target or achieved value once, at its own cell."""
    for mark in case.marks:
        if mark.column in _TEXTS:
            row = row_of(case.indicators, mark.at)
            say = wording.target if mark.column == TARGET else wording.achieved
            yield finding(
                "stated.side",
                case.where("indicators", mark.at, row, _TEXTS[mark.column]),
                stated=say(row),
                expected=say({**row, mark.column: mark.value}),
                label=row["level3"],
                field=wording.label("indicators", _TEXTS[mark.column]),
                proof=mark.proof,
                hint=mark.hint,
            )


def _verdicts(case: Case, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Whether the stated completion (`rated`) and the stated score (`scored`) of each row are wrong."""
    plain = rows["operator"].fillna("").isin(ACHIEVED_OVER_TARGET)
    ways = [(rows[ACHIEVED], rows[TARGET]), (rows[TARGET], rows[ACHIEVED])]
    right, other = (stated.judge(rows["reported_completion"], top, below, case) != "stated.rate" for top, below in ways)
    met = ~plain & (rows["completion"] == 1) & (rows["reported_completion"] == 1)
    scored = points.verdicts(rows, case).isin(_WRONG_SCORE) & ~is_task(rows)
    return {"rated": ~(right | (~plain & other) | met), "scored": scored}


def _claimed(rows: pd.DataFrame) -> pd.Series:
    """Whether a stated completion is too round to tell anything."""
    return (rows["reported_completion"] == 1) | (numbers.decimals(rows["reported_completion"], _MOST_DECIMALS) < _TELLING)


def _candidates(at: int, row: Row) -> Iterator[dict[str, object]]:
    """What the target and the achieved value of a row might be: what its completion asks for, and slips of what is printed.

    Of what is asked for the neighbours are tried too: where they fit as well, it is not asked for it alone.
    """
    rate = row["reported_completion"]
    places = int(numbers.decimals(pd.Series([row[TARGET], row[ACHIEVED]]), _MOST_DECIMALS).max())
    for column, other in ((TARGET, ACHIEVED), (ACHIEVED, TARGET)):
        printed = float(row[column])
        if row["rated"] and row["scored"]:
            asked = row[other] / rate if (column == TARGET) == (row["operator"] not in REVERSE) else row[other] * rate
            near = numbers.half_up(pd.Series([asked + step * 10.0**-places for step in (-1, 0, 1)]), places)
            yield from ({"at": at, "column": column, "value": value, "slip": ""} for value in near if value > 0)
        text = f"{printed:.{places}f}"
        turned = [text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(len(text) - 1) if text[n : n + 2].isdigit()]
        slips = {float(one) for one in turned} | {float(f"{printed * power:.6g}") for power in (10.0, 0.1, 10_000.0, 0.0001)}
        for value in sorted(slips - {printed}):
            what = repair.slip(wording.number(printed), wording.number(value)) if value > 0 else ""
            if what:
                yield {"at": at, "column": column, "value": value, "slip": what}


def _fit(case: Case, rows: pd.DataFrame, tried: pd.DataFrame) -> pd.Series:
    """Whether each figure that was tried puts right what is wrong in its row, and spoils nothing."""
    table = rows.loc[tried["at"]].reset_index(drop=True)
    for column in (TARGET, ACHIEVED):
        table[column] = table[column].mask(tried["column"] == column, tried["value"])
    anew = scoring.indicators(table, case.policy)
    table = table.drop(columns=list(anew.columns)).join(anew)
    now = _verdicts(case, table)
    before = rows.loc[tried["at"], "completion"].reset_index(drop=True)
    unexplained = (table["completion"] < 1) & ~(before < 1) & table["deviation_reason"].isna()
    full = (table["reported_score"] - table["weight"]).abs() < 10.0**-_MOST_DECIMALS
    worked = (table["reported_score"] - table["computed_score"]).abs() < _STEP  # and not only excused by a reason
    digits = numbers.decimals(table["reported_score"], 2)
    telling = table["rated"] | (worked & ~full & (table["reported_score"] > 0) & (digits > 0))
    fits: pd.Series = ~now["rated"] & ~now["scored"] & ~unexplained & telling
    return fits


def _chosen(case: Case, row: Row, fits: pd.DataFrame) -> Iterator[Mark]:
    """The one figure of a row that is wrong, as far as those that fit leave a choice."""
    at = int(fits["at"].iloc[0])
    by_slip = fits[fits["slip"] != ""].drop_duplicates(["column", "value"])
    asked = fits[fits["slip"] == ""].drop_duplicates("column", keep=False)
    if len(by_slip) == 1 and not _slip_of_what_is_stated(row):
        yield _mark(row, at, by_slip.iloc[0], f"，像是{by_slip['slip'].iloc[0]}")
    elif len(by_slip) == 0 and len(asked) == 1:
        yield _mark(row, at, asked.iloc[0], "")
    elif len(by_slip) == 0 and len(asked) > 1:
        one, other = (asked[asked["column"] == column].iloc[0] for column in (TARGET, ACHIEVED))
        place = case.where("indicators", at, row, _TEXTS[ACHIEVED])[2]
        yield _mark(row, at, one, f"，或者完成值({place})应为 {wording.number(other['value'])}")


def _slip_of_what_is_stated(row: Row) -> bool:
    """Whether the one statement that is wrong may be the slip itself."""
    if row["rated"] and row["scored"]:
        return False
    if row["scored"]:
        return bool(repair.slip(wording.points(row["reported_score"]), wording.points(row["computed_score"])))
    expected = row["completion"] if not np.isnan(row["completion"]) else 0.0
    return bool(repair.slip(wording.rate(row["reported_completion"])[:-1], wording.rate(expected)[:-1]))


def _mark(row: Row, at: int, chosen: pd.Series, hint: str) -> Mark:
    proof = [f"完成率 {wording.stated_rate(row['reported_completion'])}"] if row["rated"] else []
    proof += [f"得分 {wording.points(row['reported_score'])} 分"] if row["scored"] else []
    return Mark("indicators", at, str(chosen["column"]), float(chosen["value"]), "、".join(proof), hint)
