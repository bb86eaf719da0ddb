"""What a workbook may at most be, from data/limits.toml, and what a caller allows beyond."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from .errors import SpecError

_RAISED: ContextVar[Mapping[str, int]] = ContextVar("_RAISED")


class Limit(NamedTuple):
    """One limit: the most that is allowed, its unit, and what it is a limit of."""

    most: int
    unit: str
    about: str


@cache
def limits() -> Mapping[str, Limit]:
    """Every limit by its name."""
    data = tomllib.loads(files("selfeval_xl").joinpath("data/limits.toml").read_text(encoding="utf-8"))
    return {name: Limit(**fields) for name, fields in data.items()}


def allowed(wanted: Mapping[str, int] | None) -> Mapping[str, int]:
    """All limits in numbers, those in `wanted` as given. Raises SpecError for a limit that there is not, or is no number."""
    for name, most in (wanted or {}).items():
        if name not in limits():
            raise SpecError(f"没有名为“{name}”的读取限制，可用的是 {'、'.join(limits())}。")
        if not isinstance(most, int) or most <= 0:
            raise SpecError(f"读取限制“{name}”应为大于零的整数，现为 {most!r}。")
    return {name: limit.most for name, limit in limits().items()} | dict(wanted or {})


@contextmanager
def raised(most: Mapping[str, int]) -> Iterator[None]:
    """Reading under the limits `most`, as `allowed` gives them, in this thread."""
    token = _RAISED.set(most)
    try:
        yield
    finally:
        _RAISED.reset(token)


def most(what: str) -> int:
    """The most that is allowed of `what` now."""
    return _RAISED.get({}).get(what) or limits()[what].most
