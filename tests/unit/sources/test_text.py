"""Bytes of a file: size, encoding, which syntax, what the root must be."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.sources.text import locate, parse_contract, parse_foreign_yaml

BYTES = st.binary() | st.lists(
    st.sampled_from([b"{", b"}", b"[", b"]", b'"a"', b":", b",", b" ", b"\n", b"- ", b"a: ", b"1", b"\xff"])
    | st.sampled_from([b"\xef\xbb\xbf", b"&a ", b"*a", b"---\n", b"\t", b"\xc3\xa9", b"\xed\xa0\x80", b"NaN"])
).map(b"".join)


def message(data: bytes, **options: Any) -> str:
    """Return the message of the one fault of some bytes that leave no data."""
    parsed = parse_contract(data, **options)
    assert parsed.data is None
    (fault,) = parsed.faults
    return fault.message


@pytest.mark.parametrize(
    ("data", "syntax"),
    [(b'{"a": 1}', "json"), (b' \r\n\t{"a": 1}\n', "json"), (b"a: 1", "yaml"), (b"# x\n{a: 1}", "yaml")],
)
def test_the_first_significant_byte_chooses_the_syntax(data: bytes, syntax: str) -> None:
    parsed = parse_contract(data)
    assert (parsed.data, parsed.faults, parsed.syntax) == ({"a": 1}, [], syntax)


def test_flow_style_is_yaml_where_json_fails() -> None:
    parsed = parse_contract(b"{a: 1, b: [no]}")
    assert (parsed.data, parsed.syntax) == ({"a": 1, "b": ["no"]}, "yaml")
    assert message(b"{a: 1}", flow=False) == "a key is expected here, in double quotes"


@pytest.mark.parametrize("data", [b'{"a": NaN}', b'{"a": 1e999}', b'{"a": NaN,}', b'{"a": "\\ud800", b: 1}'])
def test_what_was_meant_as_json_stays_json(data: bytes) -> None:
    parsed = parse_contract(data)
    assert (parsed.data, parsed.syntax) == (None, "json")
    assert parsed.faults


def test_faults_of_flow_style_are_those_of_yaml() -> None:
    assert "finite" in message(b"{a: .nan}")
    assert parse_contract(b"{a: 1, a: 2}").data == {"a": 1}


def test_text_that_is_neither_has_the_faults_of_json() -> None:
    assert message(b'{"a": [1, 2}') == "',' or ']' is expected here"


@pytest.mark.parametrize("data", [b'{"a": 1}', b"a: 1\n"])
def test_a_byte_order_mark_is_a_fault_and_the_data_stays(data: bytes) -> None:
    parsed = parse_contract(b"\xef\xbb\xbf" + data)
    (fault,) = parsed.faults
    assert parsed.data == {"a": 1}
    assert (fault.message, fault.line) == ("the file starts with a byte order mark, remove it", 1)
    assert locate(b"\xef\xbb\xbf" + data, parsed.syntax, "/a") == locate(data, parsed.syntax, "/a")


def test_other_encodings_are_refused_with_line_and_byte() -> None:
    (fault,) = parse_contract("é: 1\nb: ".encode() + b"\xff").faults
    assert (fault.message, fault.line, fault.column) == ("not UTF-8 at byte 9", 2, 4)
    assert "not UTF-8 at byte 0" in message("a: 1".encode("utf-16"))
    assert "not UTF-8" in message(b'{"a": "\xed\xa0\x80"}')


def test_size_is_limited_before_anything_is_read() -> None:
    started = time.process_time()
    text = message(b"x" * 100_000_000)
    assert text == "the file is too large, it has 100000000 bytes (limit MAX_FILE_BYTES = 1048576)"
    assert time.process_time() - started < 1
    assert "MAX_FILE_BYTES = 3" in message(b"a: 1", max_bytes=3)
    assert parse_foreign_yaml(b"a: 1", max_bytes=3).data is None


@pytest.mark.parametrize(("data", "what"), [(b"\n [1]", "a list"), (b"\n x", "a single value")])
def test_the_root_must_be_a_mapping(data: bytes, what: str) -> None:
    parsed = parse_contract(data)
    assert message(data) == f"the document is {what}, it must be a mapping"
    assert (parsed.faults[0].line, parsed.faults[0].column) == (2, 2)
    assert not parse_contract(data, root="any").faults


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        (b"a: 1\nb: {$unknown: x}\n", ["/b/$unknown"]),
        (b"a:\n  - $redacted: x\n    $unknown: y\n  - 1\n", ["/a/0/$unknown", "/a/0/$redacted"]),
        (b'{"a": {"\\u0024unknown": 1}}', ["/a/$unknown"]),
        (b'a: {"\\x24redacted": 1}', ["/a/$redacted"]),
        (b"$unknown: x\n", ["/$unknown"]),
        (b"a: $unknown\nb: [$redacted]\n$unknowns: 1\n", []),
    ],
)
def test_markers_are_the_engines_alone(data: bytes, pointers: list[str]) -> None:
    parsed = parse_contract(data)
    assert [fault.pointer for fault in parsed.faults] == pointers
    assert all("is reserved" in fault.message for fault in parsed.faults)
    assert parsed.data is not None
    assert parse_contract(data, markers=True).faults == []


@pytest.mark.parametrize("data", [b"", b"  \n", b"# only a comment\n", b"---\n", b"null\n"])
def test_empty_documents_are_faults(data: bytes) -> None:
    assert message(data, root="any") == "the document is empty"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 5000 + b"]" * 5000,
        b"a: &a x\n" + b"b: *a\n" * 100_000,
        b"a:\n" * 300_000,
        b"{" + b'"a":1,' * 150_000 + b'"a":2}',
        b"---\n" * 250_000,
        b"&a a: 1\n" + b"*a : 1\n" * 140_000,
        b"? " * 400_000,
        b"%TAG !a! x\n" * 90_000,
    ],
    ids=lambda data: data[:6].decode(),
)
def test_hostile_files_are_refused_fast(data: bytes) -> None:
    started = time.process_time()
    assert parse_contract(data).faults
    locate(data, "yaml", "/a/b/1")
    assert time.process_time() - started < 8


def test_a_workflow_keeps_on_as_text() -> None:
    parsed = parse_foreign_yaml(b"\xef\xbb\xbfon:\n  push:\njobs: {}\n")
    assert (parsed.data, parsed.faults) == ({"on": {"push": None}, "jobs": {}}, [])
    assert parse_foreign_yaml(b"on: \xff").faults


@settings(deadline=None)
@given(BYTES, st.sampled_from(["json", "yaml"]), st.text(max_size=3))
def test_no_bytes_raise(data: bytes, syntax: str, pointer: str) -> None:
    for parsed in (parse_contract(data, root="any"), parse_contract(data), parse_foreign_yaml(data)):
        assert parsed.data is not None or parsed.faults
    assert min(locate(data, syntax, f"/{pointer}")) >= 1


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(), min_size=1))
def test_good_contracts_have_no_fault(document: dict[str, int]) -> None:
    parsed = parse_contract(json.dumps(document, ensure_ascii=False).encode())
    assert (parsed.data, parsed.faults) == (document, [])
