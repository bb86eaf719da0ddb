"""The floor plan: three rooms that never import each other, one hall that they share, one corridor, one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HALL = {
    "_version", "choice", "errors", "findings", "frames", "inputs", "limits", "loading", "numbers", "ownership", "pages", "words",
    "policies", "policy_checks", "policy_text", "remote", "specs", "store",
}  # fmt: skip
ROOMS = {"reader", "rules", "writer"}
MAY_IMPORT = {  # what else a part of the package may import, besides the hall and itself
    "hall": set(),
    "reader": set(),
    "rules": set(),
    "writer": set(),
    "batch": ROOMS | {"isolation"},
    "isolation": set(),
    "console": set(),
    "options": set(),
    "report_command": ROOMS | {"batch", "console", "options"},
    "cli": ROOMS | {"batch", "console", "options", "report_command", "__init__"},
    "__main__": {"cli"},
    "__init__": ROOMS | {"batch"},
}
ONLY_IN = {  # libraries that are known to a few modules only
    "click": {"cli.py", "console.py", "options.py", "report_command.py"},
    "docx": {"writer/report_pages.py", "writer/report_styles.py"},
    "fsspec": {"remote.py"},
    "msoffcrypto": {"reader/intake.py"},
    "openpyxl": set(),  # the oracle of the tests, too slow to read a batch with
    "pyarrow": {"writer/dataset.py"},
    "python_calamine": {"reader/ooxml.py"},
    "sqlite3": {"store.py"},
    "xlrd": {"reader/legacy.py"},
    "zipfile": {"reader/intake.py", "reader/package.py", "writer/report_pages.py"},
    "zlib": {"reader/package.py", "store.py"},
    "xlsxwriter": {
        "writer/book.py",
        "writer/paper.py",
        "writer/preview_book.py",
        "writer/row_sheet.py",
        "writer/workbook.py",
        "writer/template.py",
    },
}
PRINTS = {"cli.py", "isolation.py"}  # the latter's streams are the wire between two processes, no person reads them
ROUNDING = {"around", "quantize", "rint", "round"}
MOST_LINES = 280


def part_of(module: str) -> str:
    """The part of the plan that a module belongs to."""
    return "hall" if module in HALL else module


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Dotted names that a module of `package` imports, those of our own package beginning with selfeval_xl."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = (
                ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])]) if node.level else node.module
            )
            yield from (f"{home}.{alias.name}" for alias in node.names)


def breaches(package: Path) -> list[str]:
    """Everything in a package that the floor plan does not allow, in words."""
    found = []
    for path in sorted(package.rglob("*.py")):
        here = path.relative_to(package)
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        part = part_of(here.parts[0].removesuffix(".py"))
        for name in imports(tree, ("selfeval_xl", *here.parts[:-1])):
            library, _, rest = name.partition(".")
            if library in ONLY_IN and here.as_posix() not in ONLY_IN[library]:
                found.append(f"{here.as_posix()} imports {library}")
            top = rest.split(".")[0]
            known = top in HALL or (package / top).is_dir() or (package / f"{top}.py").is_file()
            other = part_of(top) if top and known else "__init__"
            if library == "selfeval_xl" and other not in {"hall", part} | MAY_IMPORT.get(part, set()):
                found.append(f"{here.as_posix()} imports {name}")
        found += [f"{here.as_posix()}:{line} {what}" for line, what in forbidden_words(tree, here.as_posix())]
        if (lines := source.count("\n")) > MOST_LINES:
            found.append(f"{here.as_posix()} has {lines} lines")
    return found


def forbidden_words(tree: ast.AST, here: str) -> Iterator[tuple[int, str]]:
    """Printing outside PRINTS and rounding outside numbers.py, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            word = node.id if isinstance(node, ast.Name) else node.attr
            if here not in PRINTS and word in {"print", "stdout", "stderr", "__stdout__", "__stderr__"}:
                yield node.lineno, f"prints ({word})"
            if here != "numbers.py" and word in ROUNDING:
                yield node.lineno, f"rounds ({word})"


