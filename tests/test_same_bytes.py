"""The same input gives the same bytes, whatever the process: its hash seed, its folder, its clock, the way a path is given."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RUN = "import sys, selfeval_xl as sx; sx.run(sys.argv[1], sys.argv[2])"


def test_two_processes_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    """Two processes that differ in all that may not matter write one and the same file, links included."""
    inbox, elsewhere = tmp_path / "收件箱", tmp_path / "别处"
    inbox.mkdir()
    elsewhere.mkdir()
    for path in (root / "samples").glob("*交通*.xlsx"):
        shutil.copy(path, inbox)
    plain = {**os.environ, "PYTHONPATH": str(root)}
    runs = [
        (plain | {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai"}, tmp_path, "收件箱", "甲.xlsx"),
        (plain | {"PYTHONHASHSEED": "2", "TZ": "UTC"}, elsewhere, str(inbox), str(tmp_path / "乙.xlsx")),
    ]
    started = [
        subprocess.Popen([sys.executable, "-c", RUN, source, output], cwd=folder, env=env)  # noqa: S603 (our own line)
        for env, folder, source, output in runs
    ]
    assert [process.wait() for process in started] == [0, 0]
    assert (tmp_path / "甲.xlsx").read_bytes() == (tmp_path / "乙.xlsx").read_bytes()
