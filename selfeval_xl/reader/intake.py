"""What is this file really? Told by its content, limited in size, and refused before anything is parsed.

A refusal is a finding code of the catalogue with its words; the file then becomes a row with a reason, and the batch
goes on.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from selfeval_xl._version import PROGRAM
from selfeval_xl.limits import limits, most
from selfeval_xl.remote import File
from selfeval_xl.words import words

Kind = Literal["xlsx", "xls", "ods", "spreadsheetml", "html", "csv"]

EXPECTED = frozenset({".xlsx", ".xlsm", ".xls", ".xlt", ".xltx", ".xlsb", ".ods", ".et", ".ett", ".zip", ".rar", ".7z"})
"""Names under which a workbook may hide: one that cannot be read needs a look; other files are only passed over."""

_RATIO_ALLOWANCE = 50_000_000

_ZIP, _OLE, _BIFF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_FOREIGN = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF 文档"), (b"\xff\xd8\xff", "图片"), (b"\x89PNG", "图片"), (b"Rar!", "RAR 压缩包"))
_BOOK_MARKS = (b"W\0o\0r\0k\0b\0o\0o\0k\0", b"B\0o\0o\0k\0", b"\x09\x08\x10\0\0\x06\x05\0", b"\x09\x08\x08\0\0\x05\x05\0")
_LOCKED_MARK = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"
_ABOUT = {"docprops/core.xml": "xl/workbook.xml", "meta.xml": "content.xml"}
"""Parts that tell who wrote a workbook, each beside a part that shows what it belongs to."""
_MOST_ABOUT = 65_536
_SIGNED = re.compile(rf"(?:description\b[^>]*>|generator\" content=\"){PROGRAM} \d")
_SIGNED_OLD = re.compile(rb"%s \d+\.\d" % PROGRAM.encode())
_MADE, _CHANGED = (re.compile(rf"<(?:\w+:)?(?:{names})\b[^>]*>([^<]*)<") for names in ("created|creation-date", "modified|date"))
_MOST_ROUNDS = 1_000_000  # of key derivation; Excel and WPS take 100,000


class RefusedError(Exception):
    """A file that is not to be parsed: the finding's code and the places of its message."""

    def __init__(self, code: str, **places: str) -> None:
        super().__init__(code)
        self.code = code
        self.places = places


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that may be parsed: its bytes and what they are; the entries of a zip by name in small letters; its text.

    `passwords` are for .xls, whose encryption shows only inside.
    """

    data: bytes
    kind: Kind
    entries: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict)
    text: str = ""
    passwords: Sequence[str] = ()


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: File) -> bytes:
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
    if data.startswith(_OLE) and _LOCKED_MARK in data:
        return admit(decrypt(data, passwords))
    if data.startswith((_OLE, *_BIFF)):
        if _SIGNED_OLD.search(data):
            _refuse_ours("".join(data.decode(code, "ignore") for code in ("utf-8", "gb18030")), changed=True)
        check("旧版（.xls）文件", len(data))
        if data.startswith(_OLE) and not any(mark in data for mark in _BOOK_MARKS):
            raise RefusedError("file.foreign", what="别的 Office 文档")
        return Intake(data, "xls", passwords=passwords)
    for signature, what in _FOREIGN:
        if data.startswith(signature):
            raise RefusedError("file.foreign", what=what)
    return _admit_text(data)


def is_ours(path: Path) -> bool:
    """Whether a workbook is one that we wrote about a batch, by its properties; False for what cannot be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(_about(archive))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    """An encrypted workbook opened with the first password that fits. Raises RefusedError where none does.

    The first one tried is the one with which Excel itself locks a workbook whose structure only is protected.
    """
    try:
        import msoffcrypto  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        raise RefusedError("file.encrypted") from None
    rounds = re.search(rb'spinCount="(\d+)"', data)
    if rounds and int(rounds[1]) > _MOST_ROUNDS:
        raise RefusedError("file.encrypted")
    for password in ("VelvetSweatshop", *passwords):
        opened = io.BytesIO()
        try:
            locked = msoffcrypto.OfficeFile(io.BytesIO(data))
            locked.load_key(password=password)
            locked.decrypt(opened)
        except Exception:  # noqa: BLE001, S112 (the library raises many kinds; the next password may fit)
            continue
        if opened.getvalue().startswith((_ZIP, _OLE)):
            return opened.getvalue()
    raise RefusedError("file.encrypted")


