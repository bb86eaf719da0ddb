"""What is handed in and out: the summary of a batch, and the blank standard workbook."""

from __future__ import annotations

from .dataset import write_dataset
from .template import write_template
from .workbook import write_summary

__all__ = ["write_dataset", "write_summary", "write_template"]
