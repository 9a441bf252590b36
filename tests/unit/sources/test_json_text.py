"""Strict JSON: what is refused and where, what is kept, and the places of values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.model.document import Fault
from samakia_policy.model.values import Number, escape, tokens
from samakia_policy.sources.json_text import locate_json, parse_json

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    lambda children: st.lists(children) | st.dictionaries(st.text(st.characters(codec="utf-8")), children),
    max_leaves=20,
)
JSON_LIKE = st.text(st.sampled_from('[]{},:"\\ \n01-.eE+aunl/x') | st.characters(codec="utf-8"))


def at_pointer(value: Any, pointer: str) -> Any:
    """Return the value that a pointer names."""
    for token in tokens(pointer):
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def pointers(value: object, here: str = "") -> Iterator[str]:
    """Yield every pointer of a document."""
    yield here
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from pointers(child, f"{here}/{escape(str(key))}")


def plain(value: Any) -> Any:
    """Turn exact numbers into floats, as the standard reader does."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return float(value) if isinstance(value, Number) else value


def only(text: str) -> Fault:
    """Return the one fault of a text."""
    (fault,) = parse_json(text).faults
    return fault


def place(text: str) -> tuple[str, int, int, str]:
    fault = only(text)
    return fault.message, fault.line, fault.column, fault.pointer


def test_duplicate_key_is_a_fault_and_the_first_value_stays() -> None:
    text = '{"b": {"x/y": 1,\n  "x/y": 2, "z": 3}}'
    assert parse_json(text).data == {"b": {"x/y": 1, "z": 3}}
    assert place(text) == ("duplicate key 'x/y', the first is in line 1", 2, 3, "/b/x~1y")


def test_every_duplicate_is_listed_and_the_order_stays() -> None:
    parsed = parse_json('{"a": 1, "b": 2, "a": 3, "b": 4}')
    assert list(parsed.data.items()) == [("a", 1), ("b", 2)]
    assert [fault.pointer for fault in parsed.faults] == ["/a", "/b"]


def test_keys_are_escaped_and_cut_in_messages() -> None:
    text = json.dumps({"\x1b[31m" + "k" * 200: 1})
    twice = f"{text[:-1]}, {text[1:]}"
    assert "\x1b" not in only(twice).message
    assert len(only(twice).message) < 110


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400", "1e-999", "9" * 1001])
def test_numbers_that_nothing_can_hold_are_faults(number: str) -> None:
    text = f'{{"a": [0, {number}]}}'
    assert parse_json(text).data is None
    assert place(text)[1:] == (1, 11, "/a/1")


@pytest.mark.parametrize("number", ["99.50", "0.0", "-0.0", "1e3", "1E-7", "0e999", "2.50"])
def test_other_numbers_keep_their_text(number: str) -> None:
    value = parse_json(f"[{number}]").data[0]
    assert isinstance(value, Number)
    assert value.text == number


def test_integers_are_exact() -> None:
    assert parse_json(f"[{2**64}, {'9' * 1000}, -0]").data == [2**64, int("9" * 1000), 0]


def test_limits_are_named_with_their_value() -> None:
    assert "MAX_DIGITS = 1000" in only(f"[{'1' * 5000}]").message
    assert "MAX_DEPTH = 100" in only("[" * 5000 + "]" * 5000).message
    assert "MAX_MEMBERS = 200000" in only("[" + "1," * 200_000 + "1]").message
    keys = ",".join(f'"{index}":1' for index in range(50_001))
    assert "MAX_KEYS = 50000" in only(f"{{{keys}}}").message


def test_a_long_list_of_faults_says_that_it_ends() -> None:
    faults = parse_json("{" + ",".join(['"a":1'] * 100) + "}").faults
    assert len(faults) == 51
    assert "MAX_FAULTS = 50" in faults[-1].message


@pytest.mark.parametrize(("depth", "good"), [(100, True), (101, False), (5000, False), (100_000, False)])
def test_depth(depth: int, good: bool) -> None:
    assert (parse_json("[" * depth + "]" * depth).data is not None) is good
    assert (parse_json('{"a":' * depth + "1" + "}" * depth).data is not None) is good
    if not good:
        assert only("[" * depth).column == 101


