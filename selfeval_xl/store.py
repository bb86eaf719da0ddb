"""What was read before and has not changed: the records of each workbook, kept on disk between runs.

A reading is known by the file's content and name, the layouts in use, and the program itself with its data files and
reading libraries: whatever could change it gives it another key. Only workbooks that were read are kept. One that is broken,
refused or took too long is tried again, and what a password may have opened is never kept. Entries are plain JSON in one
SQLite file; what cannot be read back whole is as good as absent. Nothing here ever fails a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from ._version import __version__
from .frames import KINDS, PLACED, Records, columns, names, read_columns
from .remote import File, RemoteFile
from .specs import Layout

PLACE = "SELFEVAL_XL_CACHE"
"""Environment variable: the folder to keep readings in."""
NAME = "readings-1.sqlite"  # the number changes with the columns
MOST_BYTES = 1_000_000_000  # of entries; those used least recently go first
KEPT_DAYS = 120  # an entry that nobody asked for is dropped: a department's figures are not kept for ever
SAVE_EVERY = 1.0  # seconds of reading that a killed run may lose
WAIT = 5.0  # seconds for another run that writes
DAY = 86_400
READERS = ("python-calamine", "xlrd")
_ZIP = b"PK\x03\x04"
_TYPES: dict[str, set[type]] = {"float": {float, int, type(None)}, "Int64": {int, type(None)}, "str": {str, type(None)}}
_TABLE = "CREATE TABLE IF NOT EXISTS readings (key TEXT PRIMARY KEY, day INTEGER, bytes INTEGER, sum BLOB, records BLOB)"
_TRIM = (
    "DELETE FROM readings WHERE key IN (SELECT key FROM (SELECT key, sum(bytes) OVER (ORDER BY day DESC, rowid DESC) AS so_far "
    "FROM readings) WHERE so_far > ?)"
)


def place() -> Path:
    """The folder for what is kept: SELFEVAL_XL_CACHE, or where the system keeps such things."""
    if chosen := os.environ.get(PLACE):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "selfeval-xl"


@dataclass
class Store:
    """The readings kept in a folder; `hits` of the files of this run were among them."""

    folder: Path
    hits: int = 0
    _base: sqlite3.Connection | None = field(default=None, repr=False)
    _damaged: bool = False
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    _new: list[tuple[Any, ...]] = field(default_factory=list, repr=False)
    _saved: float = field(default_factory=time.monotonic, repr=False)

    def recall(
        self, found: Iterable[tuple[File, str]], layouts: Sequence[Layout], passwords: Sequence[str]
    ) -> dict[str, Records]:
        """The records of those files that were read before and have not changed, by the name that their rows carry."""
        same = hashlib.sha256(f"{program()}\n{layouts!r}".encode()).hexdigest()
        known: dict[str, Records] = {}
        for path, name in found:
            if stamp := _stamp(path, secret=bool(passwords)):
                key = hashlib.sha256(f"{same}\n{stamp}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()
                self._keys[name] = (key, stamp)
                if (records := self._get(key)) and _fits(records, name, stamp):
                    known[name] = records
        self._do("UPDATE readings SET day = ? WHERE key = ? AND day < ?", [(_today(), self._keys[n][0], _today()) for n in known])
        self.hits += len(known)
        return known

    def keep(self, batch: Iterable[Records]) -> None:
        """Keep the records of workbooks that were read just now."""
        for records in batch:
            name = records.rows["files"][0][0]
            key, stamp = self._keys.get(name, ("", ""))
            with suppress(TypeError, ValueError):  # a value that JSON does not know
                if key and _fits(records, name, stamp):
                    data = encode(records)
                    self._new.append((key, _today(), len(data), hashlib.sha256(data).digest(), data))
        if time.monotonic() - self._saved > SAVE_EVERY:
            self._save()

    def open(self) -> None:
        """Open the file of readings; one that is none, or is damaged, is made anew; without one nothing is kept."""
        for _ in range(2):
            try:
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._base = sqlite3.connect(self.folder / NAME, timeout=WAIT)
                (self.folder / NAME).chmod(0o600)
            except (OSError, sqlite3.Error):
                return
            self._do("PRAGMA trusted_schema = OFF")
            self._do(_TABLE)
            if not self._damaged:
                return
            self.close()

    def close(self) -> None:
        """Save what is new and drop what is old: unused for long, or beyond the size that may be kept."""
        self._save()
        self._do("DELETE FROM readings WHERE day < ?", [(_today() - KEPT_DAYS,)])
        self._do(_TRIM, [(MOST_BYTES,)])
        if self._base:
            self._base.close()
        if self._damaged:
            with suppress(OSError):
                (self.folder / NAME).unlink()
        self._base, self._damaged = None, False

    def _save(self) -> None:
        self._do("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?)", self._new)
        self._new = []
        self._saved = time.monotonic()

    def _get(self, key: str) -> Records | None:
        found = None
        with self._forgiving():
            found = self._base and self._base.execute("SELECT sum, records FROM readings WHERE key = ?", (key,)).fetchone()
        if not found or not isinstance(found[1], bytes) or hashlib.sha256(found[1]).digest() != found[0]:
            return None
        return decode(found[1])

    def _do(self, order: str, rows: Sequence[tuple[Any, ...]] = ((),)) -> None:
        """One order for each row, all of them or none, and saved; where the file is busy or damaged, nothing."""
        with self._forgiving():
            if self._base and rows:
                with self._base:
                    for row in rows:
                        self._base.execute(order, row)

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError:
            pass  # busy, full, or not ours to write
        except sqlite3.DatabaseError:
            self._damaged = True


@contextmanager
def opened(cache: Store | str | os.PathLike[str] | bool | None) -> Iterator[Store | None]:  # noqa: FBT001 (on, off, or where)
    """The readings kept in a folder, in the usual one for True; none for None and False."""
    if cache is None or cache is False:
        yield None
        return
    store = cache if isinstance(cache, Store) else Store(place() if cache is True else Path(cache))
    store.open()
    try:
        yield store
    finally:
        store.close()


# -- what a reading depends on -------------------------------------------------------------------------------------


@cache
def program() -> str:
    """The program that reads: its version, every one of its files, and the libraries that it reads with."""
    whole = hashlib.sha256(f"{__version__} {platform.python_version()}".encode())
    for library in READERS:
        with suppress(metadata.PackageNotFoundError):
            whole.update(metadata.version(library).encode())
    home = Path(str(files("selfeval_xl")))
    for path in sorted(home.rglob("*")):
        if path.suffix in {".py", ".toml", ".csv"}:
            whole.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def _stamp(path: File, *, secret: bool) -> str:
    """The SHA-256 of a file's bytes, or what its store says of it; empty where its reading is not to be kept.

    With `secret`, passwords are in use: only what is an open zip certainly needed none of them.
    """
    if isinstance(path, RemoteFile):
        return "" if secret else path.stamp
    try:
        with path.open("rb") as stream:
            if secret and stream.read(len(_ZIP)) != _ZIP:
                return ""
            stream.seek(0)
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _today() -> int:
    return int(time.time()) // DAY


# -- records as JSON -----------------------------------------------------------------------------------------------


def encode(records: Records) -> bytes:
    """Records as compressed JSON: numbers to the last bit, missing as null. Raises TypeError for what JSON does not know."""
    return zlib.compress(json.dumps({part.name: getattr(records, part.name) for part in fields(records)}).encode(), 1)


def decode(data: bytes) -> Records | None:
    """Records from what `encode` made; None where it is anything else: every row has its columns, every value its type."""
    try:
        parts = json.loads(zlib.decompress(data))
        records = Records(
            **{part: {kind: list(map(tuple, rows)) for kind, rows in kinds.items()} for part, kinds in parts.items()}
        )
        whole = parts.keys() == {part.name for part in fields(Records)}
        whole = whole and list(records.rows) == list(KINDS) and list(records.places) == list(PLACED)
        whole = whole and all(map(_typed, KINDS, records.rows.values()))
        whole = whole and all(
            {len(names(kind, placed=True))} >= set(map(len, rows)) and {int} >= set().union(*(map(type, row) for row in rows))
            for kind, rows in records.places.items()
        )
        whole = whole and all(len(records.rows[kind]) == len(records.places[kind]) for kind in PLACED)
    except (zlib.error, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return records if whole else None


@cache
def _types(kind: str) -> tuple[set[type], ...]:
    dtypes = {entry.column: entry.dtype for entry in columns() if entry.frame == kind}
    return tuple(_TYPES[dtypes[name]] for name in read_columns(kind))


def _typed(kind: str, rows: list[tuple[Any, ...]]) -> bool:
    wanted = _types(kind)
    if {len(wanted)} < set(map(len, rows)):
        return False
    return all(set(map(type, column)) <= allowed for column, allowed in zip(zip(*rows, strict=True), wanted, strict=False))


def _fits(records: Records, name: str, stamp: str) -> bool:
    """Whether these are the records of this very file, read whole."""
    row = records.rows["files"]
    if len(row) != 1:
        return False
    told = dict(zip(read_columns("files"), row[0], strict=True))
    same = told["sha256"] == stamp or stamp.startswith("remote ")
    return bool(told["file"] == name and told["status"] == "read" and same)
