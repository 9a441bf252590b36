"""Built-ins that read and write YAML."""

from __future__ import annotations

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values import yaml_text, yaml_writer
from samakia_policy.rego.values.collections import Value


@builtin("yaml.marshal")
def marshal(value: Value) -> str:
    """Return a value as YAML."""
    try:
        return yaml_writer.dump(value)
    except ValueError as error:
        raise BuiltinFault(str(error)) from None


@builtin("yaml.unmarshal")
def unmarshal(text: Value) -> Value:
    """Return the value of the first document in a YAML text."""
    try:
        return yaml_text.load(string(text, 1))
    except ValueError as error:
        raise BuiltinFault(str(error)) from None


@builtin("yaml.is_valid")
def is_valid(text: Value) -> bool:
    """Return whether something is a YAML text that has a JSON value."""
    if text.__class__ is not str:
        return False
    try:
        yaml_text.load(text)
    except ValueError:
        return False
    return True
