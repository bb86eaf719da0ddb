"""One frame for each sheet of the summary, its columns named as summary.toml names them.

Nothing is computed here that the rules did not compute, but for counts: how many findings, how many indicators that
reached their target. `indent` and `strong` say how a row stands out, `begins` has what a new row of it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from selfeval_xl import frames, numbers, specs
from selfeval_xl.findings import SEVERITIES
from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners

from . import codes
from .departments import component, exact_owners, with_owner
from .explain import notes
from .looks import Summary
from .outlays import projects, three_public
from .parameters import parameters, used
from .ranking import ranking
from .seen import seen_at

NAMES_SHOWN = 3
ACTION = r"^(?P<told>.*?[。，；：])(?P<action>请[^。]*。)$"
"""The two halves of a message: what is the matter, and what to do."""
NOT_DRAWN = (0, False)  # depth and weight of a row that no layout draws


def budget(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each amount row of every form, its name with its depth on the form."""
    rows = with_owner(evaluations.budget, found)
    part = rows["part_label"].notna()
    split_names = [
        looks.lines["part"].format(label=label, part=name)
        for label, name in zip(rows.loc[part, "item_label"].fillna(""), rows.loc[part, "part_label"], strict=True)
    ]
    item = pd.concat([rows.loc[~part, "item_label"], pd.Series(split_names, index=rows.index[part], dtype="str")]).sort_index()
    drawn = _drawn_rows()
    keys = zip(rows["form"], rows["side"].fillna(""), rows["item"], strict=True)
    depth = [drawn.get(key, NOT_DRAWN) for key in keys]
    labels = {c.column: c.label for c in frames.columns() if c.frame == "budget"}
    implied = rows["implied_bases"].map(lambda names: "、".join(labels.get(n, n) for n in names.split()), na_action="ignore")
    return rows.assign(
        item=item,
        implied=implied,
        **codes.budget(rows, evaluations),
        indent=[indent + split for (indent, _), split in zip(depth, part, strict=True)],
        strong=[strong and not split for (_, strong), split in zip(depth, part, strict=True)],
        begins=rows["owner"],
    )


