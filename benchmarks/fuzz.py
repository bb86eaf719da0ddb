"""Random damage to small workbooks of every kind: no crash, no hang, no memory eaten, no exception out of the reader.

    python -m benchmarks.fuzz [--first N] [--count N] [--kind KIND]

Input N is the same on every machine: seeded by its number, one to eight changes to a small workbook. In a package the parts
are changed and packed again, so that the damage reaches the XML behind the checksums; every eighth time the archive itself.
Inputs are read in processes of their own, a slice at a time; a slice that dies names the input. Printed is a line for each
kind: how many were read, how many refused with a reason, the slowest; then each failure with its number and trace.
"""
# ruff: noqa: S311, T201 (damage, not secrets; a script that prints)

from __future__ import annotations

import argparse
import io
import mmap
import os
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import openpyxl

from selfeval_xl.choice import choose
from selfeval_xl.reader import read_workbook

SLICE = 500  # inputs a process
SECONDS, MEMORY = 10, 3_000_000_000  # of processor time one input may take; of address space a slice
ROWS = (
    ("部门整体支出绩效自评表",),
    ("部门名称", "示例县林业局", "年度", 2021),
    ("", "年初预算数", "全年预算数", "全年执行数", "执行率"),
    ("年度资金总额", 100, 120, 110, 0.9167),
    ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"),
    ("产出指标", "数量指标", "造林面积", "≥100亩", "108亩", 10, 10),
    ("总分", "", "", "", "", 100, 98),
)
NASTY = (
    b"0", b"-1", b"1", b"65536", b"1048576", b"2147483647", b"4294967296", b"9" * 20, b"1e308", b"1e999",
    b"nan", b"inf", b"", b" ", b"A1", b"XFD1048576", b"A0", b"ZZZZ1", b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b"&#0;", b"&#xD800;",
    b"&amp;", b"&x;", b"]]>", b"<![CDATA[", b"<!--", b"<?x?>", b"<!DOCTYPE a>", b"</", b"/>", b"'", b"s", b"str", b"e", b"b",
    b"d", b"inlineStr", b"shared", b"array", b"true", b"hidden", b"percentage", b"PT25H61M61S", b"2021-02-30",
    b"9999-99-99T99:99:99", b"#DIV/0!", b"[$-804]", b"0.00%", b"General%", b'"', b"@", b"_x000D_", "万元".encode(), "％".encode(),
    "年".encode(),
)  # fmt: skip
TOKEN = rb"[A-Za-z0-9:.]+"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Random damage to small workbooks.")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=2_000, help="how many inputs")
    parser.add_argument("--kind", choices=sorted(seeds()), help="only this kind of workbook")
    given = parser.parse_args()
    if failures := report(given.first, given.count, given.kind):
        sys.exit(f"{failures} failures")


def report(first: int, count: int, kind: str | None = None) -> int:
    """Read `count` inputs from number `first` on, print what became of them, and give the number of failures."""
    start = time.perf_counter()
    outcomes: Counter[tuple[str, str]] = Counter()
    slowest: dict[str, tuple[float, int]] = {}
    failures: list[str] = []
    peak = 0
    for at in range(first, first + count, SLICE):
        for answer in run_slice(at, min(SLICE, first + count - at), kind):
            if isinstance(answer, int):
                peak = max(peak, answer)
                continue
            number, of_kind, outcome, taken = answer
            what, _, trace = outcome.partition("\n")
            outcomes[of_kind, what] += 1
            slowest[of_kind] = max(slowest.get(of_kind, (0.0, 0)), (taken, number))
            if what not in {"read", "refused"}:
                failures.append(f"{number} {of_kind}: {what}\n{trace}")
    print("kind | inputs | read | refused | failures | slowest, ms (input)")
    for of_kind, (taken, number) in sorted(slowest.items()):
        every = {what: n for (name, what), n in outcomes.items() if name == of_kind}
        read, refused = every.pop("read", 0), every.pop("refused", 0)
        failed = sum(every.values())
        print(f"{of_kind} | {read + refused + failed} | {read} | {refused} | {failed} | {taken * 1e3:.0f} ({number})")
    print(f"inputs {first} to {first + count - 1}, {time.perf_counter() - start:.0f} s, peak {peak / 1e6:.0f} MB")
    print("\n".join(failures[:50]))
    return len(failures)


