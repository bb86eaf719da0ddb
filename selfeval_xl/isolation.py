"""Work in processes of our own, so that a file which crashes, hangs or eats memory costs that file alone.

A child is started as a program, not as a copy: it needs no `if __name__ == "__main__"`, forks no threads, loads no pandas
and begins while the parent still loads its own. It keeps its own limits, so that it ends even if the parent is gone.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

SECONDS, MEMORY = 60.0, 2_000_000_000
"""What one task may take: seconds by the clock, and bytes of address space, which only Linux keeps to."""
_PROGRAM = "import sys; sys.path[:] = sys.argv[3:]; from selfeval_xl.isolation import serve; serve(*sys.argv[1:3])"
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError")


class LostError(Exception):
    """A task whose process was lost; `why` is `crashed`, `timeout` or `memory`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotStartedError(Exception):
    """This system lets no process of ours start."""


def outcomes(
    work: Callable[[list[Item]], T], chunks: Iterable[list[Item]], executor: Executor | None
) -> Iterator[tuple[list[Item], T | Exception]]:
    """Each chunk with what `work` makes of it, as it comes; without `executor` in this process, one after another.

    A chunk that is lost, with its process or its whole pool, is done again item by item in processes of our own: so only an
    item that is lost alone comes with an error (LostError, MemoryError, or what `work` raised).
    """
    lost: list[Item] = []
    reason: Exception | None = None
    for chunk, result in _tried(work, chunks, executor):
        if isinstance(result, Exception):
            lost.extend(chunk)
            reason = result
        else:
            yield chunk, result
    if reason is None:
        return
    ours = isinstance(executor, IsolatedExecutor)
    if executor is not None and not ours:
        told = f"executor 没有做完 {len(lost)} 个文件（{type(reason).__name__}: {reason}），改在本机逐个读取。"
        warnings.warn(told, RuntimeWarning, stacklevel=4)
    with nullcontext(executor) if ours else IsolatedExecutor() as alone:
        for chunk, result in _tried(work, [[item] for item in lost], alone):
            yield from _tried(work, [chunk], None) if isinstance(result, NotStartedError) else [(chunk, result)]


def _tried(
    work: Callable[[list[Item]], T], chunks: Iterable[list[Item]], executor: Executor | None
) -> Iterator[tuple[list[Item], T | Exception]]:
    if executor is None:
        for chunk in chunks:
            try:
                yield chunk, work(chunk)
            except MemoryError as error:
                yield chunk, error
        return
    pending: dict[Future[T], list[Item]] = {}
    for chunk in chunks:
        try:
            pending[executor.submit(work, chunk)] = chunk
        except RuntimeError as error:  # a pool that is broken takes no more
            yield chunk, error
    for future in as_completed(pending):
        chunk = pending.pop(future)
        try:
            yield chunk, future.result()
        except Exception as error:  # noqa: BLE001 (an executor may raise whatever it likes for a worker that it lost)
            yield chunk, error


class IsolatedExecutor(Executor):
    """A `concurrent.futures.Executor` that outlives its processes: a task that is lost raises LostError, the next goes on.

    `workers` is how many processes work at once, `seconds` and `memory` (bytes) what one task may take. The first process
    starts at once, the others when there is work for them. Leave it by `with`.
    """

    def __init__(self, workers: int = 1, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._limits = seconds, memory
        self._threads = ThreadPoolExecutor(workers)
        self._children, self._idle = set[_Child](), list[_Child]()
        with suppress(NotStartedError):  # it is told to the first task
            self._idle.append(self._started())

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The future of a call; function and arguments are sent by pickle, from a module that a child can import."""
        return self._threads.submit(self._run, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 (as its base has it)
        """End the processes: after the work that was given, or in the middle of it where nobody waits for it."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures or not wait)
        for child in tuple(self._children):
            child.process.kill()
        self._threads.shutdown()
        for child in tuple(self._children):
            self._end(child)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Nobody waits for the work where something else went wrong, an interruption among it."""
        self.shutdown(wait=kind is None)

    def _run(self, call: Callable[[], T]) -> T:
        try:
            child = self._idle.pop()
        except IndexError:
            child = self._started()
        whole = True
        try:
            result: T = child.ask(call)
        except (LostError, NotStartedError, MemoryError):
            whole = False
            raise
        finally:
            self._idle.append(child) if whole else self._end(child)
        return result

    def _started(self) -> _Child:
        child = _Child(*self._limits)
        self._children.add(child)
        return child

    def _end(self, child: _Child) -> None:
        child.end()
        self._children.discard(child)


class _Child:
    """One process that works off tasks, one after another."""

    def __init__(self, *limits: float) -> None:
        command = [sys.executable, "-P", "-c", _PROGRAM, *map(str, limits), *sys.path]
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 (closed by end())
        self.ready = False
        try:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError as error:
            self.said.close()
            raise NotStartedError from error

    def ask(self, call: Callable[[], Any]) -> Any:
        """The result of a call, or what it raised. Raises LostError where the process is lost meanwhile."""
        task = pickle.dumps(call)
        tasks, results = self.process.stdin, self.process.stdout
        assert tasks is not None, "a pipe"  # noqa: S101 (for the type)
        assert results is not None, "a pipe"  # noqa: S101 (the same)
        try:
            if not self.ready:
                self.ready = pickle.load(results)  # noqa: S301 (from our own process)
            tasks.write(task)
            tasks.flush()
            done, value = pickle.load(results)  # noqa: S301 (the same)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise (LostError(self._why()) if self.ready else NotStartedError()) from error
        if not done:
            raise value
        return value

    def _why(self) -> str:
        status = self.process.wait()
        self.said.seek(0)
        said = self.said.read()
        if status == 1 and b"Timeout (" in said:
            return "timeout"
        killed = status == -getattr(signal, "SIGKILL", 0)  # by the system, which was out of memory
        return "memory" if killed or any(words in said for words in _OUT_OF_MEMORY) else "crashed"

    def end(self) -> None:
        """Kill the process; it holds nothing that is not written elsewhere."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.said):
            if stream is not None:
                stream.close()


def serve(seconds: str, memory: str) -> None:
    """The child's side: tasks from its standard input, results to its standard output, until there are no more."""
    tasks, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the results
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption ends
    _restrain(int(memory))
    _load()
    _send(results, True)  # noqa: FBT003 (it is ready)
    while True:
        faulthandler.cancel_dump_traceback_later()
        try:
            call = pickle.load(tasks)  # noqa: S301 (from our own parent)
        except EOFError:
            return
        faulthandler.dump_traceback_later(float(seconds), exit=True, file=2)
        try:
            answer = True, call()
        except Exception as error:  # noqa: BLE001 (it is raised again in the parent)
            answer = False, error
        _send(results, answer)


def _restrain(memory: int) -> None:
    """Limit the address space and write no core file, where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415 (absent on Windows)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, OSError, ValueError):
        return


def _load() -> None:
    """Import what reading needs, before the first file is there."""
    from importlib import import_module  # noqa: PLC0415 (in the child only)

    import_module("selfeval_xl.reader")
    gc.freeze()  # what was imported stays
    gc.set_threshold(10_000)  # a workbook is thousands of small objects and no cycle


def _send(stream: Any, answer: Any) -> None:
    stream.write(pickle.dumps(answer))
    stream.flush()
