"""What is handed out: the summary of a batch, drafts of reports, and the blank standard workbook."""

from __future__ import annotations

from .dataset import write_dataset
from .report import write_report
from .template import write_template
from .workbook import write_summary

__all__ = ["write_dataset", "write_report", "write_summary", "write_template"]