def test_the_package_keeps_to_its_plan(root: Path) -> None:
    """No import, no printing and no rounding where the plan does not have it, and no module too long to read."""
    assert breaches(root / "selfeval_xl") == []


def test_every_part_has_its_place_in_the_plan(root: Path) -> None:
    """A new module beside the rooms is put into the plan on purpose, not by chance."""
    parts = {part_of(path.name.removesuffix(".py")) for path in (root / "selfeval_xl").iterdir() if path.name != "__pycache__"}
    assert parts - {"data", "py.typed"} == MAY_IMPORT.keys()


@pytest.mark.parametrize(
    ("path", "source", "breach"),
    [
        ("reader/grid.py", "from ..rules import evaluate", "reader/grid.py imports selfeval_xl.rules.evaluate"),
        ("rules/checks.py", "import selfeval_xl.writer.tables", "rules/checks.py imports selfeval_xl.writer.tables"),
        ("writer/tables.py", "def late():\n    from selfeval_xl import reader", "writer/tables.py imports selfeval_xl.reader"),
        ("writer/tables.py", "from .. import evaluate", "writer/tables.py imports selfeval_xl.evaluate"),
        ("frames.py", "from .reader.values import amount", "frames.py imports selfeval_xl.reader.values.amount"),
        ("batch.py", "from .cli import main", "batch.py imports selfeval_xl.cli.main"),
        ("specs.py", "import openpyxl", "specs.py imports openpyxl"),
        ("reader/values.py", "from python_calamine import CalamineWorkbook", "reader/values.py imports python_calamine"),
        ("writer/tables.py", "import xlsxwriter.utility", "writer/tables.py imports xlsxwriter"),
        ("batch.py", "print('完成')", "batch.py:1 prints (print)"),
        ("batch.py", "import sys\nsys.stdout.write('完成')", "batch.py:2 prints (stdout)"),
        ("rules/measures.py", "half = round(0.5)", "rules/measures.py:1 rounds (round)"),
        ("rules/measures.py", "half = values.round(2)", "rules/measures.py:1 rounds (round)"),
        ("rules/measures.py", "\n" * 300, "rules/measures.py has 300 lines"),
    ],
)
def test_a_breach_of_the_plan_is_found(tmp_path: Path, path: str, source: str, breach: str) -> None:
    """The test above can fail: one module that breaks the plan, in an otherwise empty house, is named."""
    for name in ("reader", "rules", "writer"):
        (tmp_path / name).mkdir()
    (tmp_path / "cli.py").touch()
    (tmp_path / path).write_text(source, encoding="utf-8")
    assert breaches(tmp_path) == [breach]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("reader/legacy.py", "import xlrd\nfrom ..frames import Records\nfrom .values import amount"),
        ("batch.py", "from .reader import read_workbook\nfrom .errors import SourceError"),
        ("cli.py", "import sys\nimport click\nprint(sys.stdout)\nfrom . import run\nfrom .batch import read"),
        ("numbers.py", "import numpy as np\nround(np.rint(1.0))"),
        ("writer/workbook.py", "import xlsxwriter\nfrom .. import specs"),
    ],
)
def test_what_the_plan_allows_is_no_breach(tmp_path: Path, path: str, source: str) -> None:
    """The plan is a plan, not a fence: what it allows passes."""
    for name in ("reader", "rules", "writer"):
        (tmp_path / name).mkdir()
    (tmp_path / path).write_text(source, encoding="utf-8")
    assert breaches(tmp_path) == []


def test_help_needs_no_heavy_library() -> None:
    """`selfeval-xl --help` answers at once: the command line alone loads neither pandas nor an Excel library."""
    heavy = "pandas numpy openpyxl xlsxwriter python_calamine xlrd"
    code = f"import sys, selfeval_xl.cli; print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (our own line)
    assert shown.stdout.split() == []
