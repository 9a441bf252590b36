"""The binary form in which SSH writes keys and signatures (RFC 4251, section 5), read strictly."""

from __future__ import annotations

from samakia_policy.evidence.reasons import Refusal

_LENGTH = 4


def pack(*strings: bytes) -> bytes:
    """Return strings one after another, each with its length in four bytes before it."""
    return b"".join(len(string).to_bytes(_LENGTH, "big") + string for string in strings)


class Reader:
    """Takes a text apart from front to back; raises Refusal with the caller's code."""

    def __init__(self, data: bytes, code: str) -> None:
        self._data, self._at, self._code = data, 0, code

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise Refusal(self._code, "the SSH encoding is cut short")
        self._at += count
        return taken

    def string(self) -> bytes:
        """Return the next string."""
        return self.take(int.from_bytes(self.take(_LENGTH), "big"))

    def integer(self) -> int:
        """Return the next number, which must be positive and written in its shortest form."""
        digits = self.string()
        if not digits or digits[0] > 0x7F or (digits[0] == 0 and (len(digits) == 1 or digits[1] < 0x80)):  # noqa: PLR2004
            raise Refusal(self._code, "a number of the SSH encoding is not in its shortest form")
        return int.from_bytes(digits, "big")

    def end(self) -> None:
        """Refuse bytes that are left."""
        if self._at != len(self._data):
            raise Refusal(self._code, "bytes follow the SSH encoding")


def number(value: int) -> bytes:
    """Return the shortest form of a positive number, without its length."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")
