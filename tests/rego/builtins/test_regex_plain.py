"""Python's matcher answers as RE2 does, for the patterns that are given to it."""

from __future__ import annotations

import random

import pytest

from samakia_policy.rego.builtins.regex import _finder, compiled
from samakia_policy.rego.builtins.regex_plain import LONGEST, matcher
from samakia_policy.rego.errors import BuiltinFault

PATTERNS = (
    "^[a-z][a-z0-9_-]+$", "abc", "^abc", "abc$", "a.c", "^a*b*$", "^.*$", r"^\d+$", r"\w$", "^[^a-c]+$",
    "^[a-z-]{2,4}$", "a{3}", "^a{0}$", r"^v[0-9]+\.[0-9]+$", "^a?b$", "x+", r"^\D\W$", "^[A-Z]{2,}$", "[-a]",
    "^a{1,}b+$",
)  # fmt: skip
REFUSED = (
    "", "a|b", "(a)", "a+b+", "^a+b+c+$", "a**", "a+?", r"\s", "[[:alpha:]]", "[z-a]", "a{3,1}", "(?i)a",
    r"\pL", "é", "a{1,200}", "^a$b", "a^", "^" + "a" * 300, "[a-z", "{2}", r"[\d]", "a{,2}",
)  # fmt: skip
PARTS = [
    "a",
    "b",
    ".",
    "\\.",
    "\\d",
    "\\w",
    "[a-c]",
    "[^b]",
    "[0-9_]",
    "[a-]",
    "[--]",
    "[a-c-e]",
    "[]a]",
    "]",
]
COUNTS = ("", "", "*", "+", "?", "{2}", "{1,2}", "{2,1}", "{1,}", "??", "{")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_same_as_re2(pattern: str) -> None:
    """On strings of characters that the patterns are about, with line ends among them."""
    quick, slow, dice = matcher(pattern), _finder(pattern), random.Random(pattern)  # noqa: S311 - no secret
    assert quick is not None
    for _ in range(2_000):
        text = "".join(dice.choices("aabbcxv019.-_ AZ\n/", k=dice.randrange(9)))
        assert (quick(text) is not None) == slow(text.encode()), text


@pytest.mark.parametrize("pattern", REFUSED)
def test_left_to_re2(pattern: str) -> None:
    """What could take long, what the two read differently, and what is no pattern."""
    assert matcher(pattern) is None


def test_random_patterns_are_the_same_or_left_alone() -> None:
    """Whatever is put together of parts: never another answer, and never a pattern that RE2 refuses."""
    dice = random.Random(1)  # noqa: S311 - no secret
    tried = 0
    for _ in range(4_000):
        body = "".join(dice.choice(PARTS) + dice.choice(COUNTS) for _ in range(dice.randrange(1, 4)))
        pattern = f"{dice.choice(('', '^'))}{body}{dice.choice(('', '$'))}"
        quick = matcher(pattern)
        if quick is None:
            continue
        tried += 1
        slow = _finder(pattern)
        for _ in range(20):
            text = "".join(dice.choices("abce09._-]\n", k=dice.randrange(6)))
            assert (quick(text) is not None) == slow(text.encode()), (pattern, text)
    assert tried > 1_000


def test_go_refuses_what_is_left_to_re2() -> None:
    """A range that runs backwards is an error, not a pattern of another kind."""
    with pytest.raises(BuiltinFault):
        compiled("[z-a]")


def test_the_worst_is_short() -> None:
    """Two parts that may each take everything, on the longest string: some ten thousand steps."""
    quick = matcher("^a*a*$")
    assert quick is not None
    assert quick("a" * (LONGEST - 1) + "b") is None
