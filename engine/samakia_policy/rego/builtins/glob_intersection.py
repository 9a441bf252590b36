"""Whether two simple patterns can match one string: characters, `.`, `[sets]`, with or without `*` or `+`."""

from __future__ import annotations

from typing import NamedTuple

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.errors import BuiltinFault

# Pairs of places in both patterns; a pair may cost a walk along one of them.
_MOST_PAIRS = 100_000
_ANY: frozenset[str] | None = None
_INVALID = "the input provided is invalid"


class Token(NamedTuple):
    """What one place of a pattern takes (None is any character), and how often: "", "*" or "+"."""

    chars: frozenset[str] | None
    flag: str = ""

    def meets(self, other: Token) -> bool:
        """Return whether one character fits both."""
        if self.chars is None or other.chars is None:
            return True
        return not self.chars.isdisjoint(other.chars)


def intersect(context: Context, left: str, right: str) -> bool:
    """Return whether some string fits both patterns; raises BuiltinFault for a faulty pattern."""
    one, two = _simplified(_Reader(left).tokens()), _simplified(_Reader(right).tokens())
    trimmed = _trim(one, two)
    return trimmed is not None and _Walk(context, *trimmed).normal(0, 0)


class _Reader:
    """Reads a pattern; positions in messages are those OPA gives."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def tokens(self) -> list[Token]:
        made = []
        while self.place < len(self.text):
            char, escaped = self._next()
            chars = frozenset(char) if escaped else self._chars(char)
            flag = self.text[self.place : self.place + 1]
            self.place += flag in ("*", "+") and bool(flag)
            self._check_escape()
            made.append(Token(chars, flag if flag in ("*", "+") else ""))
        return made

    def _check_escape(self) -> None:
        if self.place == len(self.text) - 1 and self.text[self.place] == "\\":
            raise self._fault("input ends with a \\ (escape) character", self.place)

    def _next(self) -> tuple[str, bool]:
        self._check_escape()
        escaped = self.text[self.place] == "\\"
        self.place += 1 + escaped
        return self.text[self.place - 1], escaped

    def _chars(self, char: str) -> frozenset[str] | None:
        if char == ".":
            return _ANY
        if char == "]":
            raise self._fault("set-close ']' with no preceding '['")
        if char in "*+":
            raise self._fault(f"flag '{char}' must be preceded by a non-flag")
        return self._set() if char == "[" else frozenset(char)

    def _set(self) -> frozenset[str]:
        found: set[str] = set()
        before = ""
        while self.place < len(self.text):
            char, escaped = self._next()
            if char == "]" and not escaped:
                return frozenset(found)
            if char == "-" and not escaped:
                found.update(self._range(before))
                before = ""
            else:
                found.add(char)
                before = char
        raise self._fault("found [ without matching ]")

    def _range(self, first: str) -> list[str]:
        if not first:
            raise self._fault("range character '-' must be preceded by a Unicode character")
        if self.place >= len(self.text) - 1:
            raise self._fault("range character '-' must be followed by a Unicode character")
        last, escaped = self._next()
        if last in "]-" and not escaped:
            raise self._fault("range character '-' cannot be followed by a special symbol")
        if last < first:
            raise self._fault(f"range is out of order: '{last}' comes before '{first}' in Unicode")
        return [chr(code) for code in range(ord(first), ord(last) + 1)]

    def _fault(self, message: str, place: int | None = None) -> BuiltinFault:
        where = self.place if place is None else place
        return BuiltinFault(f"input:{self.text}, pos:{where}, {message}: {_INVALID}")


def _simplified(tokens: list[Token]) -> list[Token]:
    """Return the tokens with neighbours that are equal and repeated drawn together."""
    made: list[Token] = []
    for token in tokens:
        last = made[-1] if made else None
        if last is None or last.chars != token.chars or not (last.flag and token.flag):
            made.append(token)
        elif token.flag == "+":
            made[-1] = token
    return made


def _trim(one: list[Token], two: list[Token]) -> tuple[list[Token], list[Token]] | None:
    """Return the patterns without what both have plainly at their ends, or None where that differs."""
    shorter = min(len(one), len(two))
    left = 0
    while left < shorter and not one[left].flag and not two[left].flag:
        if not one[left].meets(two[left]):
            return None
        left += 1
    left = max(left - 1, 0)
    right = 0
    while right < shorter - left and not one[-1 - right].flag and not two[-1 - right].flag:
        if not one[-1 - right].meets(two[-1 - right]):
            return None
        right += 1
    right = max(right - 1, 0)
    return one[left : len(one) - right], two[left : len(two) - right]


class _Walk:
    """Walks both patterns, remembering every pair of places already answered."""

    def __init__(self, context: Context, one: list[Token], two: list[Token]) -> None:
        if len(one) * len(two) > _MOST_PAIRS:
            raise BuiltinFault("the patterns are too long to be compared")
        self.context = context
        self.sides = (one, two)
        self.known: dict[tuple[int, int], bool] = {}

    def normal(self, left: int, right: int) -> bool:
        """Return whether the patterns meet from these places on."""
        one, two = self.sides
        while left < len(one) and right < len(two):
            if one[left].flag or two[right].flag:
                return self._special(left, right)
            if not one[left].meets(two[right]):
                return False
            left, right = left + 1, right + 1
        return left == len(one) and right == len(two)

    def _special(self, left: int, right: int) -> bool:
        places = (left, right)
        if places not in self.known:
            side = 0 if self.sides[0][left].flag else 1
            token = self.sides[side][places[side]]
            step = self._plus if token.flag == "+" else self._star
            self.known[places] = step(side, places[side], places[1 - side])
        return self.known[places]

    def _plus(self, side: int, place: int, other: int) -> bool:
        repeated, taken = self.sides[side][place], self.sides[1 - side][other]
        if not repeated.meets(taken):
            return False
        if self._star(side, place, other + 1):
            return True
        return bool(taken.flag) and self._both(side, place + 1, other)

    def _star(self, side: int, place: int, other: int) -> bool:
        repeated, others = self.sides[side][place], self.sides[1 - side]
        after = self.sides[side][place + 1] if place + 1 < len(self.sides[side]) else None
        self.context.charge(len(others) - other)
        for here in range(other, len(others)):
            if after is not None and others[here].meets(after) and self._both(side, place + 1, here):
                return True
            if not others[here].meets(repeated):
                return False
        return after is None

    def _both(self, side: int, place: int, other: int) -> bool:
        return self.normal(place, other) if side == 0 else self.normal(other, place)
