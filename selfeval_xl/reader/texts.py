"""Narrative blocks: goals, results, reasons, problems. A text stands beside its heading, or below it.

Below it where headings stand side by side, as 年度绩效目标 | 实际完成情况 | 未完成原因, and where a heading spans its text; such
texts may take several rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from . import values
from .fields import is_label
from .grid import Grid
from .heads import Place, texts_of
from .marks import SECTION, rows_with
from .vocabulary import Vocabulary, is_fund, is_note, section_of

Block = tuple[str, Place, str]
"""The section of a text, its cell and the text itself."""


def texts(grid: Grid, vocabulary: Vocabulary, inside: Collection[int], headed: Collection[int]) -> Iterator[Block]:
    """The narrative blocks outside the rows of tables; `headed` are the rows of headers."""
    for line in rows_with(grid, SECTION, vocabulary):
        if line not in inside:
            yield from _of_line(grid, vocabulary, line, headed)


def texts_below(grid: Grid, vocabulary: Vocabulary, headed: Collection[int]) -> list[int]:
    """The rows of texts that stand under headings side by side."""
    found = []
    for line in rows_with(grid, SECTION, vocabulary):
        sections = _headings(grid, vocabulary, line)
        if line not in headed and len(sections) > 1 and not _beside_each(grid, vocabulary, line, sections):
            found += [at[0] for _, at, _ in _below(grid, vocabulary, sections, headed)]
    return found


def _headings(grid: Grid, vocabulary: Vocabulary, line: int) -> dict[Place, str]:
    """The headings of a row and their sections."""
    return {at: section for at, text in grid.texts(line) if (section := section_of(text, vocabulary)) is not None}


def _of_line(grid: Grid, vocabulary: Vocabulary, line: int, headed: Collection[int]) -> Iterator[Block]:
    sections = _headings(grid, vocabulary, line)
    if len(sections) > 1 and not _beside_each(grid, vocabulary, line, sections):
        yield from _below(grid, vocabulary, sections, headed)
        return
    for at, section in sections.items():
        beside = (line, grid.span(*at)[3] + 1)
        under = (grid.span(*at)[2] + 1, at[1])
        for spot in (beside, under) if len(sections) == 1 else (beside,):
            text = values.shown(grid.cell(*spot)) if spot[0] < len(grid.rows) and spot[0] not in headed else None
            if text and _is_text(text, vocabulary):
                yield section, spot, text
                break


def _beside_each(grid: Grid, vocabulary: Vocabulary, line: int, sections: Collection[Place]) -> bool:
    """Whether a text stands right of a heading of the row, and no further heading that the form prints."""
    for at in sections:
        text = values.shown(grid.cell(line, grid.span(*at)[3] + 1))
        if text and _is_text(text, vocabulary) and not any(values.label(text) in known for known in vocabulary.headers.values()):
            return True
    return False


def _below(grid: Grid, vocabulary: Vocabulary, sections: dict[Place, str], headed: Collection[int]) -> Iterator[Block]:
    """Texts under the headings of one row, down to the next label, header or blank row."""
    lowest = min(grid.span(*at)[2] for at in sections)
    columns = {at[1]: section for at, section in sections.items() if grid.span(*at)[2] == lowest}  # the others head the row
    for line in range(lowest + 1, len(grid.rows)):
        row = dict(texts_of(grid, [line]))
        labels = [text for text in row.values() if is_label(text, vocabulary) or is_fund(text)]
        if line in headed or labels or _is_header(row.values(), vocabulary) or any(map(is_note, row.values())):
            return
        blocks = [(columns[at[1]], at, text.strip()) for at, text in row.items() if at[1] in columns]
        if not blocks:
            return
        yield from ((section, at, text) for section, at, text in blocks if _is_text(text, vocabulary))


def _is_header(row: Collection[str], vocabulary: Vocabulary) -> bool:
    known = [text for text in row if any(values.label(text) in headers for headers in vocabulary.headers.values())]
    return len(known) > 1


def _is_text(text: str, vocabulary: Vocabulary) -> bool:
    return not is_label(text, vocabulary) and not values.is_dash(text)
