"""The door: what users script against is exactly what is promised, typed and documented."""

from __future__ import annotations

import inspect
from importlib.resources import files
from typing import Any

import pytest

import selfeval_xl as sx

PROMISED = {
    "Evaluations", "Finding", "OutputError", "SelfEvalError", "SourceError", "SpecError", "Submissions", "__version__",
    "concat", "evaluate", "isolated", "preview", "read", "read_roster", "run", "write_dataset", "write_report",
    "write_summary", "write_template",
}  # fmt: skip
FUNCTIONS = (
    "concat", "evaluate", "isolated", "preview", "read", "read_roster", "run", "write_dataset", "write_report",
    "write_summary", "write_template",
)  # fmt: skip


def test_all_is_exactly_what_is_promised() -> None:
    """Nothing is promised that is absent, nothing is public by accident, and the list is in order."""
    assert set(sx.__all__) == PROMISED
    assert sx.__all__ == sorted(sx.__all__)
    assert set(dir(sx)) == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED - {"__version__"}))
def test_a_public_name_is_there_and_documented(name: str) -> None:
    """Every public name can be loaded and says in its docstring what it is."""
    assert len(inspect.getdoc(getattr(sx, name)) or "") > len(name)


def test_an_unknown_name_is_refused() -> None:
    """A misspelt name fails like on any other module."""
    with pytest.raises(AttributeError, match="reed"):
        sx.reed  # noqa: B018 (the access is the test)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_is_fully_typed(name: str) -> None:
    """An editor can tell what goes in and what comes out: every parameter and the result have a type."""
    signature = inspect.signature(getattr(sx, name))
    untyped = [p.name for p in signature.parameters.values() if p.annotation is inspect.Parameter.empty]
    assert untyped == []
    assert signature.return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("read", ["收件箱/"], {}),
        ("read", [["甲.xlsx", "乙.xlsx"]], {"layouts": (), "passwords": ("1",), "executor": None, "progress": None}),
        ("evaluate", ["subs"], {}),
        ("evaluate", ["subs"], {"policy": "mof-2020-10"}),
        ("write_summary", ["evals", "汇总.xlsx"], {}),
        ("write_report", ["evals", "自评报告.docx"], {}),
        ("write_report", ["evals", "自评报告.docx"], {"template": "报告.toml"}),
        ("run", ["收件箱/", "汇总.xlsx"], {}),
        ("run", ["收件箱/", "汇总.xlsx"], {"cache": True, "dataset": "数据集/", "written": print}),
        ("write_dataset", ["evals", "数据集/"], {"batch": "合肥市"}),
        ("preview", ["收件箱/", "预览.html"], {"layouts": ["+表样/"], "passwords": ("1",)}),
        ("write_template", ["input_template.xlsx"], {}),
        ("concat", [["subs", "subs"]], {}),
    ],
)
def test_the_promised_calls_are_accepted(name: str, arguments: list[Any], options: dict[str, Any]) -> None:
    """Every call that the manual shows fits the function's signature."""
    inspect.signature(getattr(sx, name)).bind(*arguments, **options)


def test_read_takes_what_it_promised_and_nothing_else() -> None:
    """The order and the defaults of the oldest call do not drift; options are given by name."""
    parameters = inspect.signature(sx.read).parameters.values()
    assert [(p.name, p.default) for p in parameters if p.kind is p.KEYWORD_ONLY] == [
        ("layouts", None), ("passwords", ()), ("executor", None), ("progress", None), ("cache", None), ("limits", None),
    ]  # fmt: skip
    assert [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY] == ["source"]


def test_our_faults_are_one_family() -> None:
    """One `except SelfEvalError` catches everything that is raised on purpose."""
    assert all(issubclass(error, sx.SelfEvalError) for error in (sx.SourceError, sx.SpecError, sx.OutputError))


def test_types_are_shipped() -> None:
    """py.typed is part of the package, so that type checkers of others look inside."""
    assert files("selfeval_xl").joinpath("py.typed").is_file()
