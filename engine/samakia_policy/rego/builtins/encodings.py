"""Built-ins for base64, base64url and hex."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

_STANDARD = re.compile(rb"[A-Za-z0-9+/]")
_URL = re.compile(rb"[A-Za-z0-9_-]")
_LINES = b"\r\n"
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})*")
_GROUP = 4


@builtin("base64.encode")
def base64_encode(text: Value) -> str:
    """Return a string in base64."""
    return base64.b64encode(to_bytes(string(text, 1))).decode()


@builtin("base64.decode")
def base64_decode(text: Value) -> str:
    """Return what a text in base64 means."""
    return to_text(decode_base64(string(text, 1)))


@builtin("base64.is_valid")
def base64_is_valid(text: Value) -> bool:
    """Return whether something is base64."""
    if text.__class__ is not str:
        return False
    try:
        decode_base64(text)
    except BuiltinFault:
        return False
    return True


@builtin("base64url.encode")
def base64url_encode(text: Value) -> str:
    """Return a string in the base64 that is safe in URLs."""
    return base64.urlsafe_b64encode(to_bytes(string(text, 1))).decode()


@builtin("base64url.encode_no_pad")
def base64url_encode_no_pad(text: Value) -> str:
    """Return a string in URL-safe base64 without = at its end."""
    return base64.urlsafe_b64encode(to_bytes(string(text, 1))).decode().rstrip("=")


@builtin("base64url.decode")
def base64url_decode(text: Value) -> str:
    """Return what a text in URL-safe base64 means, with or without = at its end."""
    return to_text(decode_base64url(string(text, 1)))


def decode_base64url(text: str) -> bytes:
    """Return the bytes that a text in URL-safe base64 means; raises BuiltinFault."""
    size = len(to_bytes(text)) % _GROUP
    if not text.endswith("="):
        if size == 1:
            raise BuiltinFault(f"illegal base64url string: {text}")
        text += "=" * (-size % _GROUP)
    return _decode(text, _URL, base64.urlsafe_b64decode)


def decode_base64(text: str) -> bytes:
    """Return the bytes that a text in base64 means; raises BuiltinFault."""
    return _decode(text, _STANDARD, base64.standard_b64decode)


def _decode(text: str, alphabet: re.Pattern[bytes], decode: Callable[[bytes], bytes]) -> bytes:
    data = to_bytes(text)
    place = _corrupt(data, alphabet)
    if place is not None:
        raise BuiltinFault(f"illegal base64 data at input byte {place}")
    return decode(data.replace(b"\n", b"").replace(b"\r", b""))


def _corrupt(data: bytes, alphabet: re.Pattern[bytes]) -> int | None:
    """Return where a text stops being base64, as Go counts, or None."""
    place = held = 0
    while place < len(data):
        character = data[place : place + 1]
        place += 1
        if character in _LINES:
            continue
        if character == b"=":
            return _corrupt_end(data, place, held)
        if not alphabet.match(character):
            return place - 1
        held = (held + 1) % _GROUP
    return place - held if held else None


def _corrupt_end(data: bytes, place: int, held: int) -> int | None:
    """Return where the padding is wrong; `place` is behind its first character."""
    if held < 2:  # noqa: PLR2004 - one character alone is half a byte
        return place - 1
    if held == 2:  # noqa: PLR2004 - two characters need two of padding
        place = _skip_lines(data, place)
        if place == len(data):
            return place
        if data[place : place + 1] != b"=":
            return place - 1
        place += 1
    place = _skip_lines(data, place)
    return place if place < len(data) else None


def _skip_lines(data: bytes, place: int) -> int:
    while place < len(data) and data[place : place + 1] in _LINES:
        place += 1
    return place


@builtin("hex.encode")
def hex_encode(text: Value) -> str:
    """Return the bytes of a string as hexadecimal digits."""
    return to_bytes(string(text, 1)).hex()


@builtin("hex.decode")
def hex_decode(text: Value) -> str:
    """Return the string whose bytes these hexadecimal digits are."""
    data = to_bytes(string(text, 1))
    found = _HEX.match(data)
    end = found.end() if found else 0
    if end < len(data):
        raise BuiltinFault(_wrong_digit(data[end : end + 2]))
    return to_text(binascii.unhexlify(data))


def _wrong_digit(pair: bytes) -> str:
    for code in pair:
        if chr(code) not in "0123456789abcdefABCDEF":
            shown = f" '{chr(code)}'" if chr(code).isprintable() else ""
            return f"encoding/hex: invalid byte: U+{code:04X}{shown}"
    return "encoding/hex: odd length hex string"