# -- reading -------------------------------------------------------------------------------------------------------


def run_slice(first: int, count: int, kind: str | None) -> Iterator[Any]:
    """What became of each input of a slice (number, kind, outcome, seconds), and the memory that it took at most."""
    last = first + count
    while first < last:
        status, guilty = yield from in_child(_read_slice, first, last, kind)
        if not status:
            return
        yield guilty, chosen(guilty, kind), f"died with status {status}", float(SECONDS)
        first = guilty + 1


def in_child(work: Callable[..., None], *arguments: Any) -> Generator[Any, None, tuple[int | None, int]]:
    """What `work` sends from a process of its own; gives its exit status and the input that it was at.

    After `arguments` it gets a mark, in which it writes the number of each input that it begins, and the sender.
    """
    mark = mmap.mmap(-1, 8)
    receiver, sender = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=work, args=(*arguments, mark, sender))
    process.start()
    sender.close()
    try:
        while True:
            yield receiver.recv()
    except EOFError:
        process.join()
    return process.exitcode, int.from_bytes(mark[:], "little")


def _read_slice(first: int, last: int, kind: str | None, mark: Any, sender: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    layouts = choose(None)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108 (a RAM disk)
        for number in range(first, last):
            mark[:] = number.to_bytes(8, "little")
            used = int(time.process_time())
            resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, resource.RLIM_INFINITY))
            of_kind = chosen(number, kind)
            path = Path(folder, f"a.{of_kind}")
            path.write_bytes(damaged(number, of_kind))
            start = time.process_time()
            try:
                records = read_workbook(path, path.name, layouts)
                outcome = "read" if records.rows["files"][0][3] == "read" else "refused"
            except BaseException as error:  # noqa: BLE001 (that is what is looked for)
                outcome = f"{type(error).__name__}: {error}\n{''.join(traceback.format_tb(error.__traceback__)[-3:])}"
            sender.send((number, of_kind, outcome, time.process_time() - start))
    sender.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    sender.close()
    os._exit(0)


# -- damage --------------------------------------------------------------------------------------------------------


