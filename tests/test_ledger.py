"""核对清单: every check on every form is told of, with what it found, or why it could not run."""

from __future__ import annotations

import pandas as pd
import pytest
from frames_from import submission, submissions

from selfeval_xl import frames
from selfeval_xl.findings import catalogue
from selfeval_xl.rules import check_catalogue, checks, evaluate, ledger

SCORED = {"level3": "养护里程", "target": "≥100 公里", "achieved": "80 公里", "weight": 90, "reported_score": 90}


def row(listed: pd.DataFrame, check: str) -> pd.Series:
    """The only row of a check."""
    (found,) = [entry for _, entry in listed[listed["check"] == check].iterrows()]
    return found


def test_every_check_stands_in_the_catalogue() -> None:
    """No check without a name and a word on what it looks at, no entry without a check."""
    done = {checks.name_of(check) for check in (*checks.CHECKS, *checks.BATCH)}
    assert done == {check.id for check in check_catalogue().values() if not check.rule}
    assert all(check.title and check.looks_at for check in check_catalogue().values())
    assert {check.rule for check in check_catalogue().values() if check.rule} <= {e.rule for e in catalogue().values()}


def test_what_a_check_needs_are_columns() -> None:
    """A slip of the pen in `needs` would make a check never run."""
    known = {(column.frame, column.column) for column in frames.columns() if column.origin == "reported"}
    needs = {tuple(need.split(".")) for check in check_catalogue().values() for need in check.needs}
    assert needs <= known


def test_what_a_finding_covers_are_findings() -> None:
    """A slip of the pen in `covers` would tell one cause twice."""
    assert {code for entry in catalogue().values() for code in entry.covers} <= catalogue().keys()


def test_one_row_for_each_form_and_check() -> None:
    """Two forms, each with every check once, in the catalogue's order."""
    read = submissions(submission("甲.xlsx", indicators=[SCORED]), submission("乙.xlsx", department="示例县水利局"))
    listed = evaluate(read).checks
    assert list(listed.columns) == list(frames.names("checks"))
    for _, rows in listed.groupby("file"):
        assert list(rows["check"]) == list(check_catalogue())


def test_found_ok_and_not_run() -> None:
    """A score that is too high is found, the direction of the target is right, and there is no total to look at."""
    listed = evaluate(submissions(submission(indicators=[SCORED]))).checks
    assert list(row(listed, "points.rows")[["status", "found"]]) == ["found", 1]
    assert pd.isna(row(listed, "points.rows")["reason"])
    assert list(row(listed, "plausible.directions")[["status", "found"]]) == ["ok", 0]
    assert list(row(listed, "sums.totals")[["status", "reason"]]) == ["not_run", "没有填“自评得分”"]


def test_found_counts_the_findings() -> None:
    """The numbers of the ledger are those of the findings."""
    evaluations = evaluate(submissions(submission("甲.xlsx", indicators=[SCORED]), submission("乙.xlsx", indicators=[SCORED])))
    assert evaluations.checks["found"].sum() == len(evaluations.findings)


@pytest.mark.parametrize(
    ("sheet", "check", "reason"),
    [
        ({}, "units.slips", "表上没有金额"),
        ({}, "points.rows", "表上没有绩效指标"),
        ({}, "residue.texts", "表上没有文字部分"),
        ({"indicators": [{**SCORED, "weight": None, "reported_score": None}]}, "points.rows", "没有填“分值”、“自评得分”"),
        (
            {"indicators": [{**SCORED, "weight": None}, {**SCORED, "reported_score": None}]},
            "points.rows",
            "没有一行同时填了“分值”、“自评得分”",
        ),
        ({}, "between.texts", "只有一个部门，没有可比的"),
    ],
)
def test_why_a_check_did_not_run(sheet: dict[str, list[dict[str, object]]], check: str, reason: str) -> None:
    """What is not on the form, what was left blank, and what never stands in one row, in the words of the form."""
    found = row(evaluate(submissions(submission(**sheet))).checks, check)  # type: ignore[arg-type]
    assert list(found[["status", "reason"]]) == ["not_run", reason]


def test_a_column_that_the_form_does_not_have() -> None:
    """A form without a column for 折算得分 lacks it; nothing has to be filled in."""
    read = submissions(submission(indicators=[SCORED]))
    read.places["indicators"]["weighted_score"] = 0
    found = row(evaluate(read).checks, "points.weighted_twice")
    assert found["reason"] == "表上没有“折算得分”"


def test_the_reader_s_checks_are_counted_too() -> None:
    """What was seen while reading stands in the ledger beside the rules."""
    records = submission()
    records.add("findings", {"file": "示例.xlsx", "sheet": "部门概况", "cell": "A1", "code": "leftover.choice",
                             "severity": "warning", "verdict": "layout", "message": "备选词", "rule": "leftover"})  # fmt: skip
    found = row(evaluate(submissions(records)).checks, "leftover")
    assert list(found[["status", "found"]]) == ["found", 1]


def test_no_forms_no_rows() -> None:
    """Nothing read gives an empty ledger of the right width."""
    listed = evaluate(submissions()).checks
    assert listed.empty
    assert ledger.NOT_RUN not in set(listed["status"])


def test_a_project_without_money_is_no_project_told_twice() -> None:
    """Two forms name one project and hold no amounts: nothing to compare, and no finding without a place."""
    read = submissions(submission("甲.xlsx", project="饮水工程"), submission("乙.xlsx", project="饮水工程"))
    evaluations = evaluate(read)
    assert evaluations.findings["file"].notna().all()
    assert not evaluations.findings["code"].str.startswith("between").any()
