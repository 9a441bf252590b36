"""Text templates."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import obj, string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.builtins.template_execution import execute
from samakia_policy.rego.builtins.template_parser import parse
from samakia_policy.rego.builtins.template_values import native
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.json_text import load
from samakia_policy.rego.values.text import written


@builtin("strings.render_template", context=True)
def render_template(context: Context, template: Any, values: Any) -> str:
    """Return a template, in the language of Go's text/template, filled with an object's values."""
    text = string(template, 1)
    try:
        # OPA goes by the term's text, so what is no JSON there, such as a set, is refused.
        data = native(load(written(obj(values, 2))))
    except ValueError as error:
        raise BuiltinFault(str(error)) from None
    return execute(context, parse(text), data).replace("<no value>", "<undefined>")
