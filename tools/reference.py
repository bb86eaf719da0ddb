"""Write docs/reference.md from the data files that the program itself reads.

`python tools/reference.py` writes the page; with `--check` it only says whether the page is up to date.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from selfeval_xl import findings, frames, limits, policies, policy_text, specs
from selfeval_xl.rules import check_catalogue
from selfeval_xl.words import words as said

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"
UNITS = {"amount": "元", "ratio": "ratio", "points": "points (分)"}


def table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A Markdown table; a bar inside a cell is escaped."""
    head = list(header)
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(str(cell or "").replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def column_pages() -> Iterator[str]:
    """The columns of every frame, in order."""
    for frame in dict.fromkeys(column.frame for column in frames.columns()):
        yield f"### `{frame}`\n"
        yield from table(
            ["column", "中文", "dtype", "unit", "origin", "description"],
            (
                [f"`{c.column}`", c.label, c.dtype, UNITS.get(c.kind, ""), c.origin, c.description]
                for c in frames.columns()
                if c.frame == frame
            ),
        )


def finding_pages() -> Iterator[str]:
    """The catalogue of findings, worst first."""
    for severity in findings.SEVERITIES:
        yield f"### {said('severity')[severity]} `{severity}`\n"
        yield from table(
            ["编号", "名称", "性质", "规则", "依据", "说明"],
            (
                [f"`{e.code}`", e.title, f"{said('verdict')[e.verdict]} `{e.verdict}`", e.rule, e.basis, e.message]
                for e in findings.catalogue().values()
                if e.severity == severity
            ),
        )


def check_pages() -> Iterator[str]:
    """The catalogue of checks, in order."""
    yield from table(
        ["编号", "核对", "看什么", "要有的栏目", "依据"],
        ([f"`{check.id}`", check.title, check.looks_at, codes(check.needs), check.basis] for check in check_catalogue().values()),
    )


def identity_pages() -> Iterator[str]:
    """Which parts make up which total."""
    text = files("selfeval_xl").joinpath("data/identities.toml").read_text(encoding="utf-8")
    yield from table(
        ["合计", "关系", "分项", "可计可不计", "依据"],
        (
            [
                f"`{i['total']}`",
                "＝" if i.get("exhaustive", True) else "≥",
                codes(i["parts"]),
                codes(i.get("optional", [])),
                i["basis"],
            ]
            for i in tomllib.loads(text)["identities"]
        ),
    )


def limit_pages() -> Iterator[str]:
    """What a file may at most be."""
    yield from table(
        ["读取限制", "上限", "限制的是什么"],
        ([f"`{name}`", f"{limit.most:,} {limit.unit}", limit.about] for name, limit in limits.limits().items()),
    )


def codes(items: Iterable[str]) -> str:
    """Item codes as the page shows them."""
    return "、".join(f"`{item}`" for item in items)


def policy_pages() -> Iterator[str]:
    """Every policy with each of its rules, its basis, and 未核实 where the original could not be read."""
    for policy in policies.policies().values():
        yield f"### `{policy.id}` {policy.name}\n"
        yield policy_text.scope(policy) + "\n"
        rows = (
            [rule.name, rule.text, "已核实" if rule.verified else "**未核实**", rule.basis] for rule in policy_text.told(policy)
        )
        yield from table(["规定", "内容", "是否核实", "依据"], rows)


def method_pages() -> Iterator[str]:
    """What can have given a score."""
    yield from table(["计分方法", "含义"], ([f"`{name}`", text] for name, text in policy_text.said("methods").items()))


def measure_pages() -> Iterator[str]:
    """Every common measure of a department, with each way to work it out."""
    text = files("selfeval_xl").joinpath("data/measures.toml").read_text(encoding="utf-8")
    yield from table(
        ["指标", "代号", "算式", "要求", "口径", "是否核实", "依据"],
        (
            [
                m["name"],
                f"`{m['id']}`",
                m["formula"],
                m["sense"],
                m.get("region", "通行"),
                "已核实" if m["verified"] else "**未核实**",
                m["basis"],
            ]
            for m in tomllib.loads(text)["measures"]
        ),
    )


def layout_pages() -> Iterator[str]:
    """Every layout: which printed word is read into which column."""
    for layout in specs.layouts().values():
        yield f"### `{layout.id}` {layout.name}\n"
        yield f"版本：{layout.version}；文号：{layout.document or '无'}；默认金额单位：{layout.amount_unit}。\n"
        tables = {id(block): filled for block, (_, filled) in zip(own_tables(layout), layout.tables(), strict=True)}
        yield from table(
            ["工作表", "表", "印出的文字", "读入"],
            (
                [sheet.name, block.title, label, f"`{role}`"]
                for sheet in layout.sheets
                for block in sheet.blocks
                for label, role in words(tables.get(id(block), block))
            ),
        )


def own_tables(layout: specs.Layout) -> list[specs.Block]:
    """The tables of a layout as its file has them."""
    return [block for sheet in layout.sheets for block in sheet.blocks if block.kind == "table"]


def words(block: specs.Block) -> Iterator[tuple[str, str]]:
    """The printed words of a block with the column, or the code of the row, that each stands for."""
    yield from ((entry.label, f"profile.{entry.role}".replace("profile.text:", "texts:")) for entry in block.fields)
    yield from ((column.header, f"{block.frame}.{column.role}") for column in block.columns if column.role)
    yield from ((row.label, row.code) for row in block.rows if row.label and row.code)


def page() -> str:
    """The whole page."""
    lines = [
        "# Reference 参考",
        "",
        "<!-- Generated by tools/reference.py from selfeval_xl/data; do not edit. -->",
        "",
        "This page is generated from the data files that the program reads. 本页由程序的数据文件生成。",
        "",
        "- [Columns of every frame 各数据表的列](#columns)",
        "- [Catalogue of findings 问题目录](#findings)",
        "- [Catalogue of checks 核对清单](#checks)",
        "- [Totals and their parts 勾稽关系](#identities)",
        "- [Policies 评分办法](#policies)",
        "- [Common measures of a department 部门共性指标](#measures)",
        "- [Layouts 表样](#layouts)",
        "- [Limits of reading 读取限制](#limits)",
        "",
        '## <a id="columns"></a>Columns of every frame 各数据表的列',
        "",
        "Missing is NaN/NA, never 0. Amounts are 元, each a whole number of 分; ratios are plain numbers (0.9835 is 98.35%).",
        "`reported` columns hold what the department printed, `computed` columns what the rules worked out.",
        "",
        *column_pages(),
        '## <a id="findings"></a>Catalogue of findings 问题目录',
        "",
        "每条说明前面还有文件、工作表和单元格；`{…}` 由程序填入。",
        "",
        *finding_pages(),
        '## <a id="checks"></a>Catalogue of checks 核对清单',
        "",
        "每一项核对在每张表上的结果在数据表 `checks` 里：`ok` 没有问题，`found` 有问题，`not_run` 没有核对及其原因。",
        "",
        *check_pages(),
        '## <a id="identities"></a>Totals and their parts 勾稽关系',
        "",
        *identity_pages(),
        '## <a id="policies"></a>Policies 评分办法',
        "",
        "“未核实”：没有见到文件原文，数值取自公开表样或公开系统，使用前请对照原文。",
        "",
        *policy_pages(),
        "### 计分方法（`method`）",
        "",
        *method_pages(),
        '## <a id="measures"></a>Common measures of a department 部门共性指标',
        "",
        "同一指标有几种算法的，取靠前的、数齐全的一种；地方口径只在其表样上核算，填报数与之相符的也算对。",
        "",
        *measure_pages(),
        '## <a id="layouts"></a>Layouts 表样',
        "",
        "按印出的文字找栏目，不按单元格位置。",
        "",
        *layout_pages(),
        '## <a id="limits"></a>Limits of reading 读取限制',
        "",
        '超过任何一项的文件不读，在汇总中占一行。放宽：命令行 `--limit 单元格=5000000`，程序中 `limits={"单元格": 5_000_000}`。',
        "",
        *limit_pages(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or only compare it; 1 when it is stale."""
    if "--check" in arguments:
        fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        print("docs/reference.md is up to date." if fresh else "docs/reference.md is stale: run python tools/reference.py")
        return 0 if fresh else 1
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
