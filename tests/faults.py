"""Hostile and broken files, made from a good workbook: bombs, lies, truncations, wrong contents, damage of every structure."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import xlwt

SHEET, BOOK, RELATIONS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
TEXTS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_HEAD = '<?xml version="1.0"?>'
_XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
_XLSB = {"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01"}
_DOCX = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
_HTML = b"<html><body><table><tr><td>"

Parts = dict[str, bytes]


def files(good: bytes, shared: bytes) -> Iterator[tuple[str, bytes, str]]:
    """Name, content and the code of the finding that must tell it; "" where it is read or has no form, code or not.

    `good` is a workbook whose texts stand in its cells, `shared` one that has a table of them.
    """
    yield from _contents(good)
    parts = _parts(good)
    for name, (change, code) in _PACKAGES.items():
        changed = dict(_parts(shared) if "文字" in name else parts)
        change(changed)
        yield f"{name}.xlsx", packed(changed), code
    yield from _archives(good, parts)
    yield from _old()
    yield from _open_documents()


def packed(parts: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Parts as an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _parts(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


# -- what is in the file ------------------------------------------------------------------------------------------


def _contents(good: bytes) -> Iterator[tuple[str, bytes, str]]:
    yield "空的.xlsx", b"", "file.empty"
    yield "一个字节.xlsx", b"P", "file.foreign"
    yield "全是零.xlsx", bytes(5000), "file.foreign"
    yield "其实是PDF.xlsx", b"%PDF-1.7\n", "file.foreign"
    yield "其实是图片.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(50), "file.foreign"
    yield "其实是RTF.xls", b"{\\rtf1 }", "file.foreign"
    yield "其实是RAR.xlsx", b"Rar!\x1a\x07\0", "file.foreign"
    yield "其实是XML.xlsx", b"<?xml version='1.0'?><a/>", "file.foreign"
    yield "其实是网页.xls", b"<html><body>login</body></html>", "file.foreign"
    yield "其实是Word.xlsx", packed(_DOCX), "file.foreign"
    yield "二进制.xlsb", packed(_XLSB), "file.foreign"
    yield "压缩包里的工作簿.zip", packed({"甲局.xlsx": good}), "file.foreign"
    yield "套了两层.xlsx", packed({"a.zip": packed({"b.xlsx": good})}), "file.foreign"
    yield "有零字节的文本.csv", b"a,b\nc,\0d\n", ""
    yield "一格很长的文本.csv", b"a,b\n" + b"x" * 200_000 + b",1\n", ""
    yield "太长的文本.xls", b"a,b,c\n" * 2_000_000, "file.too_large"
    yield "没有合上的引号.xls", b'a,"b\n' + b"c,d\n" * 1000, ""
    yield "表格套表格.xls", b"<html><body>" + b"<table><tr><td>" * 5_000, "file.too_large"
    yield "跨很多列.xls", _HTML + b"x<td colspan=9999999>y", "file.too_large"
    yield "跨很多行.xls", _HTML + b"x<td rowspan=9999999>y", ""
    yield "很多标签.xls", _HTML + b"<b>" * 100_000, ""
    for at in (10, 500, len(good) // 2, len(good) - 300, len(good) - 10):
        yield f"断在{at}.xlsx", good[:at], "file.unreadable"
    for at in (20, 60, len(good) // 3, len(good) // 2, len(good) - 15):
        flipped = bytearray(good)
        flipped[at] ^= 4
        yield f"坏了一位{at}.xlsx", bytes(flipped), ""
    yield "前面多了东西.xlsx", b"junk" + good, "file.foreign"
    yield "后面多了东西.xlsx", good + bytes(100), ""
    yield (
        "2003的XML引用文件.xls",
        (_HEAD + _XXE + '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>').encode(),
        "file.unreadable",
    )
    yield (
        "2003的XML层层相套.xls",
        (_HEAD + '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">' + "<a>" * 100_000).encode(),
        "file.too_large",
    )


# -- what is in the package ---------------------------------------------------------------------------------------


def _sheet(cells: str, after: str = "") -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[SHEET] = f"{_HEAD}<worksheet {_MAIN}><sheetData>{cells}</sheetData>{after}</worksheet>".encode()

    return change


def _put(path: str, content: str | bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[path] = content if isinstance(content, bytes) else content.encode()

    return change


def _replace(path: str, old: bytes, new: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        assert old in parts[path]
        parts[path] = parts[path].replace(old, new, 1)

    return change


def _drop(path: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        del parts[path]

    return change


def _cut(path: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[path] = parts[path][: len(parts[path]) // 2]

    return change


def _linked(kind: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts["xl/externalLinks/externalLink1.xml"] = f"<externalLink {_MAIN}><{kind}/></externalLink>".encode()
        parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = b'<R><R Target="file:///C:/x/%E5%88%AB%E7%9A%84.xlsx"/></R>'
        parts[SHEET] = parts[SHEET].replace(
            b"</sheetData>", b'<row r="90"><c r="A90"><f>[1]a!A1</f><v>1</v></c></row></sheetData>'
        )

    return change


_FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
_PACKAGES: dict[str, tuple[Callable[[Parts], None], str]] = {
    "最后一个单元格": (_sheet(_FAR.format(1048576, "XFD")), "file.too_large"),
    "很远的行": (_sheet(_FAR.format(300000, "A")), "file.too_large"),
    "很远的列": (_sheet(_FAR.format(1, "DAA")), "file.too_large"),
    "超出表格的行": (_sheet(_FAR.format(99999999, "A")), ""),
    "第零行": (_sheet('<row r="0"><c r="A0"><v>1</v></c></row>'), ""),
    "没有地址的单元格": (_sheet("<row><c><v>1</v></c></row>" * 100), ""),
    "负的行号": (_sheet('<row r="-5"><c r="A-5"><v>1</v></c></row>'), ""),
    "四百万个单元格": (_sheet('<row r="1">' + '<c r="A1"><v>1</v></c>' * 4_000_000 + "</row>"), "file.too_large"),
    "百万个合并": (
        _sheet(
            '<row r="1"><c r="A1"><v>1</v></c></row>', "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 1_000_000 + "</mergeCells>"
        ),
        "file.too_large",
    ),
    "整张表的合并": (
        _sheet('<row r="1"><c r="A1"><v>1</v></c></row>', '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "",
    ),
    "倒着的合并": (_sheet('<row r="1"><c r="A1"><v>1</v></c></row>', '<mergeCells><mergeCell ref="C9:A1"/></mergeCells>'), ""),
    "自己引用自己的共享公式": (
        _sheet('<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">B1</f></c><c r="B1"><f t="shared" si="0"/></c></row>'),
        "",
    ),
    "不存在的共享公式": (_sheet('<row r="1"><c r="A1"><f t="shared" si="99"/><v>1</v></c></row>'), ""),
    "层层相套": (_sheet("<a>" * 100_000), "file.too_large"),
    "单元格里层层相套": (_sheet('<row r="1"><c r="A1" t="inlineStr"><is>' + "<r>" * 100_000), ""),
    "文字序号超出": (_sheet('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>'), ""),
    "文字序号是负数": (_sheet('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'), ""),
    "无穷大": (_sheet('<row r="1"><c r="A1"><v>1e999</v></c><c r="B1"><v>nan</v></c></row>'), ""),
    "很长的数": (_sheet(f'<row r="1"><c r="A1"><v>{"9" * 100_000}</v></c></row>'), ""),
    "不存在的样式": (_sheet('<row r="1"><c r="A1" s="99999"><v>1</v></c></row>'), ""),
    "日期在远古": (_sheet('<row r="1"><c r="A1" t="d"><v>0000-00-00T99:99:99</v></c></row>'), ""),
    "引用文件": (_put(SHEET, f"{_HEAD}{_XXE}<worksheet {_MAIN}><sheetData/></worksheet>"), "file.unreadable"),
    "文字成倍展开": (_put(TEXTS, f"{_HEAD}<!-- x -->{_LAUGHS}<sst {_MAIN}><si><t>&c;</t></si></sst>"), "file.unreadable"),
    "工作簿里引用文件": (_put(BOOK, f"{_HEAD}{_XXE}<workbook/>"), "file.unreadable"),
    "两百万条文字": (_put(TEXTS, f"<sst {_MAIN}>" + "<si><t>a</t></si>" * 2_000_000 + "</sst>"), "file.too_large"),
    "很大的样式表": (
        _put(STYLES, f"<styleSheet {_MAIN}><cellXfs>" + '<xf numFmtId="9"/>' * 300_000 + "</cellXfs></styleSheet>"),
        "file.too_large",
    ),
    "六万种样式": (
        _put(STYLES, f"<styleSheet {_MAIN}><cellXfs>" + '<xf numFmtId="9"/>' * 60_000 + "</cellXfs></styleSheet>"),
        "",
    ),
    "别的编码": (_put(SHEET, f'<?xml version="1.0" encoding="utf-16"?><worksheet {_MAIN}/>'.encode("utf-16")), ""),
    "没有的编码": (_put(SHEET, '<?xml version="1.0" encoding="klingon"?><worksheet/>'), "file.unreadable"),
    "不是XML": (_put(SHEET, bytes(range(256)) * 20), "file.unreadable"),
    "空的工作表": (_put(SHEET, b""), ""),
    "空的工作簿": (_put(BOOK, b""), "file.unreadable"),
    "没有关系": (_drop(RELATIONS), "file.unreadable"),
    "没有工作表": (_drop(SHEET), ""),
    "没有文字表": (_drop(TEXTS), ""),
    "断了的工作表": (_cut(SHEET), ""),
    "断了的工作簿": (_cut(BOOK), "file.unreadable"),
    "断了的文字表": (_cut(TEXTS), ""),
    "断了的样式表": (_cut(STYLES), ""),
    "指向自己": (_replace(RELATIONS, b"worksheets/sheet1.xml", b"../xl/workbook.xml"), ""),
    "指向外面": (_replace(RELATIONS, b"worksheets/sheet1.xml", b"../../../../etc/passwd"), ""),
    "往上走的路径": (_put("../../evil.xml", "<a/>"), "file.unreadable"),
    "反斜杠往上走": (_put("xl\\..\\..\\evil.xml", "<a/>"), "file.unreadable"),
    "绝对路径": (_put("/etc/passwd", "root"), ""),
    "有宏": (_put("xl/vbaProject.bin", b"\xd0\xcf"), "safety.macros"),
    "有嵌入的文件": (_put("xl/embeddings/oleObject1.bin", b"MZ"), "safety.embedded"),
    "有控件": (_put("xl/activeX/activeX1.bin", b"MZ"), "safety.embedded"),
    "有外部链接": (_linked("externalBook"), "safety.external"),
    "有DDE": (_linked('ddeLink ddeService="cmd" ddeTopic="/c calc"'), "safety.dde"),
}


# -- the archive itself -------------------------------------------------------------------------------------------


def _archives(good: bytes, parts: Parts) -> Iterator[tuple[str, bytes, str]]:
    yield "炸弹.xlsx", packed({**parts, "xl/media/a.bin": bytes(150_000_000)}), "file.too_large"
    yield "高压缩比.xlsx", packed({**parts, "xl/media/a.bin": bytes(60_000_000)}), "file.too_large"
    yield "很多文件.xlsx", packed({**parts, **{f"a{at}": b"" for at in range(6_000)}}), "file.too_large"
    yield "重名不同.xlsx", _twice(parts, b"<worksheet/>"), "file.unreadable"
    yield "重名相同.xlsx", _twice(parts, parts[SHEET]), ""
    directory = good.rfind(b"PK\x01\x02")
    for name, at, fields in (
        ("声明得小", 24, struct.pack("<I", 10)),
        ("声明得很大", 24, struct.pack("<I", 0xFFFFFFF0)),
        ("校验不符", 16, b"\0\0\0\0"),
        ("位置超出", 42, struct.pack("<I", 0x7FFFFFFF)),
        ("压缩法不明", 10, struct.pack("<H", 99)),
        ("声明已加密", 8, struct.pack("<H", 1)),
    ):
        first = _entry(good, SHEET)
        lied = bytearray(good)
        lied[first + at : first + at + len(fields)] = fields
        yield (
            f"{name}.xlsx",
            bytes(lied),
            {"声明得很大": "file.too_large", "声明已加密": "file.encrypted"}.get(name, "file.unreadable"),
        )
    yield "没有目录.xlsx", good[:directory], "file.unreadable"
    link = zipfile.ZipInfo(SHEET)
    link.external_attr = 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(link if name == SHEET else name, b"/etc/passwd" if name == SHEET else content)
    yield "包里的链接.xlsx", stream.getvalue(), ""
    yield "重叠.xlsx", _overlapping(parts), ""


def _entry(data: bytes, path: str) -> int:
    """Where an entry of the archive's directory begins."""
    at = data.find(b"PK\x01\x02")
    while at >= 0 and data[at + 46 : at + 46 + len(path)] != path.encode():
        at = data.find(b"PK\x01\x02", at + 1)
    return at


