"""What is this file really? Told by its content, limited in size, and refused before anything is parsed.

A refusal is a finding code of the catalogue with its words; the file then becomes a row with a reason, and the batch
goes on.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["xlsx", "xls", "ods"]

EXPECTED = frozenset({".xlsx", ".xlsm", ".xls", ".xlt", ".xltx", ".xlsb", ".ods", ".et", ".ett", ".csv", ".zip", ".rar", ".7z"})
"""Names under which a workbook may hide: one that cannot be read needs a look; other files are only passed over."""

LIMITS = {
    "文件": 200_000_000,  # bytes on disk
    "解压后的内容": 400_000_000,  # bytes, declared and checked while unpacking
    "压缩包内文件数": 5_000,
    "压缩比": 1_000,  # the whole archive, above the free allowance below
    "单元格": 3_000_000,  # a sheet
    "末行行号": 200_000,
    "末列列号": 2_000,
}
"""What a workbook may at most be; a standard workbook stays below a hundredth of each."""
_RATIO_ALLOWANCE = 50_000_000

_ZIP, _OLE, _BIFF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_FOREIGN = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF 文档"), (b"\xff\xd8\xff", "图片"), (b"\x89PNG", "图片"), (b"Rar!", "RAR 压缩包"))


class RefusedError(Exception):
    """A file that is not to be parsed: the finding's code and the places of its message."""

    def __init__(self, code: str, **places: str) -> None:
        super().__init__(code)
        self.code = code
        self.places = places


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that may be parsed: its bytes, what they are, and for zip-based kinds the archive."""

    data: bytes
    kind: Kind
    archive: zipfile.ZipFile | None = None


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """The bytes of a file within the size limit. Raises RefusedError, also where the file cannot be read at all."""
    try:
        size = path.stat().st_size
        check("文件", size)
        return path.read_bytes()
    except OSError as error:
        raise RefusedError("file.unreadable", why=f"系统不允许读取（{error.strerror or error}）") from error


def admit(data: bytes, passwords: Sequence[str] = ()) -> Intake:
    """Bytes as a workbook of a known kind. Raises RefusedError for anything else, and for what passes a limit."""
    if not data:
        raise RefusedError("file.empty")
    if data.startswith(_ZIP):
        return _admit_zip(data)
    if data.startswith(_OLE):
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in data:
            return admit(decrypt(data, passwords))
        if not any(name in data for name in (b"W\0o\0r\0k\0b\0o\0o\0k\0", b"B\0o\0o\0k\0")):
            raise RefusedError("file.foreign", what="别的 Office 文档")
        return Intake(data, "xls")
    if data.startswith(_BIFF):
        return Intake(data, "xls")
    raise RefusedError("file.foreign", what=_name(data))


def decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    """An encrypted workbook opened with the first password that fits. Raises RefusedError where none does."""
    try:
        import msoffcrypto  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        passwords = ()
    for password in passwords:
        opened = io.BytesIO()
        try:
            locked = msoffcrypto.OfficeFile(io.BytesIO(data))
            locked.load_key(password=password)
            locked.decrypt(opened)
        except Exception:  # noqa: BLE001, S112 (the library raises many kinds; the next password may fit)
            continue
        return opened.getvalue()
    raise RefusedError("file.encrypted")


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One unpacked part as UTF-8, its checksum verified, free of a document type. Raises RefusedError."""
    try:
        data = archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise RefusedError("file.unreadable", why=f"内容已损坏（{name}）") from error
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        data = data.decode("utf-16", "replace").encode()
    if b"<!DOCTYPE" in data[:4096]:
        raise RefusedError("file.unreadable", why="内容含有 DOCTYPE 声明，正常的工作簿没有")
    return data


def check(what: str, found: int) -> None:
    """Refuse what passes its limit, naming the limit. Raises RefusedError."""
    if found > LIMITS[what]:
        raise RefusedError("file.too_large", what=what, found=f"{found:,}", limit=f"{LIMITS[what]:,}")


def _admit_zip(data: bytes) -> Intake:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedError("file.unreadable", why="文件不完整或已损坏") from error
    entries = archive.infolist()
    check("压缩包内文件数", len(entries))
    unpacked = sum(entry.file_size for entry in entries)
    check("解压后的内容", unpacked)
    if unpacked > _RATIO_ALLOWANCE:
        check("压缩比", unpacked // max(1, len(data)))
    known = {entry.filename for entry in entries}
    if "xl/workbook.xml" in known or any(re.search(r"(^|/)workbook\.xml$", name) for name in known):
        return Intake(data, "xlsx", archive)
    if "content.xml" in known and "META-INF/manifest.xml" in known:
        if b"spreadsheet" not in archive.read("mimetype") if "mimetype" in known else False:
            raise RefusedError("file.foreign", what="别的 OpenDocument 文档")
        if b"manifest:encryption-data" in part(archive, "META-INF/manifest.xml"):
            raise RefusedError("file.encrypted")
        return Intake(data, "ods", archive)
    raise RefusedError("file.foreign", what="压缩包" if "[Content_Types].xml" not in known else "别的 Office 文档")


def _name(data: bytes) -> str:
    for signature, what in _FOREIGN:
        if data.startswith(signature):
            return what
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<table" in head:
        return "网页（HTML）"
    if head.startswith(b"<?xml"):
        return "XML 文件"
    return "文本或别的文件"
