"""`policy facts`: look at what was read."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from samakia_policy.cli.request import add_inputs, request
from samakia_policy.errors import InputError
from samakia_policy.model.canonical import canonical
from samakia_policy.model.fact import FactGraph


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(name, help="show facts and how they relate")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="the facts of a kind, or one fact, with their lines")
    show.add_argument("what", metavar="KIND[:ID]")
    add_inputs(show)
    show.set_defaults(run=run_show)
    graph = actions.add_parser("graph", help="a subject and its neighbours")
    graph.add_argument("what", metavar="KIND:ID")
    add_inputs(graph)
    graph.add_argument("-f", "--format", choices=("dot", "mermaid"), default="dot")
    graph.set_defaults(run=run_graph)


def run_show(arguments: argparse.Namespace) -> int:
    """Print facts as JSON, each with its place."""
    from samakia_policy.pipeline import read_world

    world = read_world(request(arguments))
    kind, _, identity = arguments.what.partition(":")
    found = world.graph.of(kind)
    if not found:
        hint = f"there are: {', '.join(world.graph.kinds())}"
        raise InputError(f"no facts of kind {kind!r}", hint=hint)
    if identity and identity not in found:
        near = ", ".join(sorted(found)[:8])
        raise InputError(f"no fact {arguments.what!r}", hint=f"for example: {near}")
    shown = [
        {
            "subject": fact.subject,
            "role": fact.role,
            "location": world.locate(fact.origin).to_json(),
            "attrs": json.loads(canonical(fact.attrs)),
        }
        for key, fact in sorted(found.items())
        if not identity or key == identity
    ]
    sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    return 0


def run_graph(arguments: argparse.Namespace) -> int:
    """Print a subject and its neighbours as dot or mermaid."""
    from samakia_policy.pipeline import read_world

    graph = read_world(request(arguments)).graph
    if graph.find(arguments.what) is None:
        raise InputError(f"no fact {arguments.what!r}", hint="`policy facts show KIND` lists them")
    edges = _edges(graph, arguments.what)
    sys.stdout.write(_FORMATS[arguments.format](arguments.what, edges))
    return 0


def _edges(graph: FactGraph, subject: str) -> list[tuple[str, str, str]]:
    found = [
        (subject, relation, target)
        for relation in graph.relations()
        for target in graph.out(relation).get(subject, [])
    ]
    found += [
        (source, relation, subject)
        for relation in graph.relations()
        for source in graph.into(relation).get(subject, [])
    ]
    found += [
        (edge.source, f"{edge.relation} (missing)", edge.target)
        for edge in graph.dangling
        if edge.source == subject
    ]
    return sorted(set(found))


def _dot(subject: str, edges: list[tuple[str, str, str]]) -> str:
    lines = [f"  {json.dumps(subject)} [shape=box];"]
    lines += [f"  {json.dumps(a)} -> {json.dumps(b)} [label={json.dumps(r)}];" for a, r, b in edges]
    return "digraph facts {\n" + "\n".join(lines) + "\n}\n"


def _mermaid(subject: str, edges: list[tuple[str, str, str]]) -> str:
    names = sorted({subject, *(a for a, _, _ in edges), *(b for _, _, b in edges)})
    number = {name: n for n, name in enumerate(names)}
    lines = [f'  n{n}["{_plain(name)}"]' for name, n in number.items()]
    lines += [f'  n{number[a]} -->|"{r}"| n{number[b]}' for a, r, b in edges]
    return "graph LR\n" + "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_/.:@~#" else f"#{ord(char)};" for char in name)


_FORMATS: dict[str, Callable[[str, list[tuple[str, str, str]]], str]] = {
    "dot": _dot,
    "mermaid": _mermaid,
}
