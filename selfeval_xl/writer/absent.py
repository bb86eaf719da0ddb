"""What the sheet 未交与待核 says: files that could not be read, and who of a roster has not sent."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from selfeval_xl.frames import Evaluations

from .looks import Summary

NEAR = 0.6
"""Share of common pairs of characters from which two names are called alike (Dice's coefficient)."""
SHOWN = 3
SPLIT = r"^(?P<reason>.*?[。，；：])(?P<action>请.*)$"
COLUMNS = ["kind", "department", "reason", "action", "file"]


def absent(evaluations: Evaluations, found: pd.DataFrame, looks: Summary, roster: Sequence[str] = ()) -> pd.DataFrame:
    """One row for each department of the roster that has not sent, each file that gave nothing, and each name unknown to it.

    Names are compared without blanks and brackets' width; those that are only alike are named, never taken for the same.
    """
    files = evaluations.files
    missed = files[(files["status"] == "needs_review") | ((files["status"] == "read") & ~files["file"].isin(found["file"]))]
    parts = missed["reason"].fillna("").str.extract(SPLIT)
    review = missed[["file"]].assign(
        kind="needs_review",
        department=None,
        reason=parts["reason"].fillna(missed["reason"]),
        action=parts["action"].fillna(looks.lines["review_do"]),
    )
    sent = _folded(pd.concat([found[name].dropna() for name in ("named", "department", "implementing_unit")]))
    wanted = _folded(roster)
    late = {key: name for key, name in wanted.items() if key not in sent}
    unknown = {key: name for key, name in _folded(found["named"].dropna()).items() if wanted and key not in wanted}
    near = _near(late, unknown)
    alike = {name for names in near.values() for name in names}
    first = found.drop_duplicates("named").set_index("named")["file"]
    rows = [
        *(_late(key, name, near.get(key, ()), missed["file"], looks) for key, name in late.items()),
        *review[COLUMNS].itertuples(index=False, name=None),
        *(
            ("unknown", name, looks.lines["unknown"], looks.lines["unknown_do"], first[name])
            for name in unknown.values()
            if name not in alike
        ),
    ]
    made = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    return made.assign(begins=made["kind"])


def folded(name: str) -> str:
    """A name as it is compared: NFKC, without blanks.

    >>> folded("示例县 教育局（本级）") == folded("示例县教育局(本级)")
    True
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def _folded(names: Iterable[str]) -> dict[str, str]:
    """Names by how they are compared; of equal ones the first."""
    made: dict[str, str] = {}
    for name in names:
        if folded(name):
            made.setdefault(folded(name), name)
    return made


def _late(key: str, name: str, near: Sequence[str], missed: Iterable[str], looks: Summary) -> tuple[str | None, ...]:
    """The row of a department that has not sent: with the file that may be its, or names that are alike."""
    said = looks.lines
    file = next((file for file in missed if key in folded(file)), None)
    if file is not None:
        return "absent", name, said["absent_file"].format(file=file), said["review_do"], file
    if near:
        return "absent", name, said["absent_near"].format(names="、".join(near)), said["absent_near_do"], None
    return "absent", name, said["absent"], said["absent_do"], None


def _near(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, list[str]]:
    """For each of our names the names of theirs that are alike: one holds the other, or they share most pairs."""
    having: dict[str, list[str]] = defaultdict(list)
    for other in theirs:
        for pair in _pairs(other):
            having[pair].append(other)
    made: dict[str, list[str]] = {}
    for name in ours:
        own = _pairs(name)
        shared = Counter(other for pair in own for other in having[pair])
        alike = [
            (-2 * count / (len(own) + len(_pairs(other))), other)
            for other, count in shared.items()
            if name in other or other in name or 2 * count >= NEAR * (len(own) + len(_pairs(other)))
        ]
        if alike:
            made[name] = [theirs[other] for _, other in sorted(alike)[:SHOWN]]
    return made


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(max(1, len(name) - 1))}
