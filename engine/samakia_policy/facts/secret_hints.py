"""Whether JSON text can hold a secret at all, told by one pass over its bytes before any is decoded."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from samakia_policy.facts.secrets import KEYS

# Written as JSON writes it: a quote and a control character never stand for themselves in a string.
_ESCAPE = r"\\(?:[bfnrt]|u[0-9A-Fa-f]{4})"
_EDGE = rf"(?:\b|{_ESCAPE})"
_SPACE = rf"(?:[\x00-\x20\x80-\xff]|{_ESCAPE})*"
_CHARACTER = r'(?:[^\s/:@"\\]|\\.)'
_AROUND = r"[ \t\r\n]*"
_HINTS = (
    # Letters, digits and signs written as escapes hide everything below. Terraform escapes <, > and & alone.
    r"\\(?:/|u00(?:2[0-57-9A-Fa-f]|3[0-9ABDFabdf]|[4-7])|u017[Ff]|u212[Aa])",
    # The long s and the Kelvin sign are an s and a k where case does not matter.
    r"\xc5\xbf|\xe2\x84\xaa",
    rf'"(?i:{"|".join(sorted(KEYS))})"{_AROUND}:{_AROUND}(?:"[^"\\]{{6}}|"[^"\\]*\\|[-0-9\[])',
    r"-----BEGIN ",
    r"AKIA[0-9A-Z]{16}",
    rf"{_EDGE}(?:hvs|s)\.[A-Za-z0-9_-]{{20}}",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.",
    r"[Bb]earer [A-Za-z0-9._~+/=-]{20}",
    r"PVEAPIToken=",
    rf"://{_CHARACTER}+:(?:{_CHARACTER}|:)+@",
    rf"(?i:password|token|secret){_SPACE}[:=]",
    r"hooks\.slack\.com/services/",
)


def may_hold_secret(encoded: bytes) -> bool:
    """Tell whether the detector may see a secret in JSON text; it sees none where this says no."""
    return _search()(encoded) is not None


@lru_cache(maxsize=1)
def _search() -> Callable[[bytes], object]:
    import re2

    search: Callable[[bytes], object] = re2.compile("|".join(_HINTS).encode()).search
    return search
