"""The types that METADATA blocks give to documents: `schemas:` by name, and definitions in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from samakia_policy.rego.compiler.annotation_set import annotation_set
from samakia_policy.rego.compiler.tree import ground_prefix, rule_ref
from samakia_policy.rego.syntax.nodes import Annotations, Module, Ref, Rule, Scalar, Term, Var
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.constants import plain_value
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.messages import Problem
from samakia_policy.rego.types.model import ANY, Dynamic, ObjectType, Property, unrolled
from samakia_policy.rego.types.schema import read_schema
from samakia_policy.rego.types.schema_reader import SchemaError
from samakia_policy.rego.types.shape import Type

_OPEN: Dynamic = (ANY, ANY)
_HEAD = re.compile(r"[A-Za-z_]\w*")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[\"((?:[^\"\\]|\\.)*)\"\]")


class Annotated:
    """The schema annotations of some modules. `schemas` is None when none were given by name."""

    def __init__(self, modules: Iterable[Module], schemas: Mapping[str, Any] | None) -> None:
        self.schemas = None if schemas is None else {_name(name): found for name, found in schemas.items()}
        self._types: dict[str, Type] = {}
        annotated = [module for module in modules if any(map(_gives, module.annotations))]
        self._any = bool(annotated)
        self._set, _ = annotation_set(annotated)

    def __bool__(self) -> bool:
        return self._any

    def apply(self, env: TypeEnv, rule: Rule) -> list[Problem]:
        """Put the types that count for a rule into an environment."""
        found = []
        for path, schema in self._of(rule):
            target = read_path(path)
            try:
                kind = self._type(schema)
            except SchemaError as error:
                found.append(Problem(str(error), rule.location))
                continue
            if target is not None and kind is not None:
                _put(env, target, kind)
        return found

    def _of(self, rule: Rule) -> Iterator[tuple[str, Any]]:
        """Yield paths and schemas, from the outermost package to the rule itself."""
        assert rule.module is not None
        package = tuple(map(form, rule.module.package.terms))
        document = tuple(map(form, ground_prefix(rule_ref(rule).terms)))
        blocks: list[Annotations | None] = []
        blocks += [self._at(package[:length]) for length in range(1, len(package) + 1)]
        blocks += [self._set.by_package.get(package), self._at(document)]
        blocks += self._set.by_rule.get(rule, [])
        for block in blocks:
            if block is not None:
                for pair in block.values.get("schemas") or ():
                    yield from pair.items()

    def _at(self, path: tuple[Any, ...]) -> Annotations | None:
        found = self._set.by_path.get(path)
        return None if found is None else found[1]

    def _type(self, schema: Any) -> Type | None:
        if not isinstance(schema, str):
            return read_schema(schema)
        if schema not in self._types:
            if self.schemas is None:
                return None
            name = _name(schema)
            if name not in self.schemas:
                raise SchemaError(f"undefined schema: {schema}")
            self._types[schema] = read_schema(self.schemas[name])
        return self._types[schema]


def read_path(written: str) -> Ref | None:
    """Return a reference written as `a.b["c"]`, or None for anything else."""
    head = _HEAD.match(written)
    if head is None:
        return None
    path: list[Term] = []
    place = head.end()
    while place < len(written):
        step = _STEP.match(written, place)
        if step is None:
            return None
        path.append(Scalar(step[1] or step[2]))
        place = step.end()
    return Ref(Var(head[0]), path)


def _gives(block: Annotations) -> bool:
    return bool(block.values.get("schemas"))


def _name(written: str) -> tuple[str, ...]:
    """Return one name for a schema however its reference is written."""
    ref = read_path(written)
    if ref is None:
        return tuple(written.split("."))
    return ("schema", *[str(plain_value(term)) for term in ref.path])


def _put(env: TypeEnv, target: Ref, kind: Type) -> None:
    """Say what type a document has; around it, what was known stays known."""
    terms = target.terms
    for length in range(1, max(2, len(terms))):
        known = env.ref(Ref(target.head, target.path[: length - 1]))
        if known is not None:
            if length < len(terms):
                kind = overridden([plain_value(term) for term in terms[length:]], known, kind)
            env.put_document(terms[:length], kind)
            return
    env.put_document(terms, kind)


def overridden(path: Sequence[Any], kind: Type | None, other: Type) -> ObjectType:
    """Return a type in which another lies at a path."""
    kind = unrolled(kind)
    if not isinstance(kind, ObjectType):
        return _object(path, other, _OPEN)
    place = Property(path[0], None).order
    static = []
    for item in kind.static:
        value = item.value
        if item.order == place:
            value = other if len(path) == 1 else overridden(path[1:], value, other)
        static.append(Property(item.key, value))
    if place not in kind.index:
        static += _object(path, other, kind.dynamic).static
    return ObjectType(tuple(static), kind.dynamic)


def _object(path: Sequence[Any], kind: Type, dynamic: Dynamic | None) -> ObjectType:
    for key in reversed(path):
        kind = ObjectType((Property(key, kind),), dynamic)
    assert isinstance(kind, ObjectType)
    return kind
