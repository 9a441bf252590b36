"""Where the patterns of Go and of RE2 part: what Go refuses, what it names otherwise, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from samakia_policy.rego.errors import BuiltinFault

_TOKEN = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.\{\^?[^}]*\}|\\.|\[\^?\]?|.", re.DOTALL)
_BEHIND = re.compile(r"\(\?<[=!](?:[^>]*>|.*)", re.DOTALL)
_CATEGORIES = {
    "letter": "L", "casedletter": "LC", "uppercaseletter": "Lu", "lowercaseletter": "Ll",
    "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo", "mark": "M", "combiningmark": "M",
    "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd",
    "digit": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P", "punct": "P",
    "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
    "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S",
    "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z",
    "spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C", "control": "Cc",
    "cntrl": "Cc", "format": "Cf", "surrogate": "Cs", "privateuse": "Co",
}  # fmt: skip
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
            raise refusal("invalid escape sequence: \\C", pattern)
        if text[:2] in ("\\p", "\\P") and text[2:3] == "{":
            text = _category(text)
        yield text


def _category(text: str) -> str:
    negated = "^" if text[3:4] == "^" else ""
    name = re.sub("[-_ ]", "", text[3 + len(negated) : -1]).lower()
    return f"{text[:3]}{negated}{_CATEGORIES[name]}}}" if name in _CATEGORIES else text


def refusal(message: str, pattern: str) -> BuiltinFault:
    """Return the fault for RE2's complaint about a pattern, in Go's words."""
    code, _, found = message.partition(": ")
    if code == "invalid perl operator" and found.startswith("(?<"):
        # Go takes what looks behind for a name.
        code, found = "invalid named capture group", _BEHIND.search(pattern)[0]  # type: ignore[index]
    return BuiltinFault(f"error parsing regexp: {_CODES.get(code, code)}: `{found}`")
