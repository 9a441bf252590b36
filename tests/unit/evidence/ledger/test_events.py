"""The shapes of records: what is written is read, what is not exactly that is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger import events
from samakia_policy.evidence.ledger.events import KINDS, encode, event, look, parse
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.model.canonical import canonical

DIGEST = "sha256:" + "1" * 64
PREV = b"p" * 32
EXAMPLES = {
    events.DIGEST: DIGEST,
    events.DIGESTS: [DIGEST, DIGEST],
    events.KEY: "2" * 64,
    events.NAME: "samakia-prod/x.y:z@1+2",
    events.DAY: "2026-12-31",
    events.TIME: "2026-12-31T23:59:59Z",
    events.COUNT: 7,
}
WORDS = {"outcome": "deny", "reason": "compromised"}


def full(kind: str) -> dict[str, Any]:
    """Every field that a kind may have."""
    fields = {}
    for name, shape in KINDS[kind].items():
        fields[name] = WORDS.get(name) or EXAMPLES[shape._replace(optional=False)]
    return fields


def make(kind: str, **fields: Any) -> bytes:
    return encode(event(kind, at="2026-05-01T00:00:00Z", actor="3" * 64, **fields), PREV)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_each_kind_is_canonical_and_reads_back(kind: str) -> None:
    required = {name: value for name, value in full(kind).items() if not KINDS[kind][name].optional}
    for fields in (full(kind), required):
        record = make(kind, **fields)
        assert record == canonical(json.loads(record))
        assert strict_json.parse(record) == json.loads(record)
        entry = parse(record, 9)
        assert (entry.at, entry.kind, entry.record) == (9, kind, record)
        common = {
            "at": "2026-05-01T00:00:00Z",
            "actor": "3" * 64,
            "kind": kind,
            "prev": f"sha256:{PREV.hex()}",
        }
        assert entry.fields == fields | common


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_lacks_no_field_and_has_no_other(kind: str) -> None:
    fields = full(kind)
    for name, shape in KINDS[kind].items():
        rest = {other: value for other, value in fields.items() if other != name}
        if shape.optional:
            assert make(kind, **rest) != make(kind, **fields)
            assert (
                make(kind, **rest) == make(kind, **rest, **{name: None}) == make(kind, **rest, **{name: ""})
            )
        else:
            with pytest.raises(Refusal, match=f"the field `{name}`"):
                make(kind, **rest)
    with pytest.raises(Refusal, match="has no field 'comment'"):
        make(kind, **fields, comment="x")
    with pytest.raises(Refusal, match="has no field 'prev'"):
        make(kind, **fields, prev=DIGEST)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("decision", "packet", "sha256:" + "1" * 63),
        ("decision", "packet", "sha256:" + "1" * 64 + "\n"),
        ("decision", "packet", "sha256:" + "A" * 64),
        ("decision", "packet", "md5:" + "1" * 64),
        ("decision", "packet", 1),
        ("decision", "packet", [DIGEST]),
        ("decision", "outcome", "ALLOW"),
        ("decision", "environment", "two words"),
        ("decision", "environment", "x" * 129),
        ("decision", "environment", "ümlaut"),
        ("decision", "environment", 'quote"d'),
        ("decision", "environment", "\ud800"),
        ("decision", "environment", {"nested": 1}),
        ("decision", "environment", object()),
        ("hold-declare", "review", "2026-13-01"),
        ("hold-declare", "review", "2026-1-1"),
        ("approval", "expires", "2026-12-31T24:00:00Z"),
        ("approval", "expires", "2026-12-31T23:59:59+00:00"),
        ("trust-root-publish", "version", 0),
        ("trust-root-publish", "version", -1),
        ("trust-root-publish", "version", 10**15),
        ("trust-root-publish", "version", True),
        ("trust-root-publish", "version", "7"),
        ("retention-tombstone", "approvals", []),
        ("retention-tombstone", "approvals", [DIGEST] * 33),
        ("retention-tombstone", "approvals", [7]),
        ("key-revoke", "key", DIGEST),
        ("key-revoke", "reason", "bored"),
    ],
)
def test_a_field_of_another_shape_is_refused(kind: str, field: str, value: object) -> None:
    with pytest.raises(Refusal, match=f"the field `{field}` of a {kind} record must be") as refused:
        make(kind, **(full(kind) | {field: value}))
    assert refused.value.code == "ledger-record-malformed"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refusal, match="no kind 'gossip'") as refused:
        make("gossip")
    assert "decision" in refused.value.hint


_CODE = re.compile(r'"((?:ledger|note|checkpoint|witness)-[a-z-]+)"')
RECORD = make("decision", **full("decision"))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"{}",
        b"null",
        b'{"kind":"decision"}',
        b'{"kind":"gossip"}',
        b'{"kind":"deci',
        RECORD + b"\n",
        b" " + RECORD,
        RECORD.replace(b'"outcome":"deny"', b'"outcome": "deny"'),
        RECORD.replace(b'"outcome":"deny"', b'"outcome":"deny","outcome":"deny"'),
        RECORD.replace(b'"outcome":"deny"', b'"outcome":"d\\u0065ny"'),
        RECORD.replace(b'"kind":"decision"', b'"kind":"waiver-use"'),
        RECORD.replace(b'"kind":"decision",', b""),
        RECORD.replace(b'"tenant":', b'"tenan\\u0074":'),
        json.dumps(dict(reversed(json.loads(RECORD).items())), separators=(",", ":")).encode(),
        json.dumps(json.loads(RECORD)).encode(),
        b"\xff" * 9,
        b'{"kind":"\xff"}',
    ],
)
def test_what_is_not_exactly_a_record_is_refused(record: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        look(record)
    assert refused.value.code == "ledger-record-malformed"


@given(st.integers(0, len(RECORD) - 1), st.integers(1, 255))
def test_a_flipped_byte_gives_another_record_or_none(at: int, change: int) -> None:
    data = bytearray(RECORD)
    data[at] ^= change
    try:
        assert parse(bytes(data), 0).fields != parse(RECORD, 0).fields
    except Refusal as refusal:
        assert refusal.code == "ledger-record-malformed"


def test_records_have_no_room_for_free_text() -> None:
    shapes = {shape for fields in KINDS.values() for shape in fields.values()}
    assert not [shape for shape in shapes if re.fullmatch(shape.pattern, '"hunter2 is the password"')]
    assert len(make("retention-tombstone", **full("retention-tombstone"))) < 2**16


PAGE = (Path(__file__).parents[4] / "docs/evidence/ledger.md").read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_lists_each_kind_with_its_fields(kind: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `") and f"`{kind}`" in line)
    missing = [n for n, shape in KINDS[kind].items() if f"`{n}`{'*' * shape.optional}" not in row]
    assert missing == []


def test_the_page_lists_each_reason() -> None:
    folder = Path(events.__file__).parent
    used = {code for file in folder.glob("*.py") for code in _CODE.findall(file.read_text("utf-8"))}
    listed = set(re.findall(r"`([a-z]+-[a-z-]+)`", PAGE.rpartition("## Reasons")[2]))
    assert used == listed
