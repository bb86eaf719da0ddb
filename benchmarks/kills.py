"""A run that is killed at any moment leaves the last good summary, and the next run goes on to the same end.

    python -m benchmarks.kills [--kills N] [--seed N] [--books N]

For each round a run over a folder is started as a process of its own over an older summary, killed (SIGKILL) at a moment
drawn at random from its length and a bit beyond, and run again to its end. Held against an undisturbed run: the summary must
have the old bytes or the new ones after the kill, and the new ones after the next run; the data set likewise. Runs are copies
of a process that has loaded the program (POSIX only), so that a round costs the run, not the loading. Ends with 1 where
anything differs.
"""
# ruff: noqa: T201, S311 (it prints; moments for a measurement, not secrets)

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from random import Random

import selfeval_xl as sx

from . import clean

NEVER = 1e9
BEYOND = 1.6  # times the length of a run, so that the last moments, and runs on a busy machine, are met too


def run(inbox: Path, out: Path, kept: Path, seconds: float = NEVER) -> tuple[bool, float]:
    """One run in a process of its own, killed after so many seconds; whether it came to its end, and how long it took."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            sx.run(inbox, out / "汇总.xlsx", jobs=1, cache=kept, dataset=out / "数据集")
            status = 0
        finally:
            os._exit(status)
    while time.monotonic() - begun < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise RuntimeError("a run that nobody disturbed did not come to its end")
            return True, time.monotonic() - begun
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False, seconds


def state(out: Path) -> dict[str, bytes]:
    """The bytes of the summary and of every file of the data set; unfinished files do not count."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def whole(out: Path, old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    """What is neither as it was nor as it is to be."""
    found = state(out)
    wrong = [name for name, data in found.items() if data not in {old.get(name), new.get(name)}]
    wrong += [name for name in old if name not in found]
    with zipfile.ZipFile(out / "汇总.xlsx") as book:
        wrong += ["汇总.xlsx（zip）"] * (book.testzip() is not None)
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Run the rounds and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", type=int, default=6)
    options = parser.parse_args(arguments)
    chance = Random(options.seed)
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as made:
        base = Path(made)
        inbox, out, kept = base / "收件箱", base / "out", base / "kept"
        for folder in (inbox, out, base / "undisturbed"):
            folder.mkdir()
        for at in range(options.books):
            clean.filled(inbox / f"{at:02}.xlsx", chance)
        first = inbox / "00.xlsx"
        first.rename(base / "00.xlsx")
        sx.run(inbox, base / "loaded.xlsx", jobs=1)  # whatever a run loads is loaded here, once
        run(inbox, out, kept)
        old = state(out)
        (base / "00.xlsx").rename(first)
        _, length = run(inbox, base / "undisturbed", base / "cold")
        new = state(base / "undisturbed")
        for at in range(options.kills):
            if sys.stderr.isatty() or at % 10 == 0:
                print(f"round {at}", file=sys.stderr)
            for name, data in old.items():
                (out / name).write_bytes(data)
            kept = base / f"kept {at}" if at % 2 else kept  # every other round reads all files anew
            ended, _ = run(inbox, out, kept, chance.uniform(0, length * BEYOND))
            told["ended before the kill" if ended else "killed"] += 1
            changed = state(out)["汇总.xlsx"] == new["汇总.xlsx"]
            told["summary new after the kill" if changed else "summary old after the kill"] += 1
            told["unfinished files left"] = sum(path.name.startswith(".") for path in out.rglob("*"))
            if wrong := whole(out, old, new):
                print(f"round {at}: neither old nor new: {wrong}")
                told["wrong"] += 1
            run(inbox, out, kept)
            if state(out) != new:
                print(f"round {at}: the next run came to another end")
                told["wrong"] += 1
    print(
        f"{options.kills} rounds of {options.books} workbooks, a run of {length:.1f} s: "
        + ", ".join(f"{what} {n}" for what, n in told.items())
    )
    return int(bool(told["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
