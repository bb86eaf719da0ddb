"""How many wrong figures are found: one figure of a clean workbook is changed, and the program is asked.

    python -m benchmarks.mutations [--write] [--seed N…] [--books N]

Each change is of a kind that people make: a digit swapped, 万元 for 元, a score raised. Whether it is arithmetically
visible is decided by `arithmetic.py`, and whether the changed cell can be determined by `repairs.py`, both apart from the
program's rules. The changed workbooks are written with openpyxl,
read and evaluated as one batch. Printed is a Markdown table by kind; --write puts it into docs/mutations.md.
"""
# ruff: noqa: S311 (figures for a measurement, not secrets)

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pandas as pd

import selfeval_xl as sx

from . import clean, official, repairs
from .arithmetic import GRADES, PLACE, RATE, Clean, Name, cut, rounded

PAGE = clean.ROOT / "docs" / "mutations.md"
MONEY = (*clean.COLUMNS,)
RATES = ("reported_execution_rate", "reported_variance_rate", "reported_change_rate", "reported_change_budget_rate",
         "reported_completion")  # fmt: skip
DIFFERENCES = ("reported_variance", "reported_change", "reported_change_budget")
FIGURES = (*MONEY, *DIFFERENCES, "target", "achieved")
WAN = Decimal(10000)
BETWEEN = ("between", "years")
PLACES = ("cell", "row", "form")
HEADINGS = ("改动", "改了", "看得出", "发现", "指到该格", "指到该行", "表内他处", "指到或点到该格", "定得下来", "其中指到该格",
            "平均条数", "看不出而有意见")  # fmt: skip
ADDRESS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,3}[1-9]\d*(?!\d)")
Change = dict[Name, Any]


@dataclass(frozen=True)
class Mutation:
    """A changed workbook: its file, the kind of change, where it was made, and which relations it breaks.

    `determined` says whether these tell which figure it was, `corrections` the cells of which each alone (or two exchanged)
    could be corrected so that all agree again (see `repairs`).
    """

    file: str
    clean: str
    kind: str
    changed: tuple[tuple[Name, Any, Any], ...]
    where: tuple[tuple[str, str], ...]
    breaks: tuple[str, ...]
    determined: bool
    corrections: tuple[str, ...] = ()


# -- what people do ------------------------------------------------------------------------------------------------


def _numbers(form: Clean, *roles: str) -> list[tuple[Name, Decimal]]:
    found = [(name, value) for name, value in form.figures.items() if name[1] in roles and isinstance(value, Decimal)]
    return [(name, value) for name, value in found if value]


def digit_swapped(form: Clean) -> Iterator[Change]:
    """Two neighbouring digits in the wrong order."""
    for name, value in _numbers(form, *FIGURES, "reported_score", "reported_total_score"):
        text = f"{value:f}"
        for one, other in pairwise(match.start() for match in re.finditer(r"\d", text)):
            if text[one] != text[other] and not (one == text.startswith("-") and text[other] == "0"):
                turned = list(text)
                turned[one], turned[other] = turned[other], turned[one]
                yield {name: Decimal("".join(turned))}


def point_moved(form: Clean) -> Iterator[Change]:
    """A decimal point one place to the left or right."""
    for name, value in _numbers(form, *FIGURES):
        yield {name: value * 10}
        if name[1] not in {"target", "achieved"}:
            yield {name: rounded(value / 10, PLACE)}


def unit_mistaken(form: Clean) -> Iterator[Change]:
    """元 for 万元, or the other way round."""
    for name, value in _numbers(form, *MONEY):
        yield {name: value * WAN if form.unit == "万元" else rounded(value / WAN, PLACE)}


def part_dropped(form: Clean) -> Iterator[Change]:
    """A part forgotten when the total was summed."""
    for total, parts in form.sums:
        yield from ({total: form.figures[total] - form.figures[part]} for part in parts if form.figures[part] and len(parts) > 1)


def rate_truncated(form: Clean) -> Iterator[Change]:
    """A rate cut off after two decimals of per cent instead of rounded."""
    for relation in form.relations:
        if relation.kind == "rate":
            at, top, base = relation.names
            if form.figures[base]:
                yield {at: cut(form.figures[top] / form.figures[base], RATE)}


