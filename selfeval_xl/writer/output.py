"""A file that is whole or absent: written under another name beside its target, then put in its place at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from selfeval_xl.errors import OutputError


@contextmanager
def whole_file(path: str | os.PathLike[str], suffixes: tuple[str, ...] = (".xlsx",)) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file `path` when the block ends well; else nothing is left behind.

    Raises OutputError, with what to do, where the target cannot be written: no such folder, a folder of that name,
    open in Excel, read-only, disk full. The last good file then stays as it is.
    """
    target = Path(path)
    check_target(target, suffixes)
    beside = target.with_name(f".{uuid4().hex}.tmp")
    try:
        with beside.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except OSError as error:
        raise OutputError(_told(target, error)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def check_target(target: Path, suffixes: tuple[str, ...] = (".xlsx",)) -> None:
    """Refuse before any work what cannot come to a good end. Raises OutputError."""
    if target.suffix.lower() not in suffixes:
        raise OutputError(f"输出文件“{target.name}”应以 {' 或 '.join(suffixes)} 结尾，否则打不开。请改文件名。")
    if not target.parent.is_dir():
        raise OutputError(f"文件夹“{target.parent}”不存在，不能写入“{target.name}”。请先建立文件夹，或换一个位置。")
    if target.is_dir():
        raise OutputError(f"“{target}”是一个文件夹，不能作为输出文件。请换一个文件名。")
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"“{target}”是只读的，没有改动。请取消只读，或换一个文件名。")


def _told(target: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        why = "可能正在 Excel 或 WPS 中打开，或所在文件夹不允许写入。请关闭后重试，或换一个文件名"
    else:
        why = f"{error.strerror or error}。请检查磁盘空间和文件名，或换一个位置"
    return f"不能写入“{target}”：{why}。原有文件没有改动。"
