"""A folder → chunks of files → an executor → one set of frames; one bad file stays one bad file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from . import specs
from .choice import choose
from .errors import OutputError, SourceError
from .findings import finding
from .frames import Evaluations, Records, Submissions, build, select
from .isolation import IsolatedExecutor, LostError, outcomes
from .limits import allowed, raised
from .policies import find
from .words import shown

Source = str | os.PathLike[str]
Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the last one)."""

CHUNK = 16  # files a task: single files lose a tenth of the time in traffic between processes
ENOUGH_FOR_A_POOL = 48  # below this a second process costs more to start than it saves
LOST = frozenset({"file.crashed", "file.timeout", "file.memory", "file.fault", "file.link"})
SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})


def read(  # noqa: PLR0913 (one parameter an option; all but one have defaults)
    source: Source | Iterable[Source],
    *,
    layouts: Sequence[Source] | None = None,
    passwords: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
    limits: Mapping[str, int] | None = None,
) -> Submissions:
    """Read a workbook, a folder (with its sub-folders), or an iterable of these into one set of frames.

    `layouts` names the layouts to use: ids, paths of TOML files or of folders of them; with + before it (`"+表样/"`) one comes
    beside the shipped ones. All shipped ones without it, `()` for none. `passwords` are tried on encrypted files, `limits`
    allows more than data/limits.toml does, by its names (`{"单元格": 5_000_000}`), `executor` is any
    `concurrent.futures.Executor` (serial without one), `progress` is called with (done, total, file).

    Gives `Submissions`: amounts in 元, rates as ratios, scores in points. What a department sent never raises: an
    unreadable file is a row of `files` and a finding. Raises SourceError when a path does not exist or holds no file,
    SpecError when a layout or a limit is not known or is broken.
    """
    wanted, most = choose(layouts), allowed(limits)
    found = list_files(source)
    work = partial(_read_chunk, layouts=wanted, passwords=tuple(passwords), most=most)
    size = max(1, min(CHUNK, len(found) // CHUNK)) if executor else 1
    chunks = [found[at : at + size] for at in range(0, len(found), size)]
    batch: list[Records] = []
    for files, result in outcomes(work, chunks, executor):
        batch.extend([_lost(*files[0], result)] if isinstance(result, Exception) else result)
        if progress is not None:
            progress(len(batch), len(found), files[-1][1])
    return build(batch)


def isolated(
    source: Source | Iterable[Source], jobs: int | None = None, limits: Mapping[str, int] | None = None
) -> IsolatedExecutor:
    """An executor for `read` whose processes cost no more than one file when they are lost; leave it by `with`.

    At most `jobs` processes (as many as there are processors, up to 8), one where `source` holds few files; `limits` are
    those of `read`. Raises SourceError when a path does not exist or holds no file, SpecError for an unknown limit.
    """
    most = allowed(limits)
    enough = len(list_files(source)) >= ENOUGH_FOR_A_POOL
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
    limits: Mapping[str, int] | None = None,
) -> Evaluations:
    """`read`, `evaluate` and `write_summary` in one call: `source` under `policy` (an id or a TOML file) into `output`.

    `layouts`, `passwords`, `limits`, `executor` and `progress` are those of `read`; without `policy` each form has its own.
    Without `executor` files are read in processes of our own, `jobs` of them where there is enough to read, so that one
    that crashes or hangs costs a single file. Gives the evaluations.
    Raises as `read`, `evaluate` and `write_summary` do.
    """
    sources = _sources(source)
    with isolated(sources, jobs, limits) if executor is None else nullcontext(executor) as pool:
        from .rules import evaluate  # noqa: PLC0415 (rooms are opened when they are used, this one while processes start)
        from .writer import write_summary  # noqa: PLC0415 (the same)

        if policy is not None:
            find(policy)  # one that is broken is refused before anything is read
        submissions = read(sources, layouts=layouts, passwords=passwords, limits=limits, executor=pool, progress=progress)
    evaluations = evaluate(submissions, policy)
    write_summary(evaluations, output)
    return evaluations


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
    sources = _sources(source)
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
    found = (page for path, name in list_files(source) if name not in lost for page in pages(path, name, passwords, most))
    with raised(allowed(limits)):
        return draw(submissions, found, output, choose(layouts))


def write_details(evaluations: Evaluations, folder: Source) -> Iterator[Path]:
    """One summary a file that was read, into `folder`, named after the file; gives the path of each.

    Raises OutputError when one cannot be written.
    """
    from .writer import write_summary  # noqa: PLC0415 (rooms are opened when they are used)

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"不能建立文件夹“{folder}”：{error.strerror}。请换一个位置。") from error
    for file in evaluations.files.loc[evaluations.files["status"] == "read", "file"]:
        name = str(Path(file).with_suffix("")).replace("/", "_").replace("\\", "_")
        yield write_summary(select(evaluations, [file]), target / f"{name}_汇总.xlsx")


def list_files(source: Source | Iterable[Source]) -> list[tuple[Path, str]]:
    """Each input file with the name its rows carry: relative to its folder, with as many parents as make it unique.

    A link inside a folder is listed and not followed; one that is named itself is read.
    """
    found: list[tuple[Path, Path]] = []
    named: set[Path] = set()
    for entry in _sources(source):
        path = Path(entry)
        if path.is_dir():
            every = (file for file in path.rglob("*") if not _hidden(file.relative_to(path)))
            found.extend((file, path) for file in sorted(every) if file.is_symlink() or file.is_file())
        elif path.is_file():
            found.append((path, path.parent))
            named.add(path.absolute())
        else:
            raise SourceError(f"找不到“{entry}”。请检查文件夹或文件的名字。")
    unique = {file.absolute(): base.absolute() for file, base in found}
    if not unique:
        raise SourceError("没有可读的文件。请检查文件夹是否为空。")
    listed = ((file.resolve() if file in named else file, shown(name)) for file, name in _names(unique).items())
    return sorted(listed, key=lambda entry: entry[1])


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


def _read_chunk(
    files: list[tuple[Path, str]], layouts: Sequence[specs.Layout], passwords: Sequence[str], most: Mapping[str, int]
) -> list[Records]:
    with raised(most):
        return [_read_one(path, name, layouts, passwords) for path, name in files]


def _read_one(path: Path, name: str, layouts: Sequence[specs.Layout], passwords: Sequence[str]) -> Records:
    from .reader import read_workbook  # noqa: PLC0415 (rooms are opened when they are used)

    try:
        return read_workbook(path, name, layouts, passwords)
    except MemoryError:
        raise  # tried once more, alone
    except Exception as error:  # noqa: BLE001 (a fault of ours must cost this file alone, and must be seen)
        return _lost(path, name, error)


def _lost(path: Path, name: str, error: Exception) -> Records:
    """The row and the finding of a file whose reading did not come to an end."""
    from .reader import told  # noqa: PLC0415 (rooms are opened when they are used)

    why = error.why if isinstance(error, LostError) else "memory" if isinstance(error, MemoryError) else "fault"
    places = {"why": f"{type(error).__name__}: {error}"} if why == "fault" else {}
    return told(path, finding(f"file.{why}", (name, None, None), **places))
