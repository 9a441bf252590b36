"""Abstract interpretation of rules in core form: bodies bind variables to shapes, functions follow calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.generate.tree import Group
from samakia_policy.rego.reads import builtins
from samakia_policy.rego.reads.found import Found
from samakia_policy.rego.reads.shapes import NOTHING, OPAQUE, ROOT, Shape, constant, join, made_of, step
from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.syntax import nodes as n

Env = dict[str, Shape]
# Functions are followed for each shape of their arguments; a policy with more than this reads everything.
MOST_ANALYSES = 20_000
MOST_CHOICES = 8
LARGEST = 500


class TooLarge(Exception):
    """The policy has more calls of different shapes than are followed."""


class Analysis:
    """One analysis of a set of modules; `found` collects what is read."""

    def __init__(self, tree: Branch, groups: list[Group]) -> None:
        self.found = Found()
        self._tree = tree
        self._groups = {group.branch.path: group for group in groups}
        self._known: dict[tuple[Any, ...], Shape] = {}
        self._replaced = 0
        self._choices = 0

    def document(self, branch: Branch) -> Shape:
        """Return the shape of everything at and below a place under `data`."""
        group = self._groups.get(branch.path)
        if group is not None and group.kind == "function":
            return NOTHING
        below = made_of([(name, self.document(child)) for name, child in branch.children.items()])
        return join([self.rules(group, ()) if group else None, below])

    def rules(self, group: Group, given: tuple[Shape, ...]) -> Shape:
        """Return the shape of what the rules of one name give for these arguments."""
        key = (group.branch.path, given, self._replaced > 0)
        if key not in self._known:
            if len(self._known) >= MOST_ANALYSES:
                raise TooLarge
            self._known[key] = OPAQUE
            self._known[key] = self._small(join([self._chain(rule, group, given) for rule in group.rules]))
        # What a `with` replaces may be anything.
        return join([self._known[key], OPAQUE]) if self._replaced else self._known[key]

    def rule(self, rule: n.Rule, group: Group) -> Shape:
        """Return the shape of what one rule gives that takes no arguments."""
        return self._chain(rule, group, ())

    def _chain(self, rule: n.Rule, group: Group, given: tuple[Shape, ...]) -> Shape:
        made = []
        chain: n.Rule | None = rule
        while chain is not None:
            env: Env = {}
            for pattern, shape in zip(chain.head.args or [], given, strict=False):
                self.match(pattern, shape, env)
            self.body(chain.body, env)
            made.append(self._head(chain, group, env))
            chain = chain.otherwise
        return join(made)

    def _head(self, rule: n.Rule, group: Group, env: Env) -> Shape:
        head = rule.head
        if head.key is not None:
            key = self.value(head.key, env)
            made = Shape(members=key, names=key)
        else:
            made = self.value(head.value, env) if head.value is not None else OPAQUE
        for term in reversed(head.ref.path[group.depth(rule) :] if group.kind == "object" else []):
            made = self._member(self.value(term, env), made)
        return made

    def _member(self, name: Shape, value: Shape) -> Shape:
        if name.exact:
            return made_of([(one, value) for one in name.constants])
        return Shape(members=value, names=name)

    def body(self, literals: n.Body, env: Env) -> None:
        """Go through a body whose literals stand in an order in which each finds its inputs bound."""
        for position, expr in enumerate(literals):
            choice = self._choice(expr, env)
            if choice is not None:
                self._each(choice, literals[position:], env)
                return
            self._literal(expr, env)

    def _choice(self, expr: n.Expr, env: Env) -> tuple[str, list[str | int]] | None:
        """Return a variable that goes over the few known names of something the policy makes, with these."""
        refs = expr.terms.args if isinstance(expr.terms, n.Call) and expr.terms.name == "eq" else []
        for ref in refs:
            if ref.__class__ is not n.Ref or not ref.path or not _unbound(ref.path[-1], env):
                continue
            if any(_unbound(term, env) for term in ref.path[:-1]) or ref.path[-1].__class__ is not n.Var:
                continue
            base = self.value(n.Ref(ref.head, ref.path[:-1]), env)
            few = 1 < len(base.parts) <= MOST_CHOICES and self._choices < MOST_ANALYSES
            if few and not (base.paths or base.members or base.opaque):
                return ref.path[-1].name, [name for name, _ in base.parts]
        return None

    def _each(self, choice: tuple[str, list[str | int]], literals: n.Body, env: Env) -> None:
        """Go through the rest of a body once for each name: what belongs together stays together."""
        name, names = choice
        envs = []
        for one in names:
            self._choices += 1
            envs.append({**env, name: constant(one)})
            self.body(literals, envs[-1])
        env.update({key: join([one.get(key) for one in envs]) for key in sorted(set().union(*envs))})

    def _literal(self, expr: n.Expr, env: Env) -> None:
        self.found.at = expr.location or self.found.at
        for one in expr.withs:
            self._with(one, env)
        self._replaced += bool(expr.withs)
        term = expr.terms
        if term.__class__ is n.Call:
            self._call_literal(term, env)
        elif term.__class__ in _NESTED:
            _NESTED[term.__class__](self, term, env)
        else:
            self.found.top(self.value(term, env))
        self._replaced -= bool(expr.withs)

    def _with(self, one: n.With, env: Env) -> None:
        function = self._function(one.value) if isinstance(one.value, n.Ref) else None
        if function is None:
            self.found.whole(self.value(one.value, env))
        else:
            self.rules(function, (OPAQUE,) * function.arity)

    def _every(self, term: n.Every, env: Env) -> None:
        domain, inner = self.value(term.domain, env), dict(env)
        self.found.exists(step(domain, None))
        if term.key is not None:
            self.match(term.key, _names(domain), inner)
        self.match(term.value, step(domain, None), inner)
        self.body(term.body, inner)

    def _not(self, term: n.Not, env: Env) -> None:
        self.body(term.body, dict(env))

    def _logical(self, term: n.Logical, env: Env) -> None:
        self.body(term.left, dict(env))
        self.body(term.right, dict(env))

    def _call_literal(self, call: n.Call, env: Env) -> None:
        if call.name in ("eq", "assign"):
            self._unify(call.args[0], call.args[1], env)
            return
        taken = self._arity(call)
        made = self._call(call, call.args[:taken], env)
        if len(call.args) > taken:
            self.match(call.args[taken], made, env)
        else:
            self.found.top(made)

    def _arity(self, call: n.Call) -> int:
        from samakia_policy.rego.compiler.compiled import builtin_arity

        function = self._function(call.operator)
        return function.arity if function else builtin_arity(call.name)

    def _call(self, call: n.Call, arguments: list[Any], env: Env) -> Shape:
        given = [self.value(argument, env) for argument in arguments]
        function = self._function(call.operator)
        if function is None:
            self._built_in(call, given)
            made = builtins.result(call.name, given, self.found)
            return join([made, OPAQUE]) if self._replaced else made
        if self._replaced:
            # Another function may get them.
            for shape in given:
                self.found.whole(shape)
        return self.rules(function, tuple(given))

    def _built_in(self, call: n.Call, given: list[Shape]) -> None:
        if call.name == "object.get":
            self.found.at = call.args[1].location or self.found.at
        elif call.name in builtins.COMPARISONS:
            self.found.compare(call.args[0], call.args[1], given[0], given[1])
        elif call.name == "internal.member_2":
            self.found.compare(call.args[0], None, given[0], step(given[1], None))

    def _function(self, operator: n.Ref) -> Group | None:
        if getattr(operator.head, "name", "") != "data":
            return None
        group = self._groups.get(tuple([_text(term) for term in operator.path]))
        return group if group is not None and group.kind == "function" else None

    def _unify(self, one: Any, two: Any, env: Env) -> None:
        if _unbound(one, env):
            if _unbound(two, env) and one.__class__ is two.__class__ is n.Array:
                for left, right in zip(one.items, two.items, strict=False):
                    self._unify(left, right, env)
                return
            self.match(one, self.value(two, env), env)
        elif _unbound(two, env):
            self.match(two, self.value(one, env), env)
        else:
            sides = [self.value(one, env), self.value(two, env)]
            self.found.compare(one, two, *sides)
            plain = any(term.__class__ is n.Scalar for term in (one, two)) or any(map(builtins.flat, sides))
            for side in sides:
                (self.found.top if plain else self.found.whole)(side)

    def match(self, pattern: Any, shape: Shape, env: Env) -> None:
        """Take a value apart by a pattern: bind what is unbound, compare the rest."""
        kind = pattern.__class__
        if kind is n.Var and pattern.name not in env:
            env[pattern.name] = shape
        elif kind is n.Array:
            self.found.top(shape)
            for number, item in enumerate(pattern.items):
                self.match(item, step(shape, constant(number)), env)
        elif kind is n.Object:
            self.found.top(shape)
            for name, item in pattern.items:
                self.match(item, step(shape, self.value(name, env)), env)
        else:
            other = self.value(pattern, env)
            self.found.compare(None, pattern, shape, other)
            plain = kind is n.Scalar or builtins.flat(other)
            for side in (shape, other):
                (self.found.top if plain else self.found.whole)(side)

    def value(self, term: Any, env: Env) -> Shape:
        """Return the shape of a term."""
        return self._small(_VALUE[term.__class__](self, term, env))

    def _small(self, shape: Shape) -> Shape:
        """Return a shape; of one that is too large, everything is read."""
        if shape.size <= LARGEST:
            return shape
        self.found.whole(shape)
        return OPAQUE

    def _scalar(self, term: n.Scalar, _: Env) -> Shape:
        return constant(term.value)

    def _var(self, term: n.Var, env: Env) -> Shape:
        if term.name in ("input", "data"):
            return self._ref(n.Ref(term, []), env)
        return env.setdefault(term.name, OPAQUE)

    def _ref(self, ref: n.Ref, env: Env) -> Shape:
        name = getattr(ref.head, "name", None)
        if name == "data" and name not in env:
            return self._data(ref.path, env)
        found = ROOT if name == "input" and name not in env else self.value(ref.head, env)
        return self._steps(found, ref.path, env)

    def _steps(self, shape: Shape, path: list[Any], env: Env) -> Shape:
        for term in path:
            if _unbound(term, env):
                self.match(term, _names(shape), env)
                shape = step(shape, None)
                self.found.named(shape, term.location)
                continue
            name = self.value(term, env)
            self.found.whole(name)
            if shape.names is not None:
                self.found.whole(shape.names)
            shape = step(shape, name)
            self.found.named(shape, term.location)
        self.found.exists(shape)
        return shape

    def _data(self, path: list[Any], env: Env) -> Shape:
        branch = self._tree
        for position, term in enumerate(path):
            group = self._groups.get(branch.path)
            if group is not None and group.kind != "object":
                return self._steps(self.rules(group, ()), path[position:], env)
            below = branch.children.get(_text(term))
            if below is None:
                # Base documents are not `input`: all that is known of them is that they are read.
                return self._steps(join([self.document(branch), OPAQUE]), path[position:], env)
            branch = below
        return self.document(branch)

    def _array(self, term: n.Array, env: Env) -> Shape:
        return made_of([(number, self.value(item, env)) for number, item in enumerate(term.items)])

    def _set(self, term: n.SetTerm, env: Env) -> Shape:
        inside = join([self.value(item, env) for item in term.items])
        return Shape(members=inside, names=inside)

    def _object(self, term: n.Object, env: Env) -> Shape:
        return join([self._member(self.value(name, env), self.value(item, env)) for name, item in term.items])

    def _array_comp(self, term: n.ArrayComp, env: Env) -> Shape:
        inner = dict(env)
        self.body(term.body, inner)
        return Shape(members=self.value(term.term, inner))

    def _set_comp(self, term: n.SetComp, env: Env) -> Shape:
        found = self._array_comp(n.ArrayComp(term.term, term.body), env).members
        return Shape(members=found, names=found)

    def _object_comp(self, term: n.ObjectComp, env: Env) -> Shape:
        inner = dict(env)
        self.body(term.body, inner)
        return Shape(members=self.value(term.value, inner), names=self.value(term.key, inner))

    def _call_term(self, term: n.Call, env: Env) -> Shape:
        return self._call(term, term.args, env)


def _text(term: Any) -> str:
    value = getattr(term, "value", None)
    return value if isinstance(value, str) else ""


def _names(shape: Shape) -> Shape:
    """What the names of members may be: those of `input` are opaque."""
    known = [constant(name) for name, _ in shape.parts]
    return join([*known, shape.names, None if known and not (shape.paths or shape.members) else OPAQUE])


def _unbound(term: Any, env: Env) -> bool:
    if term.__class__ is n.Var:
        return term.name not in env and term.name not in ("input", "data")
    if term.__class__ in (n.Array, n.SetTerm):
        return any(_unbound(item, env) for item in term.items)
    if term.__class__ is n.Object:
        return any(_unbound(item, env) for _, item in term.items)
    return False


_NESTED: dict[type, Callable[[Analysis, Any, Env], None]] = {
    n.Every: Analysis._every,
    n.Not: Analysis._not,
    n.Logical: Analysis._logical,
    n.Some: lambda *_: None,
}
_VALUE: dict[type, Callable[[Analysis, Any, Env], Shape]] = {
    n.Scalar: Analysis._scalar,
    n.Var: Analysis._var,
    n.Ref: Analysis._ref,
    n.Array: Analysis._array,
    n.SetTerm: Analysis._set,
    n.Object: Analysis._object,
    n.ArrayComp: Analysis._array_comp,
    n.SetComp: Analysis._set_comp,
    n.ObjectComp: Analysis._object_comp,
    n.Call: Analysis._call_term,
}
