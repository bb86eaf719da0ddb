"""A short form of benchmarks/kills.py: runs that are killed at random moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a process that has loaded the program need POSIX")
def test_a_killed_run_leaves_the_last_good_summary(root: Path) -> None:
    """Five kills: the summary is whole each time, the next run completes, and its result is that of an undisturbed one."""
    pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "--kills", "5", "--books", "4"],
        cwd=root, capture_output=True, check=False, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[:-1]) == (0, []), done.stderr
    assert "5 rounds of 4 workbooks" in done.stdout
