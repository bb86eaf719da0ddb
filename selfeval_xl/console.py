"""What the console shows: Chinese help, sentences for wrong use, and lines made from frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .words import words

if TYPE_CHECKING:
    from .frames import Evaluations


class Formatter(click.HelpFormatter):
    """Help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage."""
        super().write_usage(prog, args, prefix or words("cli")["usage"])

    def write_heading(self, heading: str) -> None:
        """A heading, in Chinese where words.toml has it."""
        super().write_heading(words("headings").get(heading, heading))


class Context(click.Context):
    """A context whose help is Chinese."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is Chinese."""

    context_class = Context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"options_metavar": words("cli")["options"], **kwargs})


class Group(click.Group):
    """A group of commands whose help is Chinese."""

    context_class = Context
    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        said = {"options_metavar": words("cli")["options"], "subcommand_metavar": words("cli")["commands"]}
        super().__init__(*args, **{**said, **kwargs})


def usage_error(error: click.ClickException) -> str:
    """A sentence for what is wrong with the command, by the kind of the error."""
    known = words("usage")
    kind = next((base.__name__ for base in type(error).__mro__ if base.__name__ in known), "UsageError")
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    places: dict[str, Any] = {
        "message": error.format_message(),
        "parameter": parameter.make_metavar(context) if parameter is not None and context is not None else "参数",
        "option": getattr(error, "option_name", ""),
        "command": getattr(error, "command_name", ""),
    }
    if parameter is not None and isinstance(parameter, click.Option):
        places["parameter"] = "/".join(parameter.opts)
    return known[kind].format_map(places)


def verdicts(evaluations: Evaluations) -> Iterator[str]:
    """One line a workbook: verdict, scores, grade, number of findings."""
    totals = evaluations.scores[evaluations.scores["component"] == "total"].drop_duplicates("file").set_index("file")
    counts = evaluations.findings.groupby(["file", "severity"]).size()
    names = words("severity")
    for file, status, reason in evaluations.files[["file", "status", "reason"]].itertuples(index=False, name=None):
        if status != "read":
            yield f"【{words('status')[status]}】{file}：{reason}"
            continue
        found = {severity: int(counts.get((file, severity), 0)) for severity in names}
        verdict = next((names[severity] for severity in ("error", "warning") if found[severity]), "相符")
        scores = _scores(totals.loc[file]) if file in totals.index else ""
        yield f"【{verdict}】{file}：{scores}" + "、".join(f"{names[severity]} {count}" for severity, count in found.items())


def _scores(total: Any) -> str:
    said = (
        [f"自评 {_points(total['reported_score'])} 分"]
        if total["reported_score"] == total["reported_score"]
        else ["没有自评得分"]
    )
    if isinstance(total["reported_grade"], str):
        said.append(total["reported_grade"])
    if total["computed_score"] == total["computed_score"]:
        said.append(f"核算 {_points(total['computed_score'])} 分 {total['computed_grade']}")
    return "，".join(said) + "；"


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def findings(evaluations: Evaluations) -> Iterator[str]:
    """One line a finding, the gravest first within a file, and a line for each file without any."""
    rank = {severity: at for at, severity in enumerate(words("severity"))}
    ordered = evaluations.findings.assign(_rank=evaluations.findings["severity"].map(rank)).sort_values(
        ["file", "_rank"], kind="stable"
    )
    for severity, verdict, message in ordered[["severity", "verdict", "message"]].itertuples(index=False, name=None):
        yield f"【{words('severity')[severity]}·{words('verdict')[verdict]}】{message}"
    quiet = ~evaluations.files["file"].isin(evaluations.findings["file"])
    for file, status, reason in evaluations.files.loc[quiet, ["file", "status", "reason"]].itertuples(index=False, name=None):
        yield f"【{words('status')[status]}】{file}：{reason if isinstance(reason, str) else '没有发现问题。'}"