def chosen(number: int, kind: str | None = None) -> str:
    """The kind of workbook of an input: half of them are .xlsx."""
    kinds = sorted(seeds().keys() - {"xlsx"})
    return kind or ("xlsx" if number % 2 else kinds[number // 2 % len(kinds)])


def damaged(number: int, kind: str) -> bytes:
    """The bytes of an input."""
    random = Random(f"{kind} {number}")
    data = seeds()[kind]
    if kind not in {"xlsx", "ods"}:
        return mutated(data, random)
    parts = dict(unpacked(kind))
    if random.random() < 1 / 8:
        return mutated(zipped(parts, zipfile.ZIP_DEFLATED if random.random() < 1 / 2 else zipfile.ZIP_STORED), random)
    for _ in range(random.choice((1, 1, 1, 2))):
        part = random.choice([*parts])
        parts[part] = mutated(parts[part], random)
        if random.random() < 1 / 40:
            del parts[part]
            break
    return zipped(parts, zipfile.ZIP_STORED)


def mutated(data: bytes, random: Random) -> bytes:
    """Data with one to eight changes."""
    changes: tuple[Callable[[bytearray, Random], None], ...] = (_flip, _nasty, _nasty, _cut, _double, _move, _token, _token)
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        if changed:
            random.choice(changes)(changed, random)
    return bytes(changed)


def _flip(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _nasty(data: bytearray, random: Random) -> None:
    """A value that is known for trouble instead of a few bytes."""
    at = random.randrange(len(data))
    data[at : at + random.choice((0, 1, 2, 4, 8))] = random.choice(NASTY)


def _cut(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.choice((1, 2, 10, 100, len(data)))]


def _double(data: bytearray, random: Random) -> None:
    at, size = random.randrange(len(data)), random.choice((1, 8, 50, 300))
    data[at:at] = data[at : at + size] * random.choice((1, 1, 2, 50))


def _move(data: bytearray, random: Random) -> None:
    """A piece from elsewhere."""
    source, at, size = random.randrange(len(data)), random.randrange(len(data)), random.choice((4, 20, 100))
    data[at : at + random.choice((0, size))] = data[source : source + size]


def _token(data: bytearray, random: Random) -> None:
    """A whole word or number against one that is known for trouble, or against another of the same data."""
    import re  # noqa: PLC0415 (here only)

    found = [one.span() for one in re.finditer(TOKEN, data)]
    if found:
        first, last = random.choice(found)
        other = random.choice(found)
        data[first:last] = random.choice((random.choice(NASTY), bytes(data[other[0] : other[1]])))


# -- workbooks -----------------------------------------------------------------------------------------------------


@cache
def seeds() -> Mapping[str, bytes]:
    """A small self-evaluation form as every kind of file that is read."""
    lines = [[str(value) for value in row] for row in ROWS]
    table = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in lines)
    found = {
        "xlsx": _xlsx(),
        "ods": zipped(dict(_ods_parts()), zipfile.ZIP_STORED),
        "xml": _spreadsheetml().encode(),
        "html": f"<html><body><p>单位：万元</p><table border=1>{table}</table></body></html>".encode(),
        "csv": "\r\n".join(",".join(row) for row in lines).encode("gb18030"),
    }
    with suppress(ImportError):  # xlwt is there for tests only
        found["xls"] = _xls()
    return found


@cache
def unpacked(kind: str) -> tuple[tuple[str, bytes], ...]:
    """The parts of a package, by name."""
    with zipfile.ZipFile(io.BytesIO(seeds()[kind])) as archive:
        return tuple((entry.filename, archive.read(entry)) for entry in archive.infolist())


def zipped(parts: Mapping[str, bytes], how: int) -> bytes:
    """Parts as an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return stream.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in ROWS:
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    sheet["E4"].number_format = "0.00%"
    sheet["C7"] = "=SUM(F6:F6)"
    sheet["D7"], sheet["D7"].data_type = "#DIV/0!", "e"
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["G"].hidden = True
    book.create_sheet("空").sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _xls() -> bytes:
    import xlwt  # noqa: PLC0415 (an extra)

    book = xlwt.Workbook()
    sheet = book.add_sheet("自评")
    percent = xlwt.easyxf(num_format_str="0.00%")
    for at, row in enumerate(ROWS):
        for column, value in enumerate(row):
            sheet.write(at, column, value, percent) if value == ROWS[3][4] else sheet.write(at, column, value)
    sheet.row(8).set_cell_error(3, "#DIV/0!")
    sheet.merge(7, 7, 0, 3)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _spreadsheetml() -> str:
    def cell(value: Any) -> str:
        kind = "String" if isinstance(value, str) else "Number"
        return f'<Cell ss:StyleID="p"><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = "".join(f'<Row ss:Index="{at}">{"".join(map(cell, row))}</Row>' for at, row in enumerate(ROWS, 1))
    return (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="p"><NumberFormat ss:Format="0.00%"/>'
        '</Style></Styles><Worksheet ss:Name="自评"><Table><Column ss:Hidden="1" ss:Span="2"/>'
        f'{rows}<Row><Cell ss:MergeAcross="3" ss:MergeDown="2"><Data ss:Type="DateTime">2021-12-31T00:00:00.000</Data></Cell>'
        "</Row></Table></Worksheet></Workbook>"
    )


def _ods_parts() -> Iterator[tuple[str, bytes]]:
    def cell(value: Any) -> str:
        kind = 'value-type="string"' if isinstance(value, str) else f'value-type="float" office:value="{value}"'
        return f"<table:table-cell office:{kind}><text:p>{value}<text:s text:c='2'/></text:p></table:table-cell>"

    rows = "".join(f'<table:table-row table:number-rows-repeated="1">{"".join(map(cell, row))}</table:table-row>' for row in ROWS)
    yield "mimetype", b"application/vnd.oasis.opendocument.spreadsheet"
    yield "META-INF/manifest.xml", b"<manifest/>"
    yield (
        "content.xml",
        (
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
            '<office:body><office:spreadsheet><table:table table:name="自评">'
            '<table:table-column table:number-columns-repeated="7"/>'
            f'{rows}<table:table-row><table:table-cell table:number-columns-spanned="3" office:value-type="date" '
            'office:date-value="2021-12-31"/><table:covered-table-cell table:number-columns-repeated="2"/><table:table-cell '
            'office:value-type="time" office:time-value="PT10H00M00S"/><table:table-cell table:formula="of:=1/0" '
            'office:value-type="string"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row></table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        ).encode(),
    )


if __name__ == "__main__":
    main()
