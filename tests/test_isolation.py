"""A file that crashes, hangs or eats memory costs that file alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import hostile
import pytest
from test_batch import FRAMES, same, standard

import selfeval_xl as sx
from selfeval_xl import batch, isolation
from selfeval_xl.isolation import IsolatedExecutor, LostError, NotStartedError, outcomes

pytestmark = pytest.mark.slow


@pytest.fixture
def pool() -> Iterator[IsolatedExecutor]:
    """Two processes with little patience."""
    with IsolatedExecutor(2, seconds=1) as executor:
        yield executor


def results(chunks: list[list[str]], executor: Executor | None) -> dict[str, str]:
    """What became of each item."""
    found = {}
    for items, result in outcomes(hostile.work, chunks, executor):
        found.update(zip(items, [told(result)] * len(items) if isinstance(result, Exception) else result, strict=True))
    return found


def told(error: Exception) -> str:
    """A word for an error."""
    return error.why if isinstance(error, LostError) else type(error).__name__


def test_only_the_guilty_one_of_a_chunk_is_lost(pool: IsolatedExecutor) -> None:
    """Crashes, a quiet exit, a hang, too much memory and an exception: all others of their chunks come out."""
    chunks = [["a", "abort", "b"], ["c", "hang", "segfault", "d"], ["e", "exit", "print", "memory", "raise", "f"]]
    assert results(chunks, pool) == {
        "a": "A", "abort": "crashed", "b": "B",
        "c": "C", "hang": "timeout", "segfault": "crashed", "d": "D",
        "e": "E", "exit": "crashed", "print": "PRINT", "memory": "MemoryError", "raise": "ValueError", "f": "F",
    }  # fmt: skip


def test_what_is_lost_by_chance_is_done_again(pool: IsolatedExecutor, tmp_path: Path) -> None:
    """A process that the system took away in the middle loses nothing."""
    chunk = ["a", f"once {tmp_path / 'seen'}", "b"]
    assert results([chunk], pool) == {item: item.upper() for item in chunk}


def test_a_broken_pool_of_the_caller_loses_nothing_else() -> None:
    """A plain process pool breaks with one crash and takes nothing more: what it did not do is done here."""
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as plain,
        pytest.warns(RuntimeWarning, match="executor 没有做完 .* 个文件（BrokenProcessPool"),
    ):
        found = results([["a", "b"], ["abort", "c"], ["d"]], plain)
    assert found == {"a": "A", "b": "B", "abort": "crashed", "c": "C", "d": "D"}


def test_too_little_memory_here_is_tried_in_a_process_of_its_own() -> None:
    """Without an executor the work is done here; what does not fit is lost alone."""
    assert results([["a"], ["memory"], ["b"]], None) == {"a": "A", "memory": "MemoryError", "b": "B"}


def test_where_no_process_starts_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen program or a locked-down system is no reason not to read."""
    monkeypatch.setattr(isolation.sys, "executable", "/nowhere/python")
    with IsolatedExecutor() as broken:
        with pytest.raises(NotStartedError):
            broken.submit(len, "a").result()
        assert results([["a", "b"]], broken) == {"a": "A", "b": "B"}


def test_a_child_ends_with_its_parent() -> None:
    """No process stays behind: neither one that waits nor one that hangs."""
    code = (
        "import os, hostile; from selfeval_xl.isolation import IsolatedExecutor\n"
        "pool = IsolatedExecutor(2, seconds=1); waits = pool.submit(os.getpid).result(); pool.submit(hostile.work, ['hang'])\n"
        "print(waits, flush=True); import time; time.sleep(0.1); os._exit(0)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)  # noqa: S603 (our own line)
    child = Path(f"/proc/{int(shown.stdout)}")
    until = time.monotonic() + 10
    while child.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not child.exists()


def test_an_interruption_waits_for_nobody() -> None:
    """Whoever leaves in the middle is not kept by a file that hangs."""
    start = time.monotonic()
    executor = IsolatedExecutor(1, seconds=60)
    waiting = [executor.submit(hostile.work, [item]) for item in ("hang", "a")]
    executor.__exit__(KeyboardInterrupt, None, None)
    assert all(future.done() for future in waiting)
    assert time.monotonic() - start < 30


# -- a batch -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of readable workbooks and one broken one."""
    folder = tmp_path_factory.mktemp("收件箱")
    for at in range(7):
        standard(folder / f"{at}.xlsx", name=f"第{at}局")
    (folder / "断的.xlsx").write_bytes((folder / "0.xlsx").read_bytes()[:3000])
    return folder


@pytest.mark.parametrize("workers", [1, 3])
def test_isolated_reading_is_the_same(inbox: Path, workers: int) -> None:
    """The same frames with any number of processes of ours, and with threads of the caller's."""
    plain = sx.read(inbox)
    with IsolatedExecutor(workers) as executor:
        same(sx.read(inbox, executor=executor), plain)
    with ThreadPoolExecutor(workers) as threads:
        same(sx.read(inbox, executor=threads), plain)


@pytest.mark.parametrize(
    ("item", "code", "words"),
    [
        ("abort", "file.crashed", "崩溃"),
        ("hang", "file.timeout", "时间"),
        ("memory", "file.memory", "内存"),
        ("raise", "file.fault", "ValueError"),
    ],
)
def test_the_lost_file_is_a_row_with_a_reason(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, item: str, code: str, words: str
) -> None:
    """The guilty file says why and what to do, with its size and hash; the frames of the others are as without it."""
    monkeypatch.setattr(batch, "_read_chunk", partial(_guilty, item=item))
    with IsolatedExecutor(1, seconds=3) as executor:
        found = sx.read(inbox, executor=executor)
    monkeypatch.undo()
    lost = found.findings[found.findings["file"] == "3.xlsx"]
    assert lost["code"].tolist() == [code]
    assert words in lost["message"].iloc[0]
    row = found.files.set_index("file").loc["3.xlsx"]
    assert (row["status"], row["bytes"]) == ("needs_review", (inbox / "3.xlsx").stat().st_size)
    plain = sx.read([path for path in inbox.iterdir() if path.name != "3.xlsx"])
    for name in FRAMES:
        frame = getattr(found, name)
        assert frame[frame["file"] != "3.xlsx"].reset_index(drop=True).equals(getattr(plain, name))


def _guilty(files: list[tuple[Path, str]], item: str, **given: object) -> object:
    if any(name == "3.xlsx" for _, name in files):
        hostile.work([item])
    return batch._read_chunk(files, **given)  # type: ignore[arg-type]  # noqa: SLF001 (what it stands in for)


def test_a_script_needs_no_guard(inbox: Path, tmp_path: Path) -> None:
    """Three lines in a file are a program: no `if __name__ == "__main__"`, on any system; modules beside it are left alone."""
    script = tmp_path / "script.py"
    script.write_text(f"import selfeval_xl as sx\nprint(len(sx.run({str(inbox)!r}, {str(tmp_path / '汇总.xlsx')!r}).files))\n")
    shown = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)  # noqa: S603 (our own line)
    assert (shown.stdout, shown.stderr) == ("8\n", "")
