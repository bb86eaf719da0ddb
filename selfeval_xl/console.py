"""What the console shows: Chinese help, sentences for wrong use, and lines made from frames."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .words import words, years

if TYPE_CHECKING:
    import pandas as pd

    from .findings import Entry
    from .frames import Evaluations, Submissions
    from .specs import Layout

_BOUNDS = re.compile(r"\s*\[[\dx<>=]+\]$")


class Formatter(click.HelpFormatter):
    """Help in Chinese: headings, and two columns in which a Chinese character is as wide as two Latin ones."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage."""
        super().write_usage(prog, args, prefix or words("cli")["usage"])

    def write_heading(self, heading: str) -> None:
        """A heading, in Chinese where words.toml has it."""
        self.write(f"{'':{self.current_indent}}{words('headings').get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, broken where the line is full."""
        for paragraph in text.split("\n\n"):
            for line in broken(" ".join(paragraph.split()), self.width - self.current_indent):
                self.write(f"{'':{self.current_indent}}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], *_: Any, **__: Any) -> None:
        """Names and what they mean, without the bounds that click adds to numbers."""
        rows = list(rows)
        margin = self.current_indent + max(_width(name) for name, _ in rows) + 2
        for name, text in rows:
            lines = broken(_BOUNDS.sub("", text), self.width - margin)
            self.write(padded(f"{'':{self.current_indent}}{name}", margin) + next(lines, "") + "\n")
            for line in lines:
                self.write(f"{'':{margin}}{line}\n")


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
    said += [grade for grade in [total["reported_grade"]] if isinstance(grade, str)]
    if total["computed_score"] == total["computed_score"]:
        said.append(f"核算 {_points(total['computed_score'])} 分")
        said += [grade for grade in [total["computed_grade"]] if isinstance(grade, str)]
    return "，".join(said) + "；"


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def outcome(files: int, kept: int, dataset: str | None, wanted: Path, path: Path) -> Iterator[str]:
    """What a run did: how many readings it took from before, and where it wrote."""
    if kept:
        yield words("cli")["kept"].format(all=files, kept=kept)
    if dataset is not None:
        yield f"数据集已写出：{dataset}"
    if path != wanted:
        yield words("cli")["second_name"].format(name=wanted.name)
    yield f"汇总表已写出：{path}"


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


# -- what was read -------------------------------------------------------------------------------------------------


def readings(submissions: Submissions, names: Mapping[str, str]) -> Iterator[str]:
    """What was recognised in each file: its forms with their fields, how many rows, and what the reader found fault with.

    `names` are the names of the layouts by id.
    """
    rows = _rows_by_form(submissions)
    forms = submissions.profile.groupby("file", sort=False)
    faults = submissions.findings.groupby("file", sort=False)
    for file, status, reason in submissions.files[["file", "status", "reason"]].itertuples(index=False, name=None):
        yield f"【{words('status')[status]}】{file}" + (f"：{reason}" if isinstance(reason, str) else "")
        if file in forms.groups:
            for at, form in forms.get_group(file).iterrows():
                yield from _form(form, names.get(form["form"], "没有专门的表样，按用语识别"), rows[at])
        if status == "read" and file in faults.groups:
            found = faults.get_group(file)
            yield f"  读表时的问题 {len(found)} 条："
            for severity, verdict, message in found[["severity", "verdict", "message"]].itertuples(index=False, name=None):
                yield f"    【{words('severity')[severity]}·{words('verdict')[verdict]}】{message}"


def _form(form: pd.Series, name: str, rows: Counter[str]) -> Iterator[str]:
    yield f"  「{form['sheet']}」{name}（{form['form']}）"
    for column, title in words("profile").items():
        value = form[column]
        if value == value and value is not None and str(value) != "<NA>":  # noqa: PLR0124 (missing)
            said = _points(value) if isinstance(value, float) else str(value)
            yield f"    {padded(title, 10)}{said}"
    yield f"    {padded('读出', 10)}金额 {rows['budget']} 行，指标 {rows['indicators']} 条，文字 {rows['texts']} 段"


def _rows_by_form(submissions: Submissions) -> dict[Any, Counter[str]]:
    """How many rows belong to each form: to the last one that begins above them on their sheet, else to the file's first."""
    counts: dict[Any, Counter[str]] = {at: Counter() for at in submissions.profile.index}
    begins: dict[str, list[tuple[str, int, Any]]] = {}
    for at, form in submissions.profile.iterrows():
        begins.setdefault(form["file"], []).append((form["sheet"], _row(form["cell"]), at))
    for kind in ("budget", "indicators", "texts"):
        frame = getattr(submissions, kind)
        for file, sheet, cell in zip(frame["file"], frame["sheet"], frame["cell"], strict=True):
            forms = begins.get(file, [])
            here = [form for form in forms if form[0] == sheet]
            above = [form for form in here if form[1] <= _row(cell)]
            for _, _, at in above[-1:] or here[:1] or forms[:1]:
                counts[at][kind] += 1
    return counts


def _row(cell: Any) -> int:
    digits = "".join(filter(str.isdigit, str(cell)))
    return int(digits) if digits else 0


# -- what the program knows ----------------------------------------------------------------------------------------


def table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of cells, aligned under one another: a Chinese character is as wide as two Latin ones."""
    lines = [list(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(*(line[:-1] for line in lines), strict=True)]
    for line in lines:
        yield "  ".join([*map(padded, line, widths), line[-1]]).rstrip()


def padded(text: str, width: int) -> str:
    """A text with blanks behind it, up to `width` half-widths."""
    return text + " " * max(0, width - _width(text))


def broken(text: str, width: int) -> Iterator[str]:
    """A text in lines of at most `width` half-widths: Latin words stay whole, no line begins with a closing mark."""
    line = ""
    for piece in re.findall(r"[!-~]+[，。；：、）”]*|\s+|.[，。；：、）”]*", text):
        if line and _width(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        yield line.rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def forms(layouts: Iterable[Layout]) -> Iterator[str]:
    """One line a layout."""
    found = [[one.id, one.name, years(one.first_year, one.last_year), one.document or "—"] for one in layouts]
    yield from table([["编号", "名称", "适用年度", "依据"], *found])


def rules(checks: Iterable[Sequence[str]], catalogue: Iterable[Entry]) -> Iterator[str]:
    """One line a check (its id, name, what it looks at, basis), then one line a kind of finding."""
    named = [[*row[:-1], words("basis")["policy"] if row[-1].startswith("policy.") else row[-1]] for row in checks]
    yield from table([["编号", "核对", "看什么", "依据"], *named])
    yield ""
    found = [[one.code, words("severity")[one.severity], words("verdict")[one.verdict], one.title] for one in catalogue]
    yield from table([["编号", "级别", "性质", "名称"], *found])


def layout(one: Layout, remarks: Sequence[str]) -> Iterator[str]:
    """A layout as a person would read it: where it is from, by what it is known, and what its own headers mean."""
    yield f"{one.id}　{one.name}"
    said = [("说明", next(iter(remarks), "")), ("版本", one.version), ("依据", one.document or "没有文号")]
    said += [("适用年度", years(one.first_year, one.last_year)), ("金额单位", f"{one.amount_unit}（表上没有印单位时）")]
    said += [("标题", "有其一即可：" + "、".join(one.titles))] if one.titles else []
    said += [("必有的词", "全部都有才算：" + "、".join(one.marks))] if one.marks else []
    yield from (f"  {padded(title, 10)}{text}" for title, text in said if text)
    if one.headers:
        yield "  自有的表头："
        own = [[f"    {header}", _meaning(role)] for header, role in one.headers.items()]
        yield from table(own)
    for at, sheet in enumerate(one.sheets):
        titles = [block.title for block in sheet.blocks if block.title]
        yield f"  {padded('' if at else '工作表', 10)}{sheet.name}：" + "、".join(dict.fromkeys(titles))


def _meaning(role: str) -> str:
    """What frame.column means, in Chinese."""
    from .frames import columns  # noqa: PLC0415 (heavy)

    frame, _, column = role.partition(".")
    labels = {entry.column: entry.label for entry in columns() if entry.frame == frame}
    return f"{words('frame')[frame]}：{words('role').get(column) or labels.get(column, column)}"
