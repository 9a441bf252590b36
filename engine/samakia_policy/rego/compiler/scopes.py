"""Which variables are known while bodies are read: how each was met, how often, and its generated name."""

from __future__ import annotations

from enum import Enum

from samakia_policy.rego.compiler.locals import Locals


class Met(Enum):
    """How a variable was first met in a scope."""

    ARGUMENT = "argument"
    SEEN = "seen"
    ASSIGNED = "assigned"
    DECLARED = "declared"


_AGAIN = {
    Met.SEEN: "var {} referenced above",
    Met.ASSIGNED: "var {} assigned above",
    Met.DECLARED: "var {} declared above",
    Met.ARGUMENT: "arg {} redeclared",
}


class Scope:
    """One body: names by what was written, how each was met, and how often."""

    __slots__ = ("count", "met", "names", "plain")

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.met: dict[str, Met] = {}
        self.count: dict[str, int] = {}
        self.plain: list[str] = []

    def copy(self) -> Scope:
        """Return another scope that knows the same."""
        made = Scope()
        made.names, made.met, made.count = dict(self.names), dict(self.met), dict(self.count)
        return made


class Scopes:
    """The scopes around a place, the innermost last. `rewritten`: what each generated name was written as."""

    def __init__(self, locals_: Locals, first: Scope | None = None) -> None:
        self.locals = locals_
        self.rewritten: dict[str, str] = {}
        self.inner = first or Scope()
        self._stack = [self.inner]

    def push(self) -> None:
        """Enter a body."""
        self.inner = Scope()
        self._stack.append(self.inner)

    def pop(self) -> None:
        """Leave a body."""
        self._stack.pop()
        self.inner = self._stack[-1]

    def insert(self, name: str, generated: str, met: Met) -> None:
        """Let the innermost scope know a variable."""
        inner = self.inner
        inner.names[name] = generated
        inner.met[name] = met
        inner.count[name] = 1
        if name != generated:
            self.rewritten[generated] = name

    def declare(self, name: str, met: Met) -> str | None:
        """Give a variable a generated name in the innermost scope; returns what forbids it, or None."""
        before = self.inner.met.get(name)
        if before is not None:
            return _AGAIN[before].format(name)
        self.insert(name, self.locals.name(), met)
        return None

    def name_of(self, name: str) -> str | None:
        """Return the generated name of a variable, or None where no scope knows it."""
        for scope in reversed(self._stack):
            found = scope.names.get(name)
            if found is not None:
                return found
        return None

    def shadowed(self, name: str) -> str | None:
        """Return the generated name of a root document that a variable hides, or None."""
        for scope in reversed(self._stack):
            met = scope.met.get(name)
            if met is not None:
                return None if met is Met.SEEN else self.name_of(name)
        return None

    def use(self, name: str) -> str:
        """Count one use of a variable and return its name from here on."""
        for scope in reversed(self._stack):
            found = scope.names.get(name)
            if found is not None:
                scope.count[name] += 1
                return found
        self.insert(name, name, Met.SEEN)
        return name

    def count(self, name: str) -> int:
        """Return how often a variable was met."""
        for scope in reversed(self._stack):
            if name in scope.count:
                return scope.count[name]
        return 0
