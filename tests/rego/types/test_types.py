"""Types as values: union, selection, keys, values, unification, order and text."""

from __future__ import annotations

import time
from typing import Any

import pytest

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.nodes import Ref, Scalar, Var
from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    AnyType,
    ArrayType,
    FunctionType,
    Named,
    ObjectType,
    Property,
    Recursive,
    SetType,
)
from samakia_policy.rego.types.operations import (
    empty,
    includes,
    keys,
    same_type,
    select,
    type_of,
    unifies,
    union,
    values,
)
from samakia_policy.rego.types.shape import Type, unknown
from samakia_policy.rego.types.signatures import builtin_type
from samakia_policy.rego.values.number import Number


def obj(dynamic: tuple[Type, Type] | None = None, **static: Type) -> ObjectType:
    return ObjectType(tuple(Property(name, kind) for name, kind in static.items()), dynamic)


def arr(*static: Type, rest: Type | None = None) -> ArrayType:
    return ArrayType(static, rest)


def either(*kinds: Type) -> Type:
    found: Type | None = None
    for kind in kinds:
        found = union(found, kind)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ANY, "any"),
        (either(STRING, NUMBER), "any<number, string>"),
        (
            either(SetType(NULL), obj(a=NULL), arr(NULL), STRING, NUMBER, BOOLEAN, NULL),
            "any<null, boolean, number, string, array<null>, object<a: null>, set[null]>",
        ),
        (arr(), "array"),
        (arr(NUMBER, STRING), "array<number, string>"),
        (arr(NUMBER, rest=ANY), "array<number>[any]"),
        (ArrayType((None, NUMBER)), "array<???, number>"),
        (obj(), "object"),
        (obj(b=NUMBER, a=STRING), "object<a: string, b: number>"),
        (obj((STRING, ANY), a=NULL), "object<a: null>[string: any]"),
        (ObjectType((), (None, ANY)), "object[???: any]"),
        (SetType(None), "set"),
        (SetType(STRING), "set[string]"),
        (FunctionType((Named("x", NUMBER, "a number"), STRING), Named("y", ANY)), "(number, string) => any"),
        (FunctionType((), None, ANY), "(any...) => ???"),
    ],
)
def test_text(kind: Type, text: str) -> None:
    """Types are written as opa writes them."""
    assert str(kind) == text


def test_plain() -> None:
    """Types become the JSON that opa writes."""
    kind = FunctionType((Named("x", arr(NUMBER, rest=STRING), "d"),), obj((STRING, ANY), a=SetType(NULL)))
    array = {"dynamic": {"type": "string"}, "static": [{"type": "number"}], "type": "array"}
    result = {
        "dynamic": {"key": {"type": "string"}, "value": {"type": "any"}},
        "static": [{"key": "a", "value": {"of": {"type": "null"}, "type": "set"}}],
        "type": "object",
    }
    args = [array | {"description": "d", "name": "x"}]
    assert kind.plain() == {"args": args, "result": result, "type": "function"}
    assert either(STRING, NULL).plain() == {"of": [{"type": "null"}, {"type": "string"}], "type": "any"}


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (STRING, STRING, STRING),
        (STRING, NUMBER, "any<number, string>"),
        (ANY, NUMBER, ANY),
        (NUMBER, ANY, ANY),
        (either(STRING, NUMBER), NUMBER, "any<number, string>"),
        (either(STRING, NUMBER), either(NULL, NUMBER), "any<null, number, string>"),
        (arr(NUMBER), arr(NUMBER), "array<number>"),
        (arr(NUMBER), arr(NUMBER, NUMBER), "any<array<number>, array<number, number>>"),
        (arr(rest=NUMBER), arr(NUMBER), "any<array<number>, array[number]>"),
        (
            FunctionType((NUMBER,), STRING),
            FunctionType((STRING,), NULL),
            "(any<number, string>) => any<null, string>",
        ),
        (FunctionType((NUMBER,), STRING), FunctionType((), NULL), None),
        (FunctionType((NUMBER,), STRING), STRING, None),
        (None, STRING, STRING),
        (STRING, None, STRING),
    ],
)
def test_union(left: Type | None, right: Type | None, found: Type | str | None) -> None:
    """A union names every type once, in order; any takes in all."""
    made = union(left, right)
    assert (made if found is None or isinstance(found, Type) else str(made)) == found


