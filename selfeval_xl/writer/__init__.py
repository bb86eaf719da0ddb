"""What is handed in and out: the summary of a batch, and the blank standard workbook."""

from __future__ import annotations

from .details import by_department
from .summary import write_dossier, write_summary
from .template import write_template

__all__ = ["by_department", "write_dossier", "write_summary", "write_template"]
