"""Canonical JSON and digests: the same value gives the same bytes on any machine."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal

# Readers refuse lone surrogates, so a string that starts with one can only be ours.
_NUMBER = "\udfff"
_NUMBER_TEXT = re.compile(r'"\\udfff([^"]*)"')


def digest(data: bytes) -> str:
    """Return "sha256:<64 hex>" of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """Return canonical JSON: sorted keys, no spaces, UTF-8; non-integers as strings of their text."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return text.encode()


def digest_of(value: object) -> str:
    """Return the digest of a value's canonical JSON."""
    return digest(canonical(value))


def number_text(number: Decimal) -> str:
    """Return a number as it was written."""
    return getattr(number, "text", None) or str(number)


def exact(value: object) -> str:
    """Return JSON text for a rule runtime: sorted keys, numbers as they were written."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_as_number)
    return _NUMBER_TEXT.sub(r"\1", text) if '"\\udfff' in text else text


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return number_text(value)
    raise TypeError(type(value).__name__)


def _as_number(value: object) -> str:
    return _NUMBER + _as_text(value)
