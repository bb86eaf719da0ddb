"""Layouts, policies and the summary's looks: TOML files read into frozen dataclasses.

The dataclasses are the specification: a key that they do not have, a value of another type, or a word outside a
`Literal` is refused on load with the file, the key and what was allowed.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from .errors import SpecError

Format = Literal[
    "text", "long", "money", "rate", "points", "number", "whole", "year", "date", "helper_rate", "helper_text", "label"
]
FrameName = Literal["profile", "budget", "indicators", "texts"]


# -- layouts: one file draws a form and reads it back -------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A label with its value beside it. `role` is a column of profile, or text:SECTION."""

    label: str
    role: str
    format: Format = "text"
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    prompt: str = ""
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class TableColumn:
    """A column of a table. `header` is its printed path from the top, joined by /; an empty `role` is never read."""

    header: str
    role: str = ""
    format: Format = "text"
    width: float = 12
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    prompt: str = ""
    formula: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row whose label is printed. `code` is an item or a section; `locked` names roles that stay closed."""

    label: str = ""
    code: str = ""
    side: Literal["", "收入", "支出"] = ""
    indent: int = 0
    aliases: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    repeat: int = 1
    strong: bool = False


@dataclass(frozen=True, eq=False)
class Block:
    """One table, or one list of fields, or lines of text, one under another on a sheet."""

    kind: Literal["fields", "table", "lines"]
    title: str = ""
    frame: FrameName = "profile"
    label_role: str = ""
    fields: tuple[Field, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    columns_like: str = ""
    rows: tuple[TableRow, ...] = ()
    blank_rows: int = 0
    total: str = ""
    lines: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a form."""

    name: str
    title: str
    note: str = ""
    blocks: tuple[Block, ...] = ()
    landscape: bool = True


@dataclass(frozen=True, eq=False)
class Layout:
    """A form edition: its id, where it comes from, and its sheets."""

    id: str
    name: str
    version: str
    document: str
    amount_unit: Literal["元", "万元", "亿元"]
    sheets: tuple[Sheet, ...]
    first_year: int = 2000
    last_year: int = 2100

    def tables(self) -> tuple[tuple[Sheet, Block], ...]:
        """Every table of the form with its sheet, columns that refer to another table's filled in."""
        return _tables(self)

    def fields(self) -> tuple[Field, ...]:
        """Every field of the form."""
        return tuple(entry for sheet in self.sheets for block in sheet.blocks for entry in block.fields)


@cache
def _tables(layout: Layout) -> tuple[tuple[Sheet, Block], ...]:
    found = [(sheet, block) for sheet in layout.sheets for block in sheet.blocks if block.kind == "table"]
    by_title = {block.title: block for _, block in found}
    return tuple(
        (sheet, dataclasses.replace(block, columns=by_title[block.columns_like].columns) if block.columns_like else block)
        for sheet, block in found
    )


# -- policies: the law's numbers, each with where it comes from ---------------------------------------------------

T = TypeVar("T")


@dataclass(frozen=True)
class Param(Generic[T]):
    """A value of a policy with its source. Without `value` the rule is switched off; `verified` is false for 未核实."""

    basis: str
    value: T | None = None
    verified: bool = True


@dataclass(frozen=True)
class Band:
    """A grade from a score upwards, inclusive."""

    grade: str
    at_least: float


@dataclass(frozen=True)
class Level:
    """A qualitative level: the words for it, and the share of the weight that it may earn, both ends inclusive."""

    name: str
    low: float
    high: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """How scores are worked out: every number that a notice sets, with the notice beside it."""

    id: str
    name: str
    document: str
    region: str
    forms: tuple[str, ...]
    weights: Mapping[str, Param[float]]
    total_weight: Param[float]
    execution_items: Param[tuple[str, ...]]
    execution_cap: Param[float]
    reverse: Param[Literal["ratio", "linear"]]
    zero_target: Param[Literal["met_if_zero", "not_computable"]]
    explain_above: Param[float]
    explain_execution_below: Param[float]
    levels: Param[tuple[Level, ...]]
    bands: Param[tuple[Band, ...]]
    rate_places: Param[int]
    score_places: Param[int]
    grade_after_rounding: Param[bool]
    first_year: int = 2000
    last_year: int = 2100


