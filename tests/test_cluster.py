"""A cluster of separate processes reads the same as this one alone, also when one of them dies in the middle of it."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_batch import same, standard

import selfeval_xl as sx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of a library that we only use
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.skipif(os.name == "nt", reason="kill -9 is another thing there")]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six chunks of workbooks, and one that is none."""
    folder = tmp_path_factory.mktemp("收件箱")
    first = standard(folder / "000.xlsx")
    for at in range(1, 96):
        (folder / f"{at:03}.xlsx").write_bytes(first.read_bytes())
    (folder / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    return folder


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two worker processes and a client of theirs."""
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50)
    with cluster, distributed.Client(cluster) as found:
        yield found


def test_a_cluster_reads_the_same_and_a_dead_worker_loses_nothing(inbox: Path, client: Any) -> None:
    """One worker is killed when the first files are back; every file is a row, frame for frame as read in this process."""
    killed: list[int] = []

    def kill(_done: int, total: int, _file: str) -> None:
        if not killed:
            assert total == 97
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    alone = sx.read(inbox)
    same(sx.read(inbox, executor=client.get_executor(), progress=kill), alone)
    assert killed
    same(sx.read(inbox, executor=client.get_executor()), alone)


def test_run_takes_the_same_executor(inbox: Path, client: Any, tmp_path: Path) -> None:
    """The whole of it, by URL: the workers open the files themselves; the summary has the same bytes."""
    pytest.importorskip("fsspec", reason="needs the extra `remote`")
    some = [f"file://{inbox}/{at:03}.xlsx" for at in range(6)]
    sx.run(some, tmp_path / "远.xlsx", executor=client.get_executor())
    sx.run([inbox / f"{at:03}.xlsx" for at in range(6)], tmp_path / "近.xlsx", jobs=1)
    assert (tmp_path / "远.xlsx").read_bytes() == (tmp_path / "近.xlsx").read_bytes()
