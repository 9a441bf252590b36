"""Turning a unit into functions that can be called, with nothing in reach but what a policy may use."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.run import calls, compare, documents, indexes, lookup, results
from samakia_policy.rego.run.state import MISSING
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, key, make_object
from samakia_policy.rego.values.number import Number


def _matcher(pattern: str) -> Any:
    from samakia_policy.rego.builtins.regex_plain import matcher

    return matcher(pattern)


SUPPORT: dict[str, Any] = {
    "__builtins__": {},
    "U": UNDEFINED,
    "MISSING": MISSING,
    "ABSENT": (KeyError, TypeError, IndexError),
    "FAULT": BuiltinFault,
    "fault": calls.fault,
    "type_of": type,
    "Str": str,
    "Int": int,
    "List": list,
    "Dict": dict,
    "SIZED": frozenset((str, list, dict, Set)),
    "len_of": len,
    "dict_get": dict.get,
    "is_ascii": str.isascii,
    "text_startswith": str.startswith,
    "text_endswith": str.endswith,
    "text_removeprefix": str.removeprefix,
    "text_removesuffix": str.removesuffix,
    "text_lower": str.lower,
    "text_upper": str.upper,
    "members": dict.fromkeys,
    "plain_matcher": _matcher,
    "Number": Number,
    "integer": lambda text: int(text, 16),
    "make_object": make_object,
    "make_set": Set,
    "key": key,
    "equal": equal,
    "append": list.append,
    **{
        function.__name__: function
        for function in (lookup.step, lookup.base_step, lookup.items, lookup.values, lookup.iterable)
    },
    **{
        f.__name__: f for f in (results.add, results.put, results.same, results.insert, results.insert_member)
    },
    "as_set": results.as_set,
    **{f.__name__: f for f in (documents.root, documents.tree_step, documents.tree_items, documents.whole)},
    "replaced": documents.replaced,
    "mocked": calls.mocked,
    "truth": calls.truth,
    "probe": indexes.probe,
    "probe_values": indexes.probe_values,
    "member": indexes.member,
    "is_array": compare.is_array,
    "is_object": compare.is_object,
    "o_lt": compare.less,
    "o_lte": compare.less_equal,
    "o_gt": compare.greater,
    "o_gte": compare.greater_equal,
}


class Places:
    """What the lines of generated code stand for, by the file name of its code object."""

    def __init__(self) -> None:
        self._known: dict[str, Sequence[Location | tuple[str, int, int] | None]] = {}

    def add(self, name: str, places: Sequence[Location | tuple[str, int, int] | None]) -> None:
        """Remember one unit's places."""
        self._known[name] = places

    def at(self, name: str, line: int) -> Location | None:
        """Return the place of one generated line."""
        places = self._known.get(name, ())
        return _location(places[line - 1]) if 0 < line <= len(places) else None

    def find(self, traceback: types.TracebackType | None) -> Location | None:
        """Return the place of the innermost generated line in a traceback."""
        found = None
        while traceback is not None:
            places = self._known.get(traceback.tb_frame.f_code.co_filename)
            if places is not None and traceback.tb_lineno <= len(places):
                found = places[traceback.tb_lineno - 1] or found
            traceback = traceback.tb_next
        return _location(found)


def _location(place: Location | tuple[str, int, int] | None) -> Location | None:
    return Location(*place) if isinstance(place, tuple) else place


def bind(code: types.CodeType, built_ins: dict[str, str], namespace: dict[str, Any]) -> None:
    """Run code in a namespace, so that its functions are there, with the built-ins they call."""
    for variable, built_in in built_ins.items():
        if variable not in namespace:
            namespace[variable] = _late(variable, built_in, namespace)
    exec(code, namespace)  # noqa: S102 - made by the generator from nodes of its own


_RELATIONS = frozenset(("walk", "internal.walk_values"))


def _late(variable: str, name: str, namespace: dict[str, Any]) -> Any:
    """Return a function that imports a built-in when it is called first, and then stands aside for it."""

    def call(*operands: Any) -> Any:
        found = namespace[variable]
        if found is call:
            found = namespace[variable] = _callable(name, bare=variable.startswith("f_"))
        return found(*operands)

    return call


def _callable(name: str, *, bare: bool) -> Any:
    try:
        found = find(name)
    except BuiltinFault as fault:
        return calls.refused(fault.message)
    if bare:
        return found.function
    # `walk` yields pairs: the loop around it must not guard every turn.
    return calls.relation(found) if name in _RELATIONS else calls.caller(found)
