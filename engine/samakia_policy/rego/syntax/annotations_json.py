"""METADATA values in the form of the tree: authors, resources and references taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.metadata import reference, schema_reference

_Terms = Callable[[list[n.Term]], list[Any]]


def annotations_json(block: n.Annotations, terms: _Terms) -> dict[str, Any]:
    """Return a block's values without its place; `terms` writes the terms of references."""
    values, found = block.values, dict[str, Any](scope=block.scope)
    for name in ("title", "description", "entrypoint", "organizations", "custom", "labels"):
        if values.get(name):
            found[name] = _by_name(values[name])
    for name, take in (("related_resources", resource), ("authors", author)):
        if values.get(name):
            found[name] = [take(item) for item in values[name]]
    if values.get("schemas"):
        found["schemas"] = [_schema(pair, terms) for pair in values["schemas"]]
    if values.get("compile") is not None:
        found["compile"] = _compile(values["compile"], terms)
    return found


def _by_name(value: Any) -> Any:
    """Return data with the keys of mappings in order."""
    if isinstance(value, dict):
        return {name: _by_name(value[name]) for name in sorted(value)}
    return [_by_name(item) for item in value] if isinstance(value, list) else value


def resource(item: Any) -> dict[str, str]:
    """Return a related resource: its reference, and its description if it has one."""
    if isinstance(item, str):
        return {"ref": item}
    description = _text(item, "description")
    return ({"description": description} if description else {}) | {"ref": _text(item, "ref")}


def author(item: Any) -> dict[str, str]:
    """Return an author: the name, and the address if there is one."""
    if isinstance(item, str):
        words, email = item.split(), ""
        if len(words[-1]) > 1 and words[-1].startswith("<") and words[-1].endswith(">"):
            email = words.pop()[1:-1]
        name = " ".join(words)
    else:
        name, email = _text(item, "name"), _text(item, "email")
    return {"name": name, "email": email} if email else {"name": name}


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value.strip() if isinstance(value, str) else ""


def _schema(pair: dict[str, Any], terms: _Terms) -> dict[str, Any]:
    name, declared = next(iter(pair.items()))
    path = reference(name)
    plain = [{"type": value_name(term), "value": _value(term)} for term in (path.terms if path else [])]
    if not isinstance(declared, str):
        return {"path": plain, "definition": _by_name(declared)}
    schema = schema_reference(declared)
    return {"path": plain, "schema": terms(schema.terms if schema else [])}


def _value(term: n.Term) -> Any:
    return getattr(term, "value", getattr(term, "name", ""))


def _compile(values: dict[str, Any], terms: _Terms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    unknowns = values.get("unknowns")
    if isinstance(unknowns, list) and unknowns:
        refs = [reference(text) for text in unknowns if isinstance(text, str)]
        found["unknowns"] = [terms(ref.terms) for ref in refs if ref]
    mask = values.get("mask_rule")
    if isinstance(mask, str):
        found["mask_rule"] = _mask(mask, terms)
    return found


def _mask(text: str, terms: _Terms) -> list[Any]:
    from samakia_policy.rego.syntax.modules import parse_term

    term = parse_term(text)
    return terms(term.terms if isinstance(term, n.Ref) else [term])
