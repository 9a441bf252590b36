"""A limit on the time of an evaluation."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from samakia_policy.rego.errors import CANCEL, EvaluationFault


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds, with OPA's error; 0 is without limit."""
    if not seconds:
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(number: int, frame: Any) -> None:
    raise EvaluationFault(CANCEL, "caller cancelled query execution")
