"""What is handed out: the summary of a batch, drafts of reports, and the blank standard workbook."""

from __future__ import annotations

from .dataset import write_dataset
from .details import write_dossiers
from .report import write_report
from .summary import write_summary
from .template import write_template

__all__ = ["write_dataset", "write_dossiers", "write_report", "write_summary", "write_template"]
