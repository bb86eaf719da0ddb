"""The template is the spec: what a person fills into the blank workbook is what is read back, whatever it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import selfeval_xl as sx
from selfeval_xl.frames import PLACED
from selfeval_xl.writer.template import slots

SLOTS = {key: slot for key, slot in slots().items() if key.role not in {"fiscal_year", "amount_unit"}}
UNITS = {"元": 100, "万元": 1_000_000}
WORDS = st.text(alphabet="预算执行情况全县产业项目资金因上级专项增加（），。、；：“”+-×@#_ABC xyz019\n", min_size=1, max_size=60)
NAMES = st.text(alphabet="预算执行县产业项目资金培训人次ABC019", min_size=1, max_size=20).map(lambda text: f"名{text}")

MONEY = {"original_budget", "final_budget", "actual", "prior_budget", "prior_actual",
         "reported_variance", "reported_change", "reported_change_budget"}  # fmt: skip
RATES = {
    "reported_execution_rate",
    "reported_variance_rate",
    "reported_change_rate",
    "reported_change_budget_rate",
    "reported_completion",
}
POINTS = {"weight", "reported_score", "reported_total_score"}
CHOICES = {"operator": ["≥", "≤", "=", ">", "<"], "reported_grade": ["优", "良", "中", "差"]}
BESIDE = {"level1", "level2", "operator", "unit", "seq"}
NUMBERS = st.integers(-(10**9), 10**9).map(lambda units: units / 1000)


TYPED = WORDS.filter(lambda text: text.strip().strip("-—/…") != "" and text.strip() == text and not text.startswith("="))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(MONEY, st.integers(-(10**12), 10**12)),  # 分; written in the workbook's unit
    **dict.fromkeys(RATES, st.integers(-100_000, 100_000).map(lambda hundredths: hundredths / 10_000)),
    **dict.fromkeys(POINTS, st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)),
    **dict.fromkeys(("target", "achieved"), NUMBERS),
    **dict.fromkeys(("posts", "staff", "offices"), st.integers(0, 10_000)),
    **dict.fromkeys(("level1", "level2", "level3", "item_label", "unit"), NAMES),
    **{role: st.sampled_from(words) for role, words in CHOICES.items()},
    "filled_on": st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31)),
}


def values(role: str) -> st.SearchStrategy[Any]:
    """Anything that a person may put where `role` belongs."""
    return KINDS.get(role, TYPED)


@st.composite
def fillings(draw: st.DrawFn) -> dict[Any, Any]:
    """Some of the template's cells, and what a person puts there."""
    keys = draw(st.lists(st.sampled_from(sorted(SLOTS, key=str)), min_size=1, max_size=40, unique=True))
    named = [key._replace(role="level3") for key in keys if key.role in BESIDE]  # a row needs a name to be a row
    return {key: draw(values(key.role)) for key in [*keys, *named]}


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank template, drawn once."""
    return sx.write_template(tmp_path_factory.mktemp("blank") / "template.xlsx", year=2021)


def filled(blank: Path, path: Path, contents: dict[Any, Any], unit: str) -> Path:
    """The template with contents typed in, saved as Excel would: formulas keep no result."""
    book = load_workbook(blank)
    book["部门概况"][slots()["fields", "", "amount_unit"][1]] = unit
    for key, value in contents.items():
        sheet, address = SLOTS[key]
        book[sheet][address] = value / UNITS[unit] if key.role in MONEY else value
    book.save(path)
    return path


def everything(subs: sx.Submissions) -> Iterator[tuple[tuple[str, str, str], Any]]:
    """Every value that was read, by (sheet, address, column)."""
    for kind in PLACED:
        frame, cells = getattr(subs, kind), subs.cells(kind)
        for column in subs.places[kind].columns:
            for sheet, address, value in zip(frame["sheet"], cells[column], frame[column], strict=True):
                if isinstance(address, str) and not pd.isna(value):
                    yield (sheet, address, column), value
    for sheet, cell, text in subs.texts[["sheet", "cell", "text"]].itertuples(index=False, name=None):
        yield (sheet, cell, "text"), text


def expected(key: Any, value: Any) -> Any:
    """What the frame should hold for what was typed."""
    if key.role in MONEY:
        return value / 100
    if key.role == "operator":
        return {"≥": "ge", "≤": "le", "=": "eq", ">": "gt", "<": "lt"}[value]
    return value.isoformat() if isinstance(value, dt.date) else value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(contents=fillings(), unit=st.sampled_from(sorted(UNITS)))
def test_what_was_filled_in_is_what_is_read(blank: Path, tmp_path: Path, contents: dict[Any, Any], unit: str) -> None:
    """Every cell comes back as typed, at its own address, and nothing else comes back."""
    subs = sx.read(filled(blank, tmp_path / "填报.xlsx", contents, unit))
    read = dict(everything(subs))
    columns = {"target": "target_value", "achieved": "achieved_value", "text": "text", "text.note": "text", "item_label": None}
    for key, value in contents.items():
        column = columns.get(key.role, "text" if key.role.startswith("text:") else key.role)
        if column is not None:
            assert read.get((*SLOTS[key], column)) == expected(key, value), key
    typed = {SLOTS[key] for key in contents} | {slots()["fields", "", name] for name in ("fiscal_year", "amount_unit")}
    printed = {slot for slot in slots().values() if slot not in typed}
    strays = {place: value for place, value in read.items() if place[:2] in printed and place[2] not in {"level1", "level2"}}
    assert not strays
    assert set(subs.findings["code"]) <= {"layout.fields"}


def test_the_blank_template_reads_as_nothing(blank: Path, tmp_path: Path) -> None:
    """An unfilled form has no rows; what is missing is said, and nothing of it is an error."""
    path = tmp_path / "空白.xlsx"
    path.write_bytes(blank.read_bytes())
    evals = sx.evaluate(sx.read(path))
    assert [len(evals.budget), len(evals.indicators), len(evals.texts)] == [0, 0, 0]
    assert evals.profile[["form", "fiscal_year", "amount_unit"]].to_numpy().tolist() == [["standard", 2021, "万元"]]
    assert set(evals.findings["verdict"]) == {"missing"}
    assert "error" not in set(evals.findings["severity"])
