"""Arguments → the same calls as the library's → exit status; the only module that prints.

Results go to standard output, messages to standard error. Nothing heavy is imported before a command needs it.
Exit status of `run`: 0 all read, 1 with --strict where an error stands, 2 some file needs review, 3 wrong use,
4 output not written; of `check`: 0, 1 error-level findings, 2 unreadable files, 3 wrong use.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import console
from ._version import __version__
from .errors import OutputError, SelfEvalError
from .words import words

if TYPE_CHECKING:
    import pandas as pd

    from .batch import Progress
    from .frames import Submissions

WRONG_USE, NOT_WRITTEN, FAULT = 3, 4, 70

sources = click.argument("sources", nargs=-1, required=True, metavar="文件或文件夹…", type=click.Path(path_type=Path))
passwords = click.option(
    "--password", "passwords", multiple=True, metavar="密码", help="打开有密码的工作簿；可以写多次，逐个试。"
)
layouts = click.option("--layouts", metavar="表样,…|none", help="只用这些表样识别；none 表示不用任何表样。默认全部。")
policy = click.option("--policy", metavar="办法", help="评分办法的编号，见 selfeval-xl policies。默认按年度和表样选择。")


def helped(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with a Chinese --help."""
    return click.help_option("-h", "--help", help=words("cli")["help"])(command)


@click.group(name="selfeval-xl", cls=console.Group, epilog=words("cli")["epilog"])
@helped
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s", help="显示版本。")
def cli() -> None:
    """部门整体支出、项目支出绩效自评表：读取、核对、汇总。"""  # noqa: D400 (Chinese full stop)


@cli.command()
@helped
@sources
@click.option(
    "-o",
    "--output",
    default="汇总.xlsx",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="汇总表写到哪里，默认 汇总.xlsx。",
)
@click.option(
    "--details", metavar="文件夹", type=click.Path(path_type=Path, file_okay=False), help="另给每个文件写一份单独的汇总。"
)
@policy
@click.option("--jobs", type=click.IntRange(min=1), metavar="数", help="同时用几个进程读取。默认按处理器个数。")
@click.option("--strict", is_flag=True, help="有“差错”级问题时，返回状态 1。")
@layouts
@passwords
def run(  # noqa: PLR0913 (one parameter an option)
    sources: tuple[Path, ...], output: Path, details: Path | None, policy: str | None, jobs: int | None, *,
    strict: bool, layouts: str | None, passwords: tuple[str, ...],
) -> int:  # fmt: skip
    """读取文件夹里的自评表，核对后写出一个汇总表。

    例：selfeval-xl run 收件箱/ -o 汇总.xlsx
    """  # noqa: D400
    from . import batch  # noqa: PLC0415 (heavy)

    with _progress() as progress:
        evaluations = batch.run(
            sources, output, policy=policy, layouts=_ids(layouts), passwords=passwords, jobs=jobs, progress=progress
        )
    for line in console.verdicts(evaluations):
        click.echo(line)
    if details is not None:
        for path in batch.write_details(evaluations, details):
            click.echo(f"已写出：{path}", err=True)
    click.echo(f"汇总表已写出：{output}", err=True)
    if (evaluations.files["status"] == "needs_review").any():
        return 2
    return int(strict and _has_errors(evaluations))


@cli.command()
@helped
@sources
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出样式，默认 table。")
@layouts
@passwords
@policy
def check(sources: tuple[Path, ...], form: str, layouts: str | None, passwords: tuple[str, ...], policy: str | None) -> int:
    """核对自评表，列出问题，不写汇总表。

    例：selfeval-xl check 交通局.xlsx
    """  # noqa: D400
    from . import batch, rules  # noqa: PLC0415 (heavy)

    with _progress() as progress:
        submissions = batch.read(sources, layouts=_ids(layouts), passwords=passwords, progress=progress)
    evaluations = rules.evaluate(submissions, policy)
    if form == "json":
        rows = [{key: None if value != value else value for key, value in row.items()} for row in _rows(evaluations.findings)]  # noqa: PLR0124 (missing)
        click.echo(json.dumps(rows, ensure_ascii=not _can_print_all(), indent=1))
    else:
        for line in console.findings(evaluations):
            click.echo(line)
    if (evaluations.files["status"] == "needs_review").any():
        return 2
    return int(_has_errors(evaluations))


@cli.command()
@helped
@click.option(
    "-o",
    "--output",
    default="input_template.xlsx",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="写到哪里，默认 input_template.xlsx。",
)
@click.option("--year", type=click.IntRange(2000, 2100), metavar="年度", help="预先填好评价年度。")
def template(output: Path, year: int | None) -> int:
    """写出空白的标准填报模板。"""  # noqa: D400
    from .writer import write_template  # noqa: PLC0415 (heavy)

    click.echo(write_template(output, year=year))
    return 0


@cli.command()
@helped
def forms() -> int:
    """列出能识别的表样。"""  # noqa: D400
    from . import specs  # noqa: PLC0415

    for layout in specs.layouts().values():
        click.echo(f"{layout.id}\t{layout.name}\t{layout.document or '—'}")
    return 0


@cli.command()
@helped
def policies() -> int:
    """列出评分办法。"""  # noqa: D400
    from . import specs  # noqa: PLC0415

    for one in specs.policies().values():
        click.echo(f"{one.id}\t{one.name}\t{one.document}\t{one.region}\t{one.first_year}—{one.last_year}")
    return 0


@cli.command()
@helped
def rules() -> int:
    """列出全部核对规则：各项核对看什么，会提出哪些问题。"""  # noqa: D400
    from .findings import catalogue  # noqa: PLC0415
    from .rules import check_catalogue  # noqa: PLC0415 (heavy)

    for check in check_catalogue().values():
        click.echo(f"{check.id}\t{check.title}\t{check.looks_at}\t{check.basis or '—'}")
    click.echo()
    for entry in catalogue().values():
        click.echo(f"{entry.code}\t{words('severity')[entry.severity]}\t{words('verdict')[entry.verdict]}\t{entry.title}")
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """The program: runs a command and leaves with its exit status; every failure is one sentence in Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console cannot show every character; that must stop nothing
    try:
        status = cli.main(arguments, prog_name="selfeval-xl", standalone_mode=False)
    except click.exceptions.Abort:
        _leave("已中断。", 130)
    except click.exceptions.NoArgsIsHelpError as error:
        _leave(error.format_message(), WRONG_USE)
    except click.ClickException as error:
        _leave(f"{console.usage_error(error)}\n{words('cli')['see_help']}", WRONG_USE)
    except OutputError as error:
        _leave(str(error), NOT_WRITTEN)
    except SelfEvalError as error:
        _leave(str(error), WRONG_USE)
    except Exception:  # noqa: BLE001 (a fault of ours still ends in a sentence)
        _leave(f"{words('cli')['fault']}\n{traceback.format_exc()}", FAULT)
    sys.exit(status if isinstance(status, int) else 0)


def _leave(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on standard error where that is a terminal, otherwise nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="读取", file=sys.stderr, fill_char="#", empty_char="-", show_pos=True) as bar:

        def advance(done: int, total: int, _file: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield advance


def _ids(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [] if text == "none" else [name.strip() for name in text.split(",") if name.strip()]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def _has_errors(submissions: Submissions) -> bool:
    return bool((submissions.findings["severity"] == "error").any())


def _can_print_all() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
