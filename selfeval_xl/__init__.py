"""Read, rule on and summarise yearly performance self-evaluation workbooks (绩效自评).

    >>> import selfeval_xl as sx
    >>> evals = sx.run("收件箱/", "汇总.xlsx")           # doctest: +SKIP

Names are loaded when first used, so that `selfeval-xl --help` need not wait for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .errors import OutputError, SelfEvalError, SourceError, SpecError

if TYPE_CHECKING:
    from .batch import isolated, preview, read, run
    from .findings import Finding
    from .frames import Evaluations, Submissions, concat
    from .reader.roster import read_roster
    from .rules import evaluate
    from .writer import write_dataset, write_report, write_summary, write_template

_HOMES = {
    "isolated": "batch",
    "preview": "batch",
    "read_roster": "reader.roster",
    "read": "batch",
    "run": "batch",
    "evaluate": "rules",
    "write_dataset": "writer",
    "write_report": "writer",
    "write_summary": "writer",
    "write_template": "writer",
    "Submissions": "frames",
    "Evaluations": "frames",
    "concat": "frames",
    "Finding": "findings",
}

__all__ = [
    "Evaluations",
    "Finding",
    "OutputError",
    "SelfEvalError",
    "SourceError",
    "SpecError",
    "Submissions",
    "__version__",
    "concat",
    "evaluate",
    "isolated",
    "preview",
    "read",
    "read_roster",
    "run",
    "write_dataset",
    "write_report",
    "write_summary",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted(__all__)
