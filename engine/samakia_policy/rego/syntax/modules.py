"""Whole modules, and the single bodies and terms that queries are made of."""

from __future__ import annotations

from samakia_policy.rego.errors import PARSE, Fault, RegoError
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.annotations import annotate
from samakia_policy.rego.syntax.rules import Rules
from samakia_policy.rego.syntax.tokens import END, IDENT, Tokens, tokenize

_V1_WORDS = frozenset(("in", "every", "if", "contains"))
_FUTURE = frozenset(("in", "every", "if", "contains", "not", "and", "or"))


def parse_module(file: str, text: str, *, version: int = 1, future: bool = False) -> n.Module:
    """Return a module; raises RegoError. `future`: every future keyword is known without an import."""
    return _Modules(tokenize(file, text.removeprefix("\ufeff")), version, future=future).module(file, text)


def parse_body(
    text: str, *, version: int = 1, file: str = "", future: frozenset[str] | tuple[str, ...] = ()
) -> n.Body:
    """Return the body of a query; raises RegoError."""
    parser = _Modules(tokenize(file, text), version, future=False)
    parser.words |= frozenset(future)
    if parser.kind == END:
        raise parser.fail("empty query")
    return parser.body(END)


def parse_term(text: str, *, version: int = 1) -> n.Term:
    """Return a single term; raises RegoError."""
    parser = _Modules(tokenize("", text), version, future=False)
    term = parser.infix()
    if parser.kind != END:
        raise parser.unexpected("expected exactly one term")
    return term


def parse_ref(text: str, *, version: int = 1) -> n.Ref:
    """Return a reference; raises RegoError."""
    term = parse_term(text, version=version)
    if isinstance(term, n.Var):
        return n.Ref(term, [], location=term.location)
    if not isinstance(term, n.Ref):
        raise RegoError([Fault(PARSE, "expected ref", term.location)])
    return term


class _Modules(Rules):
    def __init__(self, tokens: Tokens, version: int, *, future: bool) -> None:
        super().__init__(tokens, _V1_WORDS if version else frozenset())
        if future:
            self.words |= _FUTURE
        self.version = version
        self.future: set[str] = set()

    def module(self, file: str, text: str) -> n.Module:
        """Parse everything."""
        if self.kind == END:
            raise self.fail("empty module")
        package = self._package()
        imports, rules = [], []
        while self.kind != END:
            if self.kind == ";":
                self.at += 1
            elif self.kind == "import" and not self.ref_follows():
                imports.append(self._import())
            else:
                rules.extend(self._checked(self.rules()))
        made = n.Module(package, imports, rules, [], self.tokens.comments, file, text, self.version)
        made.future = frozenset(self.future)
        for rule in rules:
            _own(rule, made)
        annotate(made)
        return made

    def _checked(self, rules: list[n.Rule]) -> list[n.Rule]:
        if self.kind != END and not self.tokens.line_before[self.at] and self.kind != ";":
            raise self.unexpected()
        return rules

    def _package(self) -> n.Ref:
        if self.kind != "package":
            raise self.fail("package expected")
        place = self.here()
        self.at += 1
        if self.kind != IDENT and not self.tokens.texts[self.at][:1].isalpha():
            raise self.unexpected("expected ident")
        start = self.tokens.starts[self.at]
        term = self.finish(self.variable(), start)
        ref = term if isinstance(term, n.Ref) else n.Ref(term, [], location=term.location)
        head = n.Var("data", location=ref.head.location)
        first = n.Scalar(ref.head.name, location=ref.head.location)  # type: ignore[union-attr]
        for part in ref.path:
            if not isinstance(part, n.Scalar) or not isinstance(part.value, str):
                raise self.tokens.fail("package name cannot contain variables", start)
        return n.Ref(head, [first, *ref.path], location=place)

    def _import(self) -> n.Import:
        place, start = self.here(), self.tokens.starts[self.at]
        self.at += 1
        if self.kind != IDENT:
            raise self.unexpected("expected ident")
        term = self.term()
        ref = term if isinstance(term, n.Ref) else n.Ref(term, [], location=term.location)
        head = ref.head.name  # type: ignore[union-attr]
        if head not in ("data", "input", "future", "rego"):
            raise self.tokens.fail(
                f"unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {head}", start
            )
        alias = None
        if self.kind == "as":
            self.at += 1
            if self.kind != IDENT:
                raise self.unexpected("expected var")
            alias = self.tokens.texts[self.at]
            self.at += 1
        made = n.Import(ref, alias, location=place)
        self._keywords(made, head)
        return made

    def _keywords(self, made: n.Import, head: str) -> None:
        path = [getattr(term, "value", None) for term in made.path.path]
        if head == "rego" and path == ["v1"]:
            self.words |= _V1_WORDS
            self.future.add("rego.v1")
            self.version = 1
        if head == "future" and path[:1] == ["keywords"]:
            names = [str(path[1])] if len(path) > 1 else sorted(_V1_WORDS)
            for name in names:
                if name not in _FUTURE:
                    raise RegoError([Fault(PARSE, f"unexpected keyword, must be one of {sorted(_FUTURE)}", made.location)])
                self.future.add(name)
                self.words |= {name} | ({"in"} if name == "every" else set())


def _own(rule: n.Rule, module: n.Module) -> None:
    current: n.Rule | None = rule
    while current is not None:
        current.module = module
        current = current.otherwise
