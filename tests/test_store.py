"""What was read before is not read again, and nothing that is kept can change or stop a run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from forms import draw
from test_batch import same, standard
from test_cli import call

import selfeval_xl as sx
from selfeval_xl import batch, frames, store
from selfeval_xl.frames import Records

ROOT = Path(__file__).parent.parent


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Three workbooks of departments and one that is none."""
    for name in ("甲局", "乙局", "下属/丙站"):
        standard(tmp_path / "收件箱" / f"{name}.xlsx", f"示例县{name[-2:]}")
    (tmp_path / "收件箱" / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    return tmp_path / "收件箱"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are really read."""
    read: list[str] = []
    one = batch._read_one  # noqa: SLF001 (what is counted)

    def counted(path: Path, name: str, *rest: object) -> Records:
        read.append(name)
        return one(path, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_read_one", counted)
    return read


def test_a_second_run_reads_only_what_is_new_or_changed(inbox: Path, tmp_path: Path, seen: list[str]) -> None:
    """What could not be read is tried again; a changed, a renamed and a new file are read; the frames are the same."""
    sx.read(inbox, cache=tmp_path / "cache")
    assert sorted(seen) == ["下属/丙站.xlsx", "乙局.xlsx", "断.xlsx", "甲局.xlsx"]
    seen.clear()
    again = sx.read(inbox, cache=tmp_path / "cache")
    assert seen == ["断.xlsx"]
    same(again, sx.read(inbox))
    seen.clear()
    standard(inbox / "甲局.xlsx", "示例县甲改局")
    (inbox / "乙局.xlsx").rename(inbox / "丁局.xlsx")
    standard(inbox / "戊局.xlsx", "示例县戊局")
    changed = sx.read(inbox, cache=tmp_path / "cache")
    assert sorted(seen) == ["丁局.xlsx", "戊局.xlsx", "断.xlsx", "甲局.xlsx"]
    same(changed, sx.read(inbox))


def test_an_interrupted_run_goes_on_where_it_was(
    inbox: Path, tmp_path: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever had been read when the run ended is kept."""

    def interrupt(done: int, _total: int, _file: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(store, "SAVE_EVERY", 0.0)
    with pytest.raises(KeyboardInterrupt):
        sx.read(inbox, cache=tmp_path / "cache", progress=interrupt)
    before = seen[:]
    seen.clear()
    sx.read(inbox, cache=tmp_path / "cache")
    assert not set(before) & set(seen) - {"断.xlsx"}


def test_other_layouts_or_another_program_read_anew(
    inbox: Path, tmp_path: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could change a reading is part of its key."""
    sx.read(inbox, cache=tmp_path / "cache")
    seen.clear()
    sx.read(inbox, cache=tmp_path / "cache", layouts=())
    assert len(seen) == 4
    seen.clear()
    monkeypatch.setattr(store, "program", lambda: "the next version")
    sx.read(inbox, cache=tmp_path / "cache")
    assert len(seen) == 4


def test_the_program_s_key_depends_on_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is added to labels.toml makes every reading out of date."""
    home = tmp_path / "selfeval_xl"
    shutil.copytree(ROOT / "selfeval_xl" / "data", home / "data")
    monkeypatch.setattr(store, "files", lambda _name: home)
    before = store.program.__wrapped__()
    assert store.program.__wrapped__() == before
    with (home / "data" / "labels.toml").open("a", encoding="utf-8") as labels:
        labels.write("# 又一个词\n")
    assert store.program.__wrapped__() != before


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    """The last bit of a float, whole floats, great integers, missing, empty text, half characters, signs of JSON."""
    made = Records()
    made.add("files", {"file": "甲\ud800.xlsx", "sha256": "0" * 64, "bytes": 2**60, "status": "read"})
    for value in (0.1 + 0.2, 1e-310, -0.0, 3.0, 1e22, float("inf"), None):
        made.add("budget", {"file": "甲\ud800.xlsx", "item_label": '"\\\n\u2028\ud800', "actual": value}, {"actual": 2**41 + 5})
    made.add("texts", {"file": "甲\ud800.xlsx", "text": ""})
    back = store.decode(store.encode(made))
    assert back is not None
    assert repr(back) == repr(made)
    missing = Records()
    missing.add("budget", {"file": "甲", "actual": float("nan")})
    assert repr(store.decode(store.encode(missing))) == repr(missing)


def test_every_reading_of_the_samples_comes_back_as_it_was(tmp_path: Path) -> None:
    """Real workbooks, .xls among them, with and without what was kept, cell for cell."""
    plain = sx.read(ROOT / "samples")
    sx.read(ROOT / "samples", cache=tmp_path)
    kept = sx.read(ROOT / "samples", cache=tmp_path)
    same(kept, plain)
    for name in frames.PLACED:
        pd.testing.assert_frame_equal(kept.places[name], plain.places[name])


def damage(change: str) -> Callable[[Path], None]:
    """A change of the kept readings by SQL."""

    def damaged(path: Path) -> None:
        base = sqlite3.connect(path)
        base.create_function("altered", 1, foreign)
        base.create_function("sha", 1, lambda data: hashlib.sha256(data).digest())
        with base:
            base.executescript(change)
        base.close()

    return damaged


def foreign(data: bytes) -> bytes:
    """Records that are whole JSON, but with a text where a number belongs."""
    found = store.decode(data)
    assert found is not None
    row = list(found.rows["budget"][0])
    row[frames.read_columns("budget").index("actual")] = "十万"
    return store.encode(Records({**found.rows, "budget": [tuple(row)]}, {**found.places, "budget": found.places["budget"][:1]}))


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"no data base at all"),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + os.urandom(len(path.read_bytes()) - 4096)),
        lambda path: path.write_bytes(b""),
        damage("UPDATE readings SET records = substr(records, 2)"),
        damage("UPDATE readings SET records = 'text'"),
        damage("UPDATE readings SET records = x'00', sum = sha(x'00')"),
        damage("UPDATE readings SET records = altered(records); UPDATE readings SET sum = sha(records)"),
        damage("UPDATE readings SET records = (SELECT records FROM readings), sum = (SELECT sum FROM readings)"),
        damage("DROP TABLE readings; CREATE TABLE readings (other TEXT)"),
        damage("DROP TABLE readings; CREATE VIEW readings AS SELECT 1 AS key, 2 AS sum, 3 AS records"),
    ],
    ids=["text", "cut", "noise", "empty", "bytes", "type", "no-json", "foreign", "swapped", "columns", "view"],
)  # fmt: skip
def test_what_is_damaged_or_foreign_is_as_good_as_absent(harm: Callable[[Path], None], inbox: Path, tmp_path: Path) -> None:
    """The run goes on and gives the same, whatever stands where its readings were kept."""
    plain = sx.read(inbox)
    sx.read(inbox, cache=tmp_path / "cache")
    harm(tmp_path / "cache" / store.NAME)
    same(sx.read(inbox, cache=tmp_path / "cache"), plain)
    same(sx.read(inbox, cache=tmp_path / "cache"), plain)


