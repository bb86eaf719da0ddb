"""Which files are read, and the name that each one's rows carry."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

from . import remote
from .errors import OutputError, SourceError
from .words import shown

Source = str | os.PathLike[str]

SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_DEEPEST = 64  # paths end


def listed(source: Source | Iterable[Source]) -> list[tuple[remote.File, str]]:
    """Each input file with the name its rows carry: relative to its folder, with as many parents as make it unique.

    A link inside a folder is listed and not followed; one that is named itself is read. Raises SourceError when a path
    does not exist or there is no file at all.
    """
    found: dict[PurePath, tuple[remote.File, PurePath]] = {}  # by where it stands: the file, and the folder it is named from
    for entry in several(source):
        path = remote.local(str(entry)) if remote.is_url(entry) else Path(entry)
        for file, place, base in _below(path) if path else remote.listed(str(entry), _hidden):
            found[place] = (file, base)
    if not found:
        raise SourceError("没有可读的文件。请检查文件夹是否为空。")
    names = _names({place: base for place, (_, base) in found.items()})
    return sorted(((found[place][0], shown(name)) for place, name in names.items()), key=lambda entry: entry[1])


def without(found: list[tuple[remote.File, str]], output: Path, is_ours: Callable[[Path], bool]) -> list[tuple[remote.File, str]]:
    """The files but for the summary that is to be replaced.

    Raises OutputError where that is a file of somebody else, SourceError where nothing is left.
    """
    others = []
    for path, name in found:
        if not isinstance(path, Path) or not _same(path, output):
            others.append((path, name))
        elif not is_ours(path):
            raise OutputError(
                f"“{output.name}”在要读的文件夹里，不是本程序写的汇总，可能是部门报来的，没有改动。请给汇总换一个文件名。"
            )
    if not others:
        raise SourceError("除了要写的汇总文件，没有别的文件可读。请检查文件夹。")
    return others


def _same(path: Path, output: Path) -> bool:
    return path.name.lower() == output.name.lower() and output.exists() and not path.is_symlink() and path.samefile(output)


def several(source: Source | Iterable[Source]) -> list[Source]:
    """One source, or each of several."""
    if isinstance(source, str | os.PathLike):
        return [source]
    return list(source)


def _below(path: Path) -> Iterator[tuple[Path, PurePath, PurePath]]:
    """A file, or each file of a folder: itself, where it stands, and the folder from which it is named."""
    if path.is_dir():
        every = sorted(file for file in path.rglob("*") if not _hidden(file.relative_to(path)))
        yield from ((file, file.absolute(), path.absolute()) for file in every if file.is_symlink() or file.is_file())
    elif path.is_file():
        yield path.resolve() if path.is_symlink() else path, path.absolute(), path.parent.absolute()
    else:
        raise SourceError(f"找不到“{path}”。请检查文件夹或文件的名字。")


def _hidden(relative: PurePath) -> bool:
    return relative.name.lower() in SKIPPED_NAMES or any(piece.startswith(".") for piece in relative.parts)


def _names(files: dict[PurePath, PurePath]) -> dict[PurePath, str]:
    names = {file: file.relative_to(base).as_posix() for file, base in files.items()}
    depth = 0
    while (again := {name for name, count in Counter(names.values()).items() if count > 1}) and depth < _DEEPEST:
        depth += 1
        for file, base in files.items():
            if names[file] in again:
                above = base.parts[-depth:] if depth < len(base.parts) else base.parts[1:]
                names[file] = PurePath(*above, file.relative_to(base)).as_posix()
    return names
