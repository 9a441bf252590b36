"""The errors of the product: an exception always means "this could not be finished"."""

from __future__ import annotations


class Error(Exception):
    """Something could not be finished; carries where it happened and what to do about it.

    `code` is the stable kebab-case reason that programs read; it is empty where none is promised.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        code = f" ({self.code})" if self.code else ""
        return f"{where}{self.message}{code}{hint}"


class InputError(Error):
    """What the user named is wrong or unreadable (exit code 2)."""


class PackError(Error):
    """A rule, pack or contract of the product is broken or was changed (exit code 2)."""


class EvaluationError(Error):
    """A runtime could not be started or answered nonsense (exit code 70)."""


class Refused(Error):
    """An action may not happen (exit code 4)."""


class VerificationError(Error):
    """Evidence or a signature did not verify (exit code 5)."""


class AdapterError(Error):
    """An adapter failed while it changed something (exit code 6)."""