@pytest.mark.parametrize(
    ("kind", "key", "found"),
    [
        (obj(a=NUMBER), "a", "number"),
        (obj(a=NUMBER), "b", None),
        (obj((STRING, BOOLEAN), a=NUMBER), "b", "boolean"),
        (obj((STRING, BOOLEAN), a=NUMBER), 1, None),
        (ObjectType((Property(1, NUMBER), Property(True, STRING))), True, "string"),
        (ObjectType((Property(1, NUMBER), Property(True, STRING))), Number("1.0"), "number"),
        (arr(NUMBER, STRING), 1, "string"),
        (arr(NUMBER, STRING), 2, None),
        (arr(NUMBER, rest=STRING), 2, "string"),
        (arr(NUMBER), -1, None),
        (arr(NUMBER), Number("0.5"), None),
        (arr(NUMBER), "0", None),
        (SetType(STRING), "a", "string"),
        (SetType(STRING), 1, None),
        (SetType(either(STRING, NUMBER)), 1, "number"),
        (SetType(None), 1, None),
        (STRING, "a", None),
        (ANY, "a", "any"),
        (either(obj(a=NUMBER), obj(a=STRING), NULL), "a", "any<number, string>"),
    ],
)
def test_select(kind: Type, key: Any, found: str | None) -> None:
    """A key selects what may lie under it."""
    made = select(kind, key)
    assert (None if made is None else str(made)) == found


@pytest.mark.parametrize(
    ("kind", "of_keys", "of_values"),
    [
        (arr(STRING, NULL), "number", "any<null, string>"),
        (arr(STRING, rest=NULL), "number", "any<null, string>"),
        (arr(), "number", None),
        (obj(a=STRING), "string", "string"),
        (obj((NUMBER, NULL), a=STRING), "any<number, string>", "any<null, string>"),
        (obj(), None, None),
        (SetType(STRING), "string", "string"),
        (SetType(None), None, None),
        (STRING, None, None),
        (ANY, "any", "any"),
        (either(arr(STRING), SetType(NULL), BOOLEAN), "any<null, number>", "any<null, string>"),
    ],
)
def test_keys_and_values(kind: Type, of_keys: str | None, of_values: str | None) -> None:
    """What iterating gives."""
    found = [None if made is None else str(made) for made in (keys(kind), values(kind))]
    assert found == [of_keys, of_values]


@pytest.mark.parametrize(
    ("left", "right", "possible"),
    [
        (STRING, STRING, True),
        (STRING, NUMBER, False),
        (ANY, STRING, True),
        (ANY, FunctionType((), STRING), False),
        (either(STRING, NUMBER), either(NUMBER, NULL), True),
        (either(STRING, NUMBER), either(BOOLEAN, NULL), False),
        (arr(STRING), arr(STRING), True),
        (arr(STRING), arr(STRING, STRING), False),
        (arr(STRING), arr(rest=STRING), True),
        (arr(STRING), arr(rest=NUMBER), False),
        (arr(), arr(rest=NUMBER), True),
        (arr(rest=STRING), arr(rest=NUMBER), False),
        (obj(a=STRING), obj(a=STRING), True),
        (obj(a=STRING), obj(b=STRING), False),
        (obj(a=STRING), obj((STRING, ANY)), True),
        (obj(a=STRING), obj((STRING, NUMBER)), False),
        (obj((ANY, obj(k=STRING))), obj(k=obj(k=NUMBER)), False),
        (obj((ANY, obj(k=STRING))), obj(k=obj(k=STRING)), True),
        (obj((STRING, NUMBER), a=STRING), obj((STRING, NUMBER), b=STRING), False),
        (obj((STRING, STRING)), obj((NUMBER, STRING)), True),
        (ObjectType((Property([1], STRING),)), ObjectType((Property([1], NUMBER),)), False),
        (obj((STRING, STRING)), obj((STRING, NULL)), False),
        (SetType(None), SetType(STRING), True),
        (SetType(NUMBER), SetType(STRING), False),
        (FunctionType((ANY,), STRING), FunctionType((NUMBER,), NULL), True),
        (FunctionType((ANY,), STRING), FunctionType((), NULL), False),
        (None, STRING, False),
    ],
)
def test_unifies(left: Type | None, right: Type | None, possible: bool) -> None:
    """Two types unify when one value can have both, whichever comes first."""
    assert unifies(left, right) is possible
    assert unifies(right, left) is possible


def test_unknown() -> None:
    """A type is unknown where a part is; a union never is, and an empty set is."""
    assert unknown(ArrayType((None,)))
    assert unknown(obj(a=ArrayType((None,))))
    assert unknown(SetType(None))
    assert unknown(FunctionType((), None))
    assert not unknown(obj())
    assert not unknown(AnyType((SetType(None),)))


def test_empty() -> None:
    """Collections that hold nothing."""
    assert empty(obj()) and empty(arr()) and empty(SetType(None))
    assert not empty(obj(a=NULL)) and not empty(arr(rest=NULL)) and not empty(ANY) and not empty(None)


def test_type_of_plain_values() -> None:
    """true is not 1, and an object knows its keys."""
    found = type_of({"a": [1, Number("1.5"), True, None], "b": {"c": "x"}})
    assert str(found) == "object<a: array<number, number, boolean, null>, b: object<c: string>>"


