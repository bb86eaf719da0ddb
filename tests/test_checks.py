"""Findings: the worked cases of cases/checks.toml, and what must hold of all findings."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forms import draw
from frames_from import submission, submissions
from part_of import select
from test_official_forms import EDITIONS, split
from test_seed_rules import BUDGET, INDICATORS

from selfeval_xl import frames, read, specs
from selfeval_xl.errors import SpecError
from selfeval_xl.findings import catalogue
from selfeval_xl.rules import checks, evaluate
from selfeval_xl.rules.vocabulary import identities

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("checks.toml").read_text(encoding="utf-8")
)["case"]
FRAMES = ("files", "profile", "budget", "indicators", "texts", "scores", "measures", "findings")


def reported(frame: str, printed: dict[str, Any]) -> dict[str, Any]:
    """A row with its printed headings turned into column names."""
    columns = {c.label.removesuffix("(填报)"): c.column for c in frames.columns() if c.frame == frame and c.origin == "reported"}
    return {columns.get(heading, heading): value if value != "" else None for heading, value in printed.items()}


def drawn(case: dict[str, Any], file: str = "示例.xlsx") -> frames.Records:
    """The workbook of a case."""
    return submission(
        file,
        budget=[reported("budget", row) for row in case.get("budget", [])],
        indicators=[reported("indicators", row) for row in case.get("indicators", [])],
        texts=case.get("texts", ()),
        same_cell=case.get("same_cell", ()),
        **reported("profile", case.get("profile", {})),
    )


def batch(case: dict[str, Any], folder: Path) -> frames.Submissions:
    """Everything that a case hands in: sheets drawn as they are printed and read, or rows, and other workbooks beside them."""
    if "sheets" in case:
        return read(draw(folder / "示例.xlsx", **case["sheets"]))
    others = [drawn(other, file) for file, other in case.get("files", {}).items()]
    others += [drawn(other, f"另{at}.xlsx") for at, other in enumerate(case.get("also", []))]
    return submissions(drawn(case), *others)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any], tmp_path: Path) -> None:
    """Each worked case brings exactly the findings that were signed, in these words; what is blank is told only if asked."""
    found = evaluate(batch(case, tmp_path)).findings
    blank = {code for code, entry in catalogue().items() if entry.rule == "completeness"} | {"layout.generic"}
    asked = blank if blank & set(case["expect"]) else set()
    told = found[~found["code"].isin(blank - asked) & (found["code"] != "weight.total") | found["code"].isin(case["expect"])]
    assert sorted(told["code"]) == sorted(case["expect"])
    for words in case.get("says", []):
        assert any(words in message for message in told["message"]), list(told["message"])


@pytest.mark.parametrize("edition", [name for name in EDITIONS if name.startswith("accounts")])
def test_official_tables_agree(edition: str, tmp_path: Path) -> None:
    """The invented 部门决算公开 forms add up: none of the sums, tables or narratives has anything to say of them."""
    found = evaluate(read(draw(tmp_path / "决算.xlsx", 表=split(edition)[0]))).findings
    assert list(found.loc[found["rule"].isin(["parts", "stated", "tables", "narrative", "years"]), "message"]) == []


def test_every_kind_of_finding_of_the_rules_has_a_case() -> None:
    """The catalogue's findings that belong to the rules are all reached by a worked case."""
    ours = {code for code, entry in catalogue().items() if entry.rule in checks.RULES}
    assert ours <= {code for case in CASES for code in case["expect"]}


def test_identities_name_items_that_forms_have() -> None:
    """Every code in identities.toml is one that a form prints, so that no identity is dead by a slip of the pen."""
    codes = {row.code for layout in specs.layouts().values() for _, block in layout.tables() for row in block.rows}
    for identity in identities().values():
        assert {identity.total, *identity.parts} <= codes | {"total"}, identity
        assert set(identity.optional) <= set(identity.parts)
        assert identity.basis


def test_what_is_blank_is_never_an_error() -> None:
    """Findings of completeness ask; none of them is of level error."""
    assert {entry.severity for entry in catalogue().values() if entry.rule == "completeness"} <= {"warning", "info"}
    assert catalogue()["parts.incomplete"].severity == "warning"


