"""TOML into frozen dataclasses: the dataclasses are the specification.

A key that they do not have, a value of another type, or a word outside a `Literal` is refused with the file, the key
and what was allowed.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from .errors import SpecError

T = TypeVar("T")


def load(path: Path, kind: type[T]) -> T:
    """One TOML file as a `kind`. Raises SpecError naming the file, the key and what was allowed."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{path.name}：不能作为 TOML 读取，不是 UTF-8 编码。请用记事本“另存为”，编码选 UTF-8。") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        at = f"第 {place[1]} 行第 {place[2]} 列写得不对" if place else "文件没有写完"
        raise SpecError(f"{path.name}：不能作为 TOML 读取，{at}（{error}）。") from error
    except OSError as error:
        raise SpecError(f"{path.name}：不能作为 TOML 读取（{error}）。") from error
    return cast("T", build(kind, data, path.name))


@cache
def data_files(folder: str) -> tuple[Path, ...]:
    """The shipped TOML files of a folder of `data/`, sorted by name."""
    found = files("selfeval_xl").joinpath("data", folder)
    return tuple(sorted(Path(str(entry)) for entry in found.iterdir() if entry.name.endswith(".toml")))


def by_id(found: Iterable[Any]) -> dict[str, Any]:
    """Specifications by their id. Raises SpecError where two have the same."""
    specs: dict[str, Any] = {}
    for spec in found:
        if spec.id in specs:
            raise SpecError(f"有两个文件的 id 都是“{spec.id}”，请改其中一个。")
        specs[spec.id] = spec
    return specs


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
    hints, entries = _fields(kind)
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


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], dict[str, dataclasses.Field[Any]]]:
    """Types and fields of a dataclass by name: a policy has forty numbers of one kind, and types are slow to work out."""
    return get_type_hints(kind), {entry.name: entry for entry in dataclasses.fields(kind)}


def _required(kind: Any) -> list[str]:
    return [
        entry.name
        for entry in dataclasses.fields(kind)
        if entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
    ]


def _expect(fits: bool, where: str, allowed: str, data: Any) -> None:  # noqa: FBT001 (the condition that is expected)
    if not fits:
        raise SpecError(f"{where}：应为{allowed}，现为 {data!r}。")
