"""What `not x`, `x and y` and `x or y` take from outside, when no braces make a body of their own."""

from __future__ import annotations

from samakia_policy.rego.compiler.outputs import Arity, equation, equation_outputs, is_equality
from samakia_policy.rego.compiler.variables import RESERVED, Collector, result_vars, safety_vars
from samakia_policy.rego.syntax.nodes import Body, Call, Logical, Not, Var


def safety_collector(arity: Arity) -> Collector:
    """Return a collector of what must be bound, into which operands without braces count."""

    def special(found: set[str], node: Not | Logical) -> None:
        for body in implicit_bodies(node):
            found |= outside_vars(body, arity)

    return Collector(operators=False, closures=False, special=special)


def implicit_bodies(node: Not | Logical) -> list[Body]:
    """Return the operands that were written without braces."""
    if isinstance(node, Not):
        return [] if node.explicit else [node.body]
    sides = [(node.explicit_left, node.left), (node.explicit_right, node.right)]
    return [body for explicit, body in sides if not explicit]


def outside_vars(body: Body, arity: Arity) -> set[str]:
    """Return the variables of an operand's body that it does not bind for itself."""
    mentioned = [safety_vars([expr]) for expr in body]
    every: set[str] = set().union(*mentioned)
    if len(body) <= 1:
        return every
    bound = _bound_by_equations(body, every) | _bound_by_calls(body, arity)
    uses = {name: sum(name in names for names in mentioned) for name in every}
    return {name for name in every if name not in bound or uses[name] == 1}


def _bound_by_equations(body: Body, mentioned: set[str]) -> set[str]:
    """Return what equations bind when everything that is no side of one comes from outside."""
    equations = [(expr, call) for expr in body if (call := equation(expr)) is not None]
    safe = RESERVED | mentioned
    for _, call in equations:
        safe -= {side.name for side in call.args if isinstance(side, Var)}
    bound: set[str] = set()
    changed = True
    while changed:
        changed = False
        for expr, call in equations:
            found = equation_outputs(expr, call, set(safe)) - bound
            if found:
                bound |= found
                safe |= found
                changed = True
    return bound


def _bound_by_calls(body: Body, arity: Arity) -> set[str]:
    bound: set[str] = set()
    for expr in body:
        call = expr.terms
        if isinstance(call, Call) and not is_equality(call):
            inputs = arity(call.operator)
            if 0 <= inputs < len(call.args):
                bound |= result_vars(call.args[inputs:])
    return bound