def indicators(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each indicator and key task, target and achievement as printed."""
    rows = with_owner(evaluations.indicators, found)
    targets = zip(rows["target_text"], rows["operator"], rows["unit"], strict=True)
    target = pd.Series([_target(*parts, looks) for parts in targets], index=rows.index, dtype="str")
    unit = rows["unit"].where(rows["achieved_unit"].isna())
    achieved = [_with_unit(*parts) for parts in zip(rows["achieved_text"], unit, strict=True)]
    reached = rows["completion"].ge(1).map({True: "yes", False: "no"}).where(rows["completion"].notna())
    return rows.assign(
        target=target.fillna(rows["goal"]),
        achieved=pd.Series(achieved, index=rows.index, dtype="str").fillna(rows["progress"]),
        reached=reached.astype("str"),
        part=pd.Series("yes", index=rows.index, dtype="str").where(rows["part_of"].notna()),
        **codes.indicators(rows, evaluations),
        indent=rows["part_of"].notna().astype(int),
        begins=rows["owner"],
    )


def scores(evaluations: Evaluations, found: pd.DataFrame, _looks: Summary) -> pd.DataFrame:
    """One row for each form that has a score or a weight, its components side by side as `component.column`."""
    wide = {
        f"{part}.{name}": values
        for part in evaluations.scores["component"].unique()
        for name, values in component(evaluations.scores, found, part).items()
    }
    told = evaluations.scores[["weight", "reported_score", "computed_score", "reported_grade"]].notna().any(axis=1)
    scored = found.index.isin(exact_owners(evaluations.scores[told], found))
    rows = found.assign(**wide)
    return rows.assign(**codes.scores(rows, evaluations))[scored]


def findings(evaluations: Evaluations, found: pd.DataFrame, _looks: Summary) -> pd.DataFrame:
    """One row for each finding, by department, gravest first; its message in two halves, and the sheet that shows its row."""
    rows = with_owner(evaluations.findings, found)
    gravity = rows["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    told = rows["message"].str.extract(ACTION)
    rows = rows.assign(told=told["told"].fillna(rows["message"]), action=told["action"], see=seen_at(evaluations)["kind"])
    rows = rows.assign(begins=rows["department"].fillna(""), gravity=gravity)
    return rows.sort_values(["begins", "file", "gravity"], kind="stable")


def files(evaluations: Evaluations, _found: pd.DataFrame, _looks: Summary) -> pd.DataFrame:
    """One row for each input file."""
    return evaluations.files


def unchecked(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each check and reason for which it could not run, with the forms where that was so."""
    rows = evaluations.checks[evaluations.checks["status"] == "not_run"]
    whose = found["department"].reindex(owners(rows, found)).to_numpy(object)
    rows = rows.assign(department=pd.Series(whose, index=rows.index, dtype="str").fillna(rows["file"]))
    order = {name: at for at, name in enumerate(dict.fromkeys(evaluations.checks["check"]))}
    made = [
        (order[check], title, reason, len(each), _names(list(dict.fromkeys(each["department"])), looks))
        for (check, title, reason), each in rows.groupby(["check", "title", "reason"], sort=False)
    ]
    table = pd.DataFrame(made, columns=["order", "title", "reason", "forms", "departments"])
    table = table.sort_values(["order", "forms"], ascending=[True, False], kind="stable", ignore_index=True)
    return table.assign(begins=table["title"])


def explanations(evaluations: Evaluations, _found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """How to read the summary, what each column means, and the numbers of the policies that were used."""
    rows = notes(looks, used(evaluations))
    return rows.assign(begins=rows["group"])


def measures(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each department and common measure (共性指标), amounts in 万元 beside numbers of persons and of rows."""
    rows = with_owner(evaluations.measures, found)
    money = rows["unit"] == "元"
    scale = looks.styles["money"].scale
    sides = {name: rows[name].where(~money, numbers.to_fen(rows[name]) / (100 * scale)) for name in ("numerator", "denominator")}
    return rows.assign(**sides, begins=rows["owner"])


Maker = Callable[[Evaluations, pd.DataFrame, Summary], pd.DataFrame]

MAKERS: Mapping[str, Maker] = {
    "ranking": ranking,
    "budget": budget,
    "indicators": indicators,
    "scores": scores,
    "three_public": three_public,
    "projects": projects,
    "findings": findings,
    "files": files,
    "unchecked": unchecked,
    "notes": explanations,
    "measures": measures,
    "parameters": parameters,
}


# -- parts of the above --------------------------------------------------------------------------------------------


def _drawn_rows() -> dict[tuple[str, str, str], tuple[int, bool]]:
    """Depth and weight of the rows that a layout draws, by (layout, side, item)."""
    return {
        (layout.id, row.side, row.code): (row.indent, row.strong)
        for layout in specs.layouts().values()
        for _, block in layout.tables()
        if block.frame == "budget"
        for row in block.rows
    }


def _target(text: object, operator: object, unit: object, looks: Summary) -> str | None:
    """A target as a person reads it: the printed value, with operator and unit where they stood in other cells."""
    if not isinstance(text, str):
        return None
    sign = "" if any(word in text for word in looks.said_operators) else looks.words["operator"].get(str(operator), "")
    return f"{sign}{_with_unit(text, unit)}"


def _with_unit(text: object, unit: object) -> str | None:
    """A printed value with the unit that stood in another cell; a value that says its own unit stays as it is."""
    if not isinstance(text, str):
        return None
    return text + unit if isinstance(unit, str) and text[-1:].isdigit() else text


def _names(names: list[str], looks: Summary) -> str:
    """Names joined by 、, cut off where there are many."""
    shown = "、".join(names[:NAMES_SHOWN])
    return looks.lines["more"].format(names=shown, count=len(names)) if len(names) > NAMES_SHOWN else shown
