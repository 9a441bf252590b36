"""json.patch: operations of JSON Patch on any value, sets included, as OPA carries them out."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.json_documents import parse_path
from samakia_policy.rego.builtins.operands import array, integer64, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import UNDEFINED, Key, Set, Value, equal, key
from samakia_policy.rego.values.text import shown, written

Path = list[Value]
_BYTES_A_STEP = 64


class _Object:
    """An object that is being changed: `changed` holds nodes, values, or UNDEFINED for what was deleted."""

    __slots__ = ("changed", "original")

    def __init__(self, original: dict[Key, Value]) -> None:
        self.original = original
        self.changed: dict[Key, Any] = {}

    def child(self, step: Value) -> Any:
        """Return the node below; raises BuiltinFault."""
        name = key(step)
        if name in self.changed:
            if self.changed[name] is UNDEFINED:
                raise BuiltinFault(f"cannot unfold the already deleted scalar node for key {_text(step)}")
            return self.changed[name]
        if name not in self.original:
            raise BuiltinFault(f"path {_text(step)} does not exist in object term {_text(self.original)}")
        made = self.changed[name] = _node(self.original[name])
        return made

    def insert(self, step: Value, value: Value) -> None:
        """Add or replace what lies under a key."""
        self.changed[key(step)] = _node(value)

    def delete(self, step: Value) -> None:
        """Delete what lies under a key; raises BuiltinFault if there is nothing."""
        name = key(step)
        if self.changed.get(name, self) is UNDEFINED:
            raise BuiltinFault(f"cannot delete the already deleted scalar node for key {_text(step)}")
        if name not in self.changed and name not in self.original:
            raise _absent(step)
        self.changed[name] = UNDEFINED

    def render(self) -> Value:
        """Return the value as it is now."""
        made = {**self.original, **{name: _render(item) for name, item in self.changed.items()}}
        return {name: item for name, item in made.items() if item is not UNDEFINED}


class _Set:
    """A set that is being changed; what lies below an element becomes that element."""

    __slots__ = ("changed", "original")

    def __init__(self, original: Set) -> None:
        self.original = original
        self.changed: dict[Key, Any] = {}

    def _collapse(self, step: Value) -> None:
        if step.__class__ in _EDITED and self.changed:
            self.original, self.changed = self.render(), {}

    def child(self, step: Value) -> Any:
        """Return the node of an element; raises BuiltinFault."""
        self._collapse(step)
        name = key(step)
        found = self.changed.get(name, self.original.members.get(name, UNDEFINED))
        if found is UNDEFINED:
            raise BuiltinFault(f"path {shown(step)} does not exist in set term {_text(self.original)}")
        made = self.changed[name] = _node(found)
        return made

    def insert(self, step: Value, value: Value) -> None:
        """Add an element, which is its own key; raises BuiltinFault if step is another value."""
        if not equal(step, value):
            raise BuiltinFault(f"set key {_text(step)} does not equal value to be inserted {_text(value)}")
        self._collapse(step)
        self.changed[key(step)] = _node(value)

    def delete(self, step: Value) -> None:
        """Delete an element; raises BuiltinFault if it is not there."""
        self._collapse(step)
        name = key(step)
        if self.changed.get(name, self.original.members.get(name, UNDEFINED)) is UNDEFINED:
            raise _absent(step)
        self.changed[name] = UNDEFINED

    def render(self) -> Set:
        """Return the value as it is now."""
        kept = [item for name, item in self.original.members.items() if name not in self.changed]
        made = [_render(item) for item in self.changed.values()]
        return Set(item for item in [*made, *kept] if item is not UNDEFINED)


class _Array:
    """An array that is being changed: `items` are (is it ours, value or node)."""

    __slots__ = ("items", "original")

    def __init__(self, original: list[Value]) -> None:
        self.original = original
        self.items: list[tuple[bool, Any]] = [(False, item) for item in original]

    def child(self, step: Value) -> Any:
        """Return the node at an index; raises BuiltinFault."""
        place = self._index(step)
        if 0 <= place < len(self.items) and self.items[place][0]:
            return self.items[place][1]
        if not 0 <= place < len(self.original):
            raise BuiltinFault(f"path {place} does not exist in array term {_text(self.original)}")
        # OPA looks the index up in the array as it was, even after elements before it were deleted.
        self.delete(place)
        self.insert(place, self.original[place])
        return self.items[place][1]

    def insert(self, step: Value, value: Value) -> None:
        """Insert before an index; raises BuiltinFault when that is out of bounds."""
        place = self._index(step)
        if not 0 <= place <= len(self.items):
            raise BuiltinFault("index for array insertion out of bounds")
        self.items.insert(place, (True, _node(value)))

    def delete(self, step: Value) -> None:
        """Delete what is at an index; raises BuiltinFault when that is out of bounds."""
        place = self._index(step)
        if not 0 <= place < len(self.items):
            raise BuiltinFault("index for array delete out of bounds")
        del self.items[place]

    def render(self) -> list[Value]:
        """Return the value as it is now."""
        return [_render(item) if ours else item for ours, item in self.items]

    def _index(self, step: Value) -> int:
        if step.__class__ is str:
            return self._named(step)
        if type_name(step) != "number":
            raise BuiltinFault("invalid type for indexing")
        try:
            return integer64(step, 1)
        except OperandFault:
            raise BuiltinFault("invalid number type for indexing") from None

    def _named(self, step: str) -> int:
        if step == "-":
            return len(self.items)
        digits = step[1:] if step[:1] in ("-", "+") else step
        if not (digits.isascii() and digits.isdigit()):
            raise BuiltinFault("invalid string for indexing")
        if step != "0" and step.startswith("0"):
            raise BuiltinFault("leading zeros are not allowed in JSON paths")
        return int(step)


_EDITED: dict[type, Any] = {dict: _Object, list: _Array, Set: _Set}
_Node = (_Object, _Array, _Set)


def _node(value: Value) -> Any:
    made = _EDITED.get(value.__class__)
    return made(value) if made else value


def _render(node: Any) -> Value:
    return node.render() if isinstance(node, _Node) else node


def _text(value: Value) -> str:
    return "" if value is UNDEFINED else written(value)


def _typed(value: Value) -> str:
    return f"{_text(value)} (type: ast.{type_name(value).capitalize()})"


def _absent(step: Value) -> BuiltinFault:
    return BuiltinFault(f"cannot delete child key {_text(step)} that does not exist")


class _Document:
    """The document, whose root may be replaced or deleted, too."""

    __slots__ = ("context", "root")

    def __init__(self, value: Value, context: Context) -> None:
        self.root = _node(value)
        self.context = context

    def at(self, path: Path) -> Any:
        """Return the node at a path; raises BuiltinFault."""
        node = self.root
        for step in path:
            if node is UNDEFINED:
                raise BuiltinFault("nil value encountered where composite value was expected")
            if not isinstance(node, _Node):
                raise BuiltinFault(
                    f"expected composite type for path {_text(step)}, found value: {_typed(node)}"
                )
            node = node.child(step)
        return node

    def parent(self, path: Path) -> Any:
        """Return the collection that holds the end of a path; raises BuiltinFault."""
        node = self.at(path[:-1])
        if not isinstance(node, _Node):
            raise BuiltinFault(f"expected composite type, found value: {_typed(node)}")
        return node

    def copy(self, path: Path) -> Value:
        """Return the value at a path as it is now."""
        found = _render(self.at(path))
        if found is UNDEFINED:
            raise BuiltinFault("cannot insert nil value into EditTree")
        self.context.charge(_size(found) // _BYTES_A_STEP + 1 if self.context.fuel is not None else 0)
        return found

    def insert(self, path: Path, value: Value) -> None:
        """Insert a value at a path."""
        if path:
            self.parent(path).insert(path[-1], value)
        else:
            self.root = _node(value)

    def delete(self, path: Path) -> None:
        """Delete what is at a path."""
        if path:
            self.parent(path).delete(path[-1])
        elif self.root is UNDEFINED:
            raise BuiltinFault("deleted node encountered during delete operation")
        else:
            self.root = UNDEFINED


def _size(value: Value) -> int:
    return len(written(value)) if value.__class__ in _EDITED else 1


@builtin("json.patch", context=True)
def patch(context: Context, value: Value, operations: Value) -> Value:
    """Return a value after JSON Patch operations, each on what the one before left."""
    document = _Document(value, context)
    for operation in array(operations, 2):
        context.charge(1)
        _apply(document, operation)
    return _render(document.root)


def _apply(document: _Document, operation: Value) -> None:
    if operation.__class__ is not dict:
        raise BuiltinFault(
            "must be an array of JSON-Patch objects, but at least one element is not an object"
        )
    target = _required(operation, "path")
    name = _required(operation, "op")
    if name.__class__ is not str:
        raise BuiltinFault(f"attribute 'op' must be a string but found: {type_name(name)}")
    path = parse_path(target)
    run = _OPERATIONS.get(name)
    if run is None:
        raise BuiltinFault(f"unrecognized op: '{name}'")
    run(document, path, operation)


def _required(operation: dict[Any, Value], name: str) -> Value:
    if name not in operation:
        raise BuiltinFault(f"missing required attribute '{name}'")
    return operation[name]


def _add(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    document.insert(path, _required(operation, "value"))


def _remove(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    document.delete(path)


def _replace(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    document.delete(path)
    document.insert(path, _required(operation, "value"))


def _move(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    source = parse_path(_required(operation, "from"))
    moved = document.copy(source)
    document.delete(source)
    document.insert(path, moved)


def _copy(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    document.insert(path, document.copy(parse_path(_required(operation, "from"))))


def _test(document: _Document, path: Path, operation: dict[Any, Value]) -> None:
    found = _render(document.at(path))
    wanted = _required(operation, "value")
    if found is UNDEFINED or not equal(found, wanted):
        texts = f"Expected: {_text(wanted)}\n\nFound: {_text(found)}"
        raise BuiltinFault(f"value from EditTree != patch value.\n\n{texts}")


_OPERATIONS = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
