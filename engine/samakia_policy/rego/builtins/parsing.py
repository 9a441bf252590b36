"""Built-ins about modules: their tree, and metadata where there is no rule to have any."""

from __future__ import annotations

from typing import Any, NoReturn

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault, RegoError
from samakia_policy.rego.values.collections import Value


@builtin("rego.parse_module")
def parse_module(name: Value, text: Value) -> dict[Any, Value]:
    """Return the tree of a module as an object."""
    from samakia_policy.rego.syntax.as_json import module_json
    from samakia_policy.rego.syntax.modules import parse_module as parse

    file, source = string(name, 1), string(text, 1)
    try:
        return _value(module_json(parse(file, source)))  # type: ignore[no-any-return]
    except RegoError as error:
        raise BuiltinFault(_message(error)) from None


def _message(error: RegoError) -> str:
    count = len(error.faults)
    return f"{count} error{'s' if count > 1 else ''} occurred: {error}"


def _value(found: Any) -> Value:
    if isinstance(found, dict):
        return {name: _value(item) for name, item in found.items()}
    return [_value(item) for item in found] if isinstance(found, (list, tuple)) else found


def _outside_of_rules(name: str) -> None:
    def refuse() -> NoReturn:
        raise BuiltinFault(f"the {name} function must only be called within the scope of a rule")

    refuse.__doc__ = f"Refuse {name}: the compiler puts a constant in its place in every rule."
    builtin(name)(refuse)


for _name in ("rego.metadata.chain", "rego.metadata.rule"):
    _outside_of_rules(_name)
