"""A folder → chunks of files → an executor → one set of frames; one bad file stays one bad file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from . import specs
from .choice import choose
from .errors import OutputError, SourceError
from .findings import finding
from .frames import Evaluations, Records, Submissions, build
from .policies import find

Source = str | os.PathLike[str]
Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the last one)."""

CHUNK = 16  # files a task: single files lose a tenth of the time in traffic between processes
ENOUGH_FOR_A_POOL = 48  # below this a pool costs more to start than it saves
SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})


def read(
    source: Source | Iterable[Source],
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Submissions:
    """Read a workbook, a folder (with its sub-folders), or an iterable of these into one set of frames.

    `layouts` names the layouts to use: ids, paths of TOML files or of folders of them; with + before it (`"+表样/"`) one comes
    beside the shipped ones. All shipped ones without it, `()` for none. `passwords` are tried on encrypted files, `executor`
    is any `concurrent.futures.Executor` (serial without one), `progress` is called with (done, total, file).

    Gives `Submissions`: amounts in 元, rates as ratios, scores in points. What a department sent never raises: an
    unreadable file is a row of `files` and a finding. Raises SourceError when a path does not exist or holds no file,
    SpecError when a layout is not known or is broken.
    """
    wanted = choose(layouts)
    found = list_files(source)
    work = partial(_read_chunk, layouts=wanted, passwords=tuple(passwords))
    chunks = [found[at : at + CHUNK] for at in range(0, len(found), CHUNK)] if executor else [[one] for one in found]
    batch: list[Records] = []
    for records in _each(work, chunks, executor):
        batch.extend(records)
        if progress is not None:
            progress(len(batch), len(found), str(records[-1].rows["files"][0][0]))
    return build(batch)


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
    roster: Source | Iterable[str] | None = None,
) -> Evaluations:
    """`read`, `evaluate` and `write_summary` in one call: `source` under `policy` (an id or a TOML file) into `output`.

    `layouts`, `passwords`, `executor` and `progress` are those of `read`; without `policy` each form has its own. Without
    `executor` a pool of `jobs` local processes reads where there is enough to read. With `roster` (names of all departments,
    or a file of them, see `read_roster`) the summary says who has not sent. Gives the evaluations.
    Raises as `read`, `evaluate` and `write_summary` do.
    """
    from .rules import evaluate  # noqa: PLC0415 (rooms are opened when they are used)
    from .writer import write_summary  # noqa: PLC0415 (the same)

    if policy is not None:
        find(policy)  # one that is broken is refused before anything is read
    names = _roster(roster)
    sources = _sources(source)
    workers = jobs if jobs is not None else min(os.cpu_count() or 1, 8)
    own = executor is None and workers > 1 and len(list_files(sources)) >= ENOUGH_FOR_A_POOL
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if own else nullcontext(executor) as pool:
        submissions = read(sources, layouts=layouts, passwords=passwords, executor=pool, progress=progress)
    evaluations = evaluate(submissions, policy)
    write_summary(evaluations, output, roster=names)
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
) -> Path:
    """Read `source` and write what it was taken for into `output` (.html or .xlsx): every sheet as it stands, in colours.

    Each cell that was read is coloured by what it was taken for (field, name of a row, amount by role, indicator, target,
    achieved, weight, score, reason, text); figures that nobody recognised have a colour of their own, and findings of the
    reading stand at their cells. `layouts` and `passwords` are those of `read`. Gives the path.
    Raises as `read` does, and OutputError where the output has another ending or cannot be written.
    """
    check_preview(output)
    sources = _sources(source)
    return write_preview(
        read(sources, layouts=layouts, passwords=passwords), sources, output, layouts=layouts, passwords=passwords
    )


def check_preview(output: Source) -> None:
    """Refuse, before anything is read, an output that `preview` cannot write. Raises OutputError."""
    from .writer.output import check_target  # noqa: PLC0415 (rooms are opened when they are used)
    from .writer.preview import SUFFIXES  # noqa: PLC0415 (the same)

    check_target(Path(output), SUFFIXES)


