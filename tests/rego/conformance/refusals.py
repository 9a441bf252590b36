"""Which cases use a built-in that is refused on purpose."""

from __future__ import annotations

import re
from functools import lru_cache

from conformance.suite import Case

# Known to OPA's own tests alone.
_OF_TESTS = ("test.sleep",)


def refused(case: Case) -> str:
    """Return the refused built-in that a case calls, or nothing."""
    found = _pattern().search("\n".join([case.query, *case.modules]))
    return found.group(1) if found else ""


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    try:
        from samakia_policy.rego.builtins.refused import REFUSED
    except ImportError:
        REFUSED = ()  # noqa: N806
    return re.compile(r"\b(" + "|".join(map(re.escape, sorted([*REFUSED, *_OF_TESTS]))) + r")\(")
