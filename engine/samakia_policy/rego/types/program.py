"""Checking whole programs: all modules, or a query against modules that were checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.compiler.tree import ground_prefix, rule_ref
from samakia_policy.rego.errors import TYPE, Fault
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax.nodes import Body, Call, Expr, Ref, Rule, Term, Var
from samakia_policy.rego.syntax.printer import text_of
from samakia_policy.rego.types.check import BodyChecker
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.messages import arity_mismatch
from samakia_policy.rego.types.model import FunctionType
from samakia_policy.rego.types.names import as_written
from samakia_policy.rego.types.rules import RuleChecker
from samakia_policy.rego.types.shape import Type

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_INPUT = Var("input")


@slotted(frozen=True)
class ProgramTypes:
    """What is known after modules were checked: types of documents, and of the variables of each rule."""

    documents: TypeEnv
    locals: dict[Rule, dict[str, Type | None]]

    def of(self, term: Term, rule: Rule | None = None) -> Type | None:
        """Return the type of a term in core form, seen from a rule's body; None when it is not known."""
        env = self.documents.inner()
        if rule is not None:
            env.variables.update(self.locals.get(rule, {}))
        return env.type(term)


def check_modules(compiled: Compiled, input_schema: Any, schemas: Mapping[str, Any] | None) -> list[Fault]:
    """Check all modules; their types are then in `compiled.types`."""
    checker = _checker(compiled, compiled.rewritten, compiled.subjects)
    base = TypeEnv(checker.closure)
    if input_schema is not None:
        fault = _read_input(base, input_schema)
        if fault is not None:
            return [fault]
    rules = RuleChecker(checker, base.inner(), _annotated(compiled, schemas))
    if compiled.graph is not None:
        for rule in compiled.graph.sort():
            rules.check(rule)
    checker.forget()
    compiled.types = ProgramTypes(rules.env, rules.locals)
    return rules.faults


def check_inputs(compiled: Compiled, input_of: Callable[[Rule], Type | None]) -> list[Fault]:
    """Check all modules again, now with the type that `input` has for each rule, None where that is any."""
    checker = _checker(compiled, compiled.rewritten, compiled.subjects)

    def given(env: TypeEnv, rule: Rule) -> list[Any]:
        kind = input_of(rule)
        if kind is not None:
            env.put_document([_INPUT], kind)
        return []

    rules = RuleChecker(checker, TypeEnv(checker.closure).inner(), given)
    for rule in compiled.graph.sort() if compiled.graph is not None else ():
        rules.check(rule)
    return rules.faults


def check_query(
    compiled: Compiled, body: Body, rewritten: Mapping[str, str], subjects: Mapping[str, Term]
) -> tuple[TypeEnv, list[Fault]]:
    """Check a query in core form; return the environment with its variables, and the faults."""
    names = dict(compiled.rewritten) | dict(rewritten)
    checker = _checker(compiled, names, subjects)
    known: ProgramTypes | None = compiled.types
    outer = TypeEnv(checker.closure, None if known is None else known.documents)
    env, problems = checker.body(outer, body)
    return env, [problem.fault for problem in problems]


def miscounted_call(expr: Expr, call: Call, types: ProgramTypes | None) -> Fault | None:
    """Word the fault of a call with the wrong number of arguments; None where the function has no type."""
    env = TypeEnv(BodyChecker(lambda ref: ref, lambda _: ()).closure, types.documents if types else None)
    function = env.ref(call.operator)
    if not isinstance(function, FunctionType):
        return None
    have = list(map(env.type, call.args))
    return arity_mismatch(expr.location, text_of(call.operator), have, function).fault


def _checker(compiled: Compiled, rewritten: Mapping[str, str], subjects: Mapping[str, Term]) -> BodyChecker:
    return BodyChecker(as_written(rewritten, subjects), lambda target: _dependents(compiled, target))


def _dependents(compiled: Compiled, target: Ref) -> list[Ref]:
    """Return the paths of the rules that a reference may lead to and of all that depend on them."""
    if compiled.graph is None:
        return []
    found = compiled.graph.affected(compiled.tree.dynamic(target, hidden=True))
    paths = [ground_prefix(rule_ref(rule).terms) for rule in found]
    return [Ref(path[0], path[1:]) for path in paths]


def _read_input(base: TypeEnv, schema: Any) -> Fault | None:
    from samakia_policy.rego.types.schema import read_schema
    from samakia_policy.rego.types.schema_reader import SchemaError

    try:
        base.put_document([_INPUT], read_schema(schema))
    except SchemaError as error:
        return Fault(TYPE, str(error))
    return None


def _annotated(compiled: Compiled, schemas: Mapping[str, Any] | None) -> Callable[..., Any] | None:
    if not any(module.annotations for module in compiled.modules.values()):
        return None
    from samakia_policy.rego.types.annotations import Annotated

    found = Annotated(compiled.modules.values(), schemas)
    return found.apply if found else None