def write_preview(
    submissions: Submissions,
    source: Source | Iterable[Source],
    output: Source,
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
) -> Path:
    """The second half of `preview`, for `submissions` that were read from `source` with the same `layouts`."""
    from .reader.pages import pages  # noqa: PLC0415 (rooms are opened when they are used)
    from .writer.preview import write_preview as draw  # noqa: PLC0415 (the same)
    from .writer.preview_looks import looks  # noqa: PLC0415 (the same)

    most = (looks().most_rows, looks().most_columns)
    found = (page for path, name in list_files(source) for page in pages(path, name, passwords, most))
    return draw(submissions, found, output, choose(layouts))


def write_details(evaluations: Evaluations, folder: Source) -> Iterator[Path]:
    """A workbook for each department, into `folder`, named after it: its page, then its rows of each table; gives their paths.

    It can be sent back to the department or filed. Raises OutputError when one cannot be written.
    """
    from .writer import by_department, write_dossier  # noqa: PLC0415 (rooms are opened when they are used)

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"不能建立文件夹“{folder}”：{error.strerror}。请换一个位置。") from error
    for name, part in by_department(evaluations):
        yield write_dossier(part, target / f"{name}_汇总.xlsx")


def list_files(source: Source | Iterable[Source]) -> list[tuple[Path, str]]:
    """Each input file with the name its rows carry: relative to its folder, with as many parents as make it unique."""
    found: list[tuple[Path, Path]] = []
    for entry in _sources(source):
        path = Path(entry)
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file.relative_to(path)))
            found.extend((file, path) for file in inside)
        elif path.is_file():
            found.append((path, path.parent))
        else:
            raise SourceError(f"找不到“{entry}”。请检查文件夹或文件的名字。")
    unique = {file.absolute(): base.absolute() for file, base in found}
    if not unique:
        raise SourceError("没有可读的文件。请检查文件夹是否为空。")
    return sorted(((file, name) for file, name in _names(unique).items()), key=lambda entry: entry[1])


def _sources(source: Source | Iterable[Source]) -> list[Source]:
    if isinstance(source, str | os.PathLike):
        return [source]
    return list(source)


def _hidden(relative: Path) -> bool:
    return relative.name.lower() in SKIPPED_NAMES or any(piece.startswith(".") for piece in relative.parts)


def _names(files: dict[Path, Path]) -> dict[Path, str]:
    names = {file: file.relative_to(base).as_posix() for file, base in files.items()}
    depth = 0
    while (again := {name for name, count in Counter(names.values()).items() if count > 1}) and depth < 64:  # noqa: PLR2004 (paths end)
        depth += 1
        for file, base in files.items():
            if names[file] in again:
                above = base.parts[-depth:] if depth < len(base.parts) else base.parts[1:]
                names[file] = Path(*above, file.relative_to(base)).as_posix()
    return names


def _each(
    work: Callable[[list[tuple[Path, str]]], list[Records]], chunks: list[list[tuple[Path, str]]], executor: Executor | None
) -> Iterator[list[Records]]:
    if executor is None:
        yield from map(work, chunks)
        return
    for future in as_completed([executor.submit(work, chunk) for chunk in chunks]):
        yield future.result()


def _read_chunk(files: list[tuple[Path, str]], layouts: Sequence[specs.Layout], passwords: Sequence[str]) -> list[Records]:
    return [_read_one(path, name, layouts, passwords) for path, name in files]


def _read_one(path: Path, name: str, layouts: Sequence[specs.Layout], passwords: Sequence[str]) -> Records:
    from .reader import read_workbook  # noqa: PLC0415 (rooms are opened when they are used)

    try:
        return read_workbook(path, name, layouts, passwords)
    except Exception as error:  # noqa: BLE001 (a fault of ours must cost this file alone, and must be seen)
        records = Records()
        found = finding("file.fault", (name, None, None), why=f"{type(error).__name__}: {error}")
        records.note(found)
        records.add("files", {"file": name, "status": "needs_review", "reason": found.message.partition("：")[2]})
        return records