def test_damage_is_made_good(inbox: Path, tmp_path: Path, seen: list[str]) -> None:
    """A file of readings that cannot be opened is made anew, not carried along for ever."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / store.NAME).write_bytes(b"no data base at all, and longer than the head of one: " * 10)
    sx.read(inbox, cache=tmp_path / "cache")
    seen.clear()
    sx.read(inbox, cache=tmp_path / "cache")
    assert seen == ["断.xlsx"]


def test_nothing_is_kept_where_nothing_can_be(inbox: Path, tmp_path: Path) -> None:
    """A file where the folder should be, or another run that does not let go: reading goes on without."""
    (tmp_path / "file").write_bytes(b"")
    assert len(sx.read(inbox, cache=tmp_path / "file").files) == 4


def test_a_busy_place_stops_nothing(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run holds the file: this one reads and keeps nothing."""
    monkeypatch.setattr(store, "WAIT", 0.01)
    sx.read(inbox / "甲局.xlsx", cache=tmp_path)
    holder = sqlite3.connect(tmp_path / store.NAME, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert len(sx.read(inbox, cache=tmp_path).files) == 4
    holder.close()


def test_what_a_password_opened_is_not_kept(inbox: Path, tmp_path: Path, seen: list[str]) -> None:
    """Its content would lie on disk in clear; workbooks that are plainly open are kept all the same."""
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml", reason="needs the extra `passwords`")
    with (inbox / "甲局.xlsx").open("rb") as source, (inbox / "密.xlsx").open("wb") as target:
        msoffcrypto.OOXMLFile(source).encrypt("2021", target)
    shutil.copy(ROOT / "samples" / "示例县水利局_2021.xls", inbox / "旧.xls")
    for _ in range(2):
        seen.clear()
        assert (
            sx.read(inbox, passwords=["2021"], cache=tmp_path / "cache").files.set_index("file").loc["密.xlsx", "status"]
            == "read"
        )
    assert sorted(seen) == ["密.xlsx", "断.xlsx", "旧.xls"]
    base = sqlite3.connect(tmp_path / "cache" / store.NAME)
    assert base.execute("SELECT count(*) FROM readings").fetchone() == (3,)
    base.close()


def test_old_readings_go_and_the_size_is_bounded(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that nobody asked for in months, and those used least recently where there are too many."""

    def kept() -> int:
        base = sqlite3.connect(tmp_path / "cache" / store.NAME)
        found: int = base.execute("SELECT count(*) FROM readings").fetchone()[0]
        base.close()
        return found

    sx.read(inbox, cache=tmp_path / "cache")
    assert kept() == 3
    monkeypatch.setattr(store, "_today", lambda: 10**6)
    sx.read(inbox / "甲局.xlsx", cache=tmp_path / "cache")
    assert kept() == 1
    monkeypatch.setattr(store, "MOST_BYTES", 10)
    sx.read(inbox, cache=tmp_path / "cache")
    assert kept() == 0


@pytest.mark.skipif(os.name == "nt", reason="rights of another kind")
def test_others_cannot_read_what_is_kept(inbox: Path, tmp_path: Path) -> None:
    """What departments report is for the one who reads it."""
    sx.read(inbox, cache=tmp_path / "cache")
    assert (tmp_path / "cache").stat().st_mode & 0o77 == 0
    assert (tmp_path / "cache" / store.NAME).stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    ("system", "variables", "wanted"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/selfeval-xl"),
        ("linux", {"HOME": "/h"}, "/h/.cache/selfeval-xl"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/selfeval-xl"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/selfeval-xl"),
        ("win32", {"SELFEVAL_XL_CACHE": "/own", "LOCALAPPDATA": "/l"}, "/own"),
    ],
)
def test_the_place_is_the_system_s_or_one_s_own(
    system: str, variables: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system keeps what can be made again; one variable names another place."""
    for name in ("SELFEVAL_XL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(store.sys, "platform", system)
    assert store.place() == Path(wanted)


def test_run_says_how_many_were_kept(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run says it; with --no-cache nothing is taken and nothing kept."""
    monkeypatch.setenv("SELFEVAL_XL_CACHE", str(tmp_path / "cache"))
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx", "--no-cache") == 2
    assert not (tmp_path / "cache").exists()
    first = (tmp_path / "汇总.xlsx").read_bytes()
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx") == 2
    assert "沿用" not in capsys.readouterr().err
    assert call("run", inbox, "-o", tmp_path / "汇总.xlsx") == 2
    assert "共 4 个文件，其中 3 个沿用上次读取的结果" in capsys.readouterr().err
    assert (tmp_path / "汇总.xlsx").read_bytes() == first


def test_run_says_where_it_wrote_when_the_summary_is_open(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary is written under a second name: its exit status is that of the reading, not 4."""
    (tmp_path / "汇总.xlsx").write_bytes(b"open")
    (tmp_path / "~$汇总.xlsx").write_bytes(b"user")
    assert call("run", inbox / "甲局.xlsx", "-o", tmp_path / "汇总.xlsx", "--no-cache") == 0
    said = capsys.readouterr().err
    assert f"汇总表已写出：{tmp_path / '汇总_2.xlsx'}" in said
    assert "正在 Excel、WPS 或 LibreOffice 中打开" in said


def test_an_output_that_cannot_be_is_refused_before_reading(inbox: Path, tmp_path: Path, seen: list[str]) -> None:
    """Nobody waits an evening to hear that a folder is missing."""
    with pytest.raises(sx.OutputError):
        sx.run(inbox, tmp_path / "没有" / "汇总.xlsx")
    assert seen == []


def test_half_characters_in_a_name_or_text_are_shown_as_such(tmp_path: Path) -> None:
    """They cannot be written as UTF-8, and pyarrow, where it is installed, refuses them."""
    draw(tmp_path / "表.xlsx", 甲="项目支出绩效自评表\n项目名称 | 养护 | 年度 | 2022")
    made = frames.series(["好", "半\ud800", None], "str")
    assert made.tolist()[:2] in (["好", "半\ufffd"], ["好", "半\ud800"])
    assert made.isna().tolist() == [False, False, True]
