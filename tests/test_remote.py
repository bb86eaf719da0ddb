"""Inputs by URL are read like a folder: the same rows, under the same names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_batch import same, standard
from test_cli import call

import selfeval_xl as sx
from selfeval_xl import remote
from selfeval_xl.reader import intake

fsspec = pytest.importorskip("fsspec", reason="needs the extra `remote`")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with a sub-folder, a hidden file and one that is no workbook."""
    standard(tmp_path / "收件箱" / "甲局.xlsx", "示例县甲局")
    standard(tmp_path / "收件箱" / "下属" / "丙站.xlsx", "示例县丙站")
    (tmp_path / "收件箱" / ".隐藏.xlsx").write_bytes(b"x")
    (tmp_path / "收件箱" / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    return tmp_path / "收件箱"


@pytest.fixture
def bucket(inbox: Path) -> Iterator[str]:
    """The same files in memory, which stands for any store that is no disk."""
    store = fsspec.filesystem("memory")
    store.put(f"{inbox}/", "/bucket/收件箱/", recursive=True)
    yield "memory://bucket/收件箱"
    store.rm("/bucket", recursive=True)


def test_a_url_is_read_like_the_folder(inbox: Path, bucket: str) -> None:
    """Names, hashes, cells and findings, also of the file that cannot be read; a slash at the end changes nothing."""
    same(sx.read(bucket), sx.read(inbox))
    same(sx.read(bucket + "/"), sx.read(inbox))
    same(sx.read(inbox.as_uri()), sx.read(inbox))


def test_one_file_and_two_places(inbox: Path, bucket: str) -> None:
    """A URL of a file, and URLs beside folders: two files of one name keep as many parents as make them unique."""
    same(sx.read(f"{bucket}/甲局.xlsx"), sx.read(inbox / "甲局.xlsx"))
    both = sx.read([f"{bucket}/甲局.xlsx", inbox / "甲局.xlsx"]).files["file"]
    assert both.nunique() == 2
    assert all(name.endswith("/甲局.xlsx") for name in both)


def test_what_is_too_large_is_not_fetched(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size that the store tells is held against the limit before a byte is read."""
    monkeypatch.setattr(remote.RemoteFile, "read_bytes", lambda _: pytest.fail("was fetched"))
    reason = sx.read(f"{bucket}/甲局.xlsx", limits={"文件": 1000}).files["reason"].iloc[0]
    assert "超过读取限制" in reason


def test_a_file_that_goes_or_lies_costs_itself(bucket: str) -> None:
    """Gone since it was listed, longer than listed, of unknown size, or a store that fails: one row with a reason."""
    path = f"{bucket}/甲局.xlsx"
    size = fsspec.filesystem("memory").size("/bucket/收件箱/甲局.xlsx")
    for file in (remote.RemoteFile(f"{bucket}/没有.xlsx", 10), remote.RemoteFile(path, size - 1), remote.RemoteFile(path, -1)):
        with pytest.raises(intake.RefusedError) as refused:
            intake.read_bytes(file)
        assert "系统不允许读取" in refused.value.places["why"]


def test_a_store_s_own_errors_are_told_as_a_file_s(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores raise errors of kinds that only they know."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("token expired")

    store = type(fsspec.filesystem("memory"))
    with monkeypatch.context() as patch:
        patch.setattr(store, "_open", fail)
        patch.setattr(store, "info", fail)
        with pytest.raises(OSError, match="token expired"):
            remote.RemoteFile(f"{bucket}/甲局.xlsx", 5).read_bytes()
        with pytest.raises(sx.SourceError, match="请检查地址、权限和网络"):
            sx.read(bucket)


def test_what_did_not_change_is_not_fetched_again(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store says of a file is enough to know it; with passwords nothing of it is kept."""
    first = sx.read(bucket, cache=tmp_path)
    fetched: list[str] = []
    fetch = remote.RemoteFile.read_bytes

    def counted(self: remote.RemoteFile) -> bytes:
        fetched.append(self.name)
        return fetch(self)

    monkeypatch.setattr(remote.RemoteFile, "read_bytes", counted)
    same(sx.read(bucket, cache=tmp_path), first)
    assert fetched == ["断.xlsx"]
    fsspec.filesystem("memory").pipe("/bucket/收件箱/甲局.xlsx", b"changed")
    assert sx.read(bucket, cache=tmp_path).files["status"].tolist().count("read") == 1
    fetched.clear()
    sx.read(bucket, cache=tmp_path, passwords=["1"])
    assert len(fetched) == 3


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memory://没有", "找不到"),
        ("nonsense://x", "不认识"),
        ("zip://甲.xlsx::file:///a.zip", "压缩包"),
        ("zip:///a.zip", "压缩包"),
        ("file:///没有/这个", "找不到"),
    ],
)
def test_a_wrong_url_is_our_error_with_a_sentence(url: str, words: str) -> None:
    """Nobody sent it: an exception that says what to do."""
    with pytest.raises(sx.SourceError, match=words):
        sx.read(url)


def test_without_fsspec_a_url_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra."""
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(sx.SourceError, match=r"selfeval-xl\[remote\]"):
        sx.read("s3://bucket/x")


def test_the_command_line_takes_urls(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two slashes stay two."""
    assert call("check", f"{inbox.as_uri()}/甲局.xlsx") == 1
    assert "甲局.xlsx" in capsys.readouterr().out
    assert call("check", "memory://没有/这个") == 3
    assert "memory://没有/这个" in capsys.readouterr().err
