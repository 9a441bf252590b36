"""The subset of JSON that evidence is written in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.strict_json import MAX_DEPTH, MAX_INTEGER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "json-malformed"),
        (b"\xef\xbb\xbf{}", "json-malformed"),
        (b"\xff", "json-malformed"),
        (b"{} {}", "json-malformed"),
        (b'{"a":1,"a":1}', "json-duplicate-key"),
        (b"1.0", "json-number"),
        (b"1e3", "json-number"),
        (b"NaN", "json-number"),
        (b"Infinity", "json-number"),
        (b"-0", "json-number"),
        (b"9" * 5000, "json-number"),
        (str(MAX_INTEGER + 1).encode(), "json-number"),
        (b'"\\ud800"', "json-text"),
        (b'{"\\ud800":1}', "json-key"),
        ('{"\U0001f600":1}'.encode(), "json-key"),
        ('"e\u0301"'.encode(), "json-text"),
        ('{"e\u0301":1}'.encode(), "json-text"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "json-too-deep"),
        (b"[" * 100_000, "json-too-deep"),
        (b" " * 101 + b"1", "json-too-large"),
    ],
)
def test_what_is_outside_the_subset_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(Refusal) as raised:
        strict_json.parse(text, where="f", limit=100 if code == "json-too-large" else 1 << 20)
    assert (code, "f") == (raised.value.code, raised.value.where)


def test_the_limits_themselves_are_inside() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert json.loads(deep) == strict_json.parse(deep)
    assert strict_json.parse(f"[{MAX_INTEGER},{-MAX_INTEGER}]".encode()) == [MAX_INTEGER, -MAX_INTEGER]
    assert strict_json.parse('"\U0001f600"'.encode()) == "\U0001f600"
    inside = b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH
    assert json.loads(inside) == strict_json.parse(inside)


@pytest.mark.parametrize("value", [1.5, {1: 2}, b"x", (1,), MAX_INTEGER + 1])
def test_what_we_would_sign_is_checked_as_well(value: object) -> None:
    with pytest.raises(Refusal):
        strict_json.canonical_line(value)


def test_a_canonical_text_is_told_from_others() -> None:
    line = strict_json.canonical_line({"b": [True, None, "\u00e9"], "a": 1})
    assert '{"a":1,"b":[true,null,"\u00e9"]}\n'.encode() == line
    assert strict_json.parse_canonical(line) == {"b": [True, None, "\u00e9"], "a": 1}
    for other in (line[:-1], b" " + line, line + b"\n", b'{"b":1,"a":1}\n', b'"\\u00e9"\n'):
        with pytest.raises(Refusal) as raised:
            strict_json.parse_canonical(other)
        assert raised.value.code == "json-not-canonical"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_a_value_comes_back_or_is_refused(value: object) -> None:
    try:
        line = strict_json.canonical_line(value)
    except Refusal as refusal:
        assert refusal.code in {"json-text", "json-key", "json-too-deep"}
    else:
        assert value == strict_json.parse_canonical(line)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = strict_json.parse(data)
    except Refusal as refusal:
        assert refusal.code.startswith("json-")
    else:
        assert value == json.loads(data)
