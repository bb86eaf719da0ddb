"""The data set says what the frames say, to whoever reads it: DuckDB, pandas, Spark."""
# ruff: noqa: S608 (our own questions to our own files)

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sample_evaluations as sample
from test_batch import standard
from test_cli import call

import selfeval_xl as sx
from selfeval_xl.writer import dataset, looks
from selfeval_xl.writer.tables import tables

pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra `parquet`")
duckdb = pytest.importorskip("duckdb", reason="needs duckdb, which reads the data sets here")

FRAMES = [
    part.name
    for part in dataclasses.fields(sx.Evaluations)
    if isinstance(getattr(sample.evaluations([]), part.name), pd.DataFrame)
]


def ask(question: str) -> list[tuple[Any, ...]]:
    """The rows that DuckDB answers."""
    with duckdb.connect() as base:
        rows: list[tuple[Any, ...]] = base.execute(question).fetchall()
    return rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample batch as a data set."""
    return Path(sx.write_dataset(sample.evaluations(), tmp_path_factory.mktemp("out") / "数据集", batch="示例县"))


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_is_there_as_it_was(frame: str, made: Path) -> None:
    """Values, types and order; what is missing is NULL."""
    wanted = getattr(sample.evaluations(), frame)
    found = pd.read_parquet(made / frame / "batch=示例县" / "data.parquet")
    pd.testing.assert_frame_equal(found, wanted)
    counts = ", ".join(f'count(*) - count("{name}")' for name in wanted)
    nulls = ask(f"SELECT {counts} FROM '{made}/{frame}/*/*.parquet'")
    assert list(nulls[0]) == wanted.isna().sum().tolist()


def test_duckdb_reads_types_chinese_and_missing(made: Path) -> None:
    """Amounts are doubles, years are integers, text is text, and a batch is a column that comes from the folder."""
    types = dict(ask(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{made}/profile/*/*.parquet')"))
    assert (types["fiscal_year"], types["reported_total_score"], types["department"]) == ("BIGINT", "DOUBLE", "VARCHAR")
    rows = ask(
        f"SELECT batch, p.department, actual FROM read_parquet('{made}/budget/*/*.parquet', hive_partitioning = true) b "
        f"JOIN read_parquet('{made}/profile/*/*.parquet', hive_partitioning = true) p "
        "USING (batch, file) WHERE b.item = 'personnel'"
    )
    assert [row[2] for row in rows] == [6679000.0]
    assert "示例县" in rows[0]
    assert ask(f"SELECT count(*) FROM '{made}/profile/*/*.parquet' WHERE department IS NULL") == [(1,)]


def test_labels_units_and_meanings_stand_in_the_schema(made: Path) -> None:
    """Whoever opens a file without the manual knows what a column is, and in which unit."""
    schema = pq.read_schema(made / "budget" / "batch=示例县" / "data.parquet")
    actual = {key.decode(): value.decode() for key, value in schema.field("actual").metadata.items()}
    assert (actual["label"], actual["unit"], actual["description"]) == ("决算数", "元", "执行数 or 决算数")
    assert schema.field("execution_rate").metadata[b"unit"] == b"1"
    assert schema.metadata[b"selfeval_xl"].decode() == sx.__version__


def test_batches_stand_beside_one_another_and_replace_themselves(tmp_path: Path) -> None:
    """A province writes city by city; a city that is run again takes its own place only."""
    sx.write_dataset(sample.evaluations([sample.road()]), tmp_path, batch="甲市")
    sx.write_dataset(sample.evaluations([sample.water()]), tmp_path, batch="乙市/一批")
    sx.write_dataset(sample.evaluations([sample.farm()]), tmp_path, batch="甲市")
    counted = ask(
        f"SELECT batch, count(*) FROM read_parquet('{tmp_path}/files/*/*.parquet', hive_partitioning = true) "
        "GROUP BY batch ORDER BY batch"
    )
    assert counted == [("乙市_一批", 1), ("甲市", 1)]
    assert ask(f"SELECT file FROM '{tmp_path}/files/batch=甲市/*.parquet'") == [(sample.FARM,)]


def test_a_failure_midway_leaves_the_batch_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the batch is replaced unless all are written; nothing unfinished stays."""
    sx.write_dataset(sample.evaluations([sample.road()]), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    table = dataset._table  # noqa: SLF001 (where it fails)

    def fail(frame: str, rows: pd.DataFrame) -> Any:
        if frame == "findings":
            raise ValueError("midway")
        return table(frame, rows)

    monkeypatch.setattr(dataset, "_table", fail)
    with pytest.raises(ValueError, match="midway"):
        sx.write_dataset(sample.evaluations([sample.farm()]), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_url_takes_a_data_set_too() -> None:
    """The same files in a store that is no disk; a failure leaves none of them."""
    fsspec = pytest.importorskip("fsspec", reason="needs the extra `remote`")
    assert sx.write_dataset(sample.evaluations(), "memory://out/数据集", batch="甲") == "memory://out/数据集"
    store = fsspec.filesystem("memory")
    with store.open("/out/数据集/budget/batch=甲/data.parquet") as stream:
        pd.testing.assert_frame_equal(pd.read_parquet(stream), sample.evaluations().budget)
    assert sorted(path.split("/")[3] for path in store.find("/out")) == sorted(FRAMES)
    store.rm("/out", recursive=True)


def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name, a library that is not there: before anything is read."""
    (tmp_path / "数据集").write_bytes(b"")
    with pytest.raises(sx.OutputError, match="是一个文件"):
        sx.run(tmp_path, tmp_path / "汇总.xlsx", dataset=tmp_path / "数据集")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(sx.OutputError, match=r"selfeval-xl\[parquet\]"):
        sx.write_dataset(sample.evaluations([]), tmp_path / "别处")


def test_run_writes_a_data_set_beside_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The batch is named after the summary."""
    standard(tmp_path / "收件箱" / "甲局.xlsx")
    assert call("run", tmp_path / "收件箱", "-o", tmp_path / "合肥市.xlsx", "--dataset", tmp_path / "数据集") == 0
    assert "数据集已写出" in capsys.readouterr().err
    assert (tmp_path / "数据集" / "scores" / "batch=合肥市" / "data.parquet").is_file()


def test_a_long_sheet_names_the_data_set() -> None:
    """Beside a data set no sheet is longer than Excel opens well, and it says where all rows are; without one it lists all."""
    few = dataclasses.replace(looks.summary(), dataset_rows=12)
    short = {table.sheet.rows: table for table in tables(sample.evaluations(), looks.beside(few, "数据集{1}"))}
    long = {table.sheet.rows: table for table in tables(sample.evaluations(), looks.beside(few, None))}
    assert len(short["budget"].marks) < len(long["budget"].marks)
    assert f"共 {len(long['budget'].marks)} 行" in short["budget"].notes[-1]
    assert short["budget"].notes[-1].endswith("全部在数据集“数据集（1）”中。")
