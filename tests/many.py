"""Batches of any size, made from what was read of the samples: each copy another department, its figures changed a little."""

from __future__ import annotations

from typing import Any

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.frames import KINDS, PLACED, Submissions, columns

TOWNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
MONEY = tuple(c.column for c in columns() if c.frame == "budget" and c.kind == "amount" and c.origin == "reported")


def many(read: Submissions, wanted: int) -> Submissions:
    """A batch of `wanted` departments, the same each time: those of `read` over and over, as of other counties.

    Copies have other amounts and other totals of points.
    """
    sources = read.files.loc[read.files["status"] == "read", "file"].tolist()
    parts: dict[str, list[pd.DataFrame]] = {kind: [] for kind in (*KINDS, *(f"{kind} places" for kind in PLACED))}
    for number in range(wanted):
        file, turn = sources[number % len(sources)], number // len(sources)
        county = TOWNS[turn % len(TOWNS)] + (TOWNS[turn // len(TOWNS) % len(TOWNS)] if turn >= len(TOWNS) else "")
        for kind in KINDS:
            frame: pd.DataFrame = getattr(read, kind)
            mine = frame["file"] == file
            parts[kind].append(_changed(kind, frame[mine], turn).assign(file=f"{number:05}_{file}"))
            if kind in PLACED:
                parts[f"{kind} places"].append(read.places[kind][mine.to_numpy()])
            if kind == "profile":
                name = parts[kind][-1]["department"].str.replace(r"^.*县", f"示例{county}县", regex=True)
                parts[kind][-1] = parts[kind][-1].assign(department=name)
    joined: dict[str, Any] = {name: pd.concat(each, ignore_index=True) for name, each in parts.items()}
    return Submissions(**{kind: joined[kind] for kind in KINDS}, places={kind: joined[f"{kind} places"] for kind in PLACED})


def _changed(kind: str, frame: pd.DataFrame, turn: int) -> pd.DataFrame:
    """The rows of a copy: all amounts higher by the same share, fewer points."""
    if kind == "budget":
        return frame.assign(**{name: numbers.to_fen(frame[name] * (1 + turn % 13 / 50)) / 100 for name in MONEY})
    if kind == "profile":
        return frame.assign(reported_total_score=frame["reported_total_score"] - turn % 17 / 2)
    return frame
