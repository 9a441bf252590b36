"""The tree as text, the way OPA writes it: in messages, and as the text of query expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.order import Form, form, pairs_in_order
from samakia_policy.rego.syntax.tokens import WORDS, WORDS_V1
from samakia_policy.rego.syntax.walk import is_binary
from samakia_policy.rego.values.quote import quoted

INFIX = {
    "plus": "+",
    "minus": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
    "eq": "=",
    "equal": "==",
    "neq": "!=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "assign": ":=",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYWORDS = WORDS | WORDS_V1
_BRACE = re.compile(r"(?<!\\)\{")
_ESCAPED = re.compile(r"[\x00-\x1f\x7f\\]")


def text_of(node: n.Node) -> str:
    """Return the text of any node."""
    return _TEXTS[node.__class__](node)


def body_text(body: n.Body) -> str:
    """Return the text of a body on one line."""
    return "; ".join(map(text_of, body))


def rule_text(rule: n.Rule, version: int = 1) -> str:
    """Return the text of a rule with its `else` branches."""
    opening = " { " if version == 0 else " if { "
    head = ("default " if rule.default else "") + head_text(rule.head, version)
    if rule.default:
        return head
    text = f"{head}{opening}{body_text(rule.body)} }}"
    following = rule.otherwise
    while following is not None:
        value = f"= {text_of(following.head.value)}" if following.head.value else ""
        text += f" else {value}{opening}{body_text(following.body)} }}"
        following = following.otherwise
    return text


def head_text(head: n.Head, version: int = 1) -> str:
    """Return the text of a head."""
    text = text_of(head.ref)
    if head.args:
        text += _list("(", head.args, ")")
    elif head.key is not None:
        key = text_of(head.key)
        text += f"[{key}]" if version == 0 and not head.ref.path else f" contains {key}"
    if head.value is not None:
        text += f" {':=' if head.assign else '='} {text_of(head.value)}"
    return text


def _list(opening: str, terms: list[n.Term], closing: str) -> str:
    return opening + ", ".join(map(text_of, terms)) + closing


def scalar_text(value: Any) -> str:
    """Return null, a boolean, a number or a string as it is written."""
    if value is None:
        return "null"
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is str:
        return quoted(value)
    return str(getattr(value, "text", value))


def path_text(head: str, path: list[n.Term]) -> str:
    """Return a head and the elements after it, as in `data.a["b c"][x]`."""
    return head + "".join([_element(term) for term in path])


def _element(part: n.Term) -> str:
    if not isinstance(part, n.Scalar) or not isinstance(part.value, str):
        return f"[{text_of(part)}]"
    if _NAME.match(part.value) and part.value not in _KEYWORDS:
        return f".{part.value}"
    return f"[{quoted(part.value)}]" if _ESCAPED.search(part.value) else f'["{part.value}"]'


def _ref(ref: n.Ref) -> str:
    head = ref.head
    if isinstance(head, n.Scalar) and isinstance(head.value, str):
        return path_text(head.value, ref.path)
    return path_text(text_of(head), ref.path)


def _object(term: n.Object) -> str:
    return "{" + ", ".join(f"{text_of(k)}: {text_of(v)}" for k, v in pairs_in_order(term.items)) + "}"


def _set(term: n.SetTerm) -> str:
    distinct: dict[Form, n.Term] = {}
    for item in term.items:
        distinct.setdefault(form(item), item)
    return _list("{", [distinct[key] for key in sorted(distinct)], "}") if distinct else "set()"


def _call(term: n.Call) -> str:
    return text_of(term.operator) + _list("(", term.args, ")")


def _inner(term: n.Term) -> str:
    """Return the text of the term of a comprehension, where `|` would end it: operators are written out."""
    if isinstance(term, n.Call) and is_binary(term):
        sign = INFIX.get(text_of(term.operator))
        if sign:
            return f"({_inner(term.args[0])} {sign} {_inner(term.args[1])})"
    return text_of(term)


def _template(term: n.TemplateString) -> str:
    parts = []
    for part in term.parts:
        if isinstance(part, n.Expr):
            parts.append("{" + text_of(part) + "}")
        elif isinstance(part.value, str):
            parts.append(_BRACE.sub(r"\\{", quoted(part.value)[1:-1]))
        else:
            parts.append(text_of(part))
    return '$"' + "".join(parts) + '"'


def _expr(expr: n.Expr) -> str:
    terms = expr.terms
    if isinstance(terms, n.Call) and is_binary(terms) and text_of(terms.operator) == "eq":
        text = f"{text_of(terms.args[0])} = {text_of(terms.args[1])}"
    else:
        text = text_of(terms)
    withs = "".join(f" with {text_of(each.target)} as {text_of(each.value)}" for each in expr.withs)
    return ("not " if expr.negated else "") + text + withs


def _some(some: n.Some) -> str:
    first = some.symbols[0]
    if isinstance(first, n.Call):
        *names, domain = map(text_of, first.args)
        return f"some {', '.join(names)} in {domain}"
    return "some " + ", ".join(map(text_of, some.symbols))


def _every(every: n.Every) -> str:
    key = f"{text_of(every.key)}, " if every.key else ""
    return f"every {key}{text_of(every.value)} in {text_of(every.domain)} {{ {body_text(every.body)} }}"


def _not(node: n.Not) -> str:
    if node.explicit or len(node.body) != 1:
        return "not {" + body_text(node.body) + "}"
    only = node.body[0]
    wrapped = bool(only.withs) or isinstance(only.terms, n.Logical | n.Not) or _opens_brace(only.terms)
    return f"not ({text_of(only)})" if wrapped else f"not {text_of(only)}"


def _logical(node: n.Logical) -> str:
    left = _operand(node.left, node.explicit_left, node.operator, right=False)
    right = _operand(node.right, node.explicit_right, node.operator, right=True)
    return f"{left} {node.operator} {right}"


def _operand(body: n.Body, explicit: bool, operator: str, *, right: bool) -> str:
    if explicit or len(body) != 1:
        return "{ " + body_text(body) + " }"
    only = body[0]
    wrapped = bool(only.withs) or _opens_brace(only.terms)
    if isinstance(only.terms, n.Logical):
        looser = only.terms.operator == "or" and operator == "and"
        wrapped = wrapped or looser or (right and not (only.terms.operator == "and" and operator == "or"))
    return f"({text_of(only)})" if wrapped else text_of(only)


def _opens_brace(term: n.Node) -> bool:
    if isinstance(term, n.Ref):
        return _opens_brace(term.head)
    return isinstance(term, n.Object | n.SetComp | n.ObjectComp) or (
        isinstance(term, n.SetTerm) and bool(term.items)
    )


_TEXTS: dict[type, Callable[..., str]] = {
    n.Scalar: lambda term: scalar_text(term.value),
    n.Var: lambda var: "_" if var.wildcard else var.name,
    n.Ref: _ref,
    n.Array: lambda term: _list("[", term.items, "]"),
    n.Object: _object,
    n.SetTerm: _set,
    n.Call: _call,
    n.ArrayComp: lambda term: f"[{_inner(term.term)} | {body_text(term.body)}]",
    n.SetComp: lambda term: f"{{{_inner(term.term)} | {body_text(term.body)}}}",
    n.ObjectComp: lambda term: f"{{{_inner(term.key)}: {_inner(term.value)} | {body_text(term.body)}}}",
    n.TemplateString: _template,
    n.Some: _some,
    n.Every: _every,
    n.Not: _not,
    n.Logical: _logical,
    n.With: lambda node: f"with {text_of(node.target)} as {text_of(node.value)}",
    n.Expr: _expr,
    n.Head: head_text,
    n.Rule: rule_text,
    n.Import: lambda node: f"import {text_of(node.path)}" + (f" as {node.alias}" if node.alias else ""),
    n.Comment: lambda node: f"#{node.text}",
}
