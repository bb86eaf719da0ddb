"""Arguments → the same calls as the library's → exit status; the only module that prints.

Results go to standard output, messages to standard error. Nothing heavy is imported before a command needs it.
Exit status of `run`: 0 all read, 1 with --strict where an error stands, 2 some file needs review, 3 wrong use,
4 output not written; of `check`: 0, 1 error-level findings, 2 unreadable files, 3 wrong use; of `read` and `report`: 0, 2,
3, 4 as of `run`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from . import console
from ._version import __version__
from .errors import OutputError, SelfEvalError
from .options import details, helped, ids, layouts, output, policy, reading, roster, sources
from .report_command import report
from .words import words

if TYPE_CHECKING:
    from .batch import Progress
    from .frames import Submissions

WRONG_USE, NOT_WRITTEN, FAULT = 3, 4, 70


@click.group(name="selfeval-xl", cls=console.Group, epilog=words("cli")["epilog"])
@helped
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s", help="显示版本。")
def cli() -> None:
    """部门整体支出、项目支出绩效自评表：读取、核对、汇总。

    例：selfeval-xl run 收件箱/ -o 汇总.xlsx；各命令的例子见 selfeval-xl 命令 --help。
    """  # noqa: D400 (Chinese full stop)


@cli.command()
@helped
@sources
@output
@details
@roster
@policy
@click.option("--jobs", type=click.IntRange(min=1), metavar="数", help="同时用几个进程读取。默认按处理器个数。")
@click.option("--strict", is_flag=True, help="有“差错”级问题时，结束状态为 1。")
@click.option("--dataset", metavar="文件夹|网址", help="另把全部数据写成 Parquet 数据集，供 DuckDB、Spark 使用。")
@click.option("--no-cache", is_flag=True, help="不沿用上次读取的结果，也不保存这次的。")
@reading
def run(  # noqa: PLR0913 (one parameter an option)
    sources: tuple[str, ...], output: Path, details: Path | None, roster: Path | None, *, policy: str | None, jobs: int | None,
    strict: bool, dataset: str | None, no_cache: bool, how: dict[str, Any],
) -> int:  # fmt: skip
    """读取文件夹里的自评表，核对后写出一个汇总表。

    例：selfeval-xl run 收件箱/ -o 汇总.xlsx
    """  # noqa: D400
    from . import batch, store  # noqa: PLC0415 (heavy)

    kept = None if no_cache else store.Store(store.place())
    paths: list[Path] = []
    with _progress() as progress:
        evaluations = batch.run(
            sources, output, policy=policy, jobs=jobs, progress=progress,
            cache=kept, written=paths.append, dataset=dataset, roster=roster, **how,
        )  # fmt: skip
    _echo(console.verdicts(evaluations))
    if details is not None:
        for path in batch.write_details(evaluations, details):
            click.echo(f"已写出：{path}", err=True)
    for line in console.outcome(len(evaluations.files), kept.hits if kept else 0, dataset, output, paths[0]):
        click.echo(line, err=True)
    if (evaluations.files["status"] == "needs_review").any():
        return 2
    return int(strict and _has_errors(evaluations))


@cli.command()
@helped
@sources
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出样式，默认 table。")
@reading
@policy
def check(sources: tuple[str, ...], form: str, policy: str | None, how: dict[str, Any]) -> int:
    """核对自评表，列出问题，不写汇总表。

    例：selfeval-xl check 交通局.xlsx
    """  # noqa: D400
    from . import batch  # noqa: PLC0415 (when it is needed)

    with batch.isolated(sources, limits=how["limits"]) as pool, _progress() as progress:
        loading = Thread(target=batch.load_rules)  # heavy: while another process reads
        loading.start()
        submissions = batch.read(sources, executor=pool, progress=progress, **how)
        loading.join()  # else what is still being loaded would be loaded twice
    from . import rules  # noqa: PLC0415 (by then it is there)

    evaluations = rules.evaluate(submissions, policy)
    if form == "json":
        found = evaluations.findings.astype(object)
        rows = found.where(found.notna(), None).to_dict("records")
        click.echo(json.dumps(rows, ensure_ascii=not _can_print_all(), indent=1))
    else:
        _echo(console.findings(evaluations))
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
    """写出空白的标准填报模板。

    例：selfeval-xl template -o 自评模板_2021.xlsx --year 2021
    """  # noqa: D400
    from .writer import write_template  # noqa: PLC0415 (heavy)

    click.echo(write_template(output, year=year))
    return 0


@cli.command()
@helped
@sources
@click.option("--preview", metavar="文件", type=click.Path(path_type=Path), help="把认出的内容画成 .html 或 .xlsx，用颜色标出。")
@reading
def read(sources: tuple[str, ...], preview: Path | None, how: dict[str, Any]) -> int:
    """列出每份表认出了什么，不核对，不汇总。

    例：selfeval-xl read 收件箱/ --preview 预览.html
    """  # noqa: D400
    from . import batch  # noqa: PLC0415 (heavy)
    from .choice import choose  # noqa: PLC0415 (the same)

    if preview is not None:
        batch.check_preview(preview)
    with batch.isolated(sources, limits=how["limits"]) as pool, _progress() as progress:
        submissions = batch.read(sources, executor=pool, progress=progress, **how)
    _echo(console.readings(submissions, {layout.id: layout.name for layout in choose(how["layouts"])}))
    if preview is not None:
        click.echo(f"预览已写出：{batch.write_preview(submissions, sources, preview, **how)}", err=True)
    return 2 if (submissions.files["status"] == "needs_review").any() else 0


@cli.command()
@helped
@click.option("--show", metavar="表样", help="详细列出一个表样：编号，或者自己的 .toml 文件。")
@layouts
def forms(show: str | None, layouts: str | None) -> int:
    """列出能识别的表样。

    例：selfeval-xl forms --show central-project-2020
    """  # noqa: D400
    from .choice import choose, remarks  # noqa: PLC0415 (heavy)

    found = choose(ids(layouts) if show is None else [show])
    _echo(console.forms(found) if show is None else console.layout(found[0], remarks(show)))
    return 0


@cli.command()
@helped
@click.option("--explain", metavar="办法|文件", help="逐条念出一个办法：一项规定一句话，后面是依据；没有核实的写“未核实”。")
@click.option(
    "--copy", nargs=2, type=(str, click.Path(path_type=Path)), metavar="办法 文件", help="把一个办法抄成文件，改成本地的办法。"
)
def policies(explain: str | None, copy: tuple[str, Path] | None) -> int:
    """列出评分办法，或念出其中一个。

    例：selfeval-xl policies --explain mof-2020-10
    """  # noqa: D400
    from . import policies as known  # noqa: PLC0415 (when it is needed)
    from . import policy_text  # noqa: PLC0415 (the same)

    if copy is not None:
        click.echo(known.copy(*copy))
        return 0
    if explain is not None:
        for line in policy_text.explain(known.find(explain)):
            click.echo(line)
        return 0
    for one in known.policies().values():
        click.echo(f"{one.id}  {one.name}\n    {policy_text.scope(one)}")
    return 0


@cli.command()
@helped
def rules() -> int:
    """列出全部核对规则：各项核对看什么，会提出哪些问题。

    例：selfeval-xl rules
    """  # noqa: D400
    from .findings import catalogue  # noqa: PLC0415
    from .rules import check_catalogue  # noqa: PLC0415 (heavy)

    checks = [[check.id, check.title, check.looks_at, check.basis or "—"] for check in check_catalogue().values()]
    _echo(console.rules(checks, catalogue().values()))
    return 0


cli.add_command(report)


def main(arguments: Sequence[str] | None = None) -> None:
    """The program: runs a command and leaves with its exit status; every failure is one sentence in Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console cannot show every character; that must stop nothing
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # pyarrow's own gives back little: a fifth more at the peak
    gc.set_threshold(20_000, 20, 50)  # looking for what is lost as often as usual costs a twentieth of the time
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


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


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


def _has_errors(submissions: Submissions) -> bool:
    return bool((submissions.findings["severity"] == "error").any())


def _can_print_all() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
