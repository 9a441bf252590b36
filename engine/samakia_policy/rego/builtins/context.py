"""What one evaluation hands to the built-ins that need more than their operands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from samakia_policy.rego.errors import FUEL, EvaluationFault


@dataclass(slots=True)
class Context:
    """Fuel left, the evaluation's time, what is allowed, caches, and what was printed.

    `fuel`: steps left; None is without limit. `now_ns`: the one time of this evaluation. `allowed`: names of
    effects a caller permits ("network", "environment", "random"); none by default.
    """

    now_ns: int = 0
    fuel: int | None = None
    allowed: frozenset[str] = frozenset()
    cache: dict[Any, Any] = field(default_factory=dict)
    printed: list[tuple[str, str]] = field(default_factory=list)
    environment: dict[str, Any] = field(default_factory=dict)
    seed: int = 0

    def charge(self, steps: int) -> None:
        """Use up fuel; raises EvaluationFault when it is gone, at the same step on every machine."""
        if self.fuel is not None:
            self.fuel -= steps
            if self.fuel < 0:
                raise EvaluationFault(FUEL, "the evaluation needs more steps than the limit fuel allows")
