"""A file that is whole or absent: written under another name beside its target, then put in its place at once.

Where someone has the target open, the file gets a second name beside it (汇总_2.xlsx), so that no work is lost.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from uuid import uuid4

from selfeval_xl.errors import OutputError

BEGINS, ENDS = ".selfeval-xl-", ".tmp"
LEFT_OVER = 3600.0  # seconds after which an unfinished file is one of a run that was killed
SCRATCH, DAY = "selfeval-xl-", 86_400.0
NAMES = 99


class WholeFile(io.BufferedWriter):
    """A file that is being written; `path` is where it stands once it is whole."""

    path: Path


@contextmanager
def whole_file(
    path: str | os.PathLike[str], suffixes: tuple[str, ...] = (".xlsx",), *, second: bool = True
) -> Iterator[WholeFile]:
    """A stream whose content becomes the file `path` when the block ends well; else nothing is left behind.

    Where `path` is open in Excel, WPS or LibreOffice the content becomes 汇总_2.xlsx, or the next number that is free: the
    stream's `path` says which, after the block; without `second` that is an error instead. Raises OutputError, with what to
    do, where the target cannot be written: no such folder, a folder of that name, read-only, disk full. The last good file
    then stays as it is.
    """
    target = Path(path)
    check_target(target, suffixes)
    clear(target.parent)
    beside = target.with_name(f"{BEGINS}{uuid4().hex}{ENDS}")
    try:
        with WholeFile(io.FileIO(beside, "xb")) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        stream.path = second_name(target) if second and in_use(target) else target
        try:
            beside.replace(stream.path)
        except PermissionError:  # Windows does not replace a file that is open
            if not second:
                raise
            stream.path = second_name(target)
            beside.replace(stream.path)
        _keep_names(target.parent)
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


def in_use(target: Path) -> bool:
    """Whether someone has a file open: Excel, WPS and LibreOffice lay a small file of their own beside it.

    Excel writes `~$` before a short name and over the first two letters of a longer one, WPS `.~` before it.
    """
    beside = (f"~${target.name}", f"~${target.name[2:]}", f".~lock.{target.name}#", f".~{target.name}")
    return target.exists() and any(target.with_name(name).is_file() for name in beside)


def second_name(target: Path) -> Path:
    """汇总_2.xlsx for 汇总.xlsx, or the next number that is free; `target` itself where there is none."""
    names = (target.with_name(f"{target.stem}_{at}{target.suffix}") for at in range(2, NAMES + 1))
    return next((path for path in names if not path.exists()), target)


def clear(folder: Path) -> None:
    """Remove the unfinished files that runs left behind which were killed: of our own names only, and old enough."""
    with suppress(OSError):
        for left in folder.glob(f"{BEGINS}*{ENDS}"):
            if time.time() - left.stat().st_mtime > LEFT_OVER:
                left.unlink(missing_ok=True)


def scratch() -> TemporaryDirectory[str]:
    """A temporary folder for the parts of a file. It carries the number of our process: a later run knows whose it was."""
    clear_scratch(Path(gettempdir()))
    return TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-", ignore_cleanup_errors=True)


@cache  # once a process is enough
def clear_scratch(folder: Path) -> None:
    """Remove what runs that were killed left in a folder for temporary files: our own, a day old, of a process that is gone."""
    with suppress(OSError):
        for left in folder.glob(f"{SCRATCH}*"):
            number = re.match(r"(\d{1,9})-", left.name.removeprefix(SCRATCH))
            state = left.lstat()
            mine = stat.S_ISDIR(state.st_mode) and state.st_uid == getattr(os, "getuid", int)()  # 0 for everyone on Windows
            if number and mine and time.time() - state.st_mtime > DAY and _gone(int(number[1])):
                shutil.rmtree(left, ignore_errors=True)


def _gone(process: int) -> bool:
    if os.name == "nt":  # nothing can be asked there without doing harm; a day has to do
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        return False
    return False


def _keep_names(folder: Path) -> None:
    """Have the disk keep the new name too, where the system can do that for a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _told(target: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        why = "可能正在 Excel 或 WPS 中打开，或所在文件夹不允许写入。请关闭后重试，或换一个文件名"
    else:
        why = f"{error.strerror or error}。请检查磁盘空间和文件名，或换一个位置"
    return f"不能写入“{target}”：{why}。原有文件没有改动。"
