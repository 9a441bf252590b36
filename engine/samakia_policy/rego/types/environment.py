"""The type environment: what type a term has, given the types of variables and rules known so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from samakia_policy.rego.compiler.walk import is_constant
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    TemplateString,
    Term,
    Var,
    ref_name,
)
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.constants import plain_value
from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    Dynamic,
    ObjectType,
    Property,
    SetType,
)
from samakia_policy.rego.types.operations import empty, select, union, values
from samakia_policy.rego.types.shape import Type
from samakia_policy.rego.types.signatures import builtin_type
from samakia_policy.rego.types.tree import Node
from samakia_policy.rego.values.number import Number

DOCUMENTS = frozenset({"data", "input"})
Comprehension = ArrayComp | SetComp | ObjectComp
_SIMPLE: dict[type, Type] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    Number: NUMBER,
    str: STRING,
}
_EXTENSIBLE = ObjectType((), (STRING, ANY))


class Comprehensions(Protocol):
    """What the environment asks about a comprehension: the environment of its body, None if it is faulty."""

    def __call__(self, env: TypeEnv, node: Comprehension) -> TypeEnv | None:
        """Return the environment after the comprehension's body."""


class TypeEnv:
    """One layer of what is known: variables, and documents by their first name; the rest is in `outer`.

    `store`: where types of variables are put. It is `variables`, but in the layer that `with` makes, where it
    is that of the layer around it, as the variables live on.
    """

    __slots__ = ("closures", "documents", "outer", "store", "variables")

    def __init__(self, closures: Comprehensions, outer: TypeEnv | None = None) -> None:
        self.closures = closures
        self.outer = outer
        self.variables: dict[str, Type | None] = {}
        self.store = self.variables
        self.documents: dict[str, Node] = {}

    def inner(self) -> TypeEnv:
        """Return a new layer on this one."""
        return TypeEnv(self.closures, self)

    def replaced(self, documents: dict[str, Node]) -> TypeEnv:
        """Return a layer in which some documents differ; the types of variables go to this one."""
        layer = TypeEnv(self.closures, self)
        layer.documents = documents
        layer.store = self.store
        return layer

    def put_document(self, path: Sequence[Term], kind: Type | None) -> None:
        """Say what type a document has in this layer."""
        head = path[0]
        assert isinstance(head, Var)
        self.documents.setdefault(head.name, Node()).put(path[1:], kind)

    def type(self, term: Any) -> Type | None:
        """Return the type of a term, or None when it is not known."""
        read = _TYPE.get(term.__class__)
        return None if read is None else read(self, term)

    def variable(self, name: str) -> Type | None:
        """Return the type of a variable, or None when it is not known."""
        env: TypeEnv | None = self
        while env is not None:
            if name in env.variables:
                return env.variables[name]
            if env.documents and name in env.documents:
                return env.documents[name].type
            env = env.outer
        return builtin_type(name)

    def ref(self, ref: Ref) -> Type | None:
        """Return the type of what a reference refers to."""
        if not isinstance(ref.head, Var):
            return None
        name, path = ref.head.name, ref.path
        env: TypeEnv | None = self
        while env is not None:
            if name in env.variables:
                kind = env.variables[name]
                if kind is not None or not path:
                    return select_path(_EXTENSIBLE if kind is None else kind, path)
            elif env.documents and name in env.documents:
                found, kind = _document(env.documents[name], path)
                if found:
                    return kind
            env = env.outer
        return ANY if name in DOCUMENTS else _builtin(ref)

    def _scalar(self, term: Scalar) -> Type:
        return _SIMPLE[term.value.__class__]

    def _string(self, _: Any) -> Type:
        return STRING

    def _var(self, term: Var) -> Type | None:
        return self.variable(term.name)

    def _array(self, term: Array) -> Type:
        return ArrayType(tuple([self.type(item) for item in term.items]))

    def _object(self, term: Object) -> Type:
        static: dict[Any, Property] = {}
        others: list[tuple[Term, Term]] = []
        for name, value in term.items:
            if is_constant(name):
                item = Property(plain_value(name), self.type(value))
                static[item.order] = item
            else:
                others.append((name, value))
        dynamic: Dynamic | None = None
        if others:
            name, value = max(others, key=_name_form)
            dynamic = (self.type(name), self.type(value))
        return ObjectType(tuple(static.values()), dynamic)

    def _set(self, term: SetTerm) -> Type:
        of: Type | None = None
        for item in term.items:
            of = union(of, self.type(item))
        return SetType(of)

    def _array_comprehension(self, term: ArrayComp) -> Type | None:
        env = self.closures(self, term)
        return None if env is None else ArrayType((), env.type(term.term))

    def _set_comprehension(self, term: SetComp) -> Type | None:
        env = self.closures(self, term)
        return None if env is None else SetType(env.type(term.term))

    def _object_comprehension(self, term: ObjectComp) -> Type | None:
        env = self.closures(self, term)
        return None if env is None else ObjectType((), (env.type(term.key), env.type(term.value)))


def select_path(kind: Type | None, path: Sequence[Term]) -> Type | None:
    """Return the type found along a path below a type."""
    for term in path:
        if kind is None:
            return None
        if term.__class__ is Scalar:
            kind = select(kind, term.value)
        elif empty(kind):
            return ANY
        else:
            kind = values(kind)
    return kind


def _document(node: Node, path: Sequence[Term]) -> tuple[bool, Type | None]:
    """Return whether a path is known below a node, and its type."""
    for place, term in enumerate(path):
        child = node.child(term)
        if node.type is not None:
            if child is None:
                return True, select_path(node.type, path[place:])
        elif not is_constant(term):
            return True, select_path(node.extent(), path[place:])
        elif child is None:
            return False, None
        assert child is not None
        node = child
    return True, node.extent()


def _builtin(ref: Ref) -> Type | None:
    try:
        return builtin_type(ref_name(ref))
    except ValueError:
        return None


def _name_form(entry: tuple[Term, Term]) -> Any:
    return form(entry[0])


_TYPE: dict[type, Callable[[Any, Any], Type | None]] = {
    Scalar: TypeEnv._scalar,
    TemplateString: TypeEnv._string,
    Var: TypeEnv._var,
    Ref: TypeEnv.ref,
    Array: TypeEnv._array,
    Object: TypeEnv._object,
    SetTerm: TypeEnv._set,
    ArrayComp: TypeEnv._array_comprehension,
    SetComp: TypeEnv._set_comprehension,
    ObjectComp: TypeEnv._object_comprehension,
}
