"""YAML 1.2 core for contracts, workflows as their tool reads them, and the places of values."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.model.values import Number
from samakia_policy.sources.yaml_text import locate_yaml, parse_lenient_yaml, parse_yaml

YAML_LIKE = st.text(
    st.sampled_from(" \n\t-:?[]{},&*!|>'\"%#~ab01.<=x@`\\\r\x85\u2028\ufeff") | st.characters()
)
TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"), max_size=12)
DOCUMENTS = st.dictionaries(
    TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda children: st.lists(children) | st.dictionaries(TEXTS, children),
        max_leaves=10,
    ),
    min_size=1,
)
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(20)
)


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the examples with both parsers of PyYAML."""
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)


def value(text: str) -> Any:
    """Return what a plain scalar of a contract means."""
    parsed = parse_yaml(f"a: {text}")
    assert not parsed.faults
    return parsed.data["a"]


def only(text: str) -> tuple[str, int, int, str]:
    """Return the one fault of a text that leaves no data."""
    parsed = parse_yaml(text)
    assert parsed.data is None
    (fault,) = parsed.faults
    return fault.message, fault.line, fault.column, fault.pointer


@pytest.mark.parametrize(
    "text",
    ["no", "on", "yes", "off", "y", "12:30:45", "2026-01-01", "1_000", "0b1", "tRUE", "-", ".", "1e", "+"],
)
def test_words_of_older_yaml_are_strings(text: str) -> None:
    assert value(text if text != "-" else "'-'") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0644", 644), ("0o14", 12), ("0x1F", 31), ("+7", 7), ("-0", 0), ("True", True), ("FALSE", False)]
    + [(text, None) for text in ("", "~", "null", "Null", "NULL")]
    + [("!!str 5", "5"), ("!!int 5", 5), ("!!null ~", None), ("!!bool true", True), ("'5'", "5")],
)
def test_core_schema(text: str, expected: Any) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("99.50", "99.50"),
        (".5", "0.5"),
        ("1.", "1.0"),
        ("+1.5", "1.5"),
        ("-.5e3", "-0.5e3"),
        ("007.0", "7.0"),
    ],
)
def test_other_numbers_are_exact_and_written_as_json(text: str, written: str) -> None:
    number = value(text)
    assert isinstance(number, Number)
    assert number.text == written
    assert isinstance(value("!!float 3"), Number)


def test_duplicate_key_is_a_fault_and_the_first_value_stays() -> None:
    parsed = parse_yaml("a:\n  b: 1\n  c: 2\n  'b': {d: 3}\n")
    (fault,) = parsed.faults
    assert parsed.data == {"a": {"b": 1, "c": 2}}
    assert (fault.message, fault.line, fault.column) == ("duplicate key 'b', the first is in line 2", 4, 3)
    assert fault.pointer == "/a/b"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: .nan", "a number must be finite", (1, 4, "/a")),
        ("a: [1, -.INF]", "a number must be finite", (1, 8, "/a/1")),
        ("a: 1e999", "a number must be finite", (1, 4, "/a")),
        ("a: " + "9" * 1001, "MAX_DIGITS = 1000", (1, 4, "/a")),
        ("a: 1\n---\nb: 2", "several documents", (2, 1, "")),
        ("a: &a [*a]", "a cycle", (1, 8, "/a/0")),
        ("a: *b", "has no anchor before it", (1, 4, "/a")),
        ("a: {<<: {b: 1}}", "merge keys (<<) are not supported", (1, 5, "/a")),
        ("a:\n  1: x", "key '1' is not a string", (2, 3, "/a")),
        ("true: x", "key 'true' is not a string", (1, 1, "")),
        ("? [a]\n: x", "a key is a mapping or a list", (1, 3, "")),
        ("a: !thing x", "an unknown tag", (1, 4, "/a")),
        ("a: !!binary eA==", "an unknown tag", (1, 4, "/a")),
        ("a: !!set {b: }", "an unknown tag", (1, 4, "/a")),
        ("a: !!int x", "the value does not fit its tag", (1, 4, "/a")),
        ("a:\n\tb: 1", "a tab is not allowed here", (2, 1, "/a")),
        ("a: b\x85c", "U+0085", (1, 5, "")),
        ("a: 'b\u2028c'", "U+2028", (1, 6, "")),
        ("# \u2029", "U+2029", (1, 3, "")),
        ("a: \x00", "a character that YAML does not allow", (1, 4)),
        ("a: \ud800", "lone surrogate", (1, 4)),
        ("é: 1\nb: [", "while parsing a flow", (2,)),
        ("", "the document is empty", (1, 1, "")),
        ("# nothing\n", "the document is empty", (1, 1, "")),
        ("--- ~\n", "the document is empty", (1, 1, "")),
    ],
)
def test_faults_have_a_message_and_a_place(text: str, message: str, place: tuple[Any, ...]) -> None:
    fault = only(text)
    assert message in fault[0]
    assert fault[1 : 1 + len(place)] == place