def _twice(parts: Parts, content: bytes) -> bytes:
    """An archive with two sheets of one name, written by hand since zipfile warns."""
    other = SHEET.replace("sheet1", "sheetX")
    return packed({**parts, other: content}).replace(other.encode(), SHEET.encode())


def _overlapping(parts: Parts) -> bytes:
    """An archive whose entries all lie on the first one's bytes."""
    data = bytearray(packed(parts))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 42 : at + 46] = bytes(4)
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


# -- .xls ---------------------------------------------------------------------------------------------------------


def _old() -> Iterator[tuple[str, bytes, str]]:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for at in range(50):
        sheet.write(at, 0, f"第{at}行")
        sheet.write(at, 1, at)
    stream = io.BytesIO()
    book.save(stream)
    good = stream.getvalue()
    yield "旧版断了.xls", good[:1000], "file.unreadable"
    yield "旧版只有签名.xls", good[:512], ""
    for at in (30, 48, 60, 76, 516, 600, 900, 1500):  # sector sizes, chains, records
        broken = bytearray(good)
        broken[at : at + 4] = b"\xff\xff\xff\x7f"
        yield f"旧版坏在{at}.xls", bytes(broken), ""
    yield "旧版的流.xls", b"\x09\x08\x10\0\0\x06\x05\0" + zlib.compress(good)[:500], ""


