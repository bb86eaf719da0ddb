"""Every hostile or broken file is a row with a reason, and the good ones around it are as without it."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import faults
import pytest
from test_batch import FRAMES, standard

import selfeval_xl as sx

FEWEST = 60
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs names and links that Windows does not have"),
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two good workbooks."""
    folder = tmp_path_factory.mktemp("好的")
    standard(folder / "AAA.xlsx", name="甲局")
    standard(folder / "龥.xlsx", name="乙局")
    return folder


def test_no_file_stops_the_others(good: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """A hundred bad files between two good ones, read as `run` reads them."""
    shared = sx.write_template(tmp_path_factory.mktemp("模板") / "模板.xlsx")
    for path in good.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    wanted = faults.place(tmp_path, (good / "AAA.xlsx").read_bytes(), shared.read_bytes())
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    with sx.isolated(tmp_path, jobs=2, limits={"读取时间": 20, "读取内存": 1_000_000_000}) as pool:
        found = sx.read(tmp_path, executor=pool, limits={"读取时间": 20, "读取内存": 1_000_000_000})
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before, "the folder was written to"

    rows = found.files.set_index("file")
    assert len(wanted) >= FEWEST
    assert set(rows.index) == wanted.keys() | {"AAA.xlsx", "龥.xlsx"}
    assert rows.loc[(rows["status"] != "read") & rows["reason"].isna()].empty
    codes = found.findings.groupby("file")["code"].agg(set).to_dict()
    assert {name: codes.get(name) for name, code in wanted.items() if code and code not in codes.get(name, ())} == {}
    lost = found.findings["code"].isin({"file.fault", "file.crashed", "file.timeout", "file.memory"})
    assert found.findings.loc[lost, ["file", "message"]].to_numpy().tolist() == []

    plain = sx.read(good)
    for name in FRAMES:
        frame = getattr(found, name)
        assert frame[frame["file"].isin({"AAA.xlsx", "龥.xlsx"})].reset_index(drop=True).equals(getattr(plain, name)), name


def test_a_limit_is_named_and_can_be_raised(good: Path) -> None:
    """The message says which option lets the file through, and that option does."""
    path = good / "AAA.xlsx"
    refused = sx.read(path, limits={"单元格": 20})
    assert refused.findings["code"].tolist() == ["file.too_large"]
    said = refused.findings["message"].iloc[0].partition("--limit ")[2].rstrip("。")
    name, _, number = said.partition("=")
    again = sx.read(path, limits={name: int(number) + 1_000})
    assert again.files["status"].tolist() == ["read"]


@pytest.mark.parametrize(("limits", "words"), [({"格子": 5}, "可用的是 .*单元格"), ({"单元格": 0}, "大于零的整数")])
def test_a_limit_that_there_is_not_is_our_error(good: Path, limits: dict[str, int], words: str) -> None:
    """A limit by another name, or no number, is refused before anything is read."""
    with pytest.raises(sx.SpecError, match=words):
        sx.read(good, limits=limits)


def test_what_is_carried_but_not_run_needs_nothing(good: Path, tmp_path: Path) -> None:
    """A workbook with macros is read as it would be without them; only a note is added."""
    parts = faults._parts((good / "AAA.xlsx").read_bytes())  # noqa: SLF001 (our own)
    (tmp_path / "AAA.xlsx").write_bytes(faults.packed({**parts, "xl/vbaProject.bin": b"\xd0\xcf"}))
    found, plain = sx.read(tmp_path), sx.read(good / "AAA.xlsx")
    assert found.budget.equals(plain.budget)
    assert (set(found.findings["code"]) - set(plain.findings["code"])) == {"safety.macros"}


def test_a_link_that_is_named_itself_is_read(good: Path, tmp_path: Path) -> None:
    """Who names a link means the file; it keeps the name of the link."""
    (tmp_path / "别名.xlsx").symlink_to(good / "AAA.xlsx")
    found = sx.read(tmp_path / "别名.xlsx").files
    assert found[["file", "status"]].to_numpy().tolist() == [["别名.xlsx", "read"]]
    assert sx.read(tmp_path).files["status"].tolist() == ["skipped"]


@pytest.mark.parametrize(
    "data",
    [
        faults.open_document(),
        faults.open_document(None),
        faults.open_document(last=True),
        faults.open_document(how=zipfile.ZIP_DEFLATED),
        faults.open_document(faults.SPREADSHEET + b"-template\n"),
        faults.open_document(faults.SPREADSHEET + b" " * 3_000_000, zipfile.ZIP_DEFLATED, last=True),
    ],
    ids=["as it should be", "absent", "last", "compressed", "template", "long"],
)
def test_an_ods_is_read_whatever_packs_its_mimetype(tmp_path: Path, data: bytes) -> None:
    """The entry should come first and uncompressed; programs that do otherwise, or leave it out, lose nothing."""
    (tmp_path / "a.ods").write_bytes(data)
    found = sx.read(tmp_path)
    assert found.files["status"].tolist() == ["read"]
    assert found.budget["actual"].tolist() == [1_100_000]


AMOUNT = "<table><tr><td>项目<td>年初预算数<td>全年预算数<td>全年执行数<tr><td>年度资金总额<td>{0}<td>1<td>1</table>"
HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "一级指标", "分值", "得分")
HALVES = f"<table><tr><td>{'<td>'.join(HEADS)}<tr><td>产出指标<td>数量指标<td>造林面积<td>1<td>1<td>1<td>1<td>1</table>"


@pytest.mark.parametrize("text", [AMOUNT.format("9" * 40), AMOUNT.format("nan"), AMOUNT.format("1e308"), HALVES])
def test_what_the_fuzz_found_stays_found(tmp_path: Path, text: str) -> None:
    """Numbers that are no sum of money, a second first level that divides nothing: read, without a fault of ours."""
    path = tmp_path / "a.html"
    path.write_text(text, encoding="utf-8")
    assert "file.fault" not in set(sx.read(path).findings["code"])


def test_a_number_that_is_no_sum_of_money_is_told(tmp_path: Path) -> None:
    """Forty digits are no amount: missing, with a finding at the cell."""
    path = tmp_path / "a.html"
    path.write_text(AMOUNT.format("9" * 40), encoding="utf-8")
    found = sx.read(path)
    assert found.budget["original_budget"].isna().all()
    assert "cell.not_number" in set(found.findings["code"])
