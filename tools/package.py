"""What packaging needs to know: the lowest versions that we promise to work with, and whether a wheel is whole.

`python tools/package.py lowest` prints one pin a line; `python tools/package.py whole FILE.whl` fails when a file is missing.
"""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def lowest() -> Iterator[str]:
    """Every `name>=version` that pyproject.toml declares for running and testing, as `name==version`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    used = [declared for name, extra in extras.items() if name != "dev" for declared in extra]
    for declared in [*project["dependencies"], *used]:
        if declared.startswith("selfeval-xl["):
            continue  # an extra that takes in another extra
        name, bound = re.fullmatch(r"([\w.-]+)>=([\d.]+)", declared).groups()  # type: ignore[union-attr]  # we declare no other form
        yield f"{name}=={bound}"


def absent(wheel: Path) -> list[str]:
    """Files of the package that a wheel does not have."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = (path.relative_to(ROOT).as_posix() for path in (ROOT / "selfeval_xl").rglob("*") if path.is_file())
    return sorted(name for name in ours if "__pycache__" not in name and name not in inside)


def main(arguments: list[str]) -> int:
    """Print the pins, or the files that are missing; 1 when some are."""
    match arguments:
        case ["lowest"]:
            print(*lowest(), sep="\n")
            return 0
        case ["whole", wheel]:
            missing = absent(Path(wheel))
            for name in missing:
                print(f"missing from the wheel: {name}")
            return 1 if missing else 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
