"""What a default rule may not have: variables in its value, anything but variables as arguments."""

from __future__ import annotations

from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.nodes import Call, Expr, Head, Ref, TemplateString, Term, Var
from samakia_policy.rego.syntax.walk import parts


def default_faults(head: Head) -> list[str]:
    """Return what is wrong with the head of a default rule."""
    if head.value is None:
        return ["illegal default rule (must have a value)"]
    faults = _value_faults(head.value)
    return faults or (_argument_faults(head.args) if head.args else [])


def _value_faults(value: Term) -> list[str]:
    if isinstance(value, Ref | Var | Call):
        return [f"illegal default rule (value cannot contain {value_name(value)})"]
    inside = parts(value)
    if isinstance(value, TemplateString):
        inside = [part.terms for part in value.parts if isinstance(part, Expr)]  # type: ignore[misc]
    return [fault for part in inside for fault in _value_faults(part)]


def _argument_faults(args: list[Term]) -> list[str]:
    faults, seen = [], set[str]()
    for arg in args:
        if not isinstance(arg, Var):
            faults.append(f"illegal default rule (arguments cannot contain {value_name(arg)})")
        elif arg.name in seen:
            faults.append(f"illegal default rule (arguments cannot be repeated {arg.name})")
        seen.add(getattr(arg, "name", ""))
    return faults
