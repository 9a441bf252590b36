"""Every variable must be bound before it is used: the checks of heads and bodies, and the order of bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.rego.compiler.faults import place_order
from samakia_policy.rego.compiler.operand_bodies import safety_collector
from samakia_policy.rego.compiler.outputs import Arity, equation
from samakia_policy.rego.compiler.reorder import Unsafe, reorder
from samakia_policy.rego.compiler.tree import ground_prefix
from samakia_policy.rego.compiler.variables import RESERVED, all_vars, placed_vars, safety_vars
from samakia_policy.rego.compiler.walk import rules
from samakia_policy.rego.errors import UNSAFE, Fault
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body, Head, Module, Ref, Rule, Scalar
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.syntax.printer import text_of

GENERATED = "__local"
FUTURE_KEYWORDS = frozenset({"in", "every", "contains", "if", "not", "and", "or"})


def check_heads(modules: Iterable[Module], rewritten: Mapping[str, str]) -> list[Fault]:
    """Return a fault for every variable of a head that neither its body nor its arguments bind."""
    found = []
    for module in modules:
        scopes = Scopes(module)
        for rule in rules(module):
            if _may_hold_vars(rule.head):
                found += _head_faults(rule, rewritten, scopes)
    return found


def check_bodies(modules: Iterable[Module], rewritten: Mapping[str, str], arity: Arity) -> list[Fault]:
    """Put the bodies of all rules into their safe order; return a fault for every unsafe variable."""
    found = []
    collector = safety_collector(arity)
    for module in modules:
        scopes = Scopes(module)
        for rule in rules(module):
            known = all_vars(rule.head.args or ()) | RESERVED
            placed, unsafe = reorder(rule.body, known, arity, collector)
            faults = unsafe_faults(unsafe, rewritten, scopes.scope(rule)) if unsafe else []
            if faults:
                found += faults
            else:
                rule.body = placed
    return found


def check_query(body: Body, rewritten: Mapping[str, str], arity: Arity) -> tuple[Body, list[Fault]]:
    """Return a query's body in its safe order, and a fault for every unsafe variable."""
    placed, unsafe = reorder(body, set(RESERVED), arity)
    faults = unsafe_faults(unsafe, rewritten, "") if unsafe else []
    return (body if faults else placed), faults


def _may_hold_vars(head: Head) -> bool:
    parts = [*(head.args or ()), head.key, head.value, *head.ref.path]
    return any(part is not None and not isinstance(part, Scalar) for part in parts)


def _head_faults(rule: Rule, rewritten: Mapping[str, str], scopes: Scopes) -> list[Fault]:
    head = rule.head
    placed: dict[str, Location | None] = {}
    for part in [*(head.args or ()), head.key, head.value, *head.ref.path]:
        if part is not None:
            placed_vars(part, placed)
    missing = placed.keys() - safety_vars(rule.body) - all_vars(head.args or ())
    found = []
    for name in sorted(missing):
        shown = rewritten.get(name, name)
        if not shown.startswith(GENERATED):
            message = f"var {_display(shown)} is unsafe{scopes.scope(rule)}"
            found.append(Fault(UNSAFE, message, placed[name]))
    return found


def unsafe_faults(unsafe: Unsafe, rewritten: Mapping[str, str], scope: str) -> list[Fault]:
    """Return one fault per unsafe variable at the first literal that needs it.

    A variable that an unsafe literal assigns to is named only when there is no other. Where only generated
    variables are unsafe, the literals are named instead.
    """
    assigned = _assigned(unsafe, rewritten)
    named = []
    for name, place in _first_places(unsafe):
        shown = rewritten.get(name, name)
        if not shown.startswith(GENERATED):
            named.append((shown, place, shown in assigned or name in assigned))
    others = [entry for entry in named if not entry[2]]
    faults = [_unsafe_fault(shown, place, scope) for shown, place, _ in others or named]
    return faults or _unsafe_exprs(unsafe, scope)


def _unsafe_fault(name: str, place: Location | None, scope: str) -> Fault:
    message = f"var {_display(name)} is unsafe{scope}"
    if name in FUTURE_KEYWORDS:
        message += f" (hint: `import future.keywords.{name}` to import a future keyword)"
    return Fault(UNSAFE, message, place)


def _unsafe_exprs(unsafe: Unsafe, scope: str) -> list[Fault]:
    seen: set[str] = set()
    found = []
    for expr, names in sorted(unsafe.items(), key=lambda entry: place_order(entry[0].location)):
        fresh = {name for name in names if name.startswith(GENERATED)} - seen
        if fresh:
            seen |= fresh
            found.append(Fault(UNSAFE, f"expression is unsafe{scope}", expr.location))
    return found


def _first_places(unsafe: Unsafe) -> list[tuple[str, Location | None]]:
    places: dict[str, Location | None] = {}
    for expr, names in unsafe.items():
        for name in names:
            if place_order(expr.location) < place_order(places.get(name)):
                places[name] = expr.location
            else:
                places.setdefault(name, expr.location)
    return sorted(places.items(), key=lambda entry: (place_order(entry[1]), entry[0]))


def _assigned(unsafe: Unsafe, rewritten: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    for expr in unsafe:
        call = equation(expr) if expr.assigned else None
        if call is not None:
            names = all_vars([call.args[0]])
            found |= names | {rewritten[name] for name in names if name in rewritten}
    return found


def _display(name: str) -> str:
    return "_" if name.startswith("$") else name


@slotted()
class Scopes:
    """Names a fault's rule, where the line alone does not tell: one that holds rules of several names."""

    module: Module
    _rows: set[int] | None = None

    def scope(self, rule: Rule) -> str:
        """Return ` in rule NAME`, or nothing."""
        if rule.location is None:
            return ""
        if self._rows is None:
            self._rows = _shared_rows(self.module)
        if rule.location.row not in self._rows:
            return ""
        return f" in rule {text_of(_name(rule))}"


def _name(rule: Rule) -> Ref:
    ref = rule.head.ref
    return Ref(ref.head, ground_prefix(ref.terms)[1:])


def _shared_rows(module: Module) -> set[int]:
    first: dict[int, Any] = {}
    shared = set()
    for rule in rules(module):
        if rule.location is not None:
            name = form(_name(rule))
            if first.setdefault(rule.location.row, name) != name:
                shared.add(rule.location.row)
    return shared
