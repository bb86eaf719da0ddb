"""Findings: what a person should look at, each with its cell and a Chinese sentence from the catalogue.

The catalogue is `data/findings.toml`. A finding's code names its entry there; the entry gives severity, verdict, the
rule it belongs to, the basis (文号) where there is one, and the message as a template with named places.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from .errors import SpecError

Severity = Literal["error", "warning", "info"]
Verdict = Literal[
    "inconsistent", "rounding_tail", "truncated", "undefined_base", "needs_explanation", "not_computable",
    "missing", "unreadable_value", "unreadable_file", "layout", "implausible", "safety",
]  # fmt: skip
SEVERITIES: tuple[str, ...] = get_args(Severity)
VERDICTS: tuple[str, ...] = get_args(Verdict)
_OPTIONAL = {"basis", "covers", "covers_form"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of finding, as the catalogue defines it."""

    code: str
    title: str
    severity: Severity
    verdict: Verdict
    rule: str
    message: str
    basis: str | None = None
    covers: tuple[str, ...] = ()
    """Findings of the same row that have this one as their cause, and are not told beside it."""
    covers_form: tuple[str, ...] = ()
    """The same of the whole form."""

    @property
    def places(self) -> frozenset[str]:
        """Names that the message template needs."""
        return frozenset(re.findall(r"{(\w+)}", self.message))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, at one cell; a row of the frame `findings`.

    `file`, `sheet` and `cell` say what to correct (sheet and cell missing where the whole file or sheet is meant), `code`
    names the entry of the catalogue that gives `severity`, `verdict`, `rule` and `basis`; `message` can be read on its own.
    """

    file: str
    sheet: str | None
    cell: str | None
    code: str
    severity: str
    verdict: str
    message: str
    stated: str | None = None
    expected: str | None = None
    rule: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that had nothing to go by: where, the check's rule as the catalogue names it, and what is missing, in Chinese."""

    file: str
    sheet: str | None
    cell: str | None
    rule: str
    reason: str


def finding(
    code: str,
    where: tuple[str, str | None, str | None],
    *,
    stated: str | None = None,
    expected: str | None = None,
    basis: str | None = None,
    **places: Any,
) -> Finding:
    """A finding of the catalogue's entry `code` at (file, sheet, cell), its message filled with `places`.

    The sentence begins with its place, as 交通局.xlsx「绩效指标」H11：, so that it can be read on its own. `basis` (文号) is
    the entry's own unless it is given.
    """
    entry = catalogue()[code]
    file, sheet, cell = where
    known = {"stated": stated, "expected": expected, **places}
    missing = entry.places - known.keys()
    if missing:
        raise SpecError(f"问题目录 findings.toml 中 {code} 的说明需要 {'、'.join(sorted(missing))}，调用处没有给出。")
    text = entry.message.format_map(known)
    return Finding(
        file, sheet, cell, code, entry.severity, entry.verdict, place(file, sheet, cell) + text,
        stated, expected, entry.rule, basis or entry.basis,
    )  # fmt: skip


def place(file: str, sheet: str | None, cell: str | None) -> str:
    """Where a finding lies, as an official reads it: 交通局.xlsx「绩效指标」H11：."""
    return f"{file.rsplit('/', 1)[-1]}{f'「{sheet}」' if sheet else ''}{cell or ''}："


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every kind of finding by its code.

    Raises SpecError when findings.toml has an unknown key, severity or verdict.
    """
    entries: dict[str, Entry] = {}
    data = tomllib.loads(files("selfeval_xl").joinpath("data/findings.toml").read_text(encoding="utf-8"))
    for code, fields in data.items():
        allowed = Entry.__dataclass_fields__.keys() - {"code"}
        needed = allowed - _OPTIONAL
        if fields.keys() - allowed or needed - fields.keys():
            raise SpecError(
                f"findings.toml [{code}]：应有 {'、'.join(sorted(needed))}，可有 {'、'.join(sorted(_OPTIONAL))}；"
                f"现有 {'、'.join(fields)}。"
            )
        if fields["severity"] not in SEVERITIES or fields["verdict"] not in VERDICTS:
            raise SpecError(f"findings.toml [{code}]：severity 只能是 {SEVERITIES}，verdict 只能是 {VERDICTS}。")
        lists = {name: tuple(fields.get(name, ())) for name in ("covers", "covers_form")}
        entries[code] = Entry(code=code, **{**fields, **lists})
    return entries
