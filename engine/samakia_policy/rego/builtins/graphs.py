"""Built-ins for graphs: objects from a vertex to its neighbours."""

from __future__ import annotations

from collections import deque

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import obj, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import Key, Set, Value, key

VERTICES = 16 * 1024 * 1024
"""How many vertices all paths together may have: their number grows with every fork."""


@builtin("graph.reachable")
def reachable(graph: Value, initial: Value) -> Set:
    """Return the vertices that can be reached from some of them."""
    edges = obj(graph, 1)
    waiting = deque(_start(initial))
    seen: dict[Key, Value] = {}
    while waiting:
        vertex = waiting.popleft()
        name = key(vertex)
        if name in seen or name not in edges:
            continue
        seen[name] = vertex
        waiting.extend(_vertices(edges[name]))
    return Set.of_members(seen)


def _start(initial: Value) -> list[Value]:
    if initial.__class__ is not list and initial.__class__ is not Set:
        raise OperandFault(2, "{array, set}", type_name(initial))
    return list(initial)


def _vertices(value: Value) -> list[Value]:
    return list(value) if value.__class__ is list or value.__class__ is Set else []


@builtin("graph.reachable_paths", context=True)
def reachable_paths(context: Context, graph: Value, initial: Value) -> Set:
    """Return the paths from some vertices to where each ends or would meet itself."""
    edges = obj(graph, 1)
    found: dict[Key, Value] = {}
    made = 0
    for start in _start(initial):
        waiting: list[tuple[Value, tuple[Value, ...], frozenset[Key]]] = [(start, (), frozenset())]
        while waiting:
            vertex, path, on_path = waiting.pop()
            made += len(path) + 1
            context.charge(len(path) + 1)
            if made > VERTICES:
                raise BuiltinFault(f"the paths have more than {VERTICES} vertices")
            name = key(vertex)
            # OPA lets a path's first vertex follow itself once.
            ends = name not in edges or (name in on_path and len(path) > 1)
            neighbours = [] if ends else _vertices(edges[name])
            path = path if ends else (*path, vertex)
            if path and not neighbours:
                whole = list(path)
                found.setdefault(key(whole), whole)
            below = on_path | {name}
            waiting += [(neighbour, path, below) for neighbour in neighbours]
    return Set.of_members(found)
