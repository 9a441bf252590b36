"""Nodes as text, as OPA writes them in its messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.structure import Form, form
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Head,
    Import,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Term,
    Var,
    With,
)

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ESCAPED = re.compile(r"[\x00-\x1f\x7f\\]")
_CONSTANTS = {"null", "true", "false"}
_KEYWORDS = _CONSTANTS | {
    "not",
    "package",
    "import",
    "as",
    "default",
    "else",
    "with",
    "some",
    "if",
    "contains",
}
_KEYWORDS |= {"in", "every"}
_ASCII, _NARROW = 0x80, 0x10000
_BINARY = 2
_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def text(node: Any) -> str:
    """Return a node as OPA prints it."""
    return _TEXT[node.__class__](node)


def quoted(value: str) -> str:
    """Return a string as Go quotes it."""
    return f'"{"".join([_escaped(char) for char in value])}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < _ASCII:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _NARROW else f"\\U{code:08x}"


def scalar_text(value: Any) -> str:
    """Return null, a boolean, a number or a string as it is written."""
    if value is None:
        return "null"
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is str:
        return quoted(value)
    return str(getattr(value, "text", value))


def path_text(head: str, path: list[Term]) -> str:
    """Return a head and the elements after it, as in `data.a["b c"][x]`."""
    return head + "".join([_element(term) for term in path])


def _element(term: Term) -> str:
    if not isinstance(term, Scalar) or not isinstance(term.value, str):
        return f"[{text(term)}]"
    name = term.value
    if _PLAIN.match(name) and name not in _KEYWORDS:
        return f".{name}"
    return f"[{quoted(name)}]" if _ESCAPED.search(name) else f'["{name}"]'


def _ref(node: Ref) -> str:
    head = node.head
    if isinstance(head, Var) and node.path:
        name = _builtin_name(head.name, node.path)
        if name is not None:
            return name
    if isinstance(head, Scalar) and isinstance(head.value, str):
        return path_text(head.value, node.path)
    return path_text(text(head), node.path)


def _builtin_name(head: str, path: list[Term]) -> str | None:
    parts = [head]
    for term in path:
        if not isinstance(term, Scalar) or not isinstance(term.value, str):
            return None
        parts.append(term.value)
    name = ".".join(parts)
    return name if name in signatures() else None


def _joined(nodes: list[Any], separator: str = ", ") -> str:
    return separator.join([text(node) for node in nodes])


def _object(node: Object) -> str:
    entries = sorted(node.items, key=lambda entry: form(entry[0]))
    return "{" + ", ".join([f"{text(name)}: {text(value)}" for name, value in entries]) + "}"


def _set(node: SetTerm) -> str:
    distinct: dict[Form, Term] = {}
    for item in node.items:
        distinct.setdefault(form(item), item)
    return "{" + _joined([distinct[key] for key in sorted(distinct)]) + "}" if distinct else "set()"


def _call(node: Call) -> str:
    return f"{text(node.operator)}({_joined(node.args)})"


def _result(node: Term) -> str:
    """Return the term of a comprehension: the one place where OPA writes operators between operands."""
    if isinstance(node, Call) and len(node.args) == _BINARY:
        infix = signatures().get(text(node.operator), {}).get("infix")
        if infix and infix != "in":
            return f"({_result(node.args[0])} {infix} {_result(node.args[1])})"
    return text(node)


def body_text(body: Body) -> str:
    """Return a body on one line."""
    return _joined(body, "; ")


def _expr(node: Expr) -> str:
    terms: Any = node.terms
    equation = isinstance(terms, Call) and text(terms.operator) == "eq" and len(terms.args) == _BINARY
    shown = f"{text(terms.args[0])} = {text(terms.args[1])}" if equation else text(terms)
    negation = "not " if node.negated else ""
    return " ".join([negation + shown, *[text(item) for item in node.withs]])


def _every(node: Every) -> str:
    key = f"{text(node.key)}, " if node.key is not None else ""
    return f"every {key}{text(node.value)} in {text(node.domain)} {{ {body_text(node.body)} }}"


def _some(node: Some) -> str:
    first = node.symbols[0]
    if not isinstance(first, Call):
        return f"some {_joined(node.symbols)}"
    return f"some {_joined(first.args[:-1])} in {text(first.args[-1])}"


def _braced(node: Any) -> bool:
    """Return whether a term starts with a brace, which would read as a body."""
    if isinstance(node, Ref):
        return _braced(node.head)
    return isinstance(node, Object | ObjectComp | SetComp) or (isinstance(node, SetTerm) and bool(node.items))


def _not(node: Not) -> str:
    shown = body_text(node.body)
    if node.explicit or len(node.body) != 1:
        return f"not {{{shown}}}"
    inner = node.body[0]
    grouped = inner.withs or isinstance(inner.terms, Logical | Not) or _braced(inner.terms)
    return f"not ({shown})" if grouped else f"not {shown}"


def _operand(body: Body, explicit: bool, operator: str, right: bool) -> str:
    shown = body_text(body)
    if explicit or len(body) != 1:
        return f"{{ {shown} }}"
    inner = body[0]
    grouped = bool(inner.withs) or _braced(inner.terms)
    if isinstance(inner.terms, Logical):
        looser = operator == "and" and inner.terms.operator == "or"
        grouped = grouped or looser or (right and inner.terms.operator == operator)
    return f"({shown})" if grouped else shown


def _logical(node: Logical) -> str:
    left = _operand(node.left, node.explicit_left, node.operator, False)
    right = _operand(node.right, node.explicit_right, node.operator, True)
    return f"{left} {node.operator} {right}"


def _template(node: TemplateString) -> str:
    parts = []
    for part in node.parts:
        if isinstance(part, Scalar):
            value = part.value
            parts.append(_template_text(value) if isinstance(value, str) else text(part))
        else:
            parts.append(f"{{{text(part)}}}")
    return f'$"{"".join(parts)}"'


def _template_text(value: str) -> str:
    return re.sub(r"(?<!\\)\{", r"\\{", quoted(value)[1:-1])


def _import(node: Import) -> str:
    return f"import {text(node.path)}" + (f" as {node.alias}" if node.alias else "")


def _head(node: Head) -> str:
    shown = text(node.ref)
    if node.args:
        shown += f"({_joined(node.args)})"
    if node.key is not None:
        shown += f" contains {text(node.key)}"
    if node.value is not None:
        shown += f" {':=' if node.assign else '='} {text(node.value)}"
    return shown


_TEXT: dict[type, Callable[[Any], str]] = {
    Scalar: lambda node: scalar_text(node.value),
    Var: lambda node: "_" if node.wildcard else node.name,
    Ref: _ref,
    Array: lambda node: f"[{_joined(node.items)}]",
    Object: _object,
    SetTerm: _set,
    Call: _call,
    ArrayComp: lambda node: f"[{_result(node.term)} | {body_text(node.body)}]",
    SetComp: lambda node: f"{{{_result(node.term)} | {body_text(node.body)}}}",
    ObjectComp: lambda node: f"{{{_result(node.key)}: {_result(node.value)} | {body_text(node.body)}}}",
    TemplateString: _template,
    Expr: _expr,
    With: lambda node: f"with {text(node.target)} as {text(node.value)}",
    Some: _some,
    Every: _every,
    Not: _not,
    Logical: _logical,
    Import: _import,
    Head: _head,
    Rule: lambda node: _head(node.head),
}
