"""Whose row is it: every row of a batch given to the form, and so to the department and year, that it belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners

from .looks import Summary


def forms(evaluations: Evaluations, looks: Summary) -> pd.DataFrame:
    """One row for each form found, and one for each file that gave none and was not skipped.

    Columns of profile and the id of the form's `policy`; `department` is as it is shown: with the project in brackets, or
    words that say why it is blank; `named` is its own name, or missing. A file without a form has no value in `form`.
    """
    named = evaluations.profile["department"].fillna(evaluations.profile["implementing_unit"])
    found = evaluations.profile.assign(named=named)
    shown = named.fillna(looks.lines["unnamed"])
    project = found["project"]
    both = [
        looks.lines["project"].format(department=name, project=what) if isinstance(what, str) else name
        for name, what in zip(shown, project, strict=True)
    ]
    found = found.assign(department=pd.Series(both, index=found.index, dtype="str"), policy=_policies(evaluations, found))
    files = evaluations.files
    absent = files.loc[(files["status"] != "skipped") & ~files["file"].isin(found["file"]), "file"]
    if absent.empty:
        return found.reset_index(drop=True)
    rest = pd.DataFrame({"file": absent}).assign(department=looks.lines["unread"])
    rest = rest.reindex(columns=found.columns).astype(found.dtypes)
    return pd.concat([found, rest], ignore_index=True)


def _policies(evaluations: Evaluations, found: pd.DataFrame) -> pd.Series:
    rows = evaluations.scores
    named = pd.Series(rows["policy"].to_numpy(object), index=exact_owners(rows, found))
    return named[~named.index.duplicated()].reindex(found.index).astype("str")


def exact_owners(frame: pd.DataFrame, forms: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Position in `forms` of the form whose very cell each row carries, as those of `scores` do; else of its owner."""
    keys = ["file", "sheet", "cell"]
    firsts = forms.drop_duplicates(keys)
    found = pd.MultiIndex.from_frame(firsts[keys]).get_indexer(pd.MultiIndex.from_frame(frame[keys]))
    return np.where(found >= 0, firsts.index.to_numpy()[found], owners(frame, forms))


def component(scores: pd.DataFrame, forms: pd.DataFrame, name: str) -> pd.DataFrame:
    """The score row of one component for each form."""
    rows = scores[scores["component"] == name]
    rows = rows.assign(owner=exact_owners(rows, forms)).drop_duplicates("owner")
    return rows.set_index("owner").drop(columns=["file", "sheet", "cell", "form", "component"]).reindex(forms.index)


def groups(forms: pd.DataFrame) -> pd.Series:
    """The number of the department and year that each form belongs to, from 0 by first appearance; -1 where no form was found.

    Forms of one department are known by its name, in whichever file they stand; those without a name by their file. A form
    without a year goes with the first year of its department.
    """
    read = forms["form"].notna()
    name = forms["named"].fillna("\0" + forms["file"])
    year = forms["fiscal_year"].fillna(forms["fiscal_year"].groupby(name).transform("first"))
    number = forms[read].assign(name=name, year=year.fillna(0)).groupby(["name", "year"], sort=False).ngroup()
    return number.reindex(forms.index, fill_value=-1)


def listed(values: pd.Series) -> list[Any]:
    """A column as a list, None where it is missing."""
    found: list[Any] = values.to_numpy(object, na_value=None).tolist()  # type: ignore[call-overload]  # None is what we want
    return found


def changes(values: pd.Series) -> pd.Series:
    """Where a value differs from the one above it."""
    return values.ne(values.shift())


def with_owner(frame: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame with `owner`, and the department, fiscal_year, form and policy that they belong to."""
    owner = owners(frame, forms)
    known = forms[["department", "fiscal_year", "form", "policy"]].reindex(owner).set_axis(frame.index)
    return frame.assign(owner=owner, **{str(name): known[name] for name in known})