@pytest.mark.parametrize("text", ['["\\ud800"]', '["\\udc00\\ud800"]', '[{"\\ud800": 1}]', '["\ud800"]'])
def test_lone_surrogates_are_faults(text: str) -> None:
    assert parse_json(text).data is None
    assert "lone surrogate" in only(text).message


def test_surrogate_pairs_are_characters() -> None:
    assert parse_json('["\\ud83d\\ude00", "\\\\ud800"]').data == ["\U0001f600", "\\ud800"]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('{"a": 1,}', "a trailing comma, a key is expected after it", 8),
        ("[1, ]", "a trailing comma, a value is expected after it", 3),
        ("[1 2]", "',' or ']' is expected here", 4),
        ('{"a" 1}', "':' is expected here", 6),
        ("{1: 2}", "a key is expected here, in double quotes", 2),
        ("{'a': 1}", "strings need double quotes", 2),
        ('["a', "a string is not closed", 2),
        ('["a\nb"]', "a control character in a string", 2),
        ('["\\x"]', "an invalid escape in a string", 2),
        ("[tru]", "a value is expected here, strings need double quotes", 2),
        ("[1] // no", "text after the end of the JSON value", 5),
        ("[// no", "JSON has no comments", 2),
        ("[,1]", "a value is expected here", 2),
        ("[01]", "',' or ']' is expected here", 3),
        ('{"a": [', "the text ends too early", 8),
        ("", "the text ends too early", 1),
        ("null", "the document is null", 1),
        ("\ufeff{}", "an unexpected character", 1),
    ],
)
def test_syntax_errors_have_a_message_and_a_place(text: str, message: str, column: int) -> None:
    fault = only(text)
    assert (fault.message, fault.column) == (message, column)
    assert parse_json(text).data is None


@settings(deadline=None)
@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 0, 2]))
def test_what_is_dumped_is_read_again(document: Any, ascii_only: bool, indent: int | None) -> None:
    parsed = parse_json(json.dumps(document, ensure_ascii=ascii_only, indent=indent))
    assert plain(parsed.data) == document
    assert bool(parsed.faults) is (document is None)


@settings(deadline=None)
@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 0, 2]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_pointer_is_located(document: Any, ascii_only: bool, indent: int | None, end: str) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent).replace("\n", end)
    lines = text.split(end)
    for pointer in pointers(document):
        line, column = locate_json(text, pointer)
        rest = end.join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == at_pointer(document, pointer)


@settings(deadline=None)
@given(JSON_LIKE)
def test_the_standard_reader_agrees_on_what_json_is(text: str) -> None:
    parsed = parse_json(text)
    try:
        expected = json.loads(text)
    except ValueError:
        assert parsed.data is None
        assert parsed.faults
    else:
        assert plain(parsed.data) == expected or parsed.faults


@settings(deadline=None)
@given(st.text(st.characters()) | JSON_LIKE, st.text())
def test_no_text_raises(text: str, pointer: str) -> None:
    assert parse_json(text).data is not None or parse_json(text).faults
    line, column = locate_json(text, f"/{pointer}")
    assert line >= 1
    assert column >= 1


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [("/a/9", (2, 9)), ("/a/x", (2, 9)), ("/b", (2, 3)), ("/a/0/c", (2, 10)), ("/a/" + "9" * 5000, (2, 9))],
)
def test_a_missing_pointer_is_located_at_its_nearest_parent(pointer: str, expected: tuple[int, int]) -> None:
    assert locate_json('\n  {"a": [1]}', pointer) == expected


def test_columns_count_characters() -> None:
    assert locate_json('{"\U0001f600é": "ß", "b": 1}', "/b") == (1, 18)


def test_a_duplicate_is_located_at_its_first_value() -> None:
    assert locate_json('{"a": 1, "a": 2}', "/a") == (1, 7)
