"""A folder → chunks of files → an executor → one set of frames; one bad file stays one bad file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from . import remote, specs
from .choice import choose
from .errors import OutputError
from .findings import finding
from .frames import Evaluations, Records, Submissions, build
from .inputs import Source, listed, several, without
from .isolation import IsolatedExecutor, LostError, outcomes
from .limits import allowed, raised
from .policies import find
from .store import Store, opened

Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the last one)."""
Cache = Store | Source | bool | None
"""Where readings are kept between runs: a folder, True for the usual one, None or False for nowhere."""

CHUNK = 16  # files a task: single files lose a tenth of the time in traffic between processes
RECALLED = 256  # readings of before that are taken from where they are kept at once
ENOUGH_FOR_A_POOL = 48  # below this a second process costs more to start than it saves
LOST = frozenset({"file.crashed", "file.timeout", "file.memory", "file.fault", "file.link"})


def read(  # noqa: PLR0913 (one parameter an option; all but one have defaults)
    source: Source | Iterable[Source],
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
    cache: Cache = None,
    limits: Mapping[str, int] | None = None,
) -> Submissions:
    """Read a workbook, a folder (with its sub-folders), or an iterable of these into one set of frames.

    `layouts` names the layouts to use: ids, paths of TOML files or of folders of them; with + before it (`"+表样/"`) one comes
    beside the shipped ones. All shipped ones without it, `()` for none. `passwords` are tried on encrypted files, `limits`
    allows more than data/limits.toml does, by its names (`{"单元格": 5_000_000}`), `executor` is any
    `concurrent.futures.Executor` (serial without one), `progress` is called with (done, total, file). With `cache` (a
    folder, or True for the usual one) workbooks that were read before and have not changed are taken from there, and those read
    now are kept there; what passwords may have opened is not.

    Gives `Submissions`: amounts in 元, rates as ratios, scores in points. What a department sent never raises: an
    unreadable file is a row of `files` and a finding. Raises SourceError when a path does not exist or holds no file,
    SpecError when a layout or a limit is not known or is broken.
    """
    how: dict[str, Any] = {"layouts": layouts, "passwords": passwords, "limits": limits, "cache": cache}
    return _gathered(listed(source), executor, progress, **how)


