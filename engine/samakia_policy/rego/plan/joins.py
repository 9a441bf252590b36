"""Equality joins: a loop whose elements must equal something already bound becomes a look into a hash index.

    some a in xs; some b in ys; a.id == b.id

The second loop is found to be filtered by `b.id == a.id`. Between the loop and the test stand only reads and
tests that cannot err, so trying the test first drops just turns that would have failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.generate.free import variables
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax import nodes as n

Path = tuple[str, ...]

# Built-ins that give true or false for any operands: a turn they would fail may be dropped before them.
_HARMLESS = frozenset(("equal", "neq", "lt", "lte", "gt", "gte", "internal.member_2", "internal.member_3"))


@slotted()
class Join:
    """`term`: the loop's variable in its ref. `keys`: path below an element -> what it must equal.

    `early`: the literals, by position, that bind what the keys need and can go before the loop.
    """

    term: Any
    keys: list[tuple[Path, Any]]
    early: list[int]


@slotted()
class _Search:
    """What a search for joins knows so far."""

    bound: Callable[[str], bool]
    inside: dict[str, Path]
    derived: dict[str, list[int]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    def outer(self, term: Any) -> bool:
        """Whether a term's value is known before the loop begins."""
        if term.__class__ is n.Scalar:
            return True
        name = _head(term)
        return name is not None and (name == "input" or self.bound(name) or name in self.derived)

    def below(self, term: Any) -> Path | None:
        """Return where below an element of the loop a term lies, or None."""
        name = _head(term)
        if name is None or name not in self.inside:
            return None
        return (*self.inside[name], *(_path(term) or ()))


def _head(term: Any) -> str | None:
    """Return the variable that a term is, or that a ref of constant steps begins with."""
    if term.__class__ is n.Ref and _path(term) is not None:
        term = term.head
    return term.name if term.__class__ is n.Var else None


def _path(term: Any) -> Path | None:
    if term.__class__ is not n.Ref:
        return ()
    path = [part.value for part in term.path if part.__class__ is n.Scalar and isinstance(part.value, str)]
    return tuple(path) if len(path) == len(term.path) else None


def find(literals: n.Body, start: int, bound: Callable[[str], bool]) -> Join | None:
    """Return the join that the loop of a literal can be, or None."""
    loop = _loop(literals[start], bound)
    if loop is None:
        return None
    term, element, suffix = loop
    search = _Search(bound, {element: suffix} if element else {})
    search.opened.add(term.name)
    keys: list[tuple[Path, Any]] = []
    for position in range(start + 1, len(literals)):
        if not _scan(literals[position], position, search, keys):
            break
    if not keys:
        return None
    if all(outer.__class__ is n.Scalar for _, outer in keys):
        # Rules rarely agree on more than one of their constants, and an index pays when they share it.
        keys = keys[:1]
    early = sorted({place for _, outer in keys for place in _needed(outer, search)})
    return Join(term, keys, early)


def _needed(outer: Any, search: _Search) -> list[int]:
    return search.derived.get(_head(outer) or "", [])


def _loop(expr: n.Expr, bound: Callable[[str], bool]) -> tuple[n.Var, str, Path] | None:
    """Take `element = collection[variable].suffix` apart."""
    if expr.negated or expr.withs or expr.terms.__class__ is not n.Call or expr.terms.name != "eq":
        return None
    left, right = expr.terms.args
    if left.__class__ is n.Ref and right.__class__ is n.Var:
        left, right = right, left
    if left.__class__ is not n.Var or right.__class__ is not n.Ref or bound(left.name):
        return None
    return _split(left, right, bound)


def _split(element: n.Var, ref: n.Ref, bound: Callable[[str], bool]) -> tuple[n.Var, str, Path] | None:
    suffix: list[str] = []
    for position in range(len(ref.path) - 1, -1, -1):
        term = ref.path[position]
        if term.__class__ is n.Scalar and isinstance(term.value, str):
            suffix.append(term.value)
            continue
        before = [name for part in (ref.head, *ref.path[:position]) for name in variables(part)]
        simple = isinstance(term, n.Var) and not bound(term.name) and term.name not in before
        known = all(bound(name) or name in ("input", "data") for name in before)
        if isinstance(term, n.Var) and simple and known:
            return term, element.name, tuple(reversed(suffix))
        return None
    return None


def _scan(expr: n.Expr, position: int, search: _Search, keys: list[tuple[Path, Any]]) -> bool:
    """Look at one literal behind the loop; False ends the search."""
    if expr.withs or expr.terms.__class__ is not n.Call:
        return False
    name = expr.terms.name
    args = expr.terms.args
    if name in _HARMLESS and len(args) <= 2 + name.endswith("_3"):
        if name == "equal" and not expr.negated:
            _add_key(args, search, keys)
        return _simple(args)
    if name != "eq" or expr.negated:
        return False
    if _read(args, position, search):
        return True
    return _add_key(args, search, keys) or (_simple(args) and _all_bound(args, search))


def _simple(args: list[Any]) -> bool:
    return all(arg.__class__ is n.Scalar or _head(arg) is not None for arg in args)


def _all_bound(args: list[Any], search: _Search) -> bool:
    return all(search.outer(arg) or search.below(arg) is not None for arg in args)


def _add_key(args: list[Any], search: _Search, keys: list[tuple[Path, Any]]) -> bool:
    for one, two in ((args[0], args[1]), (args[1], args[0])):
        path = search.below(one)
        if path is not None and search.outer(two):
            keys.append((path, two))
            return True
    return False


def _read(args: list[Any], position: int, search: _Search) -> bool:
    """Follow `variable = other.path`, below the element or below what is bound already."""
    for one, two in ((args[0], args[1]), (args[1], args[0])):
        if one.__class__ is not n.Var or two.__class__ is not n.Ref or two.head.__class__ is not n.Var:
            continue
        if search.bound(one.name) or one.name in search.inside or one.name in search.derived:
            continue
        path = _path(two)
        return path is not None and _follow(one.name, two.head.name, path, position, search)
    return False


def _follow(name: str, head: str, path: Path, position: int, search: _Search) -> bool:
    if head in search.inside:
        search.inside[name] = (*search.inside[head], *path)
        return True
    if head == "input" or search.bound(head) or head in search.derived:
        search.derived[name] = [*search.derived.get(head, []), position]
        return True
    return False
