"""RewriteRegoMetadataCalls: `rego.metadata.rule()` and `chain()` become constants of the rule around them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from samakia_policy.rego.compiler.annotation_set import AnnotationSet, Link
from samakia_policy.rego.compiler.compiled import builtin_name
from samakia_policy.rego.compiler.locals import EQ, Locals, extend
from samakia_policy.rego.compiler.walk import exprs
from samakia_policy.rego.syntax.nodes import (
    Annotations,
    Array,
    Call,
    Expr,
    Object,
    Rule,
    Scalar,
    Term,
    Var,
)
from samakia_policy.rego.values.number import Number

CHAIN, RULE = "rego.metadata.chain", "rego.metadata.rule"
_TEXTS = ("scope", "title")


def metadata_call(expr: Expr) -> str | None:
    """Return which of the two an expression calls, or None."""
    name = builtin_name(expr.terms.operator) if isinstance(expr.terms, Call) else None
    return name if name in (CHAIN, RULE) else None


def rewrite_metadata(rule: Rule, annotations: AnnotationSet, locals_: Locals) -> None:
    """Rewrite one rule in place; not its else clauses."""
    calls: dict[str, list[Expr]] = {}
    for part in [rule.head, *rule.body]:
        for expr in exprs(part):
            name = metadata_call(expr)
            if name is not None:
                calls.setdefault(name, []).append(expr)
    bound = []
    for name, make in _MAKE.items():
        if name in calls:
            constant = make(annotations, rule)
            constant.location = calls[name][0].location
            made, expr = locals_.bind(constant)
            bound.append(expr)
            for call in calls[name]:
                _replace(call, made)
    if bound:
        rule.body = extend(bound, rule.body)


def _replace(expr: Expr, constant: Var) -> None:
    args = expr.terms.args if isinstance(expr.terms, Call) else []
    value = Var(constant.name, location=constant.location)
    expr.terms = Call(EQ, [args[0], value], location=expr.location) if args else value
    expr.generated = True


def _chain(annotations: AnnotationSet, rule: Rule) -> Term:
    return Array([_link(link) for link in annotations.chain(rule)])


def _rule(annotations: AnnotationSet, rule: Rule) -> Term:
    own = annotations.of_rule(rule)
    return Object([]) if own is None else annotations_term(own)


_MAKE: dict[str, Callable[[AnnotationSet, Rule], Term]] = {CHAIN: _chain, RULE: _rule}


def _link(link: Link) -> Term:
    terms, block = link
    items: list[tuple[Term, Term]] = [(Scalar("path"), Array(list(terms[1:])))]
    if block is not None:
        items.append((Scalar("annotations"), annotations_term(block)))
    return Object(items)


def annotations_term(block: Annotations) -> Term:
    """Return a METADATA block as OPA hands it to rules."""
    return constant_term(annotations_data(block))


def annotations_data(block: Annotations) -> dict[str, Any]:
    """Return a METADATA block as plain data: only what is known and not empty, in OPA's shapes."""
    values = block.values
    found: dict[str, Any] = {
        "scope": block.scope,
        "title": values.get("title"),
        "entrypoint": values.get("entrypoint") is True,
        "description": values.get("description"),
        "organizations": values.get("organizations"),
        "related_resources": [_resource(item) for item in values.get("related_resources") or ()],
        "authors": [_author(item) for item in values.get("authors") or ()],
        "schemas": [_schema(pair) for item in values.get("schemas") or () for pair in item.items()],
        "custom": values.get("custom"),
        "labels": values.get("labels"),
    }
    return {name: value for name, value in found.items() if value}


def _resource(item: Any) -> dict[str, str]:
    if isinstance(item, str):
        return {"ref": item}
    found = {
        "ref": str(item.get("ref", "")).strip(),
        "description": str(item.get("description") or "").strip(),
    }
    return {name: value for name, value in found.items() if value}


def _author(item: Any) -> dict[str, str]:
    if isinstance(item, str):
        words = item.split()
        email = ""
        if words and words[-1].startswith("<") and words[-1].endswith(">"):
            email = words.pop()[1:-1]
        found = {"name": " ".join(words), "email": email}
    else:
        found = {name: str(item.get(name) or "").strip() for name in ("name", "email")}
    return {name: value for name, value in found.items() if value}


def _schema(pair: tuple[str, Any]) -> dict[str, Any]:
    path, declared = pair
    if isinstance(declared, str):
        return {"path": path.split("."), "schema": declared.split(".")}
    return {"path": path.split("."), "definition": declared}


def _time_text(value: date) -> str:
    """Return a time of YAML as OPA writes it."""
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00Z"
    text = value.isoformat()
    if value.microsecond:
        head, tail = text[:26].rstrip("0"), text[26:]
        text = head + tail
    return text.removesuffix("+00:00") + "Z" if value.utcoffset() in (None, timedelta()) else text


def constant_term(value: Any) -> Term:
    """Return plain data as a term."""
    if isinstance(value, dict):
        return Object([(constant_term(name), constant_term(item)) for name, item in value.items()])
    if isinstance(value, list | tuple):
        return Array([constant_term(item) for item in value])
    if isinstance(value, date):
        return Scalar(_time_text(value))
    if isinstance(value, float):
        return Scalar(int(value) if value.is_integer() else Number(repr(value)))
    return Scalar(value)
