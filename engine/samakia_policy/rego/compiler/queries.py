"""The stages for queries: a body alone, in the context of a package and imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.calls import check_undefined, check_void
from samakia_policy.rego.compiler.captures import capture_values
from samakia_policy.rego.compiler.compiled import Compiled
from samakia_policy.rego.compiler.dynamic_terms import DynamicTerms
from samakia_policy.rego.compiler.expr_terms import ExprTerms
from samakia_policy.rego.compiler.faults import MAX_ERRORS, Faults
from samakia_policy.rego.compiler.local_vars import LocalVars
from samakia_policy.rego.compiler.locals import PREFIX, Locals
from samakia_policy.rego.compiler.notes import Notes
from samakia_policy.rego.compiler.prints import Prints, erase_prints, erased
from samakia_policy.rego.compiler.resolve import Resolver, exported_names, global_names
from samakia_policy.rego.compiler.result_terms import bind_comprehensions
from samakia_policy.rego.compiler.safety import check_query
from samakia_policy.rego.compiler.scopes import Scopes
from samakia_policy.rego.compiler.template_strings import TemplateStrings
from samakia_policy.rego.compiler.variables import RESERVED, safety_vars
from samakia_policy.rego.compiler.with_values import WithValues
from samakia_policy.rego.errors import COMPILE, Fault, RegoError
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.modules import parse_body, parse_module
from samakia_policy.rego.syntax.nodes import Body, Expr, Import, Ref, Scalar, Var
from samakia_policy.rego.syntax.printer import text_of

_SUFFIX = "q"


@slotted(frozen=True)
class QueryContext:
    """Where a query is asked: the package (`a.b`), imports as written, the version of Rego."""

    package: str = ""
    imports: Sequence[str] = ()
    version: int = 1
    keep_prints: bool = True


@slotted(frozen=True)
class QueryExpression:
    """One expression of a query: the variable with its value ("": it is true), its text and place."""

    variable: str
    text: str
    row: int
    col: int


@slotted()
class CompiledQuery:
    """A query in core form. `variables`: those that matter outside, with the name shown, "" if none is.

    `rewritten`, `subjects` and `unread` are those of the query's own generated locals, as in `Compiled`.
    """

    body: Body
    variables: dict[str, str] = field(default_factory=dict)
    expressions: list[QueryExpression] = field(default_factory=list)
    rewritten: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, Any] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    types: Any = None


def compile_query(
    compiled: Compiled,
    query: str | Body,
    context: QueryContext | None = None,
    *,
    max_errors: int = MAX_ERRORS,
) -> CompiledQuery:
    """Return a query in core form; raises RegoError with every fault found."""
    context = context or QueryContext()
    imports = _imports(context)
    body = _parsed(query, imports, context.version) if isinstance(query, str) else query
    if not body:
        raise RegoError([Fault(COMPILE, "empty query cannot be compiled")])
    stages = _Stages(compiled, context, imports, Faults(max_errors))
    for stage in stages.all():
        body = stage(body)
        if stages.faults.stopped:
            break
    stages.faults.raise_found()
    return stages.result(body)


class _Stages:
    """One compilation; each stage takes the body and returns it changed."""

    def __init__(
        self, compiled: Compiled, context: QueryContext, imports: list[Import], faults: Faults
    ) -> None:
        self.compiled = compiled
        self.context = context
        self.imports = imports
        self.faults = faults
        self.notes = Notes()
        self.locals = Locals(suffix=_SUFFIX)
        self.rewritten: dict[str, str] = {}
        self.captured: dict[Expr, str] = {}
        self.types: Any = None

    def all(self) -> list[Callable[[Body], Body]]:
        """Return the stages in order."""
        return [
            self.resolve,
            self.capture_values,
            self.rewrite_local_vars,
            self.rewrite_template_strings,
            self.check_void_calls,
            self.rewrite_print_calls,
            self.rewrite_terms,
            self.rewrite_with_values,
            self.check_undefined,
            self.check_safety,
            lambda body: DynamicTerms(self.locals, equals=False).body(body),
            self.check_types,
        ]

    def resolve(self, body: Body) -> Body:
        """ResolveRefs, in the package and with the imports of the context."""
        package = _package(self.context.package, self.context.version)
        shown = text_of(package)
        own = [module for module in self.compiled.modules.values() if text_of(module.package) == shown]
        names = exported_names(own).get(shown, [])
        made = Resolver(global_names(package, names, self.imports), self.notes).query(body)
        self.locals.taken |= self.notes.generated
        return made

    def capture_values(self, body: Body) -> Body:
        """Keep the value of each expression, for the result."""
        made, self.captured = capture_values(body, self.compiled)
        return made

    def rewrite_local_vars(self, body: Body) -> Body:
        """RewriteLocalVars."""
        scopes = Scopes(self.locals)
        local = LocalVars(scopes)
        made = local.body(body, set())
        self.faults.add([*local.faults, *local.unused])
        self.rewritten = scopes.rewritten
        return made

    def rewrite_template_strings(self, body: Body) -> Body:
        """RewriteTemplateStrings."""
        compiled = self.compiled
        if self.notes.templates:
            templates = TemplateStrings(self.locals, self.rewritten, compiled.arity, compiled.tree)
            templates.body(body, RESERVED)
            self.faults.add(templates.faults)
        return body

    def check_void_calls(self, body: Body) -> Body:
        """CheckVoidCalls."""
        if any(
            "result" not in signatures()[name]["decl"] for name in self.notes.called & signatures().keys()
        ):
            self.faults.add(_each(body, check_void))
        return body

    def rewrite_print_calls(self, body: Body) -> Body:
        """RewritePrintCalls."""
        if "print" not in self.notes.called:
            return body
        if self.context.keep_prints:
            prints = Prints(self.locals, self.rewritten, self.compiled.arity)
            prints.body(body, RESERVED)
            self.faults.add(prints.faults)
            return body
        for expr in body:
            erase_prints(expr)
        return erased(body)

    def rewrite_terms(self, body: Body) -> Body:
        """RewriteExprTerms and RewriteComprehensionTerms."""
        made = ExprTerms(self.locals).body(body)
        for expr in made:
            bind_comprehensions(expr, self.locals)
        return made

    def rewrite_with_values(self, body: Body) -> Body:
        """RewriteWithValues."""
        if not self.notes.withs:
            return body
        withs = WithValues(self.locals, self.compiled.tree)
        made = withs.body(body)
        for expr in made:
            withs.below(expr)
        self.faults.add(withs.faults)
        return made

    def check_undefined(self, body: Body) -> Body:
        """CheckUndefinedFuncs."""
        from samakia_policy.rego.types import miscounted

        arity, names = self.compiled.arity, self.rewritten
        mismatch = partial(miscounted, types=self.compiled.types)
        self.faults.add(_each(body, lambda expr: check_undefined(expr, arity, names, mismatch)))
        return body

    def check_safety(self, body: Body) -> Body:
        """CheckSafety."""
        made, faults = check_query(body, self.rewritten, self.compiled.arity)
        self.faults.add(faults)
        return made

    def check_types(self, body: Body) -> Body:
        """CheckTypes."""
        from samakia_policy.rego.types import check_query_types

        self.types, faults = check_query_types(self.compiled, body, self.rewritten, self.locals.subjects)
        self.faults.add(faults)
        return body

    def result(self, body: Body) -> CompiledQuery:
        """Return the query with what its results are made of."""
        made = CompiledQuery(
            body,
            rewritten=self.rewritten,
            subjects=self.locals.subjects,
            unread=self.locals.unread,
            types=self.types,
        )
        for name in sorted(safety_vars(body) - RESERVED):
            shown = self.rewritten.get(name, name)
            if not shown.startswith((PREFIX, "$")):
                made.variables[name] = shown
        for expr in body:
            if not expr.generated:
                made.expressions.append(self._expression(expr))
        made.variables |= dict.fromkeys(self.captured.values(), "")
        return made

    def _expression(self, expr: Expr) -> QueryExpression:
        place = expr.location
        shown, row, col = (place.text, place.row, place.col) if place else ("", 0, 0)
        return QueryExpression(self.captured.get(expr, ""), shown, row, col)


def _each(body: Body, check: Callable[[Expr], Iterable[Fault]]) -> list[Fault]:
    return [fault for expr in body for fault in check(expr)]


def _imports(context: QueryContext) -> list[Import]:
    if not context.imports:
        return []
    lines = "".join([f"\nimport {item}" for item in context.imports])
    return parse_module("", f"package imports{lines}", version=context.version).imports


def _parsed(query: str, imports: list[Import], version: int) -> Body:
    words: set[str] = set()
    for item in imports:
        path = [term.value for term in item.path.path if isinstance(term, Scalar)]
        if isinstance(item.path.head, Var) and item.path.head.name == "future" and path[:1] == ["keywords"]:
            words |= {str(name) for name in path[1:]} or {"in", "every", "if", "contains"}
        if isinstance(item.path.head, Var) and item.path.head.name == "rego" and path == ["v1"]:
            version = 1
    return parse_body(query, version=version, future=frozenset(words))


def _package(name: str, version: int) -> Ref:
    if not name:
        return Ref(Var("data"), [])
    return parse_module("", f"package {name}", version=version).package
