"""Workbooks that people and programs really made: each is read or refused with a reason, in bounded time and memory.

What is read is compared cell for cell with another reader: openpyxl in full mode, xlrd, or LibreOffice. Where we differ,
the table DIFFERENCES says how often and why.
"""

from __future__ import annotations

import datetime as dt
import io
import resource
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import xlrd

from selfeval_xl.frames import ERROR, a1
from selfeval_xl.reader import intake
from selfeval_xl.reader.grid import Grid, grids
from selfeval_xl.reader.intake import RefusedError

pytestmark = [pytest.mark.slow, pytest.mark.shared]

SECONDS, MEMORY = 10, 1_000_000_000
Cells = dict[tuple[str, int, int], Any]

REFUSED = {
    "calamine/OOM_alloc3.xls": "file.unreadable 旧版",  # crafted: the container is damaged
    "calamine/gh548_incorrect_sst_unique_count.xls": "file.unreadable 旧版",  # its text table is shorter than it says; xlrd stops
    "calamine/pass_protected.ods": "file.encrypted",  # no library opens these, with a password or without
    "cn/~$putuo_2026_department_budget_template.xlsx": "file.foreign 文本或别的文件",  # left beside an open workbook
    "poi/duplicate-filename.xlsx": "file.unreadable 文件内有两份不同的 xl/worksheets/sheet1.xml",  # each reader takes another one
    "poi/protected_passtika.xlsx": "file.encrypted",
    "poi/xor-encryption-abc.xls": "file.encrypted",
    "sheetjs/password_2002_40_xor.xls": "file.encrypted",
}
PASSWORDS = {"poi/protected_passtika.xlsx": "tika", "poi/xor-encryption-abc.xls": "abc"}
BY_LIBREOFFICE = {  # what openpyxl and xlrd cannot read
    "calamine/strict_iso_paths.xlsx",  # openpyxl finds no sheet in a strict workbook
    "poi/SampleSS.xml",
    "sheetjs/artifacts_wps_write.xml",
    "xlrd/corrupted_error.xls",  # xlrd reads it only when told to overlook the damage, as we do
}


class Difference(NamedTuple):
    """Cells of one file that another reader reads otherwise: how many, why, and what they have in common."""

    count: int
    why: str
    holds: Callable[[Any, Any, bool], bool]  # our value, theirs, whether a merged range covers the cell


def escaped(ours: Any, theirs: Any, _: bool) -> bool:  # noqa: FBT001 (a row of the table below)
    """The same text once _x000D_, which stands for a carriage return, is read as one."""
    return "_x000D_" in theirs and theirs.replace("_x000D_", "\r") == ours


def trimmed(ours: Any, theirs: Any, _: bool) -> bool:  # noqa: FBT001 (the same)
    """The same text without the blanks around it."""
    return theirs.strip() == ours


DIFFERENCES = {
    "calamine/has_x000D_.xlsx": Difference(1, "openpyxl leaves the escape _x000D_ in the text; Excel shows a line end", escaped),
    "sheetjs/crlf_crlf.xlsx": Difference(1, "openpyxl leaves the escape _x000D_ in the text; Excel shows a line end", escaped),
    "calamine/whitespace_trim.xlsx": Difference(
        5, "without xml:space blanks around a text do not count, as Excel has it; openpyxl keeps them", trimmed
    ),
    "cn/pku_2019_project_library_with_selfeval.xls": Difference(
        101,
        "the exporter wrote the value into every cell of a merged range; nobody sees but the first, and we read only that",
        lambda ours, theirs, covered: covered and ours is None and theirs is not None,
    ),
    "sheetjs/artifacts_wps_write.xml": Difference(
        2,
        "LibreOffice 7.4 drops Boolean cells of SpreadsheetML",
        lambda ours, theirs, _: isinstance(ours, bool) and theirs is None,
    ),
}


def corpus() -> list[str]:
    """Paths of the corpus, as its manifest lists them."""
    manifest = Path(__file__).parent.parent.parent / "shared" / "corpus" / "MANIFEST.tsv"
    if not manifest.is_file():
        return ["absent"]
    return [line.split("\t")[0] for line in manifest.read_text(encoding="utf-8").splitlines()[1:]]


# -- bounded -------------------------------------------------------------------------------------------------------


def read_within_limits(path: Path, answer: Any) -> None:
    """Read one file in a process of its own; the answer is the outcome, the seconds and the bytes it took."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    try:
        outcome = "read " + ",".join(grid.name for grid in grids(intake.admit(intake.read_bytes(path))))
    except RefusedError as refused:
        outcome = f"{refused.code} {' '.join(refused.places.values())}".strip()
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    answer.send((outcome, time.perf_counter() - start, taken))


@pytest.mark.parametrize("name", corpus())
def test_every_file_is_read_or_refused_in_bounded_time_and_memory(shared: Path, name: str) -> None:
    """Ten seconds and one GB are enough for any of them, and a refusal says why."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["selfeval_xl.reader.grid"])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=read_within_limits, args=(shared / "corpus" / name, sender))
    process.start()
    sender.close()
    try:
        assert receiver.poll(SECONDS), "no answer in time"
        outcome, seconds, taken = receiver.recv()
    finally:
        process.kill()
        process.join()
    assert seconds < SECONDS
    assert taken < MEMORY
    assert outcome.startswith(REFUSED.get(name, "read "))