def check(what: str, found: int) -> None:
    """Refuse what passes its limit, naming the limit. Raises RefusedError."""
    if found > most(what):
        limit, unit = f"{most(what):,}", limits()[what].unit
        raise RefusedError("file.too_large", what=what, found=f"{found:,}", limit=f"{limit} {unit}", option=f"{what}={found}")


def _admit_zip(data: bytes) -> Intake:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedError("file.unreadable", why="文件不完整或已损坏") from error
    if about := _about(archive):
        _refuse_ours(about, changed=_MADE.findall(about) != _CHANGED.findall(about))
    listed = archive.infolist()
    check("压缩包内文件数", len(listed))
    unpacked = sum(entry.file_size for entry in listed)
    check("解压后的内容", unpacked)
    if unpacked > _RATIO_ALLOWANCE:
        check("压缩比", unpacked // max(1, len(data)))
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in listed:
        path = entry.filename.replace("\\", "/").lower()
        if ".." in path.split("/"):
            raise RefusedError("file.unreadable", why="压缩包里有指向别处的路径，正常的工作簿没有")
        if entry.flag_bits & 1:
            raise RefusedError("file.encrypted")
        twin = entries.setdefault(path, entry)
        if (twin.CRC, twin.file_size) != (entry.CRC, entry.file_size):
            raise RefusedError("file.unreadable", why=f"文件内有两份不同的 {entry.filename}，不能确定哪一份算数")
    if "xl/workbook.xml" in entries:
        return Intake(data, "xlsx", entries)
    if "content.xml" in entries and "meta-inf/manifest.xml" in entries:
        return Intake(data, "ods", entries)
    office = "二进制工作簿（.xlsb）" if "xl/workbook.bin" in entries else "别的 Office 文档"
    raise RefusedError("file.foreign", what=office if "[content_types].xml" in entries else "压缩包")


def _about(archive: zipfile.ZipFile) -> str:
    """What a workbook that we wrote says of itself; empty for any other."""
    names = {name.lower(): name for name in archive.namelist()} if len(archive.filelist) <= most("压缩包内文件数") else {}
    for part, beside in _ABOUT.items():
        if part in names and beside in names:
            with suppress(Exception), archive.open(names[part]) as stream:  # one that is damaged is refused where it is read
                about = stream.read(_MOST_ABOUT).decode("utf-8", "ignore")
                if _SIGNED.search(about):
                    return about
    return ""


def _refuse_ours(about: str, *, changed: bool) -> None:
    """Refuse what we wrote ourselves. One for a department that came back changed must be seen: it may be an answer."""
    kinds = words("output")
    kind = next((kind for kind, word in kinds.items() if word in about), "summary")
    raise RefusedError("file.returned" if changed and kind == "details" else "file.ours", what=kinds[kind])


def _admit_text(data: bytes) -> Intake:
    """Text as a table: SpreadsheetML 2003 and HTML by their marks, anything else by its separators."""
    text = _decoded(data[: most("文本") + 1])
    head = text[:4096].lower()
    kind: Kind
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and re.search(r"<(\w+:)?workbook\b", head):
        kind = "spreadsheetml"
    elif re.search(r"<!doctype html|<html\b|<table\b", head):
        if _SIGNED.search(head):
            _refuse_ours(text[:4096], changed=False)
        if not re.search(r"<t[rdh]\b", text, re.IGNORECASE):
            raise RefusedError("file.foreign", what="没有表格的网页（HTML）")
        kind = "html"
    elif head.startswith(("<?xml", "<")):
        raise RefusedError("file.foreign", what="XML 文件")
    elif separator(text):
        kind = "csv"
    else:
        raise RefusedError("file.foreign", what="文本或别的文件")
    check("文本", len(data))
    return Intake(data, kind, text=text)


def separator(text: str) -> str:
    """The sign between the columns of a text table: the one of tab, comma and semicolon that most of its lines have."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:50]
    counts = {sign: sum(sign in line for line in lines) for sign in "\t,;"}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] >= max(2, len(lines) // 2) else ""


def _decoded(data: bytes) -> str:
    """Text in the encodings that are met: UTF-8, UTF-16 with its mark, GB 18030. Raises RefusedError."""
    codes = ["utf-16"] if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "gb18030"]
    for code in codes:
        decoder = codecs.getincrementaldecoder(code)("strict")  # the end may be cut within a sign
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\0-\x08\x0e-\x1a]", text):
            return text.lstrip(" \r\n\ufeff") if "\t" not in text[:1] else text
    raise RefusedError("file.foreign", what="文本或别的文件")
