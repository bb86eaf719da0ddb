"""What we wrote ourselves is not taken for what a department sent, wherever it lies and however it is called."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from test_batch import FRAMES, standard

import selfeval_xl as sx
from selfeval_xl import batch


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder of two workbooks."""
    standard(tmp_path / "收件箱" / "甲局.xlsx", name="甲局")
    standard(tmp_path / "收件箱" / "乙局.xlsx", name="乙局")
    return tmp_path / "收件箱"


def told(folder: Path) -> dict[str, tuple[str, str | None]]:
    """Status and reason of every file that was not read."""
    files = sx.read(folder).files
    rows = files[files["status"] != "read"][["file", "status", "reason"]].itertuples(index=False, name=None)
    return {file: (status, reason) for file, status, reason in rows}


def test_a_second_run_into_the_inbox_gives_the_same(inbox: Path) -> None:
    """The summary that a run replaces is no input of it: same frames, same bytes."""
    first = sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    whole = (inbox / "汇总.xlsx").read_bytes()
    again = sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    for name in (*FRAMES, "scores", "checks"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert (inbox / "汇总.xlsx").read_bytes() == whole


def test_earlier_outputs_are_listed_and_passed_over(inbox: Path) -> None:
    """A summary under another name, the workbook of a department, a preview: each says what it is; nothing else changes."""
    (inbox / "去年").mkdir()
    before = sx.run(inbox, inbox / "去年" / "汇总.xlsx", jobs=1)
    (inbox / "去年" / "汇总.xlsx").rename(inbox / "去年" / "交来的表.xlsx")
    names = [path.name for path in batch.write_details(before, inbox / "各部门")]
    assert names == ["乙局_汇总.xlsx", "甲局_汇总.xlsx"]
    for name in ("预览.html", "预览.xlsx"):
        sx.preview(inbox / "甲局.xlsx", inbox / name)
    assert told(inbox) == {
        "去年/交来的表.xlsx": ("skipped", "这是本程序写出的汇总表，不是部门的自评表，已跳过。"),
        "各部门/乙局_汇总.xlsx": ("skipped", "这是本程序写出的部门汇总，不是部门的自评表，已跳过。"),
        "各部门/甲局_汇总.xlsx": ("skipped", "这是本程序写出的部门汇总，不是部门的自评表，已跳过。"),
        "预览.html": ("skipped", "这是本程序写出的读取预览，不是部门的自评表，已跳过。"),
        "预览.xlsx": ("skipped", "这是本程序写出的读取预览，不是部门的自评表，已跳过。"),
    }
    after = sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    for name in ("profile", "budget", "indicators", "texts", "scores"):
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))
    listed = openpyxl.load_workbook(inbox / "汇总.xlsx", read_only=True)["文件清单"]
    shown = [[cell for cell in row if cell is not None] for row in listed.iter_rows(values_only=True)]
    assert any("去年/交来的表.xlsx" in row and "略过" in row and told(inbox)["去年/交来的表.xlsx"][1] in row for row in shown)


def test_a_department_s_workbook_that_comes_back_changed_needs_a_look(inbox: Path) -> None:
    """Whoever answers in the workbook that was sent back is told; a summary that someone saved again is not."""
    evaluations = sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    sent = next(iter(batch.write_details(evaluations, inbox / "发回")))
    for path in (sent, inbox / "汇总.xlsx"):
        book = openpyxl.load_workbook(path)
        book.worksheets[0]["B30"] = "执行数更正为 123.45"
        book.save(path)
    found = told(inbox)
    assert found["汇总.xlsx"][0] == "skipped"
    assert found["发回/乙局_汇总.xlsx"] == (
        "needs_review",
        "这是本程序写出的部门汇总，写出后有人改过，改动没有读取。请部门把更正填入自评表后重报。",
    )
    findings = sx.read(inbox).findings.set_index("file")
    assert findings.loc["发回/乙局_汇总.xlsx", "severity"] == "warning"


@pytest.mark.parametrize("content", [b"PK\x03\x04 damaged", None])
def test_a_file_of_somebody_else_is_never_written_over(inbox: Path, content: bytes | None) -> None:
    """What lies in the inbox where the summary should go may have come from a department."""
    target = inbox / "汇总.xlsx"
    if content is None:
        standard(target, name="丙局")
    else:
        target.write_bytes(content)
    before = target.read_bytes()
    with pytest.raises(sx.OutputError, match="不是本程序写的汇总"):
        sx.run(inbox, target, jobs=1)
    assert target.read_bytes() == before


def test_nothing_but_the_summary_is_nothing_to_read(inbox: Path) -> None:
    """An inbox that was emptied but for the summary is told as such, and the summary stays."""
    sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    for name in ("甲局.xlsx", "乙局.xlsx"):
        (inbox / name).unlink()
    before = (inbox / "汇总.xlsx").read_bytes()
    with pytest.raises(sx.SourceError, match="没有别的文件可读"):
        sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    assert (inbox / "汇总.xlsx").read_bytes() == before


def test_the_standard_workbook_is_an_input(tmp_path: Path) -> None:
    """The blank workbook and the one of a department are written by us too, to be filled and sent."""
    sx.write_template(tmp_path / "模板.xlsx")
    assert sx.read(tmp_path).files["status"].tolist() == ["read"]


@pytest.mark.slow
def test_a_summary_saved_as_another_kind_is_known_too(inbox: Path, tmp_path: Path) -> None:
    """LibreOffice keeps the properties in .ods and .xls."""
    soffice = shutil.which("soffice") or pytest.skip("LibreOffice is absent")
    evaluations = sx.run(inbox, inbox / "汇总.xlsx", jobs=1)
    next(iter(batch.write_details(evaluations, inbox)))
    for source, kind in (("汇总.xlsx", "ods"), ("汇总.xlsx", "xls"), ("乙局_汇总.xlsx", "xls")):
        command = [soffice, f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", str(inbox), str(inbox / source)], check=True, capture_output=True)  # noqa: S603
    found = {file: status for file, (status, _) in told(inbox).items()}
    assert found == {
        "汇总.xlsx": "skipped", "汇总.ods": "skipped", "汇总.xls": "skipped",
        "乙局_汇总.xlsx": "skipped", "乙局_汇总.xls": "needs_review",
    }  # fmt: skip
