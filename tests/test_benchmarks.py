"""A small fixed slice of benchmarks/: wrong figures are found, and right ones are left alone."""
# ruff: noqa: S311 (figures for a measurement, not secrets)

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from benchmarks import clean, mutations, official, repairs
from benchmarks.arithmetic import Clean

pytestmark = pytest.mark.slow

LEAST_FOUND = 0.99  # of the changes that arithmetic shows, over all forms and on the standard workbook alone
LEAST_AT_CELL = 0.93  # of them, told at the very cell that was changed
LEAST_DETERMINED = 0.99  # of those of which the figures of the form tell the cell
MOST_FINDINGS = 1.2  # a change, on average
KNOWN_FALSE: set[str] = set()
"""Forms with findings on right figures."""
Measured = tuple[list[mutations.Outcome], set[str]]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Three samples, two standard workbooks and one of each official form; one change of each kind to each of them."""
    outcomes, false, _ = mutations.measure(seed=3, count=2, workers=1)
    return outcomes, {mutations.family(file) for file in false["file"]}


def visible(measured: Measured, *families: str) -> list[mutations.Outcome]:
    """The changes that arithmetic shows, on some forms or on all."""
    seen = [outcome for outcome in measured[0] if outcome.mutation.breaks]
    return [one for one in seen if not families or mutations.family(one.mutation.clean).startswith(families)]


def test_right_figures_are_left_alone(measured: Measured) -> None:
    """No error and no warning on a workbook in which every figure agrees."""
    assert measured[1] <= KNOWN_FALSE


def test_wrong_figures_are_found(measured: Measured) -> None:
    """Of the changes that arithmetic shows, nearly all are told, most of them at the very cell."""
    for seen in (visible(measured), visible(measured, "标准", "示例县")):
        assert len(seen) > 50
        assert sum(bool(one.nearest) for one in seen) / len(seen) >= LEAST_FOUND
        assert sum(one.nearest == "cell" for one in seen) / len(seen) >= LEAST_AT_CELL


def test_what_can_be_determined_is_told_at_its_cell(measured: Measured) -> None:
    """Where only the changed cell can be corrected so that all agrees again, the finding stands there."""
    clear = [outcome for outcome in visible(measured) if outcome.mutation.determined]
    assert len(clear) > 80
    assert sum(one.nearest == "cell" for one in clear) / len(clear) >= LEAST_DETERMINED


def test_every_kind_of_change_is_found(measured: Measured) -> None:
    """Each kind of change was tried, could be seen, and was told at least once."""
    assert {one.mutation.kind for one in visible(measured) if one.nearest} == mutations.KINDS.keys()


def test_one_cause_has_few_findings(measured: Measured) -> None:
    """A change is told once, seldom twice."""
    told = [one.findings for one in visible(measured) if one.nearest]
    assert sum(told) / len(told) <= MOST_FINDINGS


def form(tmp_path: Path) -> Clean:
    """A standard workbook."""
    return clean.filled(tmp_path / "表.xlsx", Random(5))


def test_the_arithmetic_sees_what_it_should(tmp_path: Path) -> None:
    """A total that is too high breaks its sum; a last digit within rounding breaks nothing; a deleted reason is missed."""
    made = form(tmp_path)
    total = f"{clean.MONEY}/基本支出", "prior_budget"
    assert {one.kind for one in made.broken({total: made.figures[total] + 1})} >= {"sum", "difference"}
    assert made.broken({total: made.figures[total] + Decimal("0.005")}) == []
    missed = next(name for name, value in made.figures.items() if name[1] == "deviation_reason" and value)
    assert [one.kind for one in made.broken({missed: None})] == ["reason"]


def test_every_relation_holds_on_the_clean_form(tmp_path: Path) -> None:
    """Nothing is broken where nothing was changed, and there is something to break on every official form."""
    assert form(tmp_path).broken({}) == []
    for edition in official.EDITIONS:
        made = official.official(tmp_path / f"{edition}.xlsx", edition, Random(5))
        assert made.broken({}) == []
        assert len(made.relations) >= 4


def test_a_pencil_tells_the_cell_where_only_one_can_be_corrected(tmp_path: Path) -> None:
    """A weight that its score and the total speak against is determined; a target of which only the completion tells is not."""
    made = form(tmp_path)
    weight = next(name for name in made.figures if name[1] == "weight" and made.figures[name] == 12)
    assert repairs.repairs(made, {weight: Decimal(13)}) == {frozenset({weight}): False}
    row = next(row for row, role in made.figures if row.startswith("重点工作任务") and role == "reported_completion")
    target = (row, "target")
    told = repairs.repairs(made, {target: made.figures[target] + 7})
    assert {name[1] for cells in told for name in cells} >= {"target", "reported_completion"}
    assert not repairs.determined(told, {target: made.figures[target] + 7})


@pytest.mark.parametrize(
    ("stated", "right", "seen"),
    [("35.75", "53.75", True), ("524.6", "52.46", True), ("12.35", "123.46", True), ("3572", "35.72", False),
     ("1066.51", "10661.51", True), ("-9", "9", True), ("52", "50", False)],
)  # fmt: skip
def test_usual_slips(stated: str, right: str, *, seen: bool) -> None:
    """Neighbouring digits exchanged, a point moved by one place, a digit lost, a sign; not any other figure."""
    assert repairs.slip(Decimal(stated), Decimal(right)) is seen


def test_the_same_seed_gives_the_same_changes(tmp_path: Path) -> None:
    """Two runs can be compared."""
    made = form(tmp_path)
    first, second = (mutations.mutate(made, tmp_path, 7, 1) for _ in range(2))
    assert first == second
    assert len({one.kind for one in first}) == len(mutations.KINDS)


def test_the_page_lists_what_was_not_found(measured: Measured) -> None:
    """The table has a line for each kind, and each miss is named with its cell."""
    lines = list(mutations.table(measured[0]))
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == [*mutations.KINDS, "合计"]
    some = [one for one in visible(measured) if not one.nearest]
    assert sum(int(line.partition("：")[2].split(" ")[0]) for line in mutations.missed(measured[0])) == len(some)
