"""The frames as a Parquet data set: for DuckDB, Spark and whoever has more rows than Excel.

One folder a frame, in it one a batch, named so that readers make a column of it: `budget/batch=合肥市/data.parquet`.
A batch is written whole or not at all, and again in the place of its former self; other batches stay as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from selfeval_xl import remote
from selfeval_xl._version import __version__
from selfeval_xl.errors import OutputError
from selfeval_xl.frames import Submissions, columns

from .output import whole_file

FILE = "data.parquet"
UNITS = {"amount": "元", "ratio": "1", "points": "分"}
"""Units by the kind of a column; a ratio of 0.9835 is 98.35%."""
ROWS = 100_000  # a row group: what a reader can skip when it looks for one file
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|=%]')


def write_dataset(submissions: Submissions, target: str | os.PathLike[str], *, batch: str = "all") -> str:
    """Every frame of `submissions` (or of evaluations) as Parquet, below a folder or a URL; gives `target`.

    One folder a frame (`files`, `profile`, `budget`, …), the rows of this call in `batch=NAME`: another batch is added beside
    it, the same one is replaced. Amounts are 元, rates ratios, scores points, as in the frames; missing is NULL. Label, unit and
    meaning of each column stand in the schema's metadata. Needs the extra `parquet`, and `remote` for a URL.
    Raises OutputError where the target cannot be written; a batch of that name then stays as it was.
    """
    place = os.fspath(target)
    parquet = check_dataset(place)
    name = _UNSAFE.sub("_", batch).strip() or "all"
    with ExitStack() as stack:  # each file gets its name when all are written
        opened = stack.enter_context(_at(place))
        for frame in (part.name for part in fields(submissions)):
            rows = getattr(submissions, frame)
            if isinstance(rows, pd.DataFrame):
                stream = stack.enter_context(opened(frame, f"batch={name}"))
                parquet.write_table(_table(frame, rows), stream, compression="zstd", row_group_size=ROWS)
    return place


def check_dataset(target: str | os.PathLike[str]) -> Any:
    """The library that writes data sets; refuses, before any work, what cannot come to a good end. Raises OutputError."""
    try:
        import pyarrow.parquet  # noqa: PLC0415 (an extra, and heavy)
    except ImportError as error:
        raise OutputError("写数据集要用附加部分 parquet：请执行 pip install selfeval-xl[parquet]。") from error
    if remote.is_url(target):
        remote.output(str(target))
    elif Path(target).exists() and not Path(target).is_dir():
        raise OutputError(f"“{target}”是一个文件，不能作为数据集的文件夹。请换一个名字。")
    return pyarrow.parquet


@contextmanager
def _at(target: str) -> Iterator[Callable[[str, str], AbstractContextManager[Any]]]:
    """What opens the file of a frame and a batch below a folder or a URL."""
    if not remote.is_url(target):
        yield partial(_local, Path(target))
        return
    store, root = remote.output(target)

    def opened(frame: str, batch: str) -> AbstractContextManager[Any]:
        folder = f"{root.rstrip('/')}/{frame}/{batch}"
        store.makedirs(folder, exist_ok=True)
        found: AbstractContextManager[Any] = store.open(f"{folder}/{FILE}", "wb")
        return found

    try:
        with store.transaction:
            yield opened
    except Exception as error:  # stores raise errors of their own
        raise OutputError(f"不能写入“{target}”（{type(error).__name__}: {error}）。请检查地址、权限和网络。") from error


def _local(target: Path, frame: str, batch: str) -> AbstractContextManager[Any]:
    folder = target / frame / batch
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"不能建立文件夹“{folder}”：{error.strerror}。请换一个位置。") from error
    return whole_file(folder / FILE, (".parquet",), second=False)


def _table(frame: str, rows: pd.DataFrame) -> Any:
    """A frame as an Arrow table, each column with its type, label, unit and meaning."""
    import pyarrow as pa  # noqa: PLC0415 (an extra, and heavy)

    types = {"str": pa.string(), "float": pa.float64(), "Int64": pa.int64()}
    known = {column.column: column for column in columns() if column.frame == frame}
    schema = pa.schema(
        pa.field(
            name,
            types[known[name].dtype],
            metadata={
                "label": known[name].label,
                "unit": UNITS.get(known[name].kind, ""),
                "description": known[name].description,
            },
        )
        for name in rows.columns
    )
    table = pa.Table.from_pandas(rows, schema=schema, preserve_index=False)
    told = {**(table.schema.metadata or {}), b"selfeval_xl": __version__.encode(), b"frame": frame.encode()}
    return table.replace_schema_metadata(told)
