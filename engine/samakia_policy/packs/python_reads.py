"""What a Python rule reads, as far as its text shows: kinds by name, attributes in loops over a kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from samakia_policy.model.rule import Rule
from samakia_policy.packs.checks import Complaint
from samakia_policy.packs.kinds import Kinds, nearest

_OF_KINDS, _OF_RELATIONS = ("of", "get"), ("out", "into")
_PAIR = 2


def python_complaints(rule: Rule, source: str, kinds: Kinds) -> list[Complaint]:
    """Return where a rule names a kind, relation or attribute that it does not declare, or that is none."""
    function = next(_rule_functions(ast.parse(source)), None)
    if function is None or not function.args.args:
        return []
    facts = function.args.args[0].arg
    made = [*_undeclared(rule, function, facts), *_misread(rule, function, facts, kinds)]
    return sorted(set(made))


def _rule_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(map(_is_rule, node.decorator_list)):
            yield node


def _is_rule(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "rule"


def _asked(node: ast.AST, facts: str, methods: tuple[str, ...]) -> str:
    """Return the name that a call of one of these methods of the facts is about, or ""."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return ""
    if getattr(node.func.value, "id", "") != facts or node.func.attr not in methods:
        return ""
    named = node.args[0]
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else ""


def _undeclared(rule: Rule, function: ast.FunctionDef, facts: str) -> Iterator[Complaint]:
    for node in ast.walk(function):
        kind, relation = _asked(node, facts, _OF_KINDS), _asked(node, facts, _OF_RELATIONS)
        if kind and kind not in rule.kinds:
            said = f"reads {kind}, which is neither in needs nor in uses{nearest(kind, rule.kinds)}"
            yield _complaint(node, said)
        if relation and relation not in rule.edges:
            said = f"reads the relation {relation}, which is not in edges{nearest(relation, rule.edges)}"
            yield _complaint(node, said)


def _misread(rule: Rule, function: ast.FunctionDef, facts: str, kinds: Kinds) -> Iterator[Complaint]:
    of_kind = dict(_loops(function, facts))
    for node in ast.walk(function):
        variable, attribute = _attribute(node)
        kind = of_kind.get(variable, "")
        if not attribute or kind not in kinds:
            continue
        if said := kinds.problem(kind, (attribute,)):
            yield _complaint(node, said)
        elif kind in rule.reads and not any(path.split(".")[0] == attribute for path in rule.reads[kind]):
            yield _complaint(node, f"reads {kind} {attribute}, which is not in reads")


def _loops(function: ast.FunctionDef, facts: str) -> Iterator[tuple[str, str]]:
    """Yield the variables that hold the attributes of a kind's facts, with the kind."""
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Tuple):
            kind = _asked(node.iter, facts, ("of",))
            last = node.target.elts[-1]
            if kind and len(node.target.elts) == _PAIR and isinstance(last, ast.Name):
                yield last.id, kind


def _attribute(node: ast.AST) -> tuple[str, str]:
    """Return the variable and the attribute of `x["a"]` and `x.get("a")`, or two empty texts."""
    if isinstance(node, ast.Subscript):
        held, named = node.value, node.slice
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and node.args:
        held, named = node.func.value, node.args[0]  # type: ignore[attr-defined]
    else:
        return "", ""
    constant = isinstance(named, ast.Constant) and isinstance(named.value, str)
    return (getattr(held, "id", ""), named.value) if constant else ("", "")  # type: ignore[attr-defined]


def _complaint(node: ast.AST, text: str) -> Complaint:
    return Complaint(getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1, text)
