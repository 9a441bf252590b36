"""Where the patterns of Go and of RE2 part: what Go refuses, what it names otherwise, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from samakia_policy.rego.builtins.unicode_classes import canonical
from samakia_policy.rego.errors import BuiltinFault

_TOKEN = re.compile(r"\\Q.*?(?:\\E|\Z)|\\[pP](?:\{\^?[^}]*\}|.)|\\.|\[\^?\]?|.", re.DOTALL)
# A name of one letter stands without braces.
_SHORT = 3
_BEHIND = re.compile(r"\(\?<[=!](?:[^>]*>|.*)", re.DOTALL)
_CODES = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "trailing \\": "trailing backslash at end of expression",
    "pattern too large - compile failed": "expression too large",
    "bad repetition operator: **": "invalid nested repetition operator",
}


def for_re2(pattern: str) -> str:
    """Return a pattern of Go as RE2 reads it; raises BuiltinFault for what only RE2 would take."""
    if "\\" not in pattern:
        return pattern
    return "".join(_parts(pattern))


def _parts(pattern: str) -> Iterator[str]:
    for match in _TOKEN.finditer(pattern):
        text = match[0]
        if text == "\\C":
            raise BuiltinFault("error parsing regexp: invalid escape sequence: `\\C`")
        if text[:2] in ("\\p", "\\P"):
            text = _class(text)
        yield text


def _class(text: str) -> str:
    """Return a class of characters under the one name that RE2 has for it."""
    name = text[2:].strip("{}")
    negated = "^" if name.startswith("^") and len(text) > _SHORT else ""
    known = canonical(name[len(negated) :])
    return text if known is None or name.endswith(known) else f"{text[:2]}{{{negated}{known}}}"


def refusal(message: str, pattern: str) -> BuiltinFault:
    """Return the fault for RE2's complaint about a pattern, in Go's words."""
    code, _, found = message.partition(": ")
    if code == "invalid repetition size":
        found = found.rstrip("?")
    if found == for_re2(pattern):
        found = pattern
    if code == "invalid perl operator" and found.startswith("(?<"):
        # Go takes what looks behind for a name.
        code, found = "invalid named capture group", _BEHIND.search(pattern)[0]  # type: ignore[index]
    return BuiltinFault(f"error parsing regexp: {_CODES.get(code, code)}: `{found}`")
