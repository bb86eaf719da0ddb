"""What the sheet 说明 says: how to read the summary, what each column means, and the rules of each policy with their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pandas as pd

from selfeval_xl.policies import Policy
from selfeval_xl.policy_text import scope, told

from .looks import Sheet, Summary

Row = tuple[str, str, str, str | None, str | None]


def notes(looks: Summary, policies: Iterable[Policy]) -> pd.DataFrame:
    """Rows of 说明: group, name, text, basis and verified (未核实, or missing)."""
    rows: list[Row] = [("怎样读", note["name"], note["text"], None, None) for note in looks.notes]
    rows += [row for policy in policies for row in _policy(policy, looks)]
    rows += [row for sheet in looks.sheets if sheet.rows != "notes" for row in _columns(sheet, looks)]
    return pd.DataFrame(rows, columns=["group", "name", "text", "basis", "verified"], dtype="str")


def _columns(sheet: Sheet, looks: Summary) -> Iterator[Row]:
    """A row for each group of columns, one for neighbours without group, one for groups whose columns mean the same."""
    told = []
    for group, columns in groupby(sheet.columns, lambda column: column.header.rpartition("/")[0]):
        said = [(column.header.rpartition("/")[2], column.meaning) for column in columns]
        alone = not group and len(said) == 1
        text = said[0][1] if alone else "".join(looks.lines["meaning"].format(name=name, text=text) for name, text in said)
        told.append((group or "、".join(name for name, _ in said), text))
    for text, same in groupby(told, itemgetter(1)):
        yield sheet.name, "、".join(name for name, _ in same), text, None, None


def _policy(policy: Policy, looks: Summary) -> Iterator[Row]:
    group = policy.name if policy.document.startswith("无") else policy.document or policy.name
    yield group, "评分办法", f"{policy.name}（{policy.id}）", policy.document or None, None
    yield group, "适用", scope(policy), None, None
    for rule in told(policy):
        yield group, rule.name, rule.text, rule.basis, None if rule.verified else looks.lines["unverified"]
