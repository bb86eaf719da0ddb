"""What the sheet 说明 says: how to read the summary, what each column means, and the numbers of each policy with their source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from selfeval_xl import specs

from .looks import Summary

Row = tuple[str, str, str, str | None, str | None]


def notes(looks: Summary, policies: Iterable[str]) -> pd.DataFrame:
    """Rows of 说明: group, name, text, basis and verified (未核实, or missing)."""
    known = specs.policies()
    rows: list[Row] = [("怎样读", note["name"], note["text"], None, None) for note in looks.notes]
    rows += [row for name in policies if name in known for row in _policy(known[name], looks)]
    rows += [
        (sheet.name, column.header.replace("/", " · "), column.meaning, None, None)
        for sheet in looks.sheets
        if sheet.rows != "notes"
        for column in sheet.columns
    ]
    return pd.DataFrame(rows, columns=["group", "name", "text", "basis", "verified"], dtype="str")


def _policy(policy: specs.Policy, looks: Summary) -> Iterator[Row]:
    group = policy.document or policy.name
    yield group, "评分办法", f"{policy.name}（{policy.id}）", policy.document or None, None
    yield group, "适用", f"{policy.region}，{policy.first_year}—{policy.last_year} 年度", None, None
    for key, param in policy.weights.items():
        yield group, looks.words["weight"].get(key, key), *_param(param, looks)
    for entry in dataclasses.fields(policy):
        value = getattr(policy, entry.name)
        if isinstance(value, specs.Param):
            text, basis, unverified = _param(value, looks)
            if entry.name in looks.percents and value.value is not None:
                text = f"{value.value:.0%}"
            yield group, looks.params.get(entry.name, entry.name), text, basis, unverified


def _param(param: specs.Param[Any], looks: Summary) -> tuple[str, str, str | None]:
    unverified = None if param.verified else looks.lines["unverified"]
    return value_text(param.value, looks.words["param"], looks.lines["off"]), param.basis, unverified


def value_text(value: object, words: Mapping[str, str], off: str) -> str:
    """A value of a policy as an official reads it; `off` where the rule is switched off."""
    match value:
        case None:
            text = off
        case specs.Band():
            text = f"{value.grade} {value.at_least:g} 分及以上"
        case specs.Level():
            text = f"{value.name} {value.low:.0%}—{value.high:.0%}"
        case tuple():
            text = "；".join(value_text(entry, words, off) for entry in value)
        case float():
            text = f"{value:g}"
        case _:  # a word, or true and false
            text = words.get(str(value).lower(), str(value))
    return text
