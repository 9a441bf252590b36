"""Which rules are tests, their names, and the recording of the cases of one test.

A test with a variable at the end of its name (`test_sum[case.name]`) has a result per case. A case whose body
fails gives no value, so each such body says that its case began once the variables of the name are bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.slotted import field_names, replace, slotted
from samakia_policy.rego.syntax import nodes as n

PREFIX, SKIPPED = "test_", "todo_test_"
_CASE = "internal.test_case"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@slotted()
class Test:
    """One test: its rule, package and name as references, and whether it has cases."""

    rule: n.Rule
    package: str
    name: str
    cases: bool

    @property
    def skipped(self) -> bool:
        """Whether its name says that it is not ready."""
        return any(part.startswith(SKIPPED) for part in parts(self.rule))

    @property
    def query(self) -> str:
        """The query that asks for it."""
        return _joined(self.package, self.name)


@builtin(_CASE, context=True)
def test_case(context: Context, path: list[Any]) -> bool:
    """Remember that a case of a test began."""
    context.cache.setdefault(_CASE, []).append(path)
    return True


def cases_begun(context: Context) -> list[list[Any]]:
    """Return the cases that began in an evaluation, in order."""
    found: list[list[Any]] = context.cache.get(_CASE, [])
    return found


def find_tests(modules: Iterable[n.Module], pattern: str = "") -> list[Test]:
    """Return the tests of modules, in order; a pattern is a regular expression on their full names.

    Raises BuiltinFault for a pattern that is none.
    """
    found = [test for module in modules for test in _tests(module)]
    if not pattern:
        return found
    from samakia_policy.rego.builtins.regex import match

    return [test for test in found if match(pattern, test.query)]


def prepare(modules: dict[str, n.Module]) -> dict[str, n.Module]:
    """Return modules whose tests of equal name are numbered, and whose bodies say which case they are in."""
    counts: dict[str, int] = {}
    return {name: _prepared(modules[name], counts) for name in sorted(modules)}


def _prepared(module: n.Module, counts: dict[str, int]) -> n.Module:
    made = replace(module, rules=[])
    for rule in module.rules:
        position = _position(rule)
        changed = replace(rule, head=replace(rule.head), module=made)
        if position is not None and not parts(rule)[position].startswith(SKIPPED):
            _number(module, changed, position, counts)
            _record_cases(changed, position)
        made.rules.append(changed)
    return made


def parts(rule: n.Rule) -> list[str]:
    """Return the texts at the start of a rule's reference, up to the first that is computed."""
    found = [rule.head.ref.head.name]  # type: ignore[union-attr]
    for term in rule.head.ref.path:
        if not isinstance(term, n.Scalar):
            break
        found.append(term.value if isinstance(term.value, str) else "")
    return found


def _tests(module: n.Module) -> Iterator[Test]:
    package = ref_text(["data", *[term.value for term in module.package.path]])  # type: ignore[union-attr]
    for rule in module.rules:
        position = _position(rule)
        if position is None:
            continue
        head = rule.head
        dynamic = any(not isinstance(term, n.Scalar) for term in head.ref.path)
        yield Test(rule, package, ref_text(parts(rule)[: position + 1]), dynamic and head.key is None)


def _position(rule: n.Rule) -> int | None:
    for index, part in enumerate(parts(rule)):
        if part.startswith((PREFIX, SKIPPED)):
            return index
    return None


def _number(module: n.Module, rule: n.Rule, position: int, counts: dict[str, int]) -> None:
    names = [term.value for term in module.package.path]  # type: ignore[union-attr]
    full = ref_text([*names, *parts(rule)[: position + 1]])
    number = counts.get(full, 0)
    counts[full] = number + 1
    if not number:
        return
    name = f"{parts(rule)[position]}#{number:02d}"
    head = rule.head.ref
    if position == 0:
        rule.head.ref = n.Ref(n.Var(name, location=head.head.location), head.path, location=head.location)
    else:
        path = list(head.path)
        path[position - 1] = n.Scalar(name, location=path[position - 1].location)
        rule.head.ref = n.Ref(head.head, path, location=head.location)


def _record_cases(rule: n.Rule, position: int) -> None:
    names = rule.head.ref.path[position:]
    if not names or _records(rule.body):
        return
    wanted = {variable for term in names for variable in _variables(term)}
    at = 0
    for variable in wanted:
        first = next((i for i, expr in enumerate(rule.body) if variable in _variables(expr)), -1)
        at = max(at, first + 1)
    call = n.Call(n.Ref(n.Var("internal"), [n.Scalar("test_case")]), [n.Array(list(names))])
    rule.body = [*rule.body[:at], n.Expr(call), *rule.body[at:]]


def _records(body: n.Body) -> bool:
    return any(call.name == _CASE for call in _all(body, n.Call) if isinstance(call.operator.head, n.Var))


def _variables(node: Any) -> set[str]:
    return {found.name for found in _all(node, n.Var)}


def _all(node: Any, kind: type) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list | tuple):
            waiting += found
        elif isinstance(found, n.Node):
            if isinstance(found, kind):
                yield found
            waiting += [
                getattr(found, name) for name in field_names(found) if name not in {"module", "location"}
            ]


def ref_text(names: list[Any]) -> str:
    """Return names as a reference: what is no plain name stands in brackets."""
    return _joined(names[0], "".join(_step(name) for name in names[1:]))


def _step(name: Any) -> str:
    import json

    plain = isinstance(name, str) and _PLAIN.fullmatch(name)
    return f".{name}" if plain else f"[{json.dumps(name, ensure_ascii=False)}]"


def _joined(package: str, name: str) -> str:
    if not name or name.startswith((".", "[")):
        return package + name
    first = re.match(r"[^.\[]+", name)
    assert first is not None
    return package + _step(first.group()) + name[first.end() :]
