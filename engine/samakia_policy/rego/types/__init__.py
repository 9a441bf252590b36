"""The type checker: rejects what `opa check` rejects, with its words, and tells what type every rule has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.errors import Fault
from samakia_policy.rego.syntax.nodes import Body, Call, Expr, Rule, Term
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.shape import Type

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.types.program import ProgramTypes


def check_types(
    compiled: Compiled, *, input_schema: Any = None, schemas: Mapping[str, Any] | None = None
) -> list[Fault]:
    """Check all modules; what types rules and their variables have is then `compiled.types` (ProgramTypes).

    `input_schema` is the JSON Schema of `input`; `schemas` are those that annotations name, by the reference
    they use (`schema.a.b`). An unknown name is a fault where `schemas` is given, and ignored where not.
    """
    from samakia_policy.rego.types.program import check_modules

    return check_modules(compiled, input_schema, schemas)


def check_input_types(compiled: Compiled, input_of: Callable[[Rule], Type | None]) -> list[Fault]:
    """Check modules that were compiled already, with the type that `input` has for each rule.

    `input_of` returns None where it may be anything. Where schemas are not enough: they cannot say, for the
    checker, what type the members of an object have whose names are not known.
    """
    from samakia_policy.rego.types.program import check_inputs

    return check_inputs(compiled, input_of)


def check_query_types(
    compiled: Compiled, body: Body, rewritten: Mapping[str, str], subjects: Mapping[str, Term]
) -> tuple[TypeEnv, list[Fault]]:
    """Check a query in core form against the types of the modules, which are checked already.

    Returns the environment that knows the types of the query's variables, too. `rewritten` and `subjects`
    are those of the query's own generated locals.
    """
    from samakia_policy.rego.types.program import check_query

    return check_query(compiled, body, rewritten, subjects)


def miscounted(expr: Expr, call: Call, types: ProgramTypes | None = None) -> Fault | None:
    """Word the fault of a call with the wrong number of arguments; None where the function has no type.

    Built-ins have types always, functions of modules once these are checked: then `types` is given.
    """
    from samakia_policy.rego.types.program import miscounted_call

    return miscounted_call(expr, call, types)


__all__ = ["TypeEnv", "check_input_types", "check_query_types", "check_types", "miscounted"]
