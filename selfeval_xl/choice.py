"""Which layouts a reading uses: shipped ones by id, one's own by the path of a TOML file or of a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from .errors import SpecError
from .loading import data_files
from .specs import Layout, layouts, load_layout

ADDED = ("+", "＋")
"""What stands before a layout that is used beside all shipped ones."""


def choose(wanted: Sequence[str | os.PathLike[str]] | str | None) -> list[Layout]:
    """The layouts that `wanted` names, each once; all shipped ones without it, none for `()`.

    An entry is an id, the path of a TOML file, or of a folder whose TOML files are taken. With + before it
    (`+表样/社区.toml`) it comes beside all shipped layouts, and these need not be named. Raises SpecError for an id or path that
    there is not, for a broken file (with file, key and what is allowed), and where two layouts have one id.
    """
    known = layouts()
    if wanted is None:
        return list(known.values())
    names = [os.fspath(name).strip() for name in ([wanted] if isinstance(wanted, str) else wanted)]
    added = [name[1:].strip() for name in names if name.startswith(ADDED)]
    plain = [name for name in names if not name.startswith(ADDED)]
    first = plain if plain or not added else list(known)
    found = dict(entry for name in [*first, *added] for entry in _entries(name, known))
    by_id: dict[str, Path | None] = {}
    for path, layout in found.items():
        where = path if isinstance(path, Path) else None
        if layout.id in by_id:
            told = where or by_id[layout.id]
            raise SpecError(f"{told.name if told else layout.id}：id“{layout.id}”已经有别的表样用了，请在文件中另起一个 id。")
        by_id[layout.id] = where
    return list(found.values())


def _entries(name: str, known: Mapping[str, Layout]) -> Iterator[tuple[str | Path, Layout]]:
    """What one entry stands for, each layout with its id or, if it is one's own, its file."""
    if name in known:
        yield name, known[name]
        return
    path = Path(name)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".toml" and not file.name.startswith("."))
        if not files:
            raise SpecError(f"文件夹“{name}”里没有表样文件（以 .toml 结尾）。")
        yield from ((file.resolve(), load_layout(file)) for file in files)
    elif path.suffix.lower() == ".toml":
        if not path.is_file():
            raise SpecError(f"找不到表样文件“{name}”。请检查文件名和所在的文件夹。")
        yield path.resolve(), load_layout(path)
    else:
        raise SpecError(f"没有名为“{name}”的表样，可用的是 {'、'.join(known)}；自己的表样请写 .toml 文件或文件夹的路径。")


def remarks(name: str) -> tuple[str, ...]:
    """The lines of remark at the head of a layout's file, which say what form it is; `name` is an id or the path of a file."""
    shipped = {path.stem: path for path in data_files("forms")}
    path = shipped.get(name, Path(name.lstrip("".join(ADDED)).strip()))
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
    return tuple(line.lstrip("# ").strip() for line in takewhile(lambda line: line.startswith("#"), lines))
