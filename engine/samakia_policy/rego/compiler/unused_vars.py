"""Variables that are declared or assigned and then not used."""

from __future__ import annotations

from samakia_policy.rego.compiler.declared import declared_vars
from samakia_policy.rego.compiler.locals import PREFIX
from samakia_policy.rego.compiler.scopes import Met, Scopes
from samakia_policy.rego.compiler.variables import all_vars
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body


def unused_faults(scopes: Scopes, body: Body, kept: Body, used: set[str], *, strict: bool) -> list[Fault]:
    """Return a fault for every variable that a body declares, or under strict assigns, and does not use.

    `kept` is the body rewritten; `used` names what is needed of it outside.
    """
    found = _assigned(scopes, body, used) if strict else []
    return found or (_declared(scopes, body, kept, used) if scopes.inner.plain else [])


def _assigned(scopes: Scopes, body: Body, used: set[str]) -> list[Fault]:
    inner = scopes.inner
    needed = {scopes.name_of(name) for name in used} | used
    unused = {
        inner.names[name]: name
        for name, met in inner.met.items()
        if met is Met.ASSIGNED and not name.startswith("$") and inner.count[name] <= 1
    }
    return [
        Fault(COMPILE, f"assigned var {unused[name]} unused", _place_of(name, body))
        for name in sorted(unused)
        if name not in needed
    ]


def _place_of(generated: str, body: Body) -> Location | None:
    for expr in body:
        if generated in all_vars([expr]):
            return expr.location
    return body[0].location


def _declared(scopes: Scopes, body: Body, kept: Body, used: set[str]) -> list[Fault]:
    inner = scopes.inner
    mentioned = all_vars(kept) | {scopes.name_of(name) or name for name in used} | used
    unused = {inner.names[name]: name for name in inner.plain}
    return [
        Fault(COMPILE, f"declared var {unused[name]} unused", _declaration_of(unused[name], body))
        for name in sorted(unused)
        if name not in mentioned and not unused[name].startswith(PREFIX)
    ]


def _declaration_of(written: str, body: Body) -> Location | None:
    for expr in body:
        if written in declared_vars([expr]):
            return expr.location
    return body[0].location
