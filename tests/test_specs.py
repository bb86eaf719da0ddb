"""Layouts and policies: what is shipped loads, and each possible mistake is refused in words that help to mend it.

`bad_specs/` holds one broken file per mistake; its first line has the words that the message must hold, between ｜.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from selfeval_xl import SpecError, frames, loading, policies, specs
from selfeval_xl.loading import load
from selfeval_xl.policies import load_policy

FOLDER = Path(__file__).parent / "bad_specs"
KINDS: dict[str, type] = {"layout": specs.Layout, "policy": policies.Policy}
LOADERS: dict[str, Callable[[Path], object]] = {"layout": specs.load_layout, "policy": load_policy}
FILES = sorted(FOLDER.glob("*.toml"))
BROKEN = [path for path in FILES if not path.stem.endswith("_good")]


def kind_of(path: Path) -> type:
    """The specification that a file of the folder means to be."""
    return KINDS[path.stem.split("_")[0]]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_words_that_help(path: Path) -> None:
    """The message names the file, the place in it, what stands there and what is allowed."""
    words = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split("｜")
    with pytest.raises(SpecError) as refusal:
        LOADERS[path.stem.split("_")[0]](path)
    assert [word for word in [path.name, *words] if word not in str(refusal.value)] == [], refusal.value


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_without_the_mistake_loads(kind: str) -> None:
    """The broken files are refused for their one mistake and nothing else: they differ from this one in that alone."""
    good = FOLDER / f"{kind}_good.toml"
    assert isinstance(LOADERS[kind](good), KINDS[kind])
    lines = good.read_text(encoding="utf-8").splitlines()
    for path in BROKEN:
        if kind_of(path) is KINDS[kind]:
            changed = set(lines) ^ set(path.read_text(encoding="utf-8").splitlines()[1:])
            assert 1 <= len(changed) <= 2, path.name  # one line taken out, put in, or both


def test_a_file_in_gbk_is_refused(tmp_path: Path) -> None:
    """Notepad may save Chinese as GBK; the message says that the file cannot be read instead of showing odd characters."""
    path = tmp_path / "layout.toml"
    path.write_bytes('name = "休假情况表"'.encode("gbk"))
    with pytest.raises(SpecError, match=r"layout\.toml：不能作为 TOML 读取"):
        load(path, specs.Layout)


def test_what_is_shipped_loads() -> None:
    """Every layout and policy of the package is accepted, each under an id of its own."""
    for folder, found in (("forms", specs.layouts()), ("policies", policies.policies())):
        assert len(found) == len(loading.data_files(folder)) > 0
        assert all(spec_id == spec.id for spec_id, spec in found.items())


def test_what_a_shipped_layout_reads_has_a_column() -> None:
    """Every role of a layout is a column of its frame, one of the two printed halves of a target, or a part of a text."""
    known = {kind: set(frames.read_columns(kind)) for kind in frames.KINDS}
    known["indicators"] |= {"target", "achieved"}
    known["texts"] |= {"label", "text.note"}
    for layout in specs.layouts().values():
        columns = {(block.frame, column.role) for _, block in layout.tables() for column in block.columns if column.role}
        fields = {("profile", entry.role) for entry in layout.fields() if not entry.role.startswith("text:")}
        assert [(frame, role) for frame, role in sorted(columns | fields) if role not in known[frame]] == [], layout.id
