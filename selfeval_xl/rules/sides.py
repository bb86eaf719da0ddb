"""哪个目标值或完成值错了: an indicator whose stated completion and score speak for another target or achieved value.

Three things tell what the target should be, or the achieved value:

* the stated completion and the score, where both are wrong by what is printed and agree with each other, and where one
  alone is wrong and gives a whole figure as no wrong one would but by chance (102.56% = 92.3 ÷ 90);
* the 其中 rows of an indicator, or what they are part of;
* a usual slip of the hand (figures exchanged, a point moved) that puts the one statement right that is wrong.

Only one of the two can be printed with as many decimals, as a rule. Full marks and 100% tell nothing by themselves: they
are what is claimed without a reckoning.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import points, portions, repair, scoring, stated, wording
from .cases import Case, Mark, Row, hits, is_task, row_of
from .measures import ACHIEVED_OVER_TARGET, REVERSE

TARGET, ACHIEVED = "target_value", "achieved_value"
_TEXTS = {TARGET: "target_text", ACHIEVED: "achieved_text"}
_WRONG_SCORE = ("full", "computed", "below", "met", "above_weight")
_TELLING = 3  # digits of a completion or score that only one other figure gives
_MOST_DECIMALS = 4
_STEP = 0.01  # of a score, within which it is the one that was worked out
_CHANCE = 0.03  # at which a wrong completion or score would give a figure with no more decimals than the printed one
_NEARLY = {"rated": 0.002, "scored": 0.05}  # within which a statement is not wrong but worked out otherwise


def find(case: Case, known: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The wrong targets and achieved values, where they can be told; rows whose weight is `known` to be wrong are left out."""
    rows = case.indicators
    same_unit = rows["achieved_unit"].isna() | rows["unit"].isna() | (rows["achieved_unit"] == rows["unit"])
    plain = rows["operator"].fillna("").isin([*ACHIEVED_OVER_TARGET, *REVERSE]) & (rows[TARGET] > 0) & (rows[ACHIEVED] > 0)
    rows = rows[plain & same_unit & ~rows.index.isin([mark.at for mark in known if mark.frame == "indicators"])]
    rows = rows.assign(**_verdicts(case, rows))
    summed = _summed(case)
    rows = rows.assign(claimed=rows["rated"] & _claimed(rows), split=rows.index.isin([at for at, _ in summed]))
    rows = rows[(rows["rated"] | rows["scored"]) & (~rows["claimed"] | rows["split"])]
    if rows.empty:
        return ()
    tried = pd.DataFrame([entry for at, row in hits(rows, rows["file"].notna()) for entry in _candidates(at, row, summed)])
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


def _summed(case: Case) -> dict[tuple[int, str], float]:
    """What a target or achieved value would be if 其中 rows made up their whole, where they are more."""
    found: dict[tuple[int, str], float] = {}
    for text, children, over in portions.exceeded(case):
        column = text.replace("_text", "_value")
        whole = zip(over.index.astype(int), over["parts"].astype(float), strict=True)
        found |= {(at, column): amount for at, amount in whole}
        gaps = children["parent"].map(over["gap"]).dropna()
        part = zip(gaps.index.astype(int), children.loc[gaps.index, "value"] - gaps, strict=True)
        found |= {(at, column): float(amount) for at, amount in part if not np.isnan(amount)}
    return found


def _candidates(at: int, row: Row, summed: dict[tuple[int, str], float]) -> Iterator[dict[str, object]]:
    """What the target and the achieved value of a row might be: what others ask for, and slips of what is printed.

    Of what the completion or the score asks for the neighbours are tried too: where they fit as well, it is not asked
    for it alone.
    """
    most = int(numbers.decimals(pd.Series([row[TARGET], row[ACHIEVED]]), _MOST_DECIMALS).max())
    for column in (TARGET, ACHIEVED):
        if (at, column) in summed:
            yield {"at": at, "column": column, "value": summed[at, column], "slip": "", "split": True}
        if row["claimed"]:
            continue
        own = int(numbers.decimals(pd.Series([row[column]]), _MOST_DECIMALS).max())
        asked, places = _asked(row, column, most, own)
        near = numbers.half_up(pd.Series([asked + step * 10.0**-places for step in (-1, 0, 1)]), places)
        yield from ({"at": at, "column": column, "value": value, "slip": "", "split": False} for value in near if value > 0)
        printed = float(row[column])
        text = f"{printed:.{most}f}"
        turned = [text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(len(text) - 1) if text[n : n + 2].isdigit()]
        slips = {float(one) for one in turned} | {float(f"{printed * power:.6g}") for power in (10.0, 0.1, 10_000.0, 0.0001)}
        for value in sorted(slips - {printed}):
            what = repair.slip(wording.number(printed), wording.number(value)) if value > 0 else ""
            if what:
                yield {"at": at, "column": column, "value": value, "slip": what, "split": False}