def test_one_batch_is_as_good_as_many() -> None:
    """All cases in one batch give each file what it gets alone, whatever the order of the files."""
    records = [drawn(case, f"{at:03}.xlsx") for at, case in enumerate(CASES)]
    together = evaluate(submissions(*records))
    for other in (submissions(*reversed(records)), frames.concat([submissions(*records[30:]), submissions(*records[:30])])):
        again = evaluate(other)
        for frame in FRAMES:
            pd.testing.assert_frame_equal(getattr(together, frame), getattr(again, frame))
    for at in (0, 12, 40):
        alone = evaluate(submissions(records[at]))
        for frame in FRAMES:
            part = select(together, [f"{at:03}.xlsx"])
            pd.testing.assert_frame_equal(getattr(part, frame), getattr(alone, frame))


def test_evaluating_twice_changes_nothing() -> None:
    """What was reported stands, and what was computed is computed again, not piled up."""
    once = evaluate(submissions(*[drawn(case, f"{at:03}.xlsx") for at, case in enumerate(CASES)]))
    twice = evaluate(once)
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(once, frame), getattr(twice, frame))


def test_findings_of_the_reader_stay() -> None:
    """A finding that the reader left is kept beside those of the rules, also when evaluated again."""
    records = drawn({"profile": {"自评等级": "优"}})
    records.add("findings", {"file": "示例.xlsx", "sheet": "绩效指标", "cell": "K9", "code": "cell.error", "severity": "error",
                             "verdict": "unreadable_value", "message": "错误值", "rule": "cell"})  # fmt: skip
    once = evaluate(submissions(records))
    assert {"cell.error", "grade.without_score"} <= set(once.findings["code"])
    assert (evaluate(once).findings["code"] == "cell.error").sum() == 1


def test_what_was_reported_is_never_overwritten() -> None:
    """Evaluated rows hold the reported columns unchanged, then the computed ones, in the order of columns.csv."""
    read = submissions(submission(budget=BUDGET, indicators=INDICATORS))
    found = evaluate(read)
    for frame in ("budget", "indicators"):
        wide = getattr(found, frame)
        pd.testing.assert_frame_equal(wide[list(frames.read_columns(frame))], getattr(read, frame))
        assert tuple(wide.columns) == frames.names(frame)


def test_empty_frames() -> None:
    """Nothing read gives empty frames of the right width, and no finding."""
    found = evaluate(submissions())
    assert all(getattr(found, frame).empty for frame in FRAMES)
    assert tuple(found.budget.columns) == frames.names("budget")
    assert tuple(found.scores.columns) == frames.names("scores")


def test_a_cell_for_every_finding_of_a_row() -> None:
    """A finding names the cell to correct, also where that cell is blank: the reason that is wanting in Q5."""
    case = {"indicators": [{"三级指标": "甲", "target": "≥10 个", "achieved": "9 个"}]}
    found = evaluate(submissions(drawn(case))).findings.set_index("code")
    assert found.loc["reason.missed", "cell"] == "Q5"


def test_rows_on_a_sheet_with_its_own_form_belong_to_it() -> None:
    """A project form on its own sheet keeps its rows; all others belong to the workbook's standard form."""
    row = {"target": "≥10 个", "achieved": "5 个", "weight": 50, "reported_score": 25.0}
    records = submission(indicators=[row])
    records.add("profile", {"file": "示例.xlsx", "sheet": "项目一", "cell": "A1", "form": "generic", "fiscal_year": 2021})
    records.add("indicators", {"file": "示例.xlsx", "sheet": "项目一", "cell": "C9", "level1": "产出指标", "level3": "乙",
                               "target_value": 4.0, "achieved_value": 4.0, "weight": 20.0, "reported_score": 20.0})  # fmt: skip
    scores = evaluate(submissions(records)).scores
    assert list(scores["sheet"]) == ["部门概况", "部门概况", "项目一", "项目一"]
    assert list(scores["computed_score"]) == [25, 25, 20, 20]


def test_rows_without_any_form_are_still_measured() -> None:
    """Money of a file in which no form was recognised gets its rates, and no score."""
    read = submissions(submission(budget=[{"item_label": "支出合计", "final_budget": 100, "actual": 90}]))
    bare = dataclasses.replace(
        read, profile=read.profile.iloc[:0], places={**read.places, "profile": read.places["profile"].iloc[:0]}
    )
    found = evaluate(bare)
    assert list(found.budget["execution_rate"]) == [0.9]
    assert found.scores.empty


def test_an_unknown_policy_is_refused() -> None:
    """The message lists the policies there are."""
    with pytest.raises(SpecError, match="mof-2020-10"):
        evaluate(submissions(), policy="粤财绩")


def test_a_named_policy_rules_every_form() -> None:
    """The policy that was asked for stands beside each score."""
    found = evaluate(submissions(submission(indicators=INDICATORS)), policy="mof-2020-10")
    assert set(found.scores["policy"]) == {"mof-2020-10"}