# -- the same cells ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in corpus() if name not in REFUSED])
def test_every_cell_is_as_another_reader_reads_it(shared: Path, tmp_path: Path, name: str) -> None:
    """Values, errors and blanks, every one; dates as the same day, numbers equal."""
    path = shared / "corpus" / name
    compare(name, grids(intake.admit(path.read_bytes())), oracle(path, tmp_path, libreoffice=name in BY_LIBREOFFICE))


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_given_password_opens(shared: Path, name: str) -> None:
    """With its password, the same cells as another reader finds in the opened file."""
    data = (shared / "corpus" / name).read_bytes()
    opened = intake.decrypt(data, [PASSWORDS[name]])
    compare(name, grids(intake.admit(data, ["wrong", PASSWORDS[name]])), dict(by_library(opened)))


def compare(name: str, sheets: list[Grid], theirs: Cells) -> None:
    """Fail with the cells that differ, beyond those that the table explains."""
    ours = {
        (grid.name, line, column): seen(grid.cell(line, column).value, grid.cell(line, column).state)
        for grid in sheets
        for line, values in enumerate(grid.rows)
        for column in range(len(values))
    }
    ours = {at: value for at, value in ours.items() if value is not None}
    theirs = {at: value for at, value in theirs.items() if value is not None}
    differing = {
        at: (ours.get(at), theirs.get(at)) for at in ours.keys() | theirs.keys() if not same(ours.get(at), theirs.get(at))
    }
    if known := DIFFERENCES.get(name):
        named = {grid.name: grid for grid in sheets}
        covered = {at for at in differing if named[at[0]].span(*at[1:])[:2] != at[1:]}
        explained = {at for at, pair in differing.items() if known.holds(*pair, at in covered)}
        assert len(explained) == known.count, known.why
        differing = {at: pair for at, pair in differing.items() if at not in explained}
    shown = {f"{sheet}!{a1(line, column)}": pair for (sheet, line, column), pair in sorted(differing.items())[:20]}
    assert not differing, f"{len(differing)}: {shown}"


def same(ours: Any, theirs: Any) -> bool:
    """Equal; times of a day to the second, numbers to the last digit that both write."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return ours == pytest.approx(theirs, rel=1e-14, abs=0)
    return type(ours) is type(theirs) and bool(ours == theirs)


def seen(value: Any, state: int | None = None) -> Any:
    """A value as it is compared: blanks missing, errors marked, numbers as floats, midnights as days."""
    if state == ERROR:
        return f"error {value}"
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if not isinstance(value, str) or value.strip() else None


def oracle(path: Path, folder: Path, *, libreoffice: bool) -> Cells:
    """Every cell as openpyxl or xlrd reads it, of the file itself or of what LibreOffice makes of it."""
    if libreoffice:
        office = shutil.which("soffice")
        if office is None:
            pytest.skip("needs LibreOffice")
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx", "--outdir"]
        subprocess.run([*command, str(folder), str(path)], check=True, capture_output=True, timeout=120)  # noqa: S603 (our own line)
        path = folder / f"{path.stem}.xlsx"
    return dict(by_library(path.read_bytes()))


def by_library(data: bytes) -> Iterator[tuple[tuple[str, int, int], Any]]:
    """Every cell as openpyxl in full mode, or xlrd, reads it."""
    if not data.startswith(b"PK"):
        yield from by_xlrd(data)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl cannot keep
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                state = ERROR if cell.data_type == "e" else None
                yield (sheet.title, cell.row - 1, cell.column - 1), seen(cell.value, state)


def by_xlrd(data: bytes) -> Iterator[tuple[tuple[str, int, int], Any]]:
    """Every cell as xlrd reads it."""
    with xlrd.open_workbook(file_contents=data, logfile=io.StringIO()) as book:
        for sheet in book.sheets():
            for line in range(sheet.nrows):
                for column, cell in enumerate(sheet.row(line)):
                    value, state = cell.value, None
                    if cell.ctype == xlrd.XL_CELL_ERROR:
                        value, state = xlrd.error_text_from_code[value], ERROR
                    elif cell.ctype == xlrd.XL_CELL_DATE:
                        value = xlrd.xldate_as_datetime(value, book.datemode)
                    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                        value = bool(value)
                    yield (sheet.name, line, column), seen(value, state)
