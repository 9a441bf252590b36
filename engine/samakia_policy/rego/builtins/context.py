"""What one evaluation hands to the built-ins that need more than their operands."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.errors import FUEL, EvaluationFault


class Context:
    """Fuel left, the evaluation's time, what is allowed, caches, and what was printed.

    `fuel`: steps left; None is without limit. `now_ns`: the one time of this evaluation. `allowed`: names of
    effects a caller permits ("network", "environment", "random"); none by default.
    """

    __slots__ = ("allowed", "cache", "environment", "fuel", "now_ns", "printed", "seed")

    def __init__(
        self,
        now_ns: int = 0,
        fuel: int | None = None,
        allowed: frozenset[str] = frozenset(),
        *,
        environment: dict[str, Any] | None = None,
        printed: list[tuple[str, str]] | None = None,
        seed: int = 0,
    ) -> None:
        self.now_ns = now_ns
        self.fuel = fuel
        self.allowed = allowed
        self.cache: dict[Any, Any] = {}
        self.printed = [] if printed is None else printed
        self.environment = {} if environment is None else environment
        self.seed = seed

    def charge(self, steps: int) -> None:
        """Use up fuel; raises EvaluationFault when it is gone, at the same step on every machine."""
        if self.fuel is not None:
            self.fuel -= steps
            if self.fuel < 0:
                raise EvaluationFault(FUEL, "the evaluation needs more steps than the limit fuel allows")