def _asked(row: Row, column: str, most: int, own: int) -> tuple[float, int]:
    """The figure that the stated completion or score asks for, and its decimals; NaN where they do not tell enough.

    Of two statements that are wrong each confirms the other, and so does a score that was worked out from a completion.
    One alone is believed where what it asks for is a figure as round as the printed one, which by chance few would give.
    """
    full = row["reported_score"] == row["weight"]
    ready = row["weight"] > 0 and 0 < row["reported_score"] < row["weight"]
    rate = row["reported_completion"] if row["rated"] else row["reported_score"] / row["weight"] if ready else np.nan
    other = row[ACHIEVED if column == TARGET else TARGET]
    straight = (column == TARGET) == (row["operator"] not in REVERSE)
    asked = float(other / rate if straight else other * rate)
    if row["rated"] and row["scored"]:
        return asked, most
    if _worked_out_otherwise(row):
        return np.nan, own
    score = numbers.half_up(pd.Series([row["reported_completion"] * row["weight"]]), 2).iloc[0] if row["rated"] else np.nan
    if not full and abs(score - row["reported_score"]) < _STEP / 2:
        return asked, own
    last = pd.Series([row["reported_completion"] if row["rated"] else row["reported_score"]])
    digits = int(numbers.decimals(last, _MOST_DECIMALS)[0])
    unsure = 10.0**-digits / (1.0 if row["rated"] else float(row["weight"]))
    telling = digits >= (_TELLING if row["rated"] else _TELLING - 1) and asked * unsure / rate * 10**own <= _CHANCE
    return asked if telling else np.nan, own


def _worked_out_otherwise(row: Row) -> bool:
    """Whether the one statement that is wrong is nearly right, or a slip, or has one digit wrong."""
    name = "rated" if row["rated"] else "scored"
    said, right = _statement(row)
    if np.isnan(row[right]):
        return False
    one, other = (wording.rate(row[side])[:-1] if row["rated"] else wording.points(row[side]) for side in (said, right))
    digit = len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
    return abs(row[said] - row[right]) < _NEARLY[name] or digit or bool(repair.slip(one, other))


def _statement(row: Row) -> tuple[str, str]:
    """The columns of the one statement that is wrong: what is said, and what it should be."""
    return ("reported_completion", "completion") if row["rated"] else ("reported_score", "computed_score")


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
    split, fits = fits[fits["split"]], fits[~fits["split"]]
    by_slip = fits[fits["slip"] != ""].drop_duplicates(["column", "value"])
    asked = fits[fits["slip"] == ""].drop_duplicates("column", keep=False)
    alone = row["rated"] != row["scored"]
    if len(split) == 1:
        yield _mark(row, at, split.iloc[0], "")
    elif len(by_slip) == 1 and not (alone and _worked_out_otherwise(row)):
        yield _mark(row, at, by_slip.iloc[0], f"，像是{by_slip['slip'].iloc[0]}")
    elif len(by_slip) == 0 and len(asked) > 0:
        one = asked.iloc[0]
        hint = ""
        if len(asked) > 1:
            one, other = (asked[asked["column"] == column].iloc[0] for column in (TARGET, ACHIEVED))
            place = case.where("indicators", at, row, _TEXTS[ACHIEVED])[2]
            hint = f"，或者完成值({place})应为 {wording.number(other['value'])}"
        yield _mark(row, at, one, hint + (_otherwise(case, at, row) if alone else ""))


def _otherwise(case: Case, at: int, row: Row) -> str:
    """What the statement would have to be if it is not the figure that is wrong."""
    said, right = _statement(row)
    if np.isnan(row[right]):
        return ""
    expected = wording.rate(row[right]) if row["rated"] else f"{wording.points(row[right])} 分"
    return f"；否则{wording.label('indicators', said)}({case.where('indicators', at, row, said)[2]})应为 {expected}"


def _mark(row: Row, at: int, chosen: pd.Series, hint: str) -> Mark:
    proof = [f"完成率 {wording.stated_rate(row['reported_completion'])}"] if row["rated"] else []
    proof += [f"得分 {wording.points(row['reported_score'])} 分"] if row["scored"] else []
    proof += ["“其中”各项之和"] if chosen["split"] else []
    return Mark("indicators", at, str(chosen["column"]), float(chosen["value"]), "、".join(proof), hint)
