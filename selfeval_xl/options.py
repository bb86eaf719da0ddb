"""What several commands take: files, passwords, layouts, the policy, and a Chinese --help."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from .words import words

sources = click.argument("sources", nargs=-1, required=True, metavar="文件或文件夹…", type=click.Path())
passwords = click.option(
    "--password", "passwords", multiple=True, metavar="密码", help="打开有密码的工作簿；可以写多次，逐个试。"
)
layouts = click.option("--layouts", metavar="表样|none", help=words("cli")["layouts"])

output = click.option(
    "-o",
    "--output",
    default="汇总.xlsx",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="汇总表写到哪里，默认 汇总.xlsx。",
)
details = click.option(
    "--details",
    metavar="文件夹",
    type=click.Path(path_type=Path, file_okay=False),
    help="另给每个部门写一个工作簿，可以退给部门或归档。",
)
roster = click.option(
    "--roster",
    metavar="名册",
    type=click.Path(path_type=Path),
    help="应交的部门名单，每行一个（.xlsx、.csv 或 .txt）；汇总中列出谁还没有交。",
)


def ids(text: str | None) -> list[str] | None:
    """The layouts that --layouts names; None without it, which are all."""
    if text is None:
        return None
    return [] if text == "none" else [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]


def _known(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The name of a policy or of its file, refused before anything is read if there is none or it is broken."""
    from .policies import find  # noqa: PLC0415 (when it is needed)

    if value is not None:
        find(value)
    return value


policy = click.option(
    "--policy",
    metavar="办法|文件",
    callback=_known,
    help="评分办法的编号，见 selfeval-xl policies；或自己写的 .toml 文件。默认按地区、年度和表样选择。",
)


def _limits(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """名称=数 as a limit and its number. Refused here where it is written otherwise, by `limits.allowed` where there is none."""
    found = (re.fullmatch(r"\s*(.+?)\s*[=＝]\s*([\d,，_]+)\s*", value) for value in values)
    given = dict(zip(values, found, strict=True))
    for value, match in given.items():
        if match is None:
            raise click.BadParameter(words("cli")["limit_wrong"].format(value=value))
    return {match[1]: int(re.sub(r"\D", "", match[2])) for match in given.values() if match}


limits = click.option(
    "--limit", "limits", multiple=True, metavar="名称=数", callback=_limits,
    help="放宽一项读取限制，如 单元格=5000000；可以写多次。名称见超限时的提示。",
)  # fmt: skip


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """--layouts, --password and --limit as one argument `how`, with the names that `read` and `run` have for them."""

    @wraps(command)
    def collected(*, layouts: str | None, passwords: tuple[str, ...], limits: dict[str, int], **others: Any) -> Any:
        return command(how={"layouts": ids(layouts), "passwords": passwords, "limits": limits}, **others)

    return layouts(passwords(limits(collected)))


def helped(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with a Chinese --help."""
    return click.help_option("-h", "--help", help=words("cli")["help"])(command)
