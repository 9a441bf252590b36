"""OPA's names for kinds of values and nodes, as its messages use them."""

from __future__ import annotations

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.values.number import Number

_NAMES = {
    n.Var: "var",
    n.Ref: "ref",
    n.Array: "array",
    n.Object: "object",
    n.SetTerm: "set",
    n.Call: "call",
    n.ArrayComp: "arraycomprehension",
    n.SetComp: "setcomprehension",
    n.ObjectComp: "objectcomprehension",
    n.TemplateString: "templatestring",
    n.Import: "import",
    n.Rule: "rule",
    n.Module: "package",
}
_SCALARS = {type(None): "null", bool: "boolean", int: "number", Number: "number", str: "string"}


def value_name(node: n.Node) -> str:
    """Return OPA's name for the kind of a term or statement."""
    if isinstance(node, n.Scalar):
        return _SCALARS[type(node.value)]
    return _NAMES[type(node)]