def rate_wrong(form: Clean) -> Iterator[Change]:
    """A rate of its own making, one point of per cent too high."""
    for name, value in _numbers(form, *RATES):
        yield {name: value + PLACE}


def score_raised(form: Clean) -> Iterator[Change]:
    """A score above what was earned, or above its weight."""
    for (row, role), value in _numbers(form, "reported_score"):
        weight = form.figures.get((row, "weight"))
        if weight:
            yield {(row, role): weight if value < weight else weight + 1}


def total_raised(form: Clean) -> Iterator[Change]:
    """A total score higher than the sum."""
    for name, value in _numbers(form, "reported_total_score"):
        yield {name: value + Decimal("0.5")}
    if official.TOTAL in form.figures:
        yield {official.TOTAL: form.figures[official.TOTAL] + Decimal("0.5")}


def grade_lifted(form: Clean) -> Iterator[Change]:
    """The next better grade."""
    grades = [name for _, name in GRADES]
    for name, value in form.figures.items():
        if name[1] == "reported_grade" and value in grades[1:]:
            yield {name: grades[grades.index(value) - 1]}


def reason_deleted(form: Clean) -> Iterator[Change]:
    """A reason that has to be given, deleted."""
    yield from ({name: None} for name, value in form.figures.items() if name[1] in {"reason", "deviation_reason"} and value)


def sign_changed(form: Clean) -> Iterator[Change]:
    """A fall given as a rise, or a rise as a fall."""
    yield from ({name: -value} for name, value in _numbers(form, *DIFFERENCES, *RATES[1:4]))


def weight_changed(form: Clean) -> Iterator[Change]:
    """A weight one point heavier."""
    yield from ({name: value + 1} for name, value in _numbers(form, "weight"))


def target_changed(form: Clean) -> Iterator[Change]:
    """A target made lower than was agreed, or higher."""
    for name, value in _numbers(form, "target"):
        yield from ({name: rounded(value * share, Decimal(1))} for share in (Decimal("0.8"), Decimal("1.15")))


def parts_exchanged(form: Clean) -> Iterator[Change]:
    """Two parts of a total in each other's cells."""
    for _, parts in form.sums:
        for one, other in pairwise(parts):
            if form.figures[one] != form.figures[other]:
                yield {one: form.figures[other], other: form.figures[one]}


KINDS: dict[str, Callable[[Clean], Iterator[Change]]] = {
    "数字颠倒": digit_swapped,
    "小数点错位": point_moved,
    "元与万元混淆": unit_mistaken,
    "合计漏加一项": part_dropped,
    "比率截断": rate_truncated,
    "比率多填": rate_wrong,
    "抬高得分": score_raised,
    "抬高总分": total_raised,
    "抬高等级": grade_lifted,
    "删去原因": reason_deleted,
    "正负颠倒": sign_changed,
    "改动分值": weight_changed,
    "改动指标值": target_changed,
    "分项互换": parts_exchanged,
}


# -- changing ------------------------------------------------------------------------------------------------------


def mutate(form: Clean, folder: Path, seed: int, each: int) -> list[Mutation]:
    """`each` changes of every kind to one clean workbook, each saved as a workbook of its own."""
    chance, made = Random(seed), []
    book = openpyxl.load_workbook(form.path)
    for kind, changes in KINDS.items():
        possible = [change for change in changes(form) if any(form.figures[name] != value for name, value in change.items())]
        for at, change in enumerate(chance.sample(possible, min(each, len(possible)))):
            file = f"{form.path.stem}_{kind}_{at}.xlsx"
            for name, value in change.items():
                official.write(book, form, name, value)
            book.save(folder / file)
            for name in change:
                official.write(book, form, name, form.figures[name])
            told = tuple((name, form.figures[name], value) for name, value in change.items())
            breaks = tuple(dict.fromkeys(relation.kind for relation in form.broken(change)))
            where = tuple(form.where[name] for name in change)
            found = repairs.repairs(form, change) if breaks else {}
            clear = bool(breaks) and repairs.determined(found, change)
            cells = sorted("与".join(sorted(form.where[name][1] for name in names)) for names in found)
            made.append(Mutation(file, form.path.name, kind, told, where, breaks, clear, tuple(cells)))
    return made