def test_recursive_types() -> None:
    """Types that contain themselves can be compared, united, unified and written."""
    knots = [Recursive("#/a"), Recursive("#/b")]
    kinds = [obj(next=knot, value=kind) for knot, kind in zip(knots, (NUMBER, STRING), strict=True)]
    for knot, kind in zip(knots, kinds, strict=True):
        knot.type = kind
    assert str(kinds[0]) == "object<next: recursive(#/a), value: number>"
    assert same_type(knots[0], kinds[0])
    assert unifies(knots[0], kinds[0])
    assert not unifies(knots[0], knots[1])
    assert includes(union(kinds[0], kinds[1]), kinds[1])
    assert str(select(select(knots[0], "next"), "value")) == "number"


def test_every_builtin_has_a_type() -> None:
    """Signatures become types, with the names of operands."""
    assert str(builtin_type("plus")) == "(number, number) => number"
    assert str(builtin_type("walk")) == "(any) => array<array[any], any>"
    assert builtin_type("no.such") is None


def check(text: str) -> Any:
    with deep():
        return compile_modules({"p.rego": parse_module("p.rego", f"package p\n{text}")})


def test_types_stay_for_later_stages() -> None:
    """What was inferred can be asked for: types of documents, and of a rule's variables."""
    compiled = check("""
names contains upper(x) if some x in ["a", "b"]
size := count(names)
r := s if {
    o := {"k": input.x, "n": size}
    s := [y | some y in names; y != o.k]
}
""")
    data = Var("data")
    assert str(compiled.types.of(Ref(data, [Scalar("p"), Scalar("names")]))) == "set[string]"
    assert str(compiled.types.of(Ref(data, [Scalar("p"), Scalar("r")]))) == "array[string]"
    rule = compiled.modules["p.rego"].rules[2]
    known = {compiled.rewritten.get(name): str(kind) for name, kind in compiled.types.locals[rule].items()}
    assert known["o"] == "object<k: any, n: number>"
    assert (known["s"], known["y"]) == ("array[string]", "string")
    assert str(compiled.types.of(rule.head.value, rule)) == "array[string]"


def seconds(text: str) -> float:
    from samakia_policy.rego.types.program import check_modules

    compiled = check(text)
    start = time.process_time()
    assert check_modules(compiled, None, None) == []
    return time.process_time() - start


@pytest.mark.parametrize(
    "rule",
    [
        'deny contains {{"k{0}": 1}} if input.x == {0}',
        'p[x] := {{"v{0}": 1}} if {{ x := input.x; x == {0} }}',
        "r{0} := {0} if input.x",
        'f([{0}, "a{0}", x]) := {{"k{0}": x}}',
    ],
)
def test_many_rules(rule: str) -> None:
    """Each of many rules of one document takes about a tenth of a millisecond; a square would be seen."""
    assert seconds("\n".join(rule.format(n) for n in range(1200))) < 2


def test_nested_objects() -> None:
    """Whether two deep types unify takes no longer than looking at each place once."""
    left, right = NUMBER, STRING
    one: Type = left
    two: Type = right
    for _ in range(60):
        one, two = obj(a=one, b=arr(one)), obj(a=two, b=arr(two))
    start = time.process_time()
    assert not unifies(one, two)
    assert not unifies(either(one, NULL), either(two, BOOLEAN))
    assert time.process_time() - start < 1


def test_doubling_types() -> None:
    """A type that doubles with every rule is no burden, and is not written out."""
    rules = ["a0 := 1", "b0 := 1", 'c0 := "x"']
    rules += [f"{name}{n} := [{name}{n - 1}, {name}{n - 1}]" for name in "abc" for n in range(1, 45)]
    rules += ["same if a44 == b44", "different if a44 == c44", "r := a44 if input.x", "r := b44 if input.y"]
    rules += ["t := {a44, b44, c44}", "u if a44 == 1", "v := startswith(a44, r)"]
    start = time.process_time()
    with pytest.raises(RegoError) as caught:
        check("\n".join(rules))
    assert time.process_time() - start < 2
    found = [fault.details.lines for fault in caught.value.faults if fault.details is not None]
    assert found == [
        (
            "left  : array<...>",
            "right : array<...>",
            "hint  : both sides are arrays but their types differ, so they can never be equal "
            "(see https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error)",
        ),
        ("left  : array<...>", "right : number"),
        ("have: (array<...>, array<...>, ???)", "want: (search: string, base: string, result: boolean)"),
    ]


def test_nested_comprehensions() -> None:
    """Comprehensions in comprehensions are checked once for what is known around them."""
    depth = 30
    text = "r := " + "[" * depth + "1" + "".join(f" | x{n} := {n}]" for n in range(depth))
    assert seconds(text) < 1


def test_a_fault_names_what_lies_below_data() -> None:
    """A misspelt package element is an error that lists what there is."""
    with pytest.raises(RegoError) as caught:
        check("a := 1\nr := data[1].x")
    details = caught.value.faults[0].details
    assert details is not None
    assert details.lines[-1].strip() == 'want (one of): ["p"]'
