"""The one exception for evidence, signatures and keys that are refused."""

from __future__ import annotations

from samakia_policy.errors import VerificationError


class Refusal(VerificationError):
    """Evidence did not verify (exit code 5); `code` is the stable reason, in kebab-case."""

    def __init__(self, code: str, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint, code=code)

    def at(self, where: str) -> Refusal:
        """Return the same refusal with the place it came from, unless it names one already."""
        return Refusal(self.code, self.message, where=self.where or where, hint=self.hint)