def books(folder: Path, seed: int, count: int) -> list[Clean]:
    """The clean workbooks: the samples, `count` standard ones, and a quarter as many of each official form."""
    made = clean.samples()
    made += [clean.filled(folder / f"标准{at:03}.xlsx", Random(seed * 1000 + at)) for at in range(count)]
    for edition in official.EDITIONS:
        drawn = range(max(1, count // 4))
        made += [official.official(folder / f"{edition}{at:03}.xlsx", edition, Random(seed * 1000 + at)) for at in drawn]
    return made


def said(folder: Path, workers: int = 1) -> pd.DataFrame:
    """Every finding on the workbooks of a folder, `told` without the name of the file.

    Left out are infos on layout, and what is said between departments or years: the workbooks of a folder are changed
    copies of one another, which no batch of an office is.
    """
    with ProcessPoolExecutor(workers) if workers > 1 else nullcontext() as pool:
        findings = sx.evaluate(sx.read(folder, executor=pool)).findings
    findings = findings[(findings["verdict"] != "layout") & ~findings["rule"].isin(BETWEEN)]
    told = [message.partition("：")[2] for message in findings["message"]]
    return findings.assign(told=told, cell=findings["cell"].fillna(""), sheet=findings["sheet"].fillna(""))


# -- asking --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What was said of a mutation: how near (cell, row, form, or nothing), and how many findings.

    `named` says whether the changed cell is that of a finding, or one that its message names.
    """

    mutation: Mutation
    nearest: str
    findings: int
    codes: tuple[str, ...]
    named: bool


def judged(mutation: Mutation, found: pd.DataFrame | None, known: set[tuple[str, str, str]]) -> Outcome:
    """How near the findings of one changed workbook, but for those that the unchanged one has, come to the change."""
    if found is None:
        return Outcome(mutation, "", 0, (), named=False)
    found = found[[key not in known for key in zip(found["sheet"], found["cell"], found["told"], strict=True)]]
    places = list(zip(found["sheet"], found["cell"], strict=True))
    rows = {(sheet, re.sub(r"\D", "", cell)) for sheet, cell in mutation.where}
    if set(places) & set(mutation.where):
        nearest = "cell"
    elif {(sheet, re.sub(r"\D", "", cell)) for sheet, cell in places} & rows:
        nearest = "row"
    else:
        nearest = "form" if places else ""
    cells = {address for message in found["told"] for address in ADDRESS.findall(message)}
    named = nearest == "cell" or bool(cells & {cell for _, cell in mutation.where})
    return Outcome(mutation, nearest, len(places), tuple(found["code"]), named)


def measure(seed: int = 1, count: int = 24, each: int = 1, workers: int = 2) -> tuple[list[Outcome], pd.DataFrame, int]:
    """Outcomes of all mutations, the warnings and errors on unchanged workbooks that were meant to be clean, their number."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("clean", "changed"):
            (folder / part).mkdir()
        forms = books(folder / "clean", seed, count)
        before = pd.concat([said(folder / "clean"), said(clean.ROOT / "samples")])
        serious = before[before["severity"] != "info"]
        made = {form.path.name for form in forms if form.path.parent == folder / "clean"}
        forms = [form for form in forms if form.path.name in made or form.path.name not in set(serious["file"])]
        jobs = [(form, folder / "changed", seed * 7919 + at, each) for at, form in enumerate(forms)]
        mutations = [mutation for job in jobs for mutation in mutate(*job)]
        found = dict(list(said(folder / "changed", workers).groupby("file")))
        known = {file: set(zip(some["sheet"], some["cell"], some["told"], strict=True)) for file, some in before.groupby("file")}
        outcomes = [judged(one, found.get(one.file), known.get(one.clean, set())) for one in mutations]
        false = serious[serious["file"].isin(made)]
    return outcomes, false, len(forms)


# -- telling -------------------------------------------------------------------------------------------------------


def share(some: int, whole: int) -> str:
    """A share in per cent."""
    return f"{100 * some / whole:.1f}%" if whole else "—"


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One line for each kind, and one for all."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "| --- " + "| ---: " * (len(HEADINGS) - 1) + "|"
    for kind in (*KINDS, "合计"):
        mine = [outcome for outcome in outcomes if kind in {outcome.mutation.kind, "合计"}]
        seen = [outcome for outcome in mine if outcome.mutation.breaks]
        near = Counter(outcome.nearest for outcome in seen)
        found = [outcome for outcome in seen if outcome.nearest]
        clear = [outcome for outcome in seen if outcome.mutation.determined]
        mean = f"{sum(outcome.findings for outcome in found) / len(found):.2f}" if found else "—"
        beyond = sum(bool(outcome.nearest) for outcome in mine if not outcome.mutation.breaks)
        hit = sum(outcome.nearest == "cell" for outcome in clear)
        counts = [len(mine), len(seen), len(found), *(near[place] for place in PLACES), sum(outcome.named for outcome in seen)]
        yield f"| {kind} | {' | '.join(map(str, counts))} | {len(clear)} | {hit} | {mean} | {beyond} |"


def rates(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The shares that matter, in per cent: found, at the changed cell, and at it where it can be determined."""
    seen = [outcome for outcome in outcomes if outcome.mutation.breaks]
    clear = [outcome for outcome in seen if outcome.mutation.determined]
    return {
        "看得出的发现了": share(sum(bool(outcome.nearest) for outcome in seen), len(seen)),
        "看得出的指到该格": share(sum(outcome.nearest == "cell" for outcome in seen), len(seen)),
        "定得下来的指到该格": share(sum(outcome.nearest == "cell" for outcome in clear), len(clear)),
        "看得出的指到或点到该格": share(sum(outcome.named for outcome in seen), len(seen)),
        "定不下来的指到或点到该格": share(
            sum(outcome.named for outcome in seen if not outcome.mutation.determined), len(seen) - len(clear)
        ),
        "平均条数": f"{sum(outcome.findings for outcome in seen) / len(seen):.2f}" if seen else "—",
    }


def missed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What was not found though it could be seen: by form, kind and the relations that it breaks, with one example each."""
    groups: dict[tuple[str, str, str], list[Mutation]] = {}
    for outcome in outcomes:
        if outcome.mutation.breaks and not outcome.nearest:
            key = family(outcome.mutation.clean), outcome.mutation.kind, "、".join(outcome.mutation.breaks)
            groups.setdefault(key, []).append(outcome.mutation)
    for (form, kind, breaks), some in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        sheet, cell = some[0].where[0]
        what = "，".join(f"“{name[0]}” {old} → {new}" for name, old, new in some[0].changed)
        yield f"- {form} {kind}（{breaks}）：{len(some)} 处，如「{sheet}」{cell}：{what}"


def family(file: str) -> str:
    """The form that a clean workbook is: 标准, an edition, or a sample's own name."""
    return re.sub(r"\d{3}$", "", Path(file).stem)


def astray(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Changes of which the cell can be determined and was not told, with one example of each sort."""
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.mutation.determined and outcome.nearest != "cell":
            key = family(outcome.mutation.clean), outcome.mutation.kind, "、".join(outcome.codes)
            groups.setdefault(key, []).append(outcome)
    for (form, kind, codes), some in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        sheet, cell = some[0].mutation.where[0]
        what = "，".join(f"“{name[0]}”{name[1]} {old} → {new}" for name, old, new in some[0].mutation.changed)
        yield f"- {form} {kind}：{len(some)} 处，如「{sheet}」{cell}：{what}；所提为 `{codes}`"


def undetermined(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Changes that no figure of the workbook pins down: by how many cells could be corrected alone, with an example each."""
    groups: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.mutation.breaks and not outcome.mutation.determined:
            groups.setdefault(len(outcome.mutation.corrections), []).append(outcome)
    yield "| 改任何一格都能使全部关系恢复的格数 | 改动 | 指到改动的那格 | 指到或点到 | 例 |"
    yield "| ---: | ---: | ---: | ---: | --- |"
    for cells, some in sorted(groups.items()):
        first = next((outcome for outcome in some if outcome.nearest != "cell"), some[0]).mutation
        sheet, cell = first.where[0]
        at, named = sum(outcome.nearest == "cell" for outcome in some), sum(outcome.named for outcome in some)
        example = f"{family(first.clean)} {first.kind}「{sheet}」{cell}：{'、'.join(first.corrections[:6])}"
        yield f"| {cells} | {len(some)} | {at} | {named} | {example} |"


def spread(runs: Sequence[Sequence[Outcome]], seeds: Sequence[int]) -> Iterator[str]:
    """The shares of each seed."""
    columns = [rates(outcomes) for outcomes in runs]
    yield "| | " + " | ".join(f"种子 {seed}" for seed in seeds) + " |"
    yield "| --- " + "| ---: " * len(seeds) + "|"
    yield from (f"| {name} | {' | '.join(column[name] for column in columns)} |" for name in columns[0])


def page(runs: Sequence[Sequence[Outcome]], false: int, count: int, seeds: Sequence[int]) -> str:
    """docs/mutations.md: the table of the first seed, and the shares of all."""
    outcomes, every = runs[0], [outcome for run in runs for outcome in run]
    codes = Counter(tuple(sorted(outcome.codes)) for outcome in outcomes if outcome.findings > 1)
    many = [f"- {times} 处：{'、'.join(f'`{code}`' for code in kinds)}" for kinds, times in codes.most_common(5)]
    return "\n".join(
        [
            "# 改错一个数，能不能发现",
            "",
            "<!-- Written by python -m benchmarks.mutations --write; do not edit. -->",
            "",
            f"{count} 份数字互相一致的表（样例、标准模板、官方表样），每次改动一个数，共 {len(outcomes)} 次（种子 {seeds[0]}）；",
            f"每个种子另填一批表，{len(seeds)} 个种子合计 {len(every)} 次。",
            "“看得出”和“定得下来”都不用程序的规则判断：",
            "",
            "- 看得出：按印出的位数，改动后有勾稽关系不再成立。",
            "- 定得下来：把勾稽关系要求的数（按印出的位数）和常见笔误的原数逐格试填，",
            "  使原来成立的关系全部恢复的只有改动的那一格；或者有几格，而其中只有那一格是常见笔误。",
            "  常见笔误是：相邻两位颠倒、小数点移一位、元与万元弄混、正负号、多一位或少一位、同类两数互换。",
            "  其余的改动，单凭表上的数分不出错在哪一格：比如完成率与目标值、完成值不符，三格都可能错。",
            "- 指到或点到该格：问题写在该格上，或者说明中写出了该格的地址。“平均条数”是发现的改动平均引出几条问题。",
            "",
            *spread(runs, seeds),
            "",
            *table(outcomes),
            "",
            f"没有改动的表上，“差错”和“请说明”共 {false} 条（应为 0）。",
            "",
            "## 单凭表上的数定不下来的",
            "",
            "逐格试填得出：下列改动，有几格（或几对互换的格）都可以单独改正而使全部关系恢复，表上没有别的数能分出是哪一格。",
            "其中指到该格的，是按常理推出：如填报的完成率正合一个整数的目标值，凑巧的可能不到 3%。",
            "",
            *undetermined([outcome for run in runs for outcome in run]),
            "",
            "## 没有发现的",
            "",
            *(list(missed(every)) or ["没有。"]),
            "",
            "## 定得下来而没有指到该格的",
            "",
            *(list(astray(every)) or ["没有。"]),
            "",
            "## 一处改动引出两条以上问题的，最多的几种",
            "",
            *(many or ["没有。"]),
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="改错一个数，能不能发现")
    parser.add_argument("--write", action="store_true", help="write docs/mutations.md")
    parser.add_argument("--seed", type=int, nargs="+", default=[21, 22, 23])
    parser.add_argument("--books", type=int, default=24, help="how many standard workbooks")
    parser.add_argument("--each", type=int, default=1, help="how many changes of each kind to a workbook")
    asked = parser.parse_args(arguments)
    measured = [measure(seed, asked.books, asked.each) for seed in asked.seed]
    false = pd.concat([wrong for _, wrong, _ in measured])
    text = page([outcomes for outcomes, _, _ in measured], len(false), measured[0][2], asked.seed)
    sys.stdout.write(text)
    for message in false["message"]:
        sys.stderr.write(f"{message}\n")
    if asked.write:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 1 if len(false) else 0


if __name__ == "__main__":
    sys.exit(main())
