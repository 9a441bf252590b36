"""Waivers: an expiring exception for one rule and one subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

_SUBJECT = re.compile(r"[a-z][a-z0-9_]*:.+", re.DOTALL)
# Rules of packs are DOMAIN/NAME, those of plain packages NAMESPACE/NAME.
_RULE = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_-]+")
_LEAST_REASON = 8
_TEXTS = ("rule", "subject", "reason", "owner", "expires")
_OPTIONAL = ("pointer", "approver", "ticket")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception; `expires` is an inclusive UTC day, `pointer` narrows it to one place of the document.

    `expires` is empty for an exception that a plain package makes by a rule of its own.
    `signed`: somebody of the waiver role signed it. `source`: where it was written. `digest`: of the signed
    statement, empty without one.
    """

    rule: str
    subject: str
    reason: str
    owner: str
    expires: str
    pointer: str = ""
    approver: str = ""
    ticket: str = ""
    signed: bool = False
    source: str = ""
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return every field, as a packet keeps it."""
        return asdict(self)


def read_waiver(data: Any, **known: Any) -> Waiver:
    """Return the waiver that a mapping states; raises ValueError that names the field."""
    if not isinstance(data, Mapping):
        raise ValueError("must be a mapping")
    if extra := sorted(set(data) - {*_TEXTS, *_OPTIONAL}):
        raise ValueError(f"unknown key {extra[0]!r}; known: {', '.join((*_TEXTS, *_OPTIONAL))}")
    stated = {name: data.get(name, "") for name in (*_TEXTS, *_OPTIONAL)}
    if bad := next((name for name, value in stated.items() if not isinstance(value, str)), ""):
        raise ValueError(f"{bad} must be a text")
    if missing := next((name for name in _TEXTS if not stated[name].strip()), ""):
        raise ValueError(f"{missing} is missing")
    if not _RULE.fullmatch(stated["rule"]):
        raise ValueError("rule must be one rule, as DOMAIN/NAME: a waiver never covers several")
    if not _SUBJECT.fullmatch(stated["subject"]) or "*" in stated["subject"]:
        raise ValueError("subject must be one subject, as KIND:ID, exactly as the finding names it")
    if len(stated["reason"].strip()) < _LEAST_REASON:
        raise ValueError(f"reason needs at least {_LEAST_REASON} characters")
    if not is_day(stated["expires"]):
        raise ValueError("expires must be a day, as 2026-01-31")
    return Waiver(**stated, **known)


def is_day(text: str) -> bool:
    """Tell whether a text is a day, as 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