def test_several_faults_are_listed() -> None:
    faults = parse_yaml("a: .inf\n1: x\nb: !x y\n").faults
    assert [fault.line for fault in faults] == [1, 2, 3]


@pytest.mark.parametrize(
    "text", ['a: "secretive \\q"', "a: %secretive", "%TAG ! secretive\n%TAG ! secretive\n--- x"]
)
def test_messages_hold_nothing_of_the_values(text: str) -> None:
    assert "secretive" not in only(text)[0]
    assert "secretive" not in only("a: &b !!int secretive")[0]


def test_aliases_are_copies() -> None:
    data = parse_yaml("a: &a {b: [1]}\nc: *a\nd: &k e\n*k : f\n").data
    assert data == {"a": {"b": [1]}, "c": {"b": [1]}, "d": "e", "e": "f"}
    assert data["a"] is not data["c"]
    assert data["a"]["b"] is not data["c"]["b"]


def test_alias_expansions_are_limited() -> None:
    text = "a: &a x\nb:\n" + "- *a\n" * 100
    assert len(parse_yaml(text).data["b"]) == 100
    assert "MAX_ALIASES = 100" in only(text + "- *a\n")[0]
    assert "MAX_ALIASES = 100" in only(BOMB)[0]
    assert any("MAX_MEMBERS = 200000" in fault.message for fault in parse_lenient_yaml(BOMB).faults)


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_depth_is_limited(opener: str) -> None:
    assert "MAX_DEPTH = 100" in parse_yaml(opener * 900).faults[-1].message
    assert parse_yaml(opener * 5000).data is None


def test_depth_is_limited_through_aliases() -> None:
    levels = "[" * 60 + "]" * 60
    assert "MAX_DEPTH = 100" in only(f"a: &a {levels}\nb: {levels[:60]}*a{levels[60:]}")[0]
    assert parse_yaml("a: " + "[" * 99 + "]" * 99).data is not None


def test_many_directives_are_refused() -> None:
    text = "".join(f"%TAG !{index}! x\n" for index in range(70_000))
    assert "MAX_TAG_DIRECTIVES = 100" in only(text + "--- a")[0]


def test_a_workflow_keeps_its_keys_as_text() -> None:
    parsed = parse_lenient_yaml("on: [push]\nno: yes\n1: 2\njobs: {a: .nan, b: !x y, c: !y [1]}\nnull: ~\n")
    own = {"$unknown": "the value has a tag that only its tool understands"}
    jobs = {"a": ".nan", "b": own, "c": own}
    assert parsed.data == {"on": ["push"], "no": "yes", "1": 2, "jobs": jobs, "null": None}
    assert not parsed.faults


def test_a_workflow_may_use_many_aliases() -> None:
    parsed = parse_lenient_yaml("a: &a [x]\nb:\n" + "- *a\n" * 1000)
    assert len(parsed.data["b"]) == 1000


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", (2, 1)),
        ("/a", (3, 1)),
        ("/a/0", (3, 3)),
        ("/a/1", (4, 3)),
        ("/a/1/y", (4, 6)),
        ("/a/1/z", (5, 6)),
        ("/a/9", (3, 1)),
        ("/a/x", (3, 1)),
        ("/b/c", (7, 6)),
        ("/b/c/k", (5, 13)),
        ("/b/d", (8, 5)),
        ("/b/d/e", (8, 5)),
        ("/e~1f", (9, 8)),
        ("/8", (10, 4)),
        ("/key", (11, 9)),
    ],
)
def test_values_are_located(pointer: str, expected: tuple[int, int]) -> None:
    first = "# comment\na:\n- x\n- y: 1\n  z: &q {k: v}\nb:\n  c: *q\n  d:\n"
    text = first + "'e/f': \"é\"\n8: x\n&k key: 1\nlast: [\n"
    assert locate_yaml(text, pointer) == expected


def test_a_duplicate_is_located_at_its_first_value() -> None:
    assert locate_yaml("a: 1\na: 2\n", "/a") == (1, 4)


def test_old_line_ends_move_no_line() -> None:
    assert locate_yaml("a: '\u2028'\nb: 1\n", "/b") == (2, 4)


@settings(deadline=None)
@given(DOCUMENTS, st.sampled_from([None, 2]))
def test_json_is_yaml(document: Any, indent: int | None) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    parsed = parse_yaml(text)
    assert (parsed.data, parsed.faults) == (document, [])


@settings(deadline=None)
@given(YAML_LIKE, st.text())
def test_no_text_raises(text: str, pointer: str) -> None:
    for parsed in (parse_yaml(text), parse_lenient_yaml(text)):
        assert parsed.data is not None or parsed.faults
    line, column = locate_yaml(text, f"/{pointer}")
    assert line >= 1
    assert column >= 1
