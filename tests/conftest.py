"""What every test may use: the project's folder, material outside the repository, and how hard hypothesis tries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
if str(ROOT) not in sys.path:  # benchmarks/ is part of the project, not of the package that is installed
    sys.path.append(str(ROOT))

# One slow machine must not turn a right result into a failure: no deadline, and no complaint about slow drawing.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared` are skipped, and say why, where the material is absent."""
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason="needs the folder of public documents beside the project, which is absent here")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def _kept_readings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders, each to be made when it is used, for what runs keep."""
    base = tmp_path_factory.mktemp("readings")
    return (base / str(at) for at in count())


@pytest.fixture(autouse=True)
def _readings_of_its_own(_kept_readings: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes what another one read, or what the user of this machine did."""
    monkeypatch.setenv("SELFEVAL_XL_CACHE", str(next(_kept_readings)))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public documents beside the project; a test that asks for it is marked `shared`."""
    if not SHARED.is_dir():
        pytest.skip("the folder of public documents is absent: mark this test with @pytest.mark.shared")
    return SHARED


def pytest_configure(config: pytest.Config) -> None:
    """openpyxl warns of the bars that Excel has had since 2010, which it does not keep."""
    config.addinivalue_line("filterwarnings", "ignore:.*extension is not supported and will be removed:UserWarning")
