"""The sheet 参数: the numbers and words of each policy that the formulas of the summary go by, each under a name.

What is here is alive: changed in Excel, it recomputes scores, totals and grades as `evaluate` would under such a policy.
Which of a policy's rules that are stands in summary.toml under [[settings]]. The others (which rows are scored, how a name
or a word is judged, when a reason is asked for) decide what a row is in the first place: they need a new run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from selfeval_xl.frames import Evaluations
from selfeval_xl.policies import Policy, policies

from .looks import Setting, Summary

ORDER = {
    "bands": lambda band: (band.start, band.above is not None),
    "total_caps": lambda cap: cap.execution_below,
    "over_target": lambda over: over.at_least,
}
"""How the entries of a list stand: from low to high, as formulas look them up."""


def used(evaluations: Evaluations) -> list[Policy]:
    """The policies that the batch was scored by."""
    known = {**policies(), **evaluations.policies}
    return [known[name] for name in sorted(evaluations.scores["policy"].dropna().unique()) if name in known]


def defined(found: Sequence[Policy], looks: Summary) -> dict[str, dict[str, str]]:
    """The defined name of each setting, by policy: the second policy's end in _2, and so on."""
    ending = {policy.id: f"_{at}" if at > 1 else "" for at, policy in enumerate(found, 1)}
    return {
        policy.id: {setting.name: setting.label + ending[policy.id] for setting in looks.settings if _values(policy, setting)}
        for policy in found
    }


def parameters(evaluations: Evaluations, _found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each value of each setting of each policy, in the order of summary.toml.

    `value` and `default` hold it, `item` says which entry of a list it is (of a band its grade), `edge` whether a band's own
    start belongs to it, `setting` and `defined` what formulas call it.
    """
    found = used(evaluations)
    names = defined(found, looks)
    rows = [
        _row(policy, setting, entry, looks) | {"defined": names[policy.id][setting.name]}
        for policy in found
        for setting in looks.settings
        if setting.column == "value"
        for entry in enumerate(_values(policy, setting))
    ]
    columns = ("policy", "policy_name", "setting", "label", "item", "value", "default", "unit", "edge", "bound", "step")
    table = pd.DataFrame(rows, columns=[*columns, "defined", "prompt", "basis", "verified"])
    return table.assign(begins=table["policy"])


def _row(policy: Policy, setting: Setting, entry: tuple[int, Any], looks: Summary) -> dict[str, Any]:
    at, value = entry
    listed = setting.item != ""
    shown = setting.shown(getattr(value, setting.item) if listed else value)
    excluded = getattr(value, "above", None) is not None
    row = {"policy": policy.id, "policy_name": policy.name, "setting": setting.name, "label": setting.label, "value": shown}
    row |= {"default": shown, "unit": setting.unit or "、".join(setting.choices.values()), "prompt": setting.prompt}
    param = _param(policy, setting)
    row |= {"basis": param.basis, "verified": None if param.verified else looks.lines["unverified"]}
    if setting.rule == "bands":
        step = 10.0 ** -(policy.score_places.value or 0)
        nearest = step if policy.grade_after_rounding.value else 1e-6
        row |= {"item": value.grade, "edge": "excluded" if excluded else "included"}
        row |= {"bound": value.start + nearest * excluded, "step": value.start + step * excluded}
    elif listed:
        row["item"] = looks.lines["entry"].format(at=at + 1)
    return row


def _param(policy: Policy, setting: Setting) -> Any:
    rule, _, key = setting.rule.partition(".")
    return getattr(policy, rule).get(key) if key else getattr(policy, rule)


def _values(policy: Policy, setting: Setting) -> list[Any]:
    """The entries of a list from low to high, or the one value that there is; nothing where the policy has no such rule."""
    param = _param(policy, setting)
    if param is None:
        return []
    return sorted(param.value or (), key=ORDER[setting.rule]) if setting.item else [param.value]


def areas(rows: pd.DataFrame, looks: Summary) -> Iterable[tuple[str, str, int, int]]:
    """Each defined name with the column and the first and last of the rows (counted from 0) that it stands for."""
    at = pd.Series(range(len(rows)), index=rows.index)
    for (_, name), mine in rows.groupby(["policy", "setting"], sort=False):
        first, last, rule = int(at[mine.index[0]]), int(at[mine.index[-1]]), looks.setting(str(name)).rule
        suffix = mine["defined"].iloc[0].removeprefix(looks.setting(str(name)).label)
        for setting in looks.settings:
            if setting.name == name or (setting.column != "value" and setting.rule == rule):
                yield setting.label + suffix, setting.column, first, last


def validation(setting: Setting) -> Mapping[str, Any]:
    """What may be typed over a value, as xlsxwriter takes it."""
    rule: dict[str, Any] = {"input_title": setting.label, "input_message": setting.prompt, "error_title": setting.label}
    if setting.choices:
        return rule | {"validate": "list", "source": list(setting.choices.values()), "error_message": setting.prompt}
    kind = "integer" if setting.whole else "decimal"
    bounds = {"criteria": "between", "minimum": setting.low, "maximum": setting.high}
    return rule | {"validate": kind, **bounds, "error_message": setting.prompt}
