"""Statements: the package, imports, rules, and what is left: bodies that turn out to be rules."""

from __future__ import annotations

from samakia_policy.rego.syntax.cursor import Memory
from samakia_policy.rego.syntax.imports import Imports
from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body, Import, Ref, Rule, Scalar, Term, Var
from samakia_policy.rego.syntax.tokens import ALL_FUTURE_WORDS, Tokens


class Package:
    """`package a.b`: its path begins with `data`."""

    __slots__ = ("location", "path")

    def __init__(self, path: Ref, location: Location) -> None:
        self.path = path
        self.location = location


class Parser(Imports):
    """The whole language."""

    _future_tokens: Tokens | None = None
    _future_memory: Memory

    def statements(self, *, rules: bool = True) -> list[Package | Import | Rule | Body]:
        """Parse statements until the end, or until the first that is wrong; without rules, for queries."""
        found: list[Package | Import | Rule | Body] = []
        while self.kind != "eof":
            if not self.faults:
                self.remembered.clear()
                self.failed = None
            if rules and self.keyword_as_name():
                break
            more = self._statement(rules)
            if more is None:
                break
            found += more
        return found

    def _statement(self, rules: bool) -> list[Package | Import | Rule | Body] | None:
        for wanted, parse in (("package", self._package), ("import", self._import), ("", self._rules)):
            if (wanted and self.kind != wanted) or (not wanted and not rules):
                continue
            state = self.save()
            found = parse()
            if found is not None:
                return found
            if self.faults:
                return None
            self.restore(state)
        body = self.query("eof", one=True)
        return None if body is None else [body]

    def _rules(self) -> list[Package | Import | Rule | Body] | None:
        found = self.rules()
        return None if found is None else list(found)

    def _import(self) -> list[Package | Import | Rule | Body] | None:
        found = self.import_()
        if found is None:
            return None
        if self.kind == "minus":
            self.illegal()
            return None
        self.activate(found)
        return [found]

    def _package(self) -> list[Package | Import | Rule | Body] | None:
        place = self.here()
        self.advance()
        if self.touches() in (".", "["):
            return None
        if not self.name_or_keyword():
            self.illegal()
            return None
        path = self._package_path(self.term(), place)
        if path is None:
            if not self.faults:
                self.fault(self.here(), "expected path")
            return None
        if self.kind == "minus":
            self.illegal()
            return None
        return [Package(path, place)]

    def _package_path(self, term: Term | None, place: Location) -> Ref | None:
        if term is None:
            return None
        if isinstance(term, Var):
            term = Ref(term, [], location=term.location)
        if not isinstance(term, Ref):
            self.illegal()
            return None
        head = term.head
        assert head.location
        if not isinstance(head, Var):
            self.fault(head.location, f"unexpected {value_name(head)} token: expecting var")
            return None
        for part in term.path:
            if not isinstance(part, Scalar) or not isinstance(part.value, str):
                assert part.location
                self.fault(part.location, f"unexpected {value_name(part)} token: expecting string")
                return None
        name = Scalar(head.name, location=head.location)
        return Ref(Var("data", location=head.location), [name, *term.path], location=place)

    def future(self) -> Parser:
        """Return a parser at the same place that knows all keywords."""
        known = self._future_tokens
        if known is None or len(known.kinds) != len(self.kinds):
            known = self._future_tokens = self.tokens.copy()
            known.retag(ALL_FUTURE_WORDS)
            self._future_memory = {}
        ahead = self.beside(known, self.words | ALL_FUTURE_WORDS)
        ahead.remembered = ahead._future_memory = self._future_memory
        ahead._future_tokens = known
        return ahead

    def beside(self, tokens: Tokens, words: dict[str, str]) -> Parser:
        """Return a parser at the same place with other tokens and keywords."""
        ahead = Parser(self.source, self.version, words, tokens)
        ahead.restore(self.save())
        ahead.depth = self.depth
        return ahead
