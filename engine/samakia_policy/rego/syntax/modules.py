"""Text to modules, queries, terms and references."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import PARSE, Fault, RegoError
from samakia_policy.rego.syntax.annotations import attach_annotations, read_annotations
from samakia_policy.rego.syntax.bare_rules import BareRule, rule_from_body
from samakia_policy.rego.syntax.hints import advice
from samakia_policy.rego.syntax.location import Location, Source, Span
from samakia_policy.rego.syntax.nodes import Body, Comment, Import, Module, Ref, Rule, Term, Var
from samakia_policy.rego.syntax.statements import Package, Parser
from samakia_policy.rego.syntax.tokens import ALL_FUTURE_WORDS, WORDS, WORDS_V1
from samakia_policy.rego.syntax.version_checks import missing_head_keyword, version_faults
from samakia_policy.rego.syntax.walk import head_name

_LARGE = 30_000
_Statement = Package | Import | Rule | Body


def parse_module(file: str, text: str, *, version: int = 1, future: Iterable[str] = ()) -> Module:
    """Parse a file; `future`: keywords that are known without an import. Raises RegoError."""
    with deep(), _uncollected(len(text)):
        parser = _parser(file, text, version, future)
        statements = parser.statements()
        comments = _comments(parser)
        annotations, faults = read_annotations(parser.source, comments)
        _raise([*parser.faults, *faults])
        if not statements:
            place = annotations[0].location if annotations else Location(file, 0, 0)
            _raise([Fault(PARSE, "package expected" if annotations else "empty module", place)])
        module = _module(parser, statements)
        module.comments, module.annotations = comments, annotations
        _raise(attach_annotations(module))
    return module


def parse_body(text: str, *, version: int = 1, file: str = "", future: Iterable[str] = ()) -> Body:
    """Parse a query; raises RegoError."""
    parser = _parser(file, text, version, future)
    with deep():
        statements = parser.statements(rules=False)
    _raise(parser.faults)
    body: Body = []
    for statement in statements:
        if not isinstance(statement, list):
            kind = "Package" if isinstance(statement, Package) else "Import"
            raise RegoError([Fault(PARSE, f"expected body but got *ast.{kind}", statement.location)])
        body += statement
    return body


def parse_term(text: str, *, version: int = 1, file: str = "") -> Term:
    """Parse exactly one term; raises RegoError."""
    body = parse_body(text, version=version, file=file)
    terms = body[0].terms if len(body) == 1 else None
    if not isinstance(terms, Term):
        message = "expected exactly one term" if len(body) != 1 else "expected term"
        raise RegoError([Fault(PARSE, message, body[0].location if body else None)])
    return terms


def parse_ref(text: str, *, version: int = 1, file: str = "") -> Ref:
    """Parse exactly one reference; raises RegoError."""
    term = parse_term(text, version=version, file=file)
    if not isinstance(term, Ref):
        raise RegoError([Fault(PARSE, f"expected ref but got {text.strip()}", term.location)])
    return term


@contextmanager
def _uncollected(size: int) -> Iterator[None]:
    """Hold the garbage collector off a large text: all that is made is kept, so it would look in vain."""
    held = size > _LARGE and gc.isenabled()
    if held:
        gc.disable()
    try:
        yield
    finally:
        if held:
            gc.enable()


def _parser(file: str, text: str, version: int, future: Iterable[str]) -> Parser:
    words = WORDS if version == 0 else WORDS | WORDS_V1
    chosen = {word: ALL_FUTURE_WORDS[word] for word in future if word in ALL_FUTURE_WORDS}
    parser = Parser(Source(file, text), version, words | chosen)
    parser.not_bodies = "not" in chosen
    return parser


def _raise(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        raise RegoError(found if found[0].hint else [_advised(found[0]), *found[1:]])


def _advised(fault: Fault) -> Fault:
    """Add what to do about the first fault; those after it mostly follow from it."""
    place = fault.location
    if place is None:
        return fault._replace(hint=advice(fault.message, "", ""))
    text, offset = place.source.text, place.offset
    begin, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    after = text[offset : end if end >= 0 else len(text)]
    return fault._replace(hint=advice(fault.message, text[begin:offset], after))


def _comments(parser: Parser) -> list[Comment]:
    text, source = parser.source.text, parser.source
    return [
        Comment(_comment_text(text[start + 1 : end]), location=Span(source, start, end))
        for start, end in parser.tokens.comments
    ]


def _comment_text(text: str) -> str:
    return "" if text == "\r" else text[:1] + text[1:].rstrip("\r")


def _module(parser: Parser, statements: list[_Statement]) -> Module:
    first = statements[0]
    faults: list[Fault] = []
    if isinstance(first, Package):
        package = first.path
        place: Location | None = first.location
    else:
        package, place = Ref(Var("data"), []), _place(first)
        faults.append(Fault(PARSE, "package expected", place))
    source = parser.source
    words = frozenset(word for word in parser.words if word in ALL_FUTURE_WORDS)
    module = Module(package, [], [], [], [], source.file, source.text, parser.version, words, location=place)
    raised = _fill(module, statements, faults)
    if raised:
        module.version = max(module.version, 1)
        for rule in module.rules:
            faults += version_faults(rule)
    _raise(faults)
    return module


def _fill(module: Module, statements: list[_Statement], faults: list[Fault]) -> bool:
    """Sort statements into the module; whether it is to be checked as one of v1."""
    raised = module.version > 0
    for index, statement in enumerate(statements[1:], 1):
        if isinstance(statement, Import):
            module.imports.append(statement)
            raised = raised or head_name(statement.path) == "rego"
        elif isinstance(statement, Package):
            faults.append(Fault(PARSE, "unexpected package", statement.location))
        elif isinstance(statement, Rule):
            _add(module, statement)
        else:
            try:
                _add(module, rule_from_body(statement))
            except BareRule as refused:
                hint = "" if raised else missing_head_keyword(statements, index)
                faults.append(Fault(PARSE, str(refused) + hint, _place(statement)))
    return raised


def _add(module: Module, rule: Rule) -> None:
    module.rules.append(rule)
    each: Rule | None = rule
    while each is not None:
        each.module = module
        each = each.otherwise


def _place(statement: _Statement) -> Location | None:
    return statement[0].location if isinstance(statement, list) else statement.location
