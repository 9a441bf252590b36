"""Facts as files of a packet: all that rules may read, redacted, in bytes that depend on nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.model.canonical import exact
from samakia_policy.model.fact import Edge, Fact, FactGraph, Origin
from samakia_policy.model.values import Number

GRAPH = "facts/graph.json"
PLACES = "facts/places.json"
_NAMED = ("@plan/", "@runner/")
Places = Mapping[tuple[str, str], tuple[int | None, int | None]]
"""Line and column (1-based, or None) by path and pointer."""


def dump_facts(graph: FactGraph, places: Places) -> dict[str, bytes]:
    """Return the files that hold a graph, and the places that findings named."""
    by_source: dict[str, list[Any]] = {}
    for fact in graph:
        path = fact.origin.path
        source = path[1:].partition("/")[0] if path.startswith(_NAMED) else "estate"
        by_source.setdefault(source, []).append(_plain(fact))
    edges = [
        [relation, source, targets]
        for relation in graph.relations()
        for source, targets in sorted(graph.out(relation).items())
    ]
    rest = {
        "edges": edges,
        "dangling": [[edge.source, edge.relation, edge.target] for edge in sorted(graph.dangling)],
        "incomplete": {kind: sorted(paths) for kind, paths in graph.incomplete.items()},
    }
    found = [[path, pointer, *place] for (path, pointer), place in sorted(places.items())]
    files = {f"facts/{source}.json": facts for source, facts in by_source.items()}
    return {path: _bytes(value) for path, value in {**files, GRAPH: rest, PLACES: found}.items()}


def load_facts(files: Mapping[str, bytes]) -> FactGraph:
    """Return the graph that files of a packet hold; raises Refusal `facts-malformed`."""
    graph = FactGraph()
    try:
        for path in sorted(set(files) - {GRAPH, PLACES}):
            for plain in _value(files[path]):
                _add(graph, plain)
        rest = _value(files[GRAPH])
        graph.link(_edges(rest["edges"]))
        graph.dangling = [Edge(*names) for names in rest["dangling"]]
        graph.incomplete = {kind: set(paths) for kind, paths in rest["incomplete"].items()}
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise Refusal("facts-malformed", f"hold no facts ({type(error).__name__})", where="facts") from None
    return graph


def load_places(data: bytes) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Return the recorded places; raises Refusal `facts-malformed`."""
    try:
        return {(path, pointer): (line, column) for path, pointer, line, column in _value(data)}
    except (ValueError, TypeError) as error:
        raise Refusal("facts-malformed", "holds no places", where=PLACES) from error


def _bytes(value: object) -> bytes:
    return exact(value).encode() + b"\n"


def _value(data: bytes) -> Any:
    return json.loads(data, parse_float=Number)


def _plain(fact: Fact) -> dict[str, Any]:
    plain = {"kind": fact.kind, "id": fact.id, "attrs": fact.attrs, "origin": _origin(fact.origin)}
    if fact.role != "live":
        plain["role"] = fact.role
    if fact.places:
        plain["places"] = {pointer: _origin(origin) for pointer, origin in fact.places.items()}
    return plain


def _origin(origin: Origin) -> list[Any]:
    place = [origin.line, origin.column] if origin.line else []
    return [origin.path, origin.pointer, origin.digest, *place]


def _add(graph: FactGraph, plain: Mapping[str, Any]) -> None:
    kind, identity = plain["kind"], plain["id"]
    if identity in graph.of(kind):
        raise ValueError(f"{kind}:{identity} is there twice")
    places = {pointer: Origin(*origin) for pointer, origin in plain.get("places", {}).items()}
    role = plain.get("role", "live")
    graph.add(Fact(kind, identity, plain["attrs"], Origin(*plain["origin"]), places, role))


def _edges(rows: Iterable[Any]) -> list[Edge]:
    return [Edge(source, relation, target) for relation, source, targets in rows for target in targets]
