"""What several commands take: files, passwords, layouts, the policy, and a Chinese --help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .words import words

sources = click.argument("sources", nargs=-1, required=True, metavar="文件或文件夹…", type=click.Path())
output = click.option(
    "-o",
    "--output",
    default="汇总.xlsx",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="汇总表写到哪里，默认 汇总.xlsx。",
)
passwords = click.option(
    "--password", "passwords", multiple=True, metavar="密码", help="打开有密码的工作簿；可以写多次，逐个试。"
)
layouts = click.option("--layouts", metavar="表样|none", help=words("cli")["layouts"])


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


def helped(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with a Chinese --help."""
    return click.help_option("-h", "--help", help=words("cli")["help"])(command)
