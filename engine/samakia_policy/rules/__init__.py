"""The rule author's API: a Python rule imports this package and the pure standard library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from samakia_policy.rules.facts import Facts

__all__ = ["Facts", "Hits", "hit", "rule", "unknown"]

Hits = Iterator[dict[str, Any]]
"""What a rule yields: the dictionaries that `hit` and `unknown` return."""

Judge = TypeVar("Judge", bound=Callable[[Facts], Hits])


def rule(**metadata: object) -> Callable[[Judge], Judge]:
    """Declare a rule: keep its metadata (literals only) on the generator function below."""

    def keep(function: Judge) -> Judge:
        function.metadata = metadata  # type: ignore[attr-defined]
        return function

    return keep


def hit(  # noqa: PLR0913 - the keys of a hit, as the specification lists them
    subject: str,
    *,
    at: str = "",
    fact: str = "",
    path: str = "",
    variant: str = "",
    **fields: object,
) -> dict[str, Any]:
    """Return one hit: a subject id (or "kind:id"), where it is, and the fields of the message."""
    places = {"at": at, "fact": fact, "path": path, "variant": variant}
    return {"subject": subject, **{key: text for key, text in places.items() if text}, **fields}


def unknown(subject: str, pointer: str, why: str) -> dict[str, Any]:
    """Return one thing a rule could not judge: which fact, where in it, and why."""
    return {"subject": subject, "pointer": pointer, "why": why, "$unknown": True}
