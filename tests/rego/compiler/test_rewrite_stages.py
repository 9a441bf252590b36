"""How stages follow one another: which faults end a compilation, how many are told, what is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from samakia_policy.rego.compiler.compiled import Compiled
from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.nodes import Ref, Scalar, Var


def compiled(*modules: str, **options: Any) -> Compiled:
    """Compile modules that are named a.rego, b.rego..."""
    parsed = {
        f"{name}.rego": parse_module(f"{name}.rego", text) for name, text in zip("abc", modules, strict=False)
    }
    return compile_modules(parsed, **options)


def faults(*modules: str, **options: Any) -> list[str]:
    """Return the faults of modules as text."""
    with pytest.raises(RegoError) as found:
        compiled(*modules, **options)
    return [str(fault) for fault in found.value.faults]


def test_faults_of_several_modules_in_order_of_place() -> None:
    """Sorted by file and line, whichever stage found them."""
    first = "package a\n\nimport data.x\n\np if y := 1\n\nq := 1 + true"
    assert faults(first, "package b\n\nimport input.z", strict=True) == [
        "a.rego:3: rego_compile_error: import data.x unused",
        "a.rego:5: rego_compile_error: assigned var y unused",
        "a.rego:7: rego_type_error: plus: invalid argument(s)",
        "b.rego:3: rego_compile_error: import input.z unused",
    ]


def test_a_fault_that_ends_the_compilation() -> None:
    """Unsafe variables are not looked for once declarations are wrong."""
    assert faults("package a\n\np if {\n  x := 1\n  x := 2\n}\n\nq := y") == [
        "a.rego:5: rego_compile_error: var x assigned above"
    ]


@pytest.mark.parametrize(("limit", "told"), [(10, 11), (3, 4), (0, 12)])
def test_the_limit_of_errors(limit: int, told: int) -> None:
    """Ten are told, then that there may be more; zero means all."""
    source = "package a\n\n" + "\n".join([f"p{number} := x{number}" for number in range(12)])
    found = faults(source, max_errors=limit)
    assert len(found) == told
    assert (found[-1] == "rego_compile_error: error limit reached") is (limit > 0)


def test_base_documents_that_rules_would_hide() -> None:
    """A rule where data has a value, or below a value that is no object."""
    data = {"a": {"p": 1, "q": 3, "s": {"t": 1}}}
    assert faults("package a\n\np := 1\n\nq.r := 2\n\ns.u := 3", data=data) == [
        "a.rego:3: rego_compile_error: conflicting rule for data path a/p found",
        "a.rego:5: rego_compile_error: conflicting rule for data path a/q/r found",
    ]


def test_built_ins_that_are_forbidden() -> None:
    """By call, and by `with`."""
    unsafe = frozenset(("http.send",))
    assert faults("package a\n\np := http.send({})", unsafe=unsafe) == [
        "a.rego:3: rego_type_error: unsafe built-in function calls in expression: http.send"
    ]
    assert faults("package a\n\np if true with http.send as 1", unsafe=unsafe) == [
        "a.rego:3: rego_compile_error: with keyword replacing built-in function: "
        'target must not be unsafe: "http.send"'
    ]


def test_repeated_annotations() -> None:
    """Two documents at one path."""
    block = "# METADATA\n# scope: document\n# title: T\np := 1\n"
    assert faults(f"package a\n\n{block}\n{block}") == [
        "a.rego:8: rego_type_error: document annotation redeclared: a.rego:3"
    ]


def test_schema_of_input() -> None:
    """The schema at `schema` is that of input."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False}
    assert faults("package a\n\np := input.nam", schemas={"schema": schema}) == [
        "a.rego:3: rego_type_error: undefined ref: input.nam"
    ]


ARITIES = {"data.a.f": 2, "data.a.p": 0, "data.a.g": -1, "count": 1, "print": 0, "walk": 1}


def reference(name: str) -> Ref:
    """Return a name, dots and all, as what is called."""
    head, *path = name.split(".")
    return Ref(Var(head), [Scalar(part) for part in path])


def test_what_is_recorded() -> None:
    """Arity, required built-ins, what generated names were written as, dependencies."""
    found = compiled("package a\n\nf(x, y) := count(x) + y\n\np := f([], 1)\n\nq := p")
    assert {name: found.arity(reference(name)) for name in ARITIES} == ARITIES
    assert {"count", "plus"} <= found.required
    assert set(found.rewritten.values()) == {"x", "y"}
    assert found.graph is not None
    assert [rule.location.row for rule in found.graph.sort() if rule.location] == [3, 5, 7]


def test_imports_are_gone() -> None:
    """From the copy, not from what was given."""
    assert [
        module.imports for module in compiled("package a\n\nimport data.b\n\np := b").modules.values()
    ] == [[]]


def test_no_modules() -> None:
    """Nothing is fine."""
    assert compiled().modules == {}


def test_prints_erased() -> None:
    """A rule of prints alone is true; an operand that is not known is no fault then."""
    found = compiled("package a\n\np if print(x)", keep_prints=False)
    (rule,) = found.modules["a.rego"].rules
    assert len(rule.body) == 1


def test_many_rules() -> None:
    """No stage takes quadratic time: 2,000 rules of one set in a few seconds."""
    lines = [f"deny contains x if {{ some r in input.rs; x := r.a[{number}] }}" for number in range(2000)]
    found = compiled("package a\n\n" + "\n".join(lines))
    assert len(found.tree.exact(reference("data.a.deny"))) == 2000
