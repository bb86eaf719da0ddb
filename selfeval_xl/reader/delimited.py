"""Text tables (.csv, .txt, and such text under the name .xls): columns parted by comma, tab or semicolon."""

from __future__ import annotations

import csv
import io

from selfeval_xl.limits import most

from .cells import Grid
from .drafts import Draft, numeral
from .formats import printed_format
from .intake import Intake, separator


def read(intake: Intake) -> list[Grid]:
    """The text as one sheet. Raises RefusedError where it passes a limit, csv.Error where it is broken."""
    csv.field_size_limit(most("文本"))
    draft = Draft(Grid("Sheet1", []))
    for row, line in enumerate(csv.reader(io.StringIO(intake.text, newline=""), delimiter=separator(intake.text))):
        for column, text in enumerate(line):
            if text.strip():
                value = numeral(text.strip())
                draft.put(row, column, value)
                if isinstance(value, float) and (look := printed_format(text)):
                    draft.grid.formats[row, column] = look
    return [draft.grid]
