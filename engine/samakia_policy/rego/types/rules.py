"""What rules are: the type of the document or function that each makes, in the order of dependencies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.compiler.tree import ground_prefix, rule_ref
from samakia_policy.rego.compiler.walk import children
from samakia_policy.rego.syntax.nodes import Ref, Rule, Term, Var
from samakia_policy.rego.types.check import BodyChecker
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.messages import Problem
from samakia_policy.rego.types.model import ANY, FunctionType, ObjectType, SetType
from samakia_policy.rego.types.shape import Type
from samakia_policy.rego.types.tree import Node

if TYPE_CHECKING:
    from samakia_policy.rego.errors import Fault

Known = dict[str, Type | None]
Annotated = Callable[[TypeEnv, Rule], list[Problem]]


class RuleChecker:
    """Checks rules and fills the environment with their types.

    `annotated` puts the types that a rule's schema annotations give to documents into a layer of its own.
    """

    def __init__(self, bodies: BodyChecker, env: TypeEnv, annotated: Annotated | None = None) -> None:
        self.bodies = bodies
        self.env = env
        self.annotated = annotated
        self.faults: list[Fault] = []
        self.locals: dict[Rule, Known] = {}

    def check(self, rule: Rule) -> None:
        """Check one rule, whose dependencies were checked before."""
        self.bodies.forget()
        env = self.env
        if self.annotated is not None:
            env = env.inner()
            self.faults += [problem.fault for problem in self.annotated(env, rule)]
        env, problems = self.bodies.body(env, rule.body)
        self.locals[rule] = self.bodies.known(env)
        path = rule_ref(rule)
        if problems:
            self.faults += [problem.fault for problem in problems]
            # What refers to a faulty rule shall not be faulty for that.
            self.env.put_document(path.terms, ANY)
            return
        kind = _function(env, rule) if rule.head.args else _document(env, rule, path)
        if kind is not None:
            ground = ground_prefix(path.terms)
            head = ground[0]
            assert isinstance(head, Var)
            self.env.documents.setdefault(head.name, Node()).insert(ground[1:], kind)


def _function(env: TypeEnv, rule: Rule) -> Type:
    args = rule.head.args or []
    for arg in args:
        _fill(env, arg)
    return FunctionType(tuple(map(env.type, args)), env.type(rule.head.value))


def _fill(env: TypeEnv, term: Any) -> None:
    """Give variables of an argument that the body does not mention any type."""
    if term.__class__ is Var and env.variable(term.name) is None:
        env.store[term.name] = ANY
    for child in children(term):
        _fill(env, child)


def _document(env: TypeEnv, rule: Rule, path: Ref) -> Type | None:
    head = rule.head
    kind = env.type(head.value)
    if head.value is None:
        of = env.type(head.key)
        kind = None if of is None else SetType(of)
    ground = ground_prefix(path.terms)
    return _nested(env, path.terms[len(ground) :], kind)


def _nested(env: TypeEnv, path: Sequence[Term], kind: Type | None) -> Type | None:
    """Return the type of objects in objects, one for each element of a path."""
    for term in reversed(path):
        name = env.type(term)
        if kind is None or name is None:
            return None
        kind = ObjectType((), (name, kind))
    return kind
