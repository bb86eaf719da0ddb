"""A part of a batch, for tests that compare it with what it would be alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from selfeval_xl.frames import PLACED, Evaluations


def select(evaluations: Evaluations, wanted: Sequence[str]) -> Evaluations:
    """The part of a batch that came from the files `wanted`."""
    chosen: dict[str, Any] = {"policies": evaluations.policies}
    chosen["sources"] = {file: path for file, path in evaluations.sources.items() if file in set(wanted)}
    for name in (f.name for f in fields(evaluations) if f.name not in {"places", "policies", "sources"}):
        frame = getattr(evaluations, name)
        chosen[name] = frame[frame["file"].isin(wanted)].reset_index(drop=True)
    kept = {kind: getattr(evaluations, kind)["file"].isin(wanted).to_numpy() for kind in PLACED}
    chosen["places"] = {kind: evaluations.places[kind][kept[kind]].reset_index(drop=True) for kind in PLACED}
    return Evaluations(**chosen)
