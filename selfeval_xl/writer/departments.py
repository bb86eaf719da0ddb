"""Whose row is it: every row of a batch given to the form, and so to the department and year, that it belongs to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners

from .looks import Summary


def forms(evaluations: Evaluations, looks: Summary) -> pd.DataFrame:
    """One row for each form found, and one for each file that gave none and was not skipped.

    Columns of profile and the id of the form's `policy`; `department` is as it is shown: with the project in brackets, or
    words that say why it is blank. A file without a form has no value in `form`.
    """
    found = evaluations.profile
    shown = found["department"].fillna(found["implementing_unit"]).fillna(looks.lines["unnamed"])
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


def with_owner(frame: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame with `owner`, and the department, fiscal_year, form and policy that they belong to."""
    owner = owners(frame, forms)
    known = forms[["department", "fiscal_year", "form", "policy"]].reindex(owner).set_axis(frame.index)
    return frame.assign(owner=owner, **{str(name): known[name] for name in known})
