"""Work that goes wrong on purpose, for the tests of isolation; a module of its own, which a child imports quickly."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path


def work(items: list[str]) -> list[str]:
    """What each item asks for: an end of the process, of patience, of memory, an exception; anything else is repeated."""
    return [_one(item) for item in items]


def _one(item: str) -> str:
    if item.startswith("abort"):
        os.abort()
    elif item.startswith("segfault"):
        ctypes.string_at(0)
    elif item.startswith("exit"):
        os._exit(0)
    elif item.startswith("hang"):
        time.sleep(600)
    elif item.startswith("memory"):
        return str(len(bytearray(1_000_000_000_000)))
    elif item.startswith("raise"):
        raise ValueError(item)
    elif item.startswith("print"):
        print("noise" * 100_000)  # noqa: T201 (libraries do)
    elif item.startswith("once "):  # gone the first time, there the second
        path = Path(item.removeprefix("once "))
        if not path.exists():
            path.touch()
            os.abort()
    return item.upper()
