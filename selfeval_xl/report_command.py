"""The command `report`: a workbook into the draft of the department's self-evaluation report."""

from __future__ import annotations

from pathlib import Path

import click

from . import console
from .options import helped, ids, layouts, passwords, policy, sources


@click.command(cls=console.Command)
@helped
@sources
@click.option(
    "-o",
    "--output",
    default="自评报告.docx",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="报告写到哪里，默认 自评报告.docx；有几个部门的，各写一份，文件名后面加部门和年度。",
)
@click.option(
    "--template",
    metavar="文件",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="自己的写法：照程序里的 data/report.toml 改成的 .toml 文件。",
)
@policy
@layouts
@passwords
def report(  # noqa: PLR0913, PLR0917 (one parameter an option)
    sources: tuple[Path, ...], output: Path, template: Path | None, policy: str | None, layouts: str | None,
    passwords: tuple[str, ...],
) -> int:  # fmt: skip
    """照自评工作簿起草部门整体支出绩效自评报告（Word）。

    数字、增减、文字都取自工作簿，没有填的写〔待补〕，核对中的问题写成批注，并列在最后。

    例：selfeval-xl report 交通局_2021.xlsx -o 自评报告.docx
    """  # noqa: D400 (Chinese full stop)
    from . import batch, rules  # noqa: PLC0415 (heavy)
    from .writer import write_report  # noqa: PLC0415 (the same)
    from .writer.report import check_report  # noqa: PLC0415 (the same)

    check_report(output, template)
    evaluations = rules.evaluate(batch.read(sources, layouts=ids(layouts), passwords=passwords), policy)
    for path in write_report(evaluations, output, template=template):
        click.echo(f"报告草稿已写出：{path}", err=True)
    waiting = evaluations.files[evaluations.files["status"] == "needs_review"]
    for file, reason in waiting[["file", "reason"]].itertuples(index=False, name=None):
        click.echo(f"没有读：{file}：{reason}", err=True)
    return 2 if len(waiting) else 0
