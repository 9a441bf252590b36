"""Regular expressions and globs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from answers import Case, answer

CASES: list[Case] = [
    ("regex.match", ("^a.c$", "abc"), True),
    ("regex.match", ("(?i)ABC", "xabcx"), True),
    ("regex.match", ("é{2}", "éé"), True),
    ("regex.match", ("\\p{Letter}+", "abc"), True),
    ("regex.match", ("(", ""), "!error parsing regexp: missing closing ): `(`"),
    ("regex.match", ("a**", ""), "!error parsing regexp: invalid nested repetition operator: `**`"),
    ("regex.match", ("(?=a)", ""), "!error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
    ("regex.match", ("\\C", ""), "!error parsing regexp: invalid escape sequence: `\\C`"),
    ("regex.match", (1, ""), "!operand 1 must be string but got number"),
    ("re_match", ("a", "b"), False),
    ("regex.is_valid", ("[a",), False),
    ("regex.is_valid", (1,), False),
    ("regex.find_n", ("a+", "aa b a", -1), ["aa", "a"]),
    ("regex.find_n", ("a*", "baac", -1), ["", "aa", ""]),
    ("regex.find_n", ("a", "aaa", 2), ["a", "a"]),
    ("regex.find_all_string_submatch_n", ("(a)(b)?", "ab a", -1), [["ab", "a", "b"], ["a", "a", ""]]),
    ("regex.split", ("a+", "baac"), ["b", "c"]),
    ("regex.split", (",", ""), [""]),
    ("regex.split", ("", "ab"), ["a", "b"]),
    ("regex.replace", ("foo", "o+", "<$0>"), "f<oo>"),
    ("regex.replace", ("ab", "(?P<x>a)(b)", "${x}-$2-$$-$3"), "a-b-$-"),
    ("regex.replace", ("ab", "(a)", "$1x"), "b"),
    ("regex.replace", ("foo", "^[a-z]", "F"), "Foo"),
    ("regex.template_match", ("urn:<[0-9]+>:x", "urn:12:x", "<", ">"), True),
    ("regex.template_match", ("a.b", "axb", "<", ">"), False),
    ("regex.template_match", ("<a", "", "<", ">"), '!unbalanced braces in "<a"'),
    (
        "regex.template_match",
        ("a", "", "<<", ">"),
        "!start delimiter has to be exactly one character long but is 2 long",
    ),
    ("regex.globs_match", ("a.*c", "ab+c"), True),
    ("regex.globs_match", ("[a-c]+", "d*"), False),
    (
        "regex.globs_match",
        ("+", ""),
        "!input:+, pos:1, flag '+' must be preceded by a non-flag: the input provided is invalid",
    ),
    ("glob.match", ("*.example.com", [], "api.example.com"), True),
    ("glob.match", ("*.example.com", [], "a.b.example.com"), False),
    ("glob.match", ("*.com", None, "a.b.com"), True),
    ("glob.match", ("**.com", ["."], "a.b.com"), True),
    ("glob.match", ("{a,b*}?", [], "bcd"), True),
    ("glob.match", ("[!a-c]x", [], "dx"), True),
    ("glob.match", ("a\\*", [], "a*"), True),
    ("glob.match", ("{a", [], ""), "!glob: syntax error at 2: unclosed `{`"),
    ("glob.match", ("[a", [], ""), "!glob: syntax error at 2: unexpected end of input"),
    ("glob.match", ("a", ["ab"], ""), "!operand 2 must be array of runes but got array containing string"),
    ("glob.match", ("a", "b", ""), "!operand 2 must be one of {array, null} but got string"),
    ("glob.quote_meta", ("*.[a]{b}?\\",), "\\*.\\[a\\]\\{b\\}\\?\\\\"),
]


@pytest.mark.parametrize(("name", "operands", "expected"), CASES)
def test_answers(name: str, operands: tuple[Any, ...], expected: Any) -> None:
    """Each call answers as OPA does."""
    assert answer(name, *operands) == expected


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("glob.match", ("*a*a*a*a*a*a*b", None, "a" * 50_000)),
        ("glob.match", ("{*a,*b,*c}*{*a,*b}*{*c,*d}x", ["."], "abc" * 20_000)),
        ("regex.match", ("(a*)*b", "a" * 50_000)),
        ("regex.match", ("(x+x+)+y", "x" * 50_000)),
        ("regex.globs_match", ("a*b*" * 30 + "c", "a*b*" * 30 + "d")),
        ("regex.replace", ("a" * 50_000, "(a|aa)+$", "")),
    ],
)
def test_nothing_hangs(name: str, operands: tuple[Any, ...]) -> None:
    """Patterns that blow up elsewhere take a moment here."""
    started = time.monotonic()
    answer(name, *operands)
    assert time.monotonic() - started < 5