# -- .ods ---------------------------------------------------------------------------------------------------------

SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_FORM = (("项目", "年初预算数", "全年预算数", "全年执行数"), ("年度资金总额", "100", "120", "110"))


def open_document(kind: bytes | None = SPREADSHEET, how: int = zipfile.ZIP_STORED, *, last: bool = False) -> bytes:
    """A small .ods whose entry `mimetype` says `kind`, packed like that, as first or last entry; without the entry for None."""
    rows = ("".join(f'<t:table-cell o:value-type="string"><x:p>{cell}</x:p></t:table-cell>' for cell in row) for row in _FORM)
    content = (
        f'<o:document-content xmlns:o="{_URN}:office:1.0" xmlns:t="{_URN}:table:1.0" xmlns:x="{_URN}:text:1.0"><o:body>'
        f'<o:spreadsheet><t:table t:name="自评">{"".join(f"<t:table-row>{row}</t:table-row>" for row in rows)}</t:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    parts = [("META-INF/manifest.xml", b"<manifest/>", zipfile.ZIP_DEFLATED), ("content.xml", content, zipfile.ZIP_DEFLATED)]
    if kind is not None:
        parts.insert(len(parts) if last else 0, ("mimetype", kind, how))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data, packing in parts:
            archive.writestr(name, data, packing)
    return stream.getvalue()


def _open_documents() -> Iterator[tuple[str, bytes, str]]:
    """What the entry `mimetype` may be; nothing of it is believed beyond its size and checksum."""
    text = SPREADSHEET.replace(b"spreadsheet", b"text")
    yield "其实是文字文档.ods", open_document(text), "file.foreign"
    yield "空的mimetype.ods", open_document(b""), "file.foreign"
    yield "乱写的mimetype.ods", open_document(bytes(range(256))), "file.foreign"
    yield "引用文件的mimetype.ods", open_document(_XXE.encode()), "file.foreign"
    yield "长的mimetype.ods", open_document(b"x" * 3_000_000), "file.foreign"
    yield "太长的mimetype.ods", open_document(bytes(60_000_000), zipfile.ZIP_DEFLATED), "file.too_large"
    yield "很长的mimetype.ods", open_document(bytes(150_000_000), zipfile.ZIP_DEFLATED), "file.too_large"
    good = open_document()
    lied = bytearray(open_document(bytes(20_000_000), zipfile.ZIP_DEFLATED))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # where the size is declared, in both places
        first = lied.find(signature) + at
        lied[first : first + 4] = struct.pack("<I", len(SPREADSHEET))
    yield "谎报长短的mimetype.ods", bytes(lied), "file.unreadable"
    yield "校验不符的mimetype.ods", good.replace(SPREADSHEET, SPREADSHEET.upper(), 1), "file.unreadable"
    stored = good[: good.find(b"PK\x01\x02")].replace(SPREADSHEET, text, 1) + good[good.find(b"PK\x01\x02") :]
    yield "改过的mimetype.ods", stored, "file.unreadable"
    kind = len(SPREADSHEET)
    method = bytearray(good)
    at = good.find(b"PK\x01\x02") + 10
    method[at : at + 2] = struct.pack("<H", 99)
    yield "压缩法不明的mimetype.ods", bytes(method), "file.unreadable"
    yield "断在mimetype里.ods", good[: 38 + kind // 2], "file.unreadable"


def place(folder: Path, good: bytes, shared: bytes) -> dict[str, str]:
    """Every file in a folder, and what only a file system can do; the code that must tell each, "" where any will do."""
    wanted = {}
    for name, data, code in files(good, shared):
        (folder / name).write_bytes(data)
        wanted[name] = code
    for name in ("换\n行.xlsx", "反\u202e向.xlsx", "长" * 80 + ".xlsx"):
        (folder / name).write_bytes(good)
        wanted[name.replace("\n", "\\n").replace("\u202e", "\\u202e")] = ""
    (folder / "是文件夹.xlsx").mkdir()
    (folder / "~$甲局.xlsx").write_bytes(b"\x05user")
    wanted["~$甲局.xlsx"] = "file.lock"
    for name, target in (
        ("外面.xlsx", "/etc/passwd"),
        ("转圈.xlsx", "转圈.xlsx"),
        ("转圈的文件夹", "."),
        ("没有.xlsx", "nowhere"),
    ):
        (folder / name).symlink_to(target)
        wanted[name] = "file.link"
    return wanted
