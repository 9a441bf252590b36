"""The records of a ledger: one line of canonical JSON each, of a strict shape, with digests and names only.

The shape of a kind is a regular language, so that one match tells whether a record is valid and canonical.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.model.canonical import canonical


class Shape(NamedTuple):
    """What a field may hold: a pattern of its JSON, and the same in words."""

    pattern: str
    words: str
    optional: bool = False


def _text(pattern: str, words: str) -> Shape:
    return Shape(f'"(?:{pattern})"', words)


def _maybe(shape: Shape) -> Shape:
    return shape._replace(optional=True)


_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
DIGEST = _text("sha256:[0-9a-f]{64}", "`sha256:` and 64 hex digits")
KEY = _text("[0-9a-f]{64}", "a key ID of 64 hex digits")
NAME = _text(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}", "a name of up to 128 ASCII letters, digits and ._:/@+-")
DAY = _text(_DAY, "a day YYYY-MM-DD")
TIME = _text(_DAY + "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z", "a time YYYY-MM-DDTHH:MM:SSZ")
COUNT = Shape("[1-9][0-9]{0,14}", "a whole number above 0")
DIGESTS = Shape(rf"\[{DIGEST.pattern}(?:,{DIGEST.pattern}){{0,31}}\]", "a list of 1 to 32 digests")

_OUTCOME = _text("allow|deny|unknown", "allow, deny or unknown")
_REASON = _text("compromised|superseded|retired", "compromised, superseded or retired")
_SCOPE = {name: _maybe(NAME) for name in ("action", "environment", "tenant", "workload")}
_RETENTION = {"retention": _maybe(NAME)}
_COMMON = {"actor": KEY, "at": TIME, "prev": Shape('"sha256:([0-9a-f]{64})"', DIGEST.words)}
_HOLD = {"hold": NAME, "packet": DIGEST, "statement": DIGEST}

KINDS: dict[str, dict[str, Shape]] = {
    "decision": {"packet": DIGEST, "decision": DIGEST, "outcome": _OUTCOME, **_RETENTION, **_SCOPE},
    "approval": {"statement": DIGEST, "subject": DIGEST, "expires": TIME, **_SCOPE},
    "waiver-grant": {"waiver": DIGEST, "rule": NAME, "expires": DAY},
    "waiver-use": {"waiver": DIGEST, "packet": DIGEST},
    "waiver-revoke": {"waiver": DIGEST, "statement": DIGEST},
    "pack-publish": {"pack": NAME, "version": NAME, "digest": DIGEST},
    "trust-root-publish": {"version": COUNT, "digest": DIGEST, "previous": _maybe(DIGEST)},
    "key-revoke": {"key": KEY, "reason": _REASON, "statement": DIGEST},
    "hold-declare": {**_HOLD, "review": DAY},
    "hold-extend": {**_HOLD, "review": DAY},
    "hold-release": _HOLD,
    "consume": {"permit": DIGEST, "packet": _maybe(DIGEST), **_SCOPE},
    "retention-tombstone": {"packet": DIGEST, "approvals": DIGESTS, **_RETENTION},
    "break-glass": {"statement": DIGEST, "expires": TIME, "ratify_by": TIME, **_SCOPE},
    "ratify": {"break_glass": DIGEST, "statement": DIGEST},
}  # fmt: skip
"""The fields of each kind beside `actor` (keyid), `at` (the actor's own clock), `kind` and `prev`.

`statement` is the digest of the signed envelope that gives the event its authority.
"""


class Entry(NamedTuple):
    """One record: its place in the log, its kind and its fields as `KINDS` describes them."""

    at: int
    kind: str
    fields: Mapping[str, Any]
    record: bytes


class Event(NamedTuple):
    """What shall be recorded; made by `event`. `template`: its record, were there none before it."""

    kind: str
    fields: Mapping[str, Any]
    template: bytes


def event(kind: str, *, at: str, actor: str, **fields: object) -> Event:
    """Return an event; fields that are None or "" are left out. Raises Refusal `ledger-record-malformed`."""
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    given |= {"at": at, "actor": actor}
    template = _json({**given, "kind": kind, "prev": f"sha256:{_NO_HASH}"})
    _, grammar = _GRAMMARS.get(kind.encode(), ("", _NOTHING))
    if "prev" in given or grammar.fullmatch(template) is None:
        raise _fault(kind, given)
    return Event(kind, given, template)


def _fault(kind: str, given: Mapping[str, object]) -> Refusal:
    """Return what is wrong with the fields of an event."""
    if kind not in KINDS:
        return _refuse(f"no kind {kind!r} of records", hint=f"one of {', '.join(KINDS)}")
    shapes = {**_COMMON, **KINDS[kind]}
    del shapes["prev"]
    if extra := sorted(given.keys() - shapes.keys()):
        hint = f"its fields: {', '.join(sorted(shapes))}"
        return _refuse(f"a {kind} record has no field {extra[0]!r}", hint=hint)
    wrong = (
        name
        for name, shape in shapes.items()
        if not (name not in given and shape.optional)
        and not (name in given and re.fullmatch(shape.pattern.encode(), _json(given[name])))
    )
    name = next(wrong)
    return _refuse(f"the field `{name}` of a {kind} record must be {shapes[name].words}")


def encode(made: Event, prev: bytes) -> bytes:
    """Return the record of an event, given the leaf hash of the record before it."""
    before, mark, after = made.template.partition(_PREV)
    return b'%b%b%b"%b' % (before, mark, prev.hex().encode(), after[len(_NO_HASH) + 1 :])


def look(record: bytes) -> tuple[str, bytes]:
    """Return the kind of a record and the hash of the one before, in hex; raises Refusal for what is none."""
    # No value can hold a quotation mark, so the first occurrence is the key.
    start = record.find(_KIND) + len(_KIND)
    kind, grammar = _GRAMMARS.get(record[start : record.find(b'"', start)], ("", _NOTHING))
    match = grammar.fullmatch(record)
    if match is None:
        raise _refuse("the record is not canonical JSON of a known kind with exactly its fields")
    return kind, match[1]


def parse(record: bytes, at: int) -> Entry:
    """Return the entry of a record at its place in the log; raises Refusal `ledger-record-malformed`."""
    return Entry(at, look(record)[0], json.loads(record), record)


def _json(value: object) -> bytes:
    try:
        return canonical(value)
    except (TypeError, ValueError):
        return b""


def _grammar(kind: str, fields: Mapping[str, Shape]) -> re.Pattern[bytes]:
    shapes = {**_COMMON, **fields, "kind": _text(kind, kind)}
    parts: list[str] = []
    comma = ""
    for name in sorted(shapes):
        member = f'"{name}":{shapes[name].pattern}'
        if not shapes[name].optional:
            parts.append(comma + member)
            comma = ","
        else:
            parts.append(f"(?:{comma}{member})?" if comma else f"(?:{member},)?")
    return re.compile((r"\{" + "".join(parts) + r"\}").encode())


def _refuse(message: str, hint: str = "") -> Refusal:
    return Refusal("ledger-record-malformed", message, hint=hint)


_KIND = b'"kind":"'
_PREV = b'"prev":"sha256:'
_NO_HASH = "0" * 64
_NOTHING = re.compile(b"(?!)")
_GRAMMARS = {kind.encode(): (kind, _grammar(kind, fields)) for kind, fields in KINDS.items()}
