"""The type checker: bodies, literals and rules, in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from samakia_policy.rego.compiler.variables import all_vars
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children, is_ground
from samakia_policy.rego.syntax.nodes import Body, Call, Expr, Ref, Term, Var
from samakia_policy.rego.syntax.printer import text_of
from samakia_policy.rego.types.environment import Comprehension, TypeEnv
from samakia_policy.rego.types.inference import infer, unify
from samakia_policy.rego.types.messages import Problem, arity_mismatch, bad_arguments, mismatch
from samakia_policy.rego.types.model import ANY, FunctionType
from samakia_policy.rego.types.operations import keys, unifies, union, values
from samakia_policy.rego.types.references import check_references
from samakia_policy.rego.types.shape import Type, unknown
from samakia_policy.rego.types.tree import Node

EQUALITY = "eq"
MEMBER, MEMBER_WITH_KEY = "internal.member_2", "internal.member_3"
_ARITY = {EQUALITY: 2, MEMBER: 2, MEMBER_WITH_KEY: 3}
Dependents = Callable[[Ref], Iterable[Ref]]
Result = tuple[TypeEnv, list[Problem]]


class BodyChecker:
    """Checks bodies. What it found out about a comprehension is kept, as it is asked for again and again.

    `shown` undoes generated names in a reference; `dependents` names the rules that a document's
    replacement changes.
    """

    def __init__(self, shown: Callable[[Ref], Ref], dependents: Dependents) -> None:
        self.shown = shown
        self.dependents = dependents
        self._replaced: dict[tuple[bool, str], dict[str, Node] | None] = {}
        self._closures: dict[Any, tuple[TypeEnv, TypeEnv, list[Problem], Any]] = {}
        self._variables: dict[int, tuple[Any, list[str]]] = {}

    def forget(self) -> None:
        """Drop what was kept about comprehensions: another rule has others."""
        self._closures.clear()
        self._variables.clear()

    def known(self, env: TypeEnv) -> dict[str, Type | None]:
        """Return the types of the variables of a body and of the comprehensions in it."""
        found = dict(env.variables)
        for inner, *_ in self._closures.values():
            for name, kind in inner.variables.items():
                found.setdefault(name, kind)
        return found

    def body(self, outer: TypeEnv, body: Body) -> Result:
        """Check a body; return a layer that knows the types of its variables, and the problems."""
        env = outer.inner()
        found: list[Problem] = []
        for expr in body:
            self.literal(self.replaced(env, expr) if expr.withs else env, expr, found)
        return env, found

    def literal(self, env: TypeEnv, expr: Expr, found: list[Problem]) -> None:
        """Check one literal; add to the problems found."""
        before = len(found)
        found += self.nested(env, expr)
        check_references(env, expr, self.shown, found)
        problem = self.terms(env, expr)
        if problem is not None and not (problem.follows and len(found) > before):
            found.append(problem)

    def nested(self, env: TypeEnv, node: Any) -> list[Problem]:
        """Check the bodies of comprehensions below a node; the last faulty one speaks."""
        found: list[Problem] = []
        for child in children(node):
            if child.__class__ in COMPREHENSIONS:
                problems = self.comprehension(env, child)[1]
                if problems:
                    found = problems
                    continue
            found = self.nested(env, child) or found
        return found

    def comprehension(self, env: TypeEnv, node: Comprehension) -> Result:
        """Check the body of a comprehension, once for the same types of the variables it mentions."""
        names = self._names(node)
        kinds = tuple([env.variable(name) for name in names])
        layer = env
        while not layer.documents and layer.outer is not None:
            layer = layer.outer
        place = (id(node), id(layer), tuple(map(id, kinds)))
        kept = self._closures.get(place)
        if kept is None:
            inner, problems = self.body(env, node.body)
            # The types stay alive with the entry, so that their ids stay theirs.
            kept = self._closures[place] = (inner, layer, problems, kinds)
        return kept[0], kept[2]

    def closure(self, env: TypeEnv, node: Comprehension) -> TypeEnv | None:
        """Return the layer after a comprehension's body, or None when it is faulty."""
        inner, problems = self.comprehension(env, node)
        return None if problems else inner

    def _names(self, node: Comprehension) -> list[str]:
        kept = self._variables.get(id(node))
        if kept is None:
            kept = self._variables[id(node)] = (node, sorted(all_vars([node])))
        return kept[1]

    def terms(self, env: TypeEnv, expr: Expr) -> Problem | None:
        """Check the replacements of a literal, and its call if it is one."""
        for item in expr.withs:
            problem = self.replacement(env, item.target, item.value, item)
            if problem is not None:
                return problem
        call = expr.terms
        if not isinstance(call, Call):
            return None
        operator: Any = call.operator
        name = operator.head.name if not operator.path else text_of(operator)
        if name == EQUALITY:
            return self.equality(env, expr, call)
        if name in (MEMBER, MEMBER_WITH_KEY):
            problem = self.membership(env, expr, call, _ARITY[name])
            if problem is not None:
                return problem
        return self.call(env, expr, call, name)

    def replacement(self, env: TypeEnv, target: Ref, value: Term, item: Any) -> Problem | None:
        """Check that a function is replaced by one that takes the same operands."""
        old, new = env.type(target), env.type(value)
        if isinstance(old, FunctionType) and isinstance(new, FunctionType) and not unifies(old, new):
            return arity_mismatch(item.location, text_of(target), new.args, old)
        return None

    def equality(self, env: TypeEnv, expr: Expr, call: Call) -> Problem | None:
        """Check that two sides can be equal."""
        args = call.args
        if len(args) != _ARITY[EQUALITY]:
            return self.miscounted(env, expr, call, EQUALITY)
        left, right = env.type(args[0]), env.type(args[1])
        if unify(env, args[0], left, args[1], right):
            return None
        return mismatch(expr.location, left, right)

    def miscounted(self, env: TypeEnv, expr: Expr, call: Call, name: str) -> Problem | None:
        """Say that an equality has more or fewer than two sides."""
        function = env.type(call.operator)
        if not isinstance(function, FunctionType):
            return None
        few = "too few" if len(call.args) < _ARITY[EQUALITY] else "too many"
        return bad_arguments(
            expr.location, name, f"{few} arguments", list(map(env.type, call.args)), function
        )

    def membership(self, env: TypeEnv, expr: Expr, call: Call, arity: int) -> Problem | None:
        """Check that a collection may hold what is looked for, and tell variables what it holds."""
        if len(call.args) < arity:
            return None
        collection = env.type(call.args[arity - 1])
        items = values(collection)
        if items is None:
            return None
        if arity == _ARITY[MEMBER_WITH_KEY]:
            problem = self.member(env, expr, call.args[0], keys(collection))
            if problem is not None:
                return problem
        return self.member(env, expr, call.args[arity - 2], items)

    def member(self, env: TypeEnv, expr: Expr, term: Term, kind: Type | None) -> Problem | None:
        """Check that a term can be a key or an element of a type."""
        if unknown(kind):
            return None
        have = env.type(term)
        if (unknown(have) or unifies(have, kind)) and infer(env, term, kind):
            return None
        return mismatch(expr.location, have, kind)

    def call(self, env: TypeEnv, expr: Expr, call: Call, name: str) -> Problem | None:
        """Check that a function takes what it is given."""
        function = env.ref(call.operator)
        if function is ANY:
            return None
        if not isinstance(function, FunctionType):
            return Problem(f"undefined function {name}", expr.location)
        args = call.args
        kinds = [env.type(term) for term in args]
        counted = self.count(function, len(args))
        if counted is not None:
            return bad_arguments(expr.location, name, counted, kinds, function)
        for place, term in enumerate(args):
            kind, wanted = kinds[place], function.operand(place)
            if not unknown(kind) and not unifies(kind, wanted):
                return bad_arguments(expr.location, name, "invalid argument(s)", kinds, function)
            if not infer(env, term, wanted):
                kinds = [env.type(other) for other in args]
                return bad_arguments(expr.location, name, "invalid argument(s)", kinds, function)
        return None

    def count(self, function: FunctionType, given: int) -> str | None:
        """Return what is wrong with a number of arguments."""
        most = len(function.args) + (function.result is not None)
        if given > most and function.variadic is None:
            return "too many arguments"
        return "too few arguments" if given < len(function.args) else None

    def replaced(self, env: TypeEnv, expr: Expr) -> TypeEnv:
        """Return a layer where replaced documents also have their replacements' types.

        Rules that depend on them may have any.
        """
        targets: list[tuple[list[Term], Type | None]] = []
        layer = env
        for item in expr.withs:
            old = env.type(item.target)
            function = isinstance(old, FunctionType)
            documents = self._dependents(item.target, function)
            if documents is not None:
                layer = layer.replaced(documents)
            if not function:
                targets.append((_ground(item.target), _replacement(env, item.target, old, item.value)))
        if not targets:
            return layer
        layer = layer.replaced({})
        for path, kind in targets:
            layer.put_document(path, kind)
        return layer

    def _dependents(self, target: Ref, function: bool) -> dict[str, Node] | None:
        name = text_of(target)
        if (function, name) not in self._replaced:
            documents: dict[str, Node] = {}
            for ref in self.dependents(target):
                if isinstance(ref.head, Var) and not (function and text_of(ref) == name):
                    documents.setdefault(ref.head.name, Node()).put(ref.path, ANY)
            self._replaced[function, name] = documents or None
        return self._replaced[function, name]


def _replacement(env: TypeEnv, target: Ref, old: Type | None, value: Term) -> Type:
    if len(_ground(target)) < len(target.terms) or old is None:
        return ANY
    new = env.type(value)
    return ANY if new is None else union(old, new) or ANY


def _ground(ref: Ref) -> list[Term]:
    """Return the part of a reference before its first element that has a variable."""
    terms: Sequence[Term] = ref.terms
    for place, term in enumerate(terms[1:], 1):
        if not is_ground(term):
            return list(terms[:place])
    return list(terms)
