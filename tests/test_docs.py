"""Docs that cannot lie: every command and every public name is documented, generated pages are fresh, links lead somewhere."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import selfeval_xl as sx
from selfeval_xl import cli, specs
from selfeval_xl.words import words

MANUALS = ("docs/manual.zh-CN.md", "docs/guide.md")
PAGES = (
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "samples/README.md",
    "docs/decisions.md",
    "docs/speed.md",
    "docs/layouts.md",
    "docs/scale.md",
    *MANUALS,
)


@pytest.mark.parametrize("manual", MANUALS)
@pytest.mark.parametrize("command", sorted(cli.cli.commands))
def test_a_command_is_documented(root: Path, command: str, manual: str) -> None:
    """Every command of the command line stands in both manuals as a person types it."""
    assert f"selfeval-xl {command}" in (root / manual).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(cli.cli.commands))
def test_an_option_is_documented(root: Path, command: str) -> None:
    """Every option of a command stands in the Chinese manual."""
    text = (root / "docs/manual.zh-CN.md").read_text(encoding="utf-8")
    options = [name for parameter in cli.cli.commands[command].params for name in parameter.opts if name.startswith("--")]
    assert [name for name in options if f"`{name}" not in text and f" {name}" not in text] == []


def test_the_commands_are_the_promised_ones() -> None:
    """What users script against is there."""
    assert {"run", "check", "template", "forms", "policies", "rules"} <= cli.cli.commands.keys()


@pytest.mark.parametrize("name", sx.__all__)
def test_a_public_name_is_documented(root: Path, name: str) -> None:
    """Every public name stands in the guide for those who import."""
    assert re.search(rf"`(sx\.)?{name}\b", (root / "docs/guide.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("section", ["severity", "verdict"])
def test_the_manual_uses_the_program_s_words(root: Path, section: str) -> None:
    """What a department reads in the summary stands in the manual under the same name."""
    text = (root / "docs/manual.zh-CN.md").read_text(encoding="utf-8")
    assert [code for code, word in words(section).items() if f"| {word} `{code}` |" not in text] == []


def test_the_reference_is_fresh(root: Path) -> None:
    """docs/reference.md says what the data files say; otherwise run tools/reference.py."""
    page = runpy.run_path(str(root / "tools/reference.py"))["page"]()
    assert (root / "docs/reference.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    """Every link and picture that points into the project points at a file that is there."""
    targets = re.findall(r"\]\(([^)#\s]+)", (root / page).read_text(encoding="utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not ((root / page).parent / target).exists()] == []


def test_both_readmes_show_the_same_set_up(root: Path) -> None:
    """The English and the Chinese page print the same commands to set up, to run and to test."""
    commands = [
        re.findall(r"^.*\bpip install\b.*$", (root / page).read_text(encoding="utf-8"), re.MULTILINE) for page in PAGES[:2]
    ]
    assert commands[0] == commands[1]
    assert len(commands[0]) >= 2


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_shown_lines_are_what_the_run_prints(root: Path, page: str, tmp_path: Path) -> None:
    """The lines that a page shows of the run over samples/ are those that the run prints, and it ends with status 2."""
    command = [sys.executable, "-X", "utf8", "-m", "selfeval_xl", "run", str(root / "samples"), "-o", str(tmp_path / "汇总.xlsx")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 (our own command)
    shown = re.findall(r"^【.*$", (root / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert done.returncode == 2
    assert shown
    assert [line for line in shown if line not in done.stdout.splitlines()] == []


@pytest.mark.parametrize(("page", "said"), [("README.md", "{} editions"), ("README.zh-CN.md", "自带 {} 种表样")])
def test_the_editions_are_counted(root: Path, page: str, said: str) -> None:
    """A page that says how many editions of forms are known says how many there are."""
    assert said.format(len(specs.layouts())) in " ".join((root / page).read_text(encoding="utf-8").split())


def test_decisions_are_numbered_without_a_gap(root: Path) -> None:
    """Code and pages refer to a decision by its number, so that none may stand twice or be missing."""
    found = [
        int(at) for at in re.findall(r"^## (\d+)\. ", (root / "docs/decisions.md").read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert found == list(range(1, len(found) + 1))


def test_the_manual_quotes_real_findings(root: Path) -> None:
    """A finding that the manual quotes is one that the samples give, word for word."""
    given = set(sx.evaluate(sx.read(root / "samples")).findings["message"])
    quoted = re.findall(r"^> (.*「.*)$", (root / "docs/manual.zh-CN.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert quoted
    assert [line for line in quoted if line not in given] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/guide.md"])
def test_the_examples_run(root: Path, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python lines of a page, one after another in a folder with an inbox, do what they say without an error."""
    shutil.copytree(root / "samples", tmp_path / "收件箱")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (root / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks:
        exec(compile(block, page, "exec"), names)  # noqa: S102 (our own page)
    assert (tmp_path / "汇总.xlsx").stat().st_size > 0
