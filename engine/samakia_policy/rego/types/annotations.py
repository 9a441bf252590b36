"""The types that METADATA blocks give to documents: `schemas:` by path, and inline definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.rego.syntax.nodes import Module, Rule
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.messages import Problem


class Annotated:
    """The schema annotations of some modules, by what they are for."""

    def __init__(self, modules: Iterable[Module], schemas: Mapping[str, Any]) -> None:
        self.schemas = schemas

    def __bool__(self) -> bool:
        return False

    def apply(self, env: TypeEnv, rule: Rule) -> list[Problem]:
        """Put the types that count for a rule into an environment."""
        return []
