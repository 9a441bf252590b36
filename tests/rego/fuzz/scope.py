"""What a term may name at some place of a program: documents, rules, functions, variables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fuzz.chance import Chance
from fuzz.kinds import NUMBER, STRING, Kind, fits, paths
from fuzz.values import KEYS, literal, quote

NAMES = ["x", "y", "z", "i", "j", "k", "v", "item", "key", "n"]


class Known(NamedTuple):
    """Something with a name; `open`: the compiler does not know what is in it, as with any document."""

    text: str
    kind: Kind
    open: bool = False


class Function(NamedTuple):
    """A function of a program."""

    text: str
    args: tuple[Kind, ...]
    result: Kind


@dataclass(slots=True, frozen=True)
class Style:
    """The language that a program is written in: its version, and the words that it may or must use."""

    version: int = 1
    strict: bool = True
    has_if: bool = True
    has_in: bool = True
    has_every: bool = True
    has_contains: bool = True
    has_logic: bool = False
    has_templates: bool = True


@dataclass(slots=True)
class Scope:
    """Where a term stands; a body within a body is a child."""

    chance: Chance
    style: Style
    documents: list[Known] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    mocks: list[Known] = field(default_factory=list)
    variables: list[Known] = field(default_factory=list)
    parent: Scope | None = None
    own: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    loops: bool = True

    def child(self) -> Scope:
        """Return the scope of a body within this one."""
        return Scope(
            self.chance,
            self.style,
            self.documents,
            self.functions,
            self.mocks,
            list(self.variables),
            self,
        )

    def copy(self) -> Scope:
        """Return the scope of another body in place of this one."""
        return replace(self, variables=list(self.variables), own=set(self.own), used=set(self.used))

    def declare(self, kind: Kind) -> str:
        """Return the name of a new variable, which may hide one from outside that nobody has used here."""
        hidden = {known.text for known in self.variables} - self.own - self.used
        if hidden and self.chance.maybe(0.2):
            name = self.chance.choice(sorted(hidden))
            self.variables = [known for known in self.variables if known.text != name]
        else:
            taken = self.names()
            free = [name for name in NAMES if name not in taken]
            name = self.chance.choice(free) if free else f"v{len(taken)}"
        self.own.add(name)
        self.variables.append(Known(name, kind))
        return name

    def names(self) -> set[str]:
        """Return every name that this scope or one around it has."""
        around = self.parent.names() if self.parent else set()
        return self.own | around | {known.text for known in self.variables}

    def use(self, name: str) -> str:
        """Return a variable's name, which from now on means the same everywhere in this body."""
        scope: Scope | None = self
        while scope is not None:
            scope.used.add(name)
            scope = scope.parent
        return name

    def variable(self, kind: Kind) -> str:
        """Return a variable that fits, or nothing."""
        found = [known.text for known in self.variables if fits(known.kind, kind)]
        return self.use(self.chance.choice(found)) if found else ""

    def reference(self, kind: Kind) -> str:
        """Return a reference to a part of something, or nothing."""
        roots = [*self.documents, *self.variables, *self.variables]
        if not roots:
            return ""
        for root in self.chance.sample(roots, min(len(roots), 6)):
            found = [text for text, known in paths(root.text, root.kind) if fits(known, kind)]
            if not self.loops and not root.open:
                found = [text for text in found if "[]" not in text]
            if found:
                if root in self.variables:
                    self.use(root.text)
                return self.indexed(self.chance.choice(found), root)
        return ""

    def collection(self) -> Known | None:
        """Return a reference to something that can be iterated."""
        roots = [*self.documents, *self.variables, *self.variables]
        found = [
            (root, Known(text, known))
            for root in roots
            for text, known in paths(root.text, root.kind, 3)
            if known.item
        ]
        if not found:
            return None
        root, chosen = self.chance.choice(found)
        if root in self.variables:
            self.use(root.text)
        return chosen._replace(text=self.indexed(chosen.text, root))

    def indexed(self, text: str, root: Known) -> str:
        """Put an index or a key wherever a reference lacks one."""
        while "[]" in text:
            text = text.replace("[]", f"[{self.index(open=root.open)}]", 1)
        return text

    def index(self, *, open: bool) -> str:
        """Return something that may stand in brackets."""
        chance = self.chance
        if self.loops and chance.maybe(0.4 if open else 0.95):
            return "_"
        if chance.maybe(0.4):
            name = self.variable(chance.choice([NUMBER, STRING]))
            if name:
                return name
        return quote(chance.choice(KEYS), chance) if chance.maybe(0.5) else literal(NUMBER, chance)
