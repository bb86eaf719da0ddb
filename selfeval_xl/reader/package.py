"""The parts inside a zip-based workbook: unpacked within limits, checked, in UTF-8, and written plainly where asked.

Nothing here trusts what the archive says of itself: a part whose size or checksum is not as declared is refused, since
another reader would unpack something else.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from selfeval_xl.frames import a1
from selfeval_xl.limits import most

from .cells import column_number
from .intake import Intake, RefusedError, check

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_DOCUMENT_TYPE = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:<\?.*?\?>\s*+|<!--.*?-->\s*+)*+<!DOCTYPE", re.DOTALL)  # ahead of the root
_LEVELS = "嵌套层数"
_SHORT = 30_000  # bytes of a part that is remembered
_LOCAL_HEADER = 30  # bytes before a part's name, ahead of its content
_ROOT = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    b"</Relationships>"
)
_ENTRY = struct.Struct("<HHHHHIIIHH")


class Sheet(NamedTuple):
    """A worksheet of the workbook: its name, the path of its part, and whether it is hidden."""

    name: str
    path: str
    hidden: bool


class Package:
    """The parts of a workbook; `paths` names them by their id, and those that are one of a kind by their kind."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.book, self.relations = self.part(WORKBOOK), self.part(RELATIONS)
        self.paths: Mapping[str, str] = _remembered(_paths, self.relations)

    def part(self, path: str) -> bytes:
        """One part as UTF-8, empty where the workbook has none of this name. Raises RefusedError."""
        entry = self.intake.entries.get(path.lower())
        return in_utf8(unpacked(self.intake.data, entry)) if entry else b""

    def sheets(self) -> Iterator[Sheet]:
        """The worksheets in order; sheets that hold only a chart or a macro are passed over."""
        for listed in _remembered(_listed, self.book):
            path = self.paths.get(listed.path, "")
            if path.lower() in self.intake.entries and "/worksheets/" in path.lower():
                yield listed._replace(path=path)


def _remembered(said: Any, xml: bytes) -> Any:
    """What a part says. Workbooks of one form have the same parts, and what a short one says is remembered.

    It is known by the limit too, so that a part that only a raised limit let pass is held against the limit of now.
    """
    return (said if len(xml) <= _SHORT else said.__wrapped__)(xml, most(_LEVELS))


@lru_cache(maxsize=50)
def _paths(relations: bytes, _levels: int) -> Mapping[str, str]:
    """The paths of the parts by their id, and by their kind."""
    paths: dict[str, str] = {}
    for relation in parsed(relations):
        target = relation.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        paths[relation.get("Id", "")] = path
        paths[relation.get("Type", "").rpartition("/")[2]] = path
    return paths


@lru_cache(maxsize=50)
def _listed(book: bytes, _levels: int) -> list[Sheet]:
    """The sheets of a workbook, each with the id of its part in place of the path."""
    return [
        Sheet(
            element.get("name", ""),
            next((value for key, value in element.attrib.items() if key.endswith("}id")), ""),
            element.get("state", "visible") != "visible",
        )
        for element in parsed(book).iter()
        if element.tag.rpartition("}")[2] == "sheet"
    ]


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Parts as an archive without compression: calamine then reads what was looked at, and need not unpack it again."""
    contents: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for path, content in {"_rels/.rels": _ROOT, **parts}.items():
        name = path.encode()
        fields = _ENTRY.pack(20, 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0)
        directory.append(b"PK\x01\x02\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, at) + name)
        contents += [b"PK\x03\x04" + fields + name, content]
        at += _LOCAL_HEADER + len(name) + len(content)
    listed = b"".join(directory)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(directory), len(directory), len(listed), at, 0)
    return b"".join([*contents, listed, end])


def unpacked(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """One entry of an archive, unpacked, its size and checksum as declared. Raises RefusedError."""
    head = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    first = entry.header_offset + _LOCAL_HEADER + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    content = data[first : first + entry.compress_size]
    whole = head.startswith(b"PK\x03\x04") and not entry.flag_bits & 1
    if whole and entry.compress_type == zipfile.ZIP_DEFLATED:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflate.decompress(content, entry.file_size + 1)
            rest = inflate.decompress(inflate.unconsumed_tail, 1) if inflate.unconsumed_tail else b""
            whole = inflate.eof and not rest
        except zlib.error:
            whole = False
    elif entry.compress_type != zipfile.ZIP_STORED:
        whole = False
    if not whole or len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise RefusedError("file.unreadable", why=f"内容已损坏（{entry.filename}）")
    return content


def in_utf8(data: bytes) -> bytes:
    """A part of XML in UTF-8, whatever it was written in. Raises RefusedError, also for a document type."""
    code = ""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        code = "utf-16"
    elif (declared := _ENCODING.match(data[:200])) and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        code = declared[1].decode().lower()
    if code:
        try:
            text = data.decode("gb18030" if code in {"gb2312", "gbk"} else code)
        except (UnicodeDecodeError, LookupError) as error:
            raise RefusedError("file.unreadable", why="内容的文字编码不能识别") from error
        data = re.sub(r"^\ufeff?\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode()
    if _DOCUMENT_TYPE.match(data):
        raise RefusedError("file.unreadable", why="内容含有 DOCTYPE 声明，正常的工作簿没有")
    return data


def parsed(xml: bytes) -> ET.Element:
    """The tree of a part. Raises RefusedError where it is nested too deeply, or ParseError."""
    depth = 0
    root: ET.Element | None = None
    for event, element in ET.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 (in_utf8() refuses a DOCTYPE)
        root = element if root is None else root
        depth += 1 if event == "start" else -1
        check(_LEVELS, depth)
    if root is None:
        raise ET.ParseError
    return root


def written_plainly(xml: bytes) -> bytes:
    """A sheet part as nearly all programs write it: no prefixes, comments or CDATA, every cell with its address first."""
    check("写法少见的工作表", len(xml))
    root = parsed(xml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    plain = ET.Element("worksheet")
    for section in root:
        if section.tag == "sheetData":
            _number(section)
        if section.tag in {"cols", "sheetData", "sheetProtection", "mergeCells"}:
            plain.append(section)
    if plain.find("sheetData") is None:
        ET.SubElement(plain, "sheetData")
    return ET.tostring(plain)


def _number(section: ET.Element) -> None:
    """Give every row and cell its address: the one it has, or the next after the one before."""
    line = 0
    for row in section.iter("row"):
        line = int(row.get("r", line + 1))
        row.attrib = {"r": str(line), **{key: value for key, value in row.attrib.items() if key == "hidden"}}
        column = 0
        for cell in row.iter("c"):
            address = cell.get("r", "").replace("$", "").upper() or a1(line - 1, column)
            column = column_number(address.rstrip("0123456789").encode()) + 1
            cell.attrib = {"r": address, **{key: cell.attrib[key] for key in ("s", "t") if key in cell.attrib}}
            cell[:] = [inner for inner in cell if inner.tag in {"f", "v", "is"}]
            for text in cell.iter("is"):
                text[:] = [piece for piece in text if piece.tag in {"t", "r"}]
                for run in text.iter("r"):
                    run[:] = run.findall("t")
