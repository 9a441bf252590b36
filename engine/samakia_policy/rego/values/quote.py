"""Strings in quotes, with the escapes of Go's strconv."""

from __future__ import annotations

import re

_SHORT = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}
_PLAIN = re.compile(r"[ !#-\[\]-~]*", re.ASCII)
_CONTROL = 0x20
_DELETE = 0x7F
_WIDE = 0x10000
_SURROGATES = range(0xD800, 0xE000)
# A byte that is no UTF-8 stands as a lone surrogate.
_BYTES = range(0xDC80, 0xDD00)
_BROKEN = 0x80
_MARK = "\ufeff"


def quoted(text: str, quote: str = '"', *, ascii_only: bool = False) -> str:
    """Return a text in quotes."""
    if quote == '"' and _PLAIN.fullmatch(text):
        return f'"{text}"'
    return quote + "".join([_escaped(char, quote, ascii_only) for char in text]) + quote


def backquoted(text: str) -> str | None:
    """Return a text in backquotes, or None for one that cannot stand between them."""
    for char in text:
        if char in ("`", _MARK, "\x7f", "\ufffd") or (ord(char) < _CONTROL and char != "\t"):
            return None
    return f"`{text}`"


def _escaped(char: str, quote: str, ascii_only: bool) -> str:
    if char == quote:
        return "\\" + char
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code in _BYTES:
        return f"\\x{code - _BYTES.start + _BROKEN:02x}"
    if code in _SURROGATES:
        return "\\ufffd"
    if char.isprintable() and (code < _DELETE or not ascii_only):
        return char
    if code < _CONTROL or code == _DELETE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _WIDE else f"\\U{code:08x}"
