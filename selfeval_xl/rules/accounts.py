"""部门决算公开 tables as plain figures: which table a row belongs to, what its label and columns mean there.

A blank in these tables is nothing spent, so that a figure that is not there counts as zero in a sum. Tables are known by
their normalised titles (`data/identities.toml`), never by their number or place in the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import numbers, specs

from .cases import AMOUNTS, Case
from .vocabulary import vocabulary

_NUMBERING = re.compile(r"^(?:其中[:：]?|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[.、．])+")
_NUMBERED = r"^[一二三四五六七八九十]+、"
_ASIDE = re.compile(r"(?:\([^()]*\))+$")
_QUOTES = re.compile("[“”\"'‘’\\s]")
CODED = re.compile(r"[123]\d{2}(?:\d{2}){0,2}")
"""科目编码: 类, 款 and 项 of three, five and seven digits."""


def figures(case: Case) -> pd.DataFrame:
    """Every printed amount of the tables that identities.toml names or that have 科目编码, one a row.

    Columns: `at` (label of its row in budget), `column` (which amount), `no` (number of its table), `kind` (key of the
    table), `line` (number of the printed row), `own` (whether it is the row's own amount, not a part of it), `part`
    (item or name of the part), `split` (whether it is one of the parts that make up the row), `item`, `name` (label
    without numbering), `numbered`, `code`, `side`, `fen`, `half` (half of the last printed place in 分), `file`, `sheet`.
    """
    rows = case.budget.assign(kind=kinds(case, case.budget))
    own = rows["part_label"].isna() & rows["part"].isna()
    sheet = _numbers(rows["file"], rows["sheet"])
    line = _numbers(sheet, rows["cell"])
    coded = rows["code"].where(
        rows["code"].map({code: bool(CODED.fullmatch(code)) for code in rows["code"].dropna().unique()}) == 1
    )
    first = coded[own & coded.notna()].groupby(line).first()
    coded = coded.where(coded.notna(), line.map(first).astype("str"))  # the code stands once for all columns of a row
    chosen = (rows["kind"] != "") | coded.notna()
    rows, own, line = rows.assign(code=coded)[chosen], own[chosen], line[chosen]
    no = _numbers(sheet[chosen], rows["table"].fillna(""))
    names = {label: name_of(label) for label in rows["item_label"].dropna().unique()}
    name = rows["item_label"].map(names).fillna("")
    plain = pd.DataFrame(
        {
            "at": rows.index,
            "file": rows["file"],
            "sheet": rows["sheet"],
            "no": no,
            "kind": rows["kind"],
            "line": line,
            "own": own,
            "part": rows["part"].fillna(rows["part_label"]).fillna(""),
            "item": _items(rows, name),
            "name": name,
            "numbered": rows["item_label"].str.match(_NUMBERED).fillna(value=False).astype(bool),
            "code": rows["code"].fillna(""),
            "side": rows["side"].fillna(""),
            "half": case.half_unit(rows),
        }
    )
    plain = plain.assign(split=_splits(plain))
    amounts = [
        plain.assign(column=column, fen=numbers.to_fen(rows[column]))[rows[column].notna()]
        for column in AMOUNTS
        if rows[column].notna().any()
    ]
    return pd.concat(amounts, ignore_index=True) if amounts else plain.assign(column="", fen=0.0).iloc[:0]


def _numbers(*keys: pd.Series) -> pd.Series:
    """A number for each combination of keys, in order of appearance."""
    number = pd.Series(0, index=keys[0].index)
    for key in keys:
        codes, found = key.factorize()
        number = pd.Series(number.to_numpy() * (len(found) + 1) + codes, index=key.index)
    return pd.Series(number.factorize()[0], index=keys[0].index)


def kinds(case: Case, rows: pd.DataFrame) -> pd.Series:
    """Key of each row's table, by its title, else by its form, else by its sheet's name; empty where it is none of the known."""
    forms = case.forms["form"].map(_form_kinds())
    if not _known(rows["table"]) and not _known(rows["sheet"]) and forms.isna().all():
        return pd.Series("", index=rows.index, dtype="str")
    by_form = rows["form_no"].map(forms).astype("object")
    by_table, by_sheet = (rows[column].map(_known(rows[column])).astype("object") for column in ("table", "sheet"))
    by_table = by_table.where(by_table.notna(), by_form)
    return by_table.where(by_table.notna(), by_sheet).fillna("").astype("str")


def _known(titles: pd.Series) -> dict[str, str]:
    """Key of each table that a title names."""
    found = {title: kind_of(title) for title in titles.dropna().unique()}
    return {title: kind for title, kind in found.items() if kind is not None}


@cache
def kind_of(title: str) -> str | None:
    """Key of the table that a title names: that of the longest known title in it; None where there is none."""
    plain = _QUOTES.sub("", title).replace("（", "(").replace("）", ")")
    found = [known for known in _titles() if known in plain]
    return _titles()[max(found, key=len)] if found else None


@cache
def _form_kinds() -> Mapping[str, str]:
    """Key of the table that a form is, by the form's id."""
    found = {form: kind_of(layout.name) for form, layout in specs.layouts().items()}
    return {form: kind for form, kind in found.items() if kind is not None}


@cache
def _titles() -> Mapping[str, str]:
    return {title: table.key for table in vocabulary().tables for title in table.titles}


def _splits(figures: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which figures are parts that make up their row, as the columns of their table say; 基本支出 and 项目支出 of any table."""
    parts = {
        "": ("basic_expenditure", "project_expenditure"),
        **{table.key: table.parts for table in vocabulary().tables if table.key},
    }
    kind, kinds_there = figures["kind"].factorize()
    part, parts_there = figures["part"].factorize()
    known = np.array([[one in parts.get(key, ()) for one in parts_there] for key in kinds_there], dtype=bool)
    return known[kind, part] if len(figures) else np.empty(0, dtype=bool)


@cache
def table_name(key: str) -> str:
    """What a table is called."""
    return next((table.name for table in vocabulary().tables if table.key == key), "")


@cache
def name_of(label: str) -> str:
    """A row's label without numbering, without an aside in brackets, and without the 支出 that some tables leave out."""
    bare = _NUMBERING.sub("", label)
    return _ASIDE.sub("", bare).removesuffix("支出") or bare


def _items(rows: pd.DataFrame, name: pd.Series) -> pd.Series:
    """Items of the rows, with those that only the rules know, and 合计 of 三公经费 as what it is."""
    more = {name_of(label): entry.item for entry in vocabulary().names for label in entry.labels}
    items = rows["item"].where(rows["item"].notna(), name.map(more).astype("str")).fillna("")
    return items.mask((rows["kind"] == "07") & items.isin(["total", ""]) & name.isin(["合计", "支出合计"]), "three_public")
