"""Our own faults and wrong use: what `selfeval_xl` raises, each with a sentence in Chinese that says what to do.

What a department sent never raises; it becomes a finding (see `selfeval_xl.findings`).
"""

from __future__ import annotations


class SelfEvalError(Exception):
    """Something on our own side, or in how we were called, is wrong; the message says what to do."""


class SourceError(SelfEvalError):
    """There is nothing to read: no such path, or no file under it."""


class SpecError(SelfEvalError):
    """A layout, policy or summary file is broken; the message names the file, the key and what is allowed."""


class OutputError(SelfEvalError):
    """The output cannot be written; nothing was left half-written."""