def _gathered(  # noqa: PLR0913 (as `read` has it)
    found: list[tuple[remote.File, str]],
    executor: Executor | None,
    progress: Progress | None,
    *,
    layouts: Sequence[Source] | None,
    passwords: Sequence[str],
    limits: Mapping[str, int] | None,
    cache: Cache,
) -> Submissions:
    """The files of `found` as one set of frames."""
    wanted, most = choose(layouts), allowed(limits)
    work = partial(_read_chunk, layouts=wanted, passwords=tuple(passwords), most=most)
    with opened(cache) as store:

        def arriving() -> Iterator[Records]:
            """Every reading as it comes; none is kept here."""
            new: list[tuple[remote.File, str]] = []
            for some in _pieces(found, RECALLED):
                known = store.recall(some, wanted, passwords) if store else {}
                new += [entry for entry in some if entry[1] not in known]
                yield from known.values()
            done = len(found) - len(new)
            if done and progress is not None:
                progress(done, len(found), found[-1][1])
            chunks = _pieces(new, max(1, min(CHUNK, len(new) // CHUNK)) if executor else 1)
            for files, result in outcomes(work, chunks, executor):
                records = [_lost(*files[0], result)] if isinstance(result, Exception) else result
                if store and not isinstance(result, Exception):
                    store.keep(records)
                done += len(records)
                if progress is not None:
                    progress(done, len(found), files[-1][1])
                yield from records

        submissions = build(arriving())
    return replace(submissions, sources={name: str(path) for path, name in found if isinstance(path, Path)})


def isolated(
    source: Source | Iterable[Source], jobs: int | None = None, limits: Mapping[str, int] | None = None
) -> IsolatedExecutor:
    """An executor for `read` whose processes cost no more than one file when they are lost; leave it by `with`.

    At most `jobs` processes (as many as there are processors, up to 8), one where `source` holds few files; `limits` are
    those of `read`. Raises SourceError when a path does not exist or holds no file, SpecError for an unknown limit.
    """
    most = allowed(limits)
    enough = len(listed(source)) >= ENOUGH_FOR_A_POOL
    workers = jobs or min(os.cpu_count() or 1, 8) if enough else 1
    return IsolatedExecutor(workers, seconds=most["读取时间"], memory=most["读取内存"])


def run(  # noqa: PLR0913 (one call for the three; all but two have defaults)
    source: Source | Iterable[Source],
    output: Source,
    *,
    policy: Source | None = None,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    cache: Cache = None,
    written: Callable[[Path], None] | None = None,
    dataset: Source | None = None,
    limits: Mapping[str, int] | None = None,
    roster: Source | Iterable[str] | None = None,
) -> Evaluations:
    """`read`, `evaluate` and `write_summary` in one call: `source` under `policy` (an id or a TOML file) into `output`.

    `layouts`, `passwords`, `limits`, `executor`, `progress` and `cache` are those of `read`; without `policy` each form has
    its own. Without `executor` files are read in processes of our own, `jobs` of them where there is enough to read, so that
    one that crashes or hangs costs a single file. `written` is called with the path of the summary, which is a second name
    where `output` is open (see `write_summary`). With `dataset` the frames are written there too (see `write_dataset`), as a
    batch named after `output`. With `roster` (names of all departments, or a file of them, see `read_roster`) the summary says
    who has not sent. Gives the evaluations.
    Raises as `read`, `evaluate` and `write_summary` do; an `output` that cannot be is refused before anything is read.
    """
    if policy is not None:
        find(policy)  # one that is broken is refused before anything is read
    sources = several(source)
    with isolated(sources, jobs, limits) if executor is None else nullcontext(executor) as pool:
        from .reader.intake import is_ours  # noqa: PLC0415 (rooms are opened when they are used)
        from .rules import evaluate  # noqa: PLC0415 (the same, this one while processes start)
        from .writer import write_summary  # noqa: PLC0415 (the same)
        from .writer.dataset import check_dataset, write_dataset  # noqa: PLC0415 (the same)
        from .writer.output import check_target  # noqa: PLC0415 (the same)

        check_target(Path(output))
        expected = _roster(roster)
        if dataset is not None:
            check_dataset(dataset)
        how: dict[str, Any] = {"layouts": layouts, "passwords": passwords, "limits": limits, "cache": cache}
        submissions = _gathered(without(listed(sources), Path(output), is_ours), pool, progress, **how)
    evaluations = evaluate(submissions, policy)
    if dataset is not None:
        write_dataset(evaluations, dataset, batch=Path(output).stem)
    path = write_summary(evaluations, output, dataset=dataset, roster=expected)
    if written is not None:
        written(path)
    return evaluations


def _roster(roster: Source | Iterable[str] | None) -> tuple[str, ...]:
    from .reader.roster import read_roster  # noqa: PLC0415 (rooms are opened when they are used)

    if roster is None:
        return ()
    return read_roster(Path(roster)) if isinstance(roster, str | os.PathLike) else tuple(roster)


def preview(
    source: Source | Iterable[Source],
    output: Source,
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    limits: Mapping[str, int] | None = None,
) -> Path:
    """Read `source` and write what it was taken for into `output` (.html or .xlsx): every sheet as it stands, in colours.

    Each cell that was read is coloured by what it was taken for (field, name of a row, amount by role, indicator, target,
    achieved, weight, score, reason, text); figures that nobody recognised have a colour of their own, and findings of the
    reading stand at their cells. `layouts`, `passwords` and `limits` are those of `read`. Gives the path.
    Raises as `read` does, and OutputError where the output has another ending or cannot be written.
    """
    check_preview(output)
    sources = several(source)
    how: dict[str, Any] = {"layouts": layouts, "passwords": passwords, "limits": limits}
    return write_preview(read(sources, **how), sources, output, **how)


def check_preview(output: Source) -> None:
    """Refuse, before anything is read, an output that `preview` cannot write. Raises OutputError."""
    from .writer.output import check_target  # noqa: PLC0415 (rooms are opened when they are used)
    from .writer.preview import SUFFIXES  # noqa: PLC0415 (the same)

    check_target(Path(output), SUFFIXES)


def write_preview(  # noqa: PLR0913 (the same)
    submissions: Submissions,
    source: Source | Iterable[Source],
    output: Source,
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    limits: Mapping[str, int] | None = None,
) -> Path:
    """The second half of `preview`, for `submissions` that were read from `source` with the same `layouts`."""
    from .reader.pages import pages  # noqa: PLC0415 (rooms are opened when they are used)
    from .writer.preview import write_preview as draw  # noqa: PLC0415 (the same)
    from .writer.preview_looks import looks  # noqa: PLC0415 (the same)

    most = (looks().most_rows, looks().most_columns)
    lost = set(submissions.findings.loc[submissions.findings["code"].isin(LOST), "file"])  # nobody reads them again, unprotected
    found = (page for path, name in listed(source) if name not in lost for page in pages(path, name, passwords, most))
    with raised(allowed(limits)):
        return draw(submissions, found, output, choose(layouts))


def write_details(evaluations: Evaluations, folder: Source) -> Iterator[Path]:
    """A workbook for each department, into `folder`, named after it: its page, then its rows of each table; gives their paths.

    It can be sent back to the department or filed. Raises OutputError when one cannot be written.
    """
    from .writer import write_dossiers  # noqa: PLC0415 (rooms are opened when they are used)

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"不能建立文件夹“{folder}”：{error.strerror}。请换一个位置。") from error
    yield from write_dossiers(evaluations, target)


def _pieces(files: list[tuple[remote.File, str]], size: int) -> list[list[tuple[remote.File, str]]]:
    return [files[at : at + size] for at in range(0, len(files), size)]


def load_rules() -> None:
    """Open the room of the rules, with what they go by; to be called while other processes read."""
    from .rules import prepare  # noqa: PLC0415 (heavy, and rooms are opened when they are used)

    prepare()


def _read_chunk(
    files: list[tuple[remote.File, str]], layouts: Sequence[specs.Layout], passwords: Sequence[str], most: Mapping[str, int]
) -> list[Records]:
    with raised(most):
        return [_read_one(path, name, layouts, passwords) for path, name in files]


def _read_one(path: remote.File, name: str, layouts: Sequence[specs.Layout], passwords: Sequence[str]) -> Records:
    from .reader import read_workbook  # noqa: PLC0415 (rooms are opened when they are used)

    try:
        return read_workbook(path, name, layouts, passwords)
    except MemoryError:
        raise  # tried once more, alone
    except Exception as error:  # noqa: BLE001 (a fault of ours must cost this file alone, and must be seen)
        return _lost(path, name, error)


def _lost(path: remote.File, name: str, error: Exception) -> Records:
    """The row and the finding of a file whose reading did not come to an end."""
    from .reader import told  # noqa: PLC0415 (rooms are opened when they are used)

    why = error.why if isinstance(error, LostError) else "memory" if isinstance(error, MemoryError) else "fault"
    places = {"why": f"{type(error).__name__}: {error}"} if why == "fault" else {}
    return told(path, finding(f"file.{why}", (name, None, None), **places))
