"""The tree as the JSON data that `opa parse --format json` prints, keys in the same order."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.annotations_json import annotations_json
from samakia_policy.rego.syntax.copies import place_all
from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.order import in_order, pairs_in_order
from samakia_policy.rego.syntax.walk import head_name, is_ground

_Json = dict[str, Any]


def module_json(module: n.Module, *, locations: bool = False, comments: bool = True) -> _Json:
    """Return a module."""
    return _Writer(locations).module(module, comments)


def body_json(body: n.Body, *, locations: bool = False) -> list[_Json]:
    """Return a body."""
    return _Writer(locations).body(body)


def location_json(place: Location, *, text: bool = True) -> _Json:
    """Return a place with its text in base 64."""
    found: _Json = {"file": place.file, "row": place.row, "col": place.col}
    own = place.text if text else ""
    return {**found, "text": _base64(own)} if own else found


def _base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


class _Writer:
    def __init__(self, locations: bool) -> None:
        self.locations = locations

    def place(self, node: n.Node) -> _Json:
        place = node.location if self.locations else None
        return {"location": location_json(place)} if place else {}

    def module(self, module: n.Module, comments: bool) -> _Json:
        package = self.place(module.package) | {"path": self.terms(module.package.terms)}
        made: _Json = {"package": package}
        if module.imports:
            made["imports"] = [self.import_(each) for each in module.imports]
        if module.annotations:
            made["annotations"] = [self.annotations(each) for each in module.annotations]
        if module.rules:
            made["rules"] = [self.rule(each) for each in module.rules]
        if comments and module.comments:
            made["comments"] = [self.comment(each) for each in module.comments]
        return made

    def comment(self, comment: n.Comment) -> _Json:
        assert comment.location
        place = location_json(comment.location, text=self.locations)
        return {"Text": _base64(comment.text), "Location": place}

    def annotations(self, block: n.Annotations) -> _Json:
        found = annotations_json(block, self.terms) | self.place(block)
        return dict(sorted(found.items()))

    def import_(self, node: n.Import) -> _Json:
        made: _Json = {}
        if node.alias:
            made["alias"] = node.alias
            if self.locations and node.alias_location:
                made["alias_location"] = location_json(node.alias_location)
        return made | self.place(node) | {"path": self.term(node.path)}

    def rule(self, rule: n.Rule, first: n.Rule | None = None) -> _Json:
        first = first or rule
        made: _Json = {}
        if rule.annotations:
            made["annotations"] = [self.annotations(each) for each in rule.annotations]
        made["body"] = self.body(rule.body)
        if rule.default:
            made["default"] = True
        if rule.otherwise:
            made["else"] = self.rule(rule.otherwise, first)
        made["head"] = self.head(rule.head, first)
        return made | self.place(rule)

    def head(self, head: n.Head, first: n.Rule) -> _Json:
        name, key = _name_and_key(head, first)
        made: _Json = {"name": name} if name else {}
        if head.args:
            made["args"] = self.terms(head.args)
        if key is not None:
            made["key"] = self.term(key)
        if head.value is not None:
            made["value"] = self.term(head.value)
        if head.assign:
            made["assign"] = True
        return made | {"ref": self.terms(head.ref.terms)} | self.place(head)

    def body(self, body: n.Body) -> list[_Json]:
        return [self.expr(expr, index) for index, expr in enumerate(body)]

    def expr(self, expr: n.Expr, index: int = 0) -> _Json:
        made: _Json = {"generated": True} if expr.generated else {}
        made["index"] = index
        made |= self.place(expr)
        if expr.negated:
            made["negated"] = True
        terms = expr.terms
        if isinstance(terms, n.Call):
            made["terms"] = self.terms([terms.operator, *terms.args])
        elif isinstance(terms, n.Some | n.Every | n.Not | n.Logical):
            made["terms"] = _LITERALS[terms.__class__](self, terms)
        else:
            made["terms"] = self.term(terms)
        if expr.withs:
            made["with"] = [self.with_(each) for each in expr.withs]
        return made

    def with_(self, node: n.With) -> _Json:
        bare = isinstance(node.target.head, n.Var) and not node.target.path
        root = bare and head_name(node.target) in ("input", "data")
        target = node.target.head if bare and not root else node.target
        return self.place(node) | {"target": self.term(target), "value": self.term(node.value)}

    def some(self, node: n.Some) -> _Json:
        return self.place(node) | {"symbols": self.terms(node.symbols)}

    def every(self, node: n.Every) -> _Json:
        made: _Json = {"body": self.body(node.body), "domain": self.term(node.domain)}
        made["key"] = self.term(node.key) if node.key else None
        return made | self.place(node) | {"value": self.term(node.value)}

    def not_(self, node: n.Not) -> _Json:
        return {"body": self.body(node.body), "explicit_body": node.explicit, "type": "not"}

    def logical(self, node: n.Logical) -> _Json:
        made: _Json = {"explicit_lhs": True} if node.explicit_left else {}
        if node.explicit_right:
            made["explicit_rhs"] = True
        return made | {"lhs": self.side(node.left), "rhs": self.body(node.right), "type": node.operator}

    def side(self, body: n.Body) -> list[_Json]:
        """Write a left side; OPA loses the place of what a plain `not` there negates."""
        made, negation = self.body(body), body[0].terms
        if len(body) == 1 and isinstance(negation, n.Not) and not negation.explicit:
            inner = negation.body[0].location
            if inner and negation.location and inner.offset == negation.location.offset:
                made[0]["terms"]["body"][0].pop("location", None)
        return made

    def terms(self, terms: list[n.Term]) -> list[_Json]:
        return [self.term(term) for term in terms]

    def term(self, term: n.Term) -> _Json:
        value = _VALUES[term.__class__](self, term)
        return self.place(term) | {"type": value_name(term), "value": value}

    def pairs(self, node: n.Object) -> list[list[_Json]]:
        return [[self.term(key), self.term(value)] for key, value in pairs_in_order(node.items)]

    def comprehension(self, node: n.ArrayComp | n.SetComp) -> _Json:
        return {"term": self.term(node.term), "body": self.body(node.body)}

    def object_comprehension(self, node: n.ObjectComp) -> _Json:
        return {"key": self.term(node.key), "value": self.term(node.value), "body": self.body(node.body)}

    def template(self, node: n.TemplateString) -> _Json:
        parts = [self.expr(part) if isinstance(part, n.Expr) else self.term(part) for part in node.parts]
        return {"parts": parts or None, "multi_line": node.multi_line}


def _name_and_key(head: n.Head, first: n.Rule) -> tuple[str, n.Term | None]:
    """Return what OPA keeps beside the reference of a head, which depends on how the rule was written."""
    ref = head.ref
    name = ref.head.name if isinstance(ref.head, n.Var) else ""
    if not ref.path:
        return name, head.key
    if head.key is not None or first.default or len(ref.path) > 1:
        return "", head.key
    if head.args is not None:
        return name if "if" in first.head.keywords else "", None
    chained = head.location is first.location and head.location != ref.location
    key = place_all(ref.path[0], head.location) if chained else ref.path[0]
    if "if" not in first.head.keywords:
        return name, key
    keyed = isinstance(ref.path[0], n.Ref) or not is_ground(ref.path[0])
    return "" if first.head.implicit_value else name, key if keyed else None


_VALUES: dict[type, Callable[..., Any]] = {
    n.Scalar: lambda _, term: {} if term.value is None else term.value,
    n.Var: lambda _, term: term.name,
    n.Ref: lambda writer, term: writer.terms(term.terms),
    n.Call: lambda writer, term: writer.terms([term.operator, *term.args]),
    n.Array: lambda writer, term: writer.terms(term.items),
    n.SetTerm: lambda writer, term: writer.terms(in_order(term.items)),
    n.Object: _Writer.pairs,
    n.ArrayComp: _Writer.comprehension,
    n.SetComp: _Writer.comprehension,
    n.ObjectComp: _Writer.object_comprehension,
    n.TemplateString: _Writer.template,
}
_LITERALS: dict[type, Callable[..., Any]] = {
    n.Some: _Writer.some,
    n.Every: _Writer.every,
    n.Not: _Writer.not_,
    n.Logical: _Writer.logical,
}
