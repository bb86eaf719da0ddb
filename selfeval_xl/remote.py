"""Files by URL (s3://…, memory://…, file://…): listed here, opened where they are read, on whatever machine that is.

What a URL may begin with depends on what is installed beside fsspec (the extra `remote`); keys and addresses come from
fsspec's own configuration, never from us.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote

from .errors import OutputError, SourceError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_ARCHIVES = frozenset({"zip", "tar", "libarchive", "archive"})
_CHANGES = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created", "updated", "md5Hash", "content_md5")
"""What a store says of a file that shows a change of its content."""


class Size(NamedTuple):
    """The size of a file, named as `os.stat` names it."""

    st_size: int


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at a URL, with what the reader asks of a `Path`. `stamp` shows whether it changed, empty where nothing does."""

    url: str
    size: int
    stamp: str = ""

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return PurePosixPath(self.url).name

    @property
    def suffix(self) -> str:
        """The ending of the name."""
        return PurePosixPath(self.url).suffix

    def stat(self) -> Size:
        """What the store says of the size, so that what is too large is refused before it is fetched. Raises OSError."""
        if self.size < 0:
            raise OSError("存放处没有说明文件有多大")
        return Size(self.size)

    def read_bytes(self) -> bytes:
        """The content, which must have the size that was told. Raises OSError."""
        try:
            store, path = _store(self.url)
            with store.open(path, "rb") as stream:
                data: bytes = stream.read(self.size + 1)
        except OSError:
            raise
        except Exception as error:  # stores raise errors of their own
            raise OSError(f"{type(error).__name__}: {error}") from error
        if len(data) != self.size:
            raise OSError("取回的内容与所列的大小不符")
        return data


File = Path | RemoteFile


def is_url(entry: object) -> bool:
    """Whether an input or output is named by a URL."""
    return isinstance(entry, str) and bool(_URL.match(entry))


def local(url: str) -> Path | None:
    """The path that a URL of this machine (file://) names; None for any other. Raises SourceError."""
    if "::" in url or url.partition(":")[0].lower() in _ARCHIVES:
        raise SourceError(f"“{url}”指向压缩包里面的文件，不能直接读取。请先解压。")
    store, path = _store(url)
    if "file" not in store.protocol:
        return None
    return Path(path) if Path(path).exists() else Path(unquote(path))


def listed(url: str, hidden: Callable[[PurePath], bool]) -> Iterator[tuple[RemoteFile, PurePath, PurePath]]:
    """Each file at or below a URL, where it stands, and the folder from which it is named. Raises SourceError."""
    try:
        store, root = _store(url)
        store.invalidate_cache()
        about = store.info(root)
        folder = about["type"] == "directory"
        found = store.find(root, detail=True) if folder else {root: about}
    except SourceError:
        raise
    except FileNotFoundError as error:
        raise SourceError(f"找不到“{url}”。请检查地址。") from error
    except Exception as error:  # stores raise errors of their own
        raise SourceError(f"不能读取“{url}”（{type(error).__name__}: {error}）。请检查地址、权限和网络。") from error
    scheme = PurePosixPath(url.partition("://")[0])
    base = scheme / (root if folder else root.rpartition("/")[0]).strip("/")
    for path, info in sorted(found.items()):
        place = scheme / path.strip("/")
        if info["type"] == "file" and not (folder and hidden(place.relative_to(base))):
            where = store.unstrip_protocol(path)
            size = info.get("size")
            yield RemoteFile(where, size if isinstance(size, int) else -1, _stamp(where, info)), place, base


def output(url: str) -> tuple[Any, str]:
    """A store to write to, and the path in it. Raises OutputError."""
    try:
        return _store(url)
    except SourceError as error:
        raise OutputError(str(error)) from error


def _store(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it. Raises SourceError where something must be installed first."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise SourceError(f"“{url}”是网址，要用附加部分 remote：请执行 pip install selfeval-xl[remote]。") from error
    try:
        store, path = url_to_fs(url)
    except ImportError as error:
        raise SourceError(f"打开“{url}”还缺少别的程序包：{error}。") from error
    except ValueError as error:
        raise SourceError(f"不认识“{url}”这种网址（{error}）。") from error
    return store, str(path)


def _stamp(url: str, info: dict[str, Any]) -> str:
    known = [(name, str(info[name])) for name in _CHANGES if info.get(name)]
    return f"remote {hashlib.sha256(repr((url, info.get('size'), known)).encode()).hexdigest()}" if known else ""
