"""A command run as a process of its own: how long it took by the clock, of processor, and of memory with its children."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.1  # seconds between two looks at the memory
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """Seconds of the clock from start to end, seconds of processor, the most memory at a time in MB, and what it printed.

    Processor and memory are those of the process and its children together; pages that they share are counted in each. The
    memory is 0 where the system has no /proc, and may miss what lasts less than a tenth of a second.
    """

    wall: float
    cpu: float
    peak: float
    printed: str


def used(command: Sequence[str], folder: Path) -> Usage:
    """Run a command in a folder. Raises RuntimeError with what it said where it ends with an error."""
    before, begun = _processor(), time.perf_counter()
    with subprocess.Popen(  # noqa: S603 (our own commands)
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        seen, ended = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, seen, ended))
        watch.start()
        printed, said = process.communicate()
        wall = time.perf_counter() - begun
        ended.set()
        watch.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said}")
    return Usage(wall, _processor() - before, max(seen) / 1e6, printed)


def _processor() -> float:
    """Seconds of processor of all children that have ended, theirs among them."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def _watch(pid: int, seen: list[int], ended: threading.Event) -> None:
    while not ended.wait(EVERY):
        seen[:] = [max(*seen, sum(map(_resident, family(pid))))]


def family(pid: int) -> Iterator[int]:
    """A process and all below it, as far as they are still there."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return 0
