"""What is written is whole or absent, and an evening's work is not lost to a summary that someone has open."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import sample_evaluations as sample

from selfeval_xl import OutputError, write_summary, write_template
from selfeval_xl.writer import output


@pytest.mark.parametrize("lock", ["~$汇总.xlsx", ".~lock.汇总.xlsx#", ".~汇总.xlsx"])
def test_a_summary_that_is_open_gets_a_second_name(lock: str, tmp_path: Path) -> None:
    """Excel, LibreOffice and WPS lay a file beside the one they have open; the open one stays as it is."""
    target = tmp_path / "汇总.xlsx"
    target.write_bytes(b"open")
    (tmp_path / lock).write_bytes(b"user")
    assert write_summary(sample.evaluations([]), target) == tmp_path / "汇总_2.xlsx"
    assert write_summary(sample.evaluations([]), target) == tmp_path / "汇总_3.xlsx"
    assert target.read_bytes() == b"open"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([lock, "汇总.xlsx", "汇总_2.xlsx", "汇总_3.xlsx"])


def test_excel_writes_over_the_first_letters_of_a_long_name(tmp_path: Path) -> None:
    """~$年度自评汇总.xlsx belongs to 2021年度自评汇总.xlsx only by what follows its first two letters."""
    target = tmp_path / "2021年度自评汇总.xlsx"
    target.write_bytes(b"open")
    (tmp_path / "~$21年度自评汇总.xlsx").write_bytes(b"user")
    assert write_summary(sample.evaluations([]), target).name == "2021年度自评汇总_2.xlsx"


def test_what_lies_about_from_an_earlier_day_changes_nothing(tmp_path: Path) -> None:
    """A lock without its file, and the lock of another file: the summary gets its own name."""
    (tmp_path / "~$汇总.xlsx").write_bytes(b"user")
    (tmp_path / "~$别的.xlsx").write_bytes(b"user")
    assert write_summary(sample.evaluations([]), tmp_path / "汇总.xlsx").name == "汇总.xlsx"


def test_windows_does_not_replace_an_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock was seen, but the system refuses to replace the target: the second name is taken then."""
    target = tmp_path / "汇总.xlsx"
    target.write_bytes(b"open")
    replace = Path.replace

    def refuse(self: Path, to: Path) -> Path:
        if to == target:
            raise PermissionError(13, "in use")
        return replace(self, to)

    monkeypatch.setattr(output.Path, "replace", refuse)
    assert write_summary(sample.evaluations([]), target).name == "汇总_2.xlsx"
    assert write_template(target).name == "汇总_3.xlsx"
    assert target.read_bytes() == b"open"


def test_unfinished_files_of_killed_runs_are_cleared(tmp_path: Path) -> None:
    """Old ones of our own names only: a run beside this one, and files of others, are left alone."""
    old, new, other = tmp_path / ".selfeval-xl-0a.tmp", tmp_path / ".selfeval-xl-0b.tmp", tmp_path / ".other.tmp"
    for path in (old, new, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (time.time() - 7200,) * 2)
    write_summary(sample.evaluations([]), tmp_path / "汇总.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.tmp", ".selfeval-xl-0b.tmp", "汇总.xlsx"]


def test_temporary_folders_of_killed_runs_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that carry the number of a process that is gone and are a day old; no others, whoever they belong to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    old, new, other = (f"{name}-{process.pid}-{at}" for name, at in (("selfeval-xl", 1), ("selfeval-xl", 2), ("other", 1)))
    mine, unknown, link = f"selfeval-xl-{os.getpid()}-1", "selfeval-xl-abc", f"selfeval-xl-{process.pid}-link"
    for name in (old, new, other, mine, unknown):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part").touch()
    (tmp_path / link).symlink_to(tmp_path / other, target_is_directory=True)
    for name in (old, other, mine, unknown):
        os.utime(tmp_path / name, (0, time.time() - output.DAY - 60))
    os.utime(tmp_path / link, (0, 0), follow_symlinks=False)
    write_summary(sample.evaluations(), tmp_path / "汇总.xlsx")
    gone = {old, mine} if os.name == "nt" else {old}
    assert {path.name for path in tmp_path.iterdir()} == {old, new, other, mine, unknown, link, "汇总.xlsx"} - gone
    assert (tmp_path / other / "part").exists()


def test_a_temporary_folder_carries_the_number_of_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that another run knows whether it is still in use; nothing is left when it is not."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with output.scratch() as folder:
        assert Path(folder).name.startswith(f"selfeval-xl-{os.getpid()}-")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_has_no_second_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another name in the same folder would not help; the message says so, and nothing is left behind."""

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(output.io, "FileIO", refuse)
    with pytest.raises(OutputError, match="所在文件夹不允许写入"):
        write_summary(sample.evaluations([]), tmp_path / "汇总.xlsx")
    assert list(tmp_path.iterdir()) == []
