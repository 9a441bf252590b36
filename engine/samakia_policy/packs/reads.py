"""What a Rego rule reads, derived from its syntax tree: kinds and attributes, relations, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samakia_policy.model.rule import Rule
from samakia_policy.rego.reads import ANY, Path, Reads

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_ID = 2  # facts, kind, id: attributes come after these
_PARTS = ("facts", "edges", "reverse", "params", "context")
WHOLE = ""


@dataclass(slots=True)
class RuleReads:
    """What a rule reads of its input, by the parts that input has.

    `facts`: attribute paths by kind, dotted, [WHOLE] for all of a fact. ANY among kinds or names: one that
    is known only when the rule runs. `raw`: the same as paths of `input`, with their places in the source.
    """

    facts: dict[str, list[str]] = field(default_factory=dict)
    relations: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    context: list[str] = field(default_factory=list)
    raw: Reads = field(default_factory=lambda: Reads(frozenset(), frozenset()))


def derive(sources: Mapping[str, str], libraries: Mapping[str, str]) -> dict[str, RuleReads]:
    """Return what each rule reads, by its package; raises RegoError where a source is no module.

    `sources`: the rules' texts by package. They are compiled together, as no two share one.
    """
    return read_off(compiled(sources, libraries), sources)


def compiled(sources: Mapping[str, str], libraries: Mapping[str, str]) -> Compiled:
    """Return rules, whose file names are their packages, and libraries in core form; raises RegoError."""
    from samakia_policy.rego.compiler.stages import compile_modules
    from samakia_policy.rego.depth import deep
    from samakia_policy.rego.syntax.modules import parse_module

    texts = {f"lib/{name}": text for name, text in libraries.items()} | dict(sources)
    with deep():
        modules = {name: parse_module(name, text) for name, text in texts.items()}
        return compile_modules(modules, keep_prints=False)


def read_off(rules: Compiled, packages: Iterable[str]) -> dict[str, RuleReads]:
    """Return what the rules in these packages read."""
    from samakia_policy.rego.reads import reads

    found = {}
    for package in packages:
        own = {getattr(rule.head.ref.head, "name", "") for rule in rules.modules[package].rules}
        path = tuple(package.split("."))
        documents = [(*path, name) for name in ("findings", "unknowns") if name in own]
        found[package] = sort_out(reads(rules, documents))
        # What nothing uses is not read, but it may be wrong.
        found[package].raw = reads(rules, [path])
    return found


def sort_out(found: Reads) -> RuleReads:
    """Return paths of `input` by what they mean to a rule."""
    # Whoever reads all of `input` reads all of each part.
    every = [(part,) for part in _PARTS if () in found.wholes]
    # That a part is there says nothing yet about what is in it.
    paths: set[Path] = {*found.wholes, *every, *[path for path in found.tops if len(path) > 1]}
    return RuleReads(
        facts=_facts(found, {path for path in paths if path[:1] == ("facts",)}),
        relations=sorted(_names(paths, "edges") | _names(paths, "reverse")),
        params=sorted(_names(paths, "params")),
        context=sorted(_names(paths, "context")),
        raw=found,
    )


def _names(paths: Iterable[Path], part: str) -> set[str]:
    return {str(path[1]) if len(path) > 1 else ANY for path in paths if path[:1] == (part,)}


def _facts(found: Reads, paths: set[Path]) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for kind in sorted(_names(paths, "facts")):
        own = {path for path in paths if len(path) == 1 or path[1] == kind}
        wholes = {_attribute(path) for path in own if path in found.wholes or len(path) == 1}
        tops = {_attribute(path) for path in own} - {WHOLE}
        facts[kind] = _fewest(wholes, tops)
    return facts


def _attribute(path: Path) -> str:
    """Return the dotted path of an attribute, up to the first step that is not known."""
    steps: list[str] = []
    for step in path[_ID + 1 :]:
        if step == ANY or set(str(step)) & set("./~"):
            break
        steps.append(str(step))
    return ".".join(steps)


def _fewest(wholes: set[str], tops: set[str]) -> list[str]:
    """Return the attributes that say it all: nothing below one that is read whole, nor above another."""
    kept = {path for path in wholes if not any(_below(path, other) for other in wholes - {path})}
    for path in sorted(tops, key=lambda path: -path.count(".")):
        if not any(_below(path, other) or _below(other, path) for other in kept):
            kept.add(path)
    return sorted(kept)


def _below(path: str, other: str) -> bool:
    """Whether an attribute is another one or lies in it."""
    return other == WHOLE or f"{path}.".startswith(f"{other}.")


def merged(rule: Rule, found: RuleReads) -> dict[str, list[str]]:
    """Return a rule's `reads`: what it declares, and for the other kinds what was derived.

    A kind that is read as a whole is left out, as `reads` says it. One that only says when the rule applies
    is not read at all.
    """
    derived = {kind: paths for kind, paths in found.facts.items() if WHOLE not in paths}
    unread = {kind: list[str]() for kind in idle(rule, found) if kind == rule.needs[0]}
    return dict(sorted({**unread, **derived, **rule.reads}.items()))


def idle(rule: Rule, found: RuleReads) -> set[str]:
    """Return the declared kinds that a rule does not read."""
    return set(rule.kinds) - found.facts.keys()


def covered(path: str, listed: Iterable[str]) -> bool:
    """Whether an attribute lies in one of those listed."""
    # A declared attribute inside one of which only the value itself is read withholds that one, too.
    return any(_below(path, other) for other in listed)