# -- loading -------------------------------------------------------------------------------------------------------


@cache
def data_files(folder: str) -> tuple[Path, ...]:
    """The shipped TOML files of a folder of `data/`, sorted by name."""
    found = files("selfeval_xl").joinpath("data", folder)
    return tuple(sorted(Path(str(entry)) for entry in found.iterdir() if entry.name.endswith(".toml")))


@cache
def layouts() -> Mapping[str, Layout]:
    """Every shipped layout by its id."""
    return _by_id(load(path, Layout) for path in data_files("forms"))


@cache
def policies() -> Mapping[str, Policy]:
    """Every shipped policy by its id."""
    return _by_id(load(path, Policy) for path in data_files("policies"))


def _by_id(specs: Any) -> Mapping[str, Any]:
    return {spec.id: spec for spec in specs}


def load(path: Path, kind: type[T]) -> T:
    """One TOML file as a `kind`. Raises SpecError naming the file, the key and what was allowed."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"{path.name}：不能作为 TOML 读取（{error}）。") from error
    return cast(T, build(kind, data, path.name))


def build(kind: Any, data: Any, where: str) -> Any:
    """Plain TOML data as a value of the type `kind`: dataclass, Param, tuple, Mapping, Literal or a plain type."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return build(next(arm for arm in get_args(kind) if arm is not type(None)), data, where)
    if origin is Literal:
        if data not in get_args(kind):
            raise SpecError(f"{where}：现为 {data!r}，只能是 {'、'.join(map(repr, get_args(kind)))}。")
        return data
    if origin is tuple:
        _expect(isinstance(data, list), where, "一个列表 […]", data)
        return tuple(build(get_args(kind)[0], entry, f"{where}[{at}]") for at, entry in enumerate(data, 1))
    if origin is not None and issubclass(origin, Mapping):
        _expect(isinstance(data, dict), where, "一个表 {…}", data)
        return {key: build(get_args(kind)[1], entry, f"{where}.{key}") for key, entry in data.items()}
    base = origin or kind
    if dataclasses.is_dataclass(base):
        return _dataclass(base, get_args(kind), data, where)
    fits = isinstance(data, (int, float) if kind is float else kind) and (kind is bool or not isinstance(data, bool))
    _expect(fits, where, {str: "文字", int: "整数", float: "数字", bool: "true 或 false"}[kind], data)
    return float(data) if kind is float else data


def _dataclass(kind: Any, arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    _expect(isinstance(data, dict), where, "一个表 {…}", data)
    hints = get_type_hints(kind)
    entries = {entry.name: entry for entry in dataclasses.fields(kind)}
    for key in data:
        if key not in entries:
            raise SpecError(f"{where}：不认识的键“{key}”，可用的键是 {'、'.join(entries)}。")
    values = {}
    for name, entry in entries.items():
        if name in data:
            hint = arguments[0] if arguments and name == "value" else hints[name]
            values[name] = build(hint, data[name], f"{where}：{name}" if "：" not in where else f"{where}.{name}")
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise SpecError(f"{where}：缺少键“{name}”，必需的键是 {'、'.join(_required(kind))}。")
    return kind(**values)


def _required(kind: Any) -> list[str]:
    return [
        entry.name
        for entry in dataclasses.fields(kind)
        if entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
    ]


def _expect(fits: bool, where: str, allowed: str, data: Any) -> None:  # noqa: FBT001 (the condition that is expected)
    if not fits:
        raise SpecError(f"{where}：应为{allowed}，现为 {data!r}。")
