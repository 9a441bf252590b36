"""Strings, formatted strings, templates, amounts with units and versions."""

from __future__ import annotations

import time
from typing import Any

import pytest
from answers import Case, answer

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import FUEL, EvaluationFault
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

CASES: list[Case] = [
    ("concat", (",", ["a", "b"]), "a,b"),
    ("concat", (",", Set(["b", "a"])), "a,b"),
    ("concat", (",", ["a", 1]), "!operand 2 must be array of strings but got array containing number"),
    ("concat", (",", "a"), "!operand 2 must be one of {set, array} but got string"),
    ("contains", ("abc", "bc"), True),
    ("startswith", ("abc", 1), "!operand 2 must be string but got number"),
    ("lower", ("ÀİΣ",), "àiσ"),
    ("upper", ("straße",), "STRAßE"),
    ("split", ("a.b", "."), ["a", "b"]),
    ("split", ("aé", ""), ["a", "é"]),
    ("split", ("", ","), [""]),
    ("strings.split_n", ("a,b,c", ",", 2), ["a", "b"]),
    ("strings.split_n", ("a,b,c", ",", -1), ["c"]),
    ("replace", ("aXa", "X", "--"), "a--a"),
    ("replace", ("ab", "", "."), ".a.b."),
    ("strings.replace_n", ({"a": "b", "b": "a"}, "ab"), "ba"),
    ("strings.replace_n", ({"a": 1}, "ab"), "!operand 1 non-string value found in pattern object"),
    ("indexof", ("héllo", "l"), 2),
    ("indexof", ("a", ""), "!empty search character"),
    ("indexof_n", ("aaa", "aa"), [0, 1]),
    ("substring", ("héllo", 1, 2), "él"),
    ("substring", ("abc", 1, -1), "bc"),
    ("substring", ("abc", -1, 1), "!negative offset"),
    ("substring", ("abc", 1, 2**63 - 1), "bc"),
    ("trim", ("..a..", "."), "a"),
    ("trim_left", ("xxa", "x"), "a"),
    ("trim_space", ("\u2003 a\u00a0\n",), "a"),
    ("trim_prefix", ("aab", "a"), "ab"),
    ("trim_suffix", ("abb", "b"), "ab"),
    ("strings.reverse", ("aé",), "éa"),
    ("strings.count", ("aaa", "aa"), 1),
    ("strings.count", ("aé", ""), 3),
    ("strings.any_prefix_match", (["abc"], Set(["x", "ab"])), True),
    ("strings.any_suffix_match", ("abc", []), False),
    ("strings.any_prefix_match", (1, []), "!operand 1 must be one of {string, set, array} but got number"),
    ("format_int", (255, 16), "ff"),
    ("format_int", ("~-15.9", 16), "-f"),
    ("format_int", (1, 3), "!operand 2 must be one of {2, 8, 10, 16}"),
    ("sprintf", ("%s has %d", ["x", 3]), "x has 3"),
    ("sprintf", ("%s", [Number("1.5")]), "%!s(float64=1.5)"),
    ("sprintf", ("%d", ["x"]), "%!d(string=x)"),
    ("sprintf", ("%t", [True]), "%!t(string=true)"),
    ("sprintf", ("%v %v", [1]), "1 %!v(MISSING)"),
    ("sprintf", ("x", [1, "a"]), "x%!(EXTRA int64=1, string=a)"),
    ("sprintf", ("%v", [{"a": [1, Set()], 'q"': None}]), '{"a": [1, set()], "q\\"": null}'),
    ("sprintf", ("%05.1f|%-4d|%+d|% d", [Number("3.14159"), 7, 7, 7]), "003.1|7   |+7| 7"),
    ("sprintf", ("%x %X %#x %q %T", ["hi", 255, 255, "a\n", 1]), '6869 FF 0xff "a\\n" int64'),
    ("sprintf", ("%[2]v %[1]v", [1, 2]), "2 1"),
    ("sprintf", ("%[3]v", [1]), "%!v(BADINDEX)"),
    ("sprintf", ("%*d|%.*f", [5, 1, 2, Number("1.005")]), "    1|1.00"),
    ("sprintf", ("%d%%", [5]), "5%"),
    ("sprintf", ("%", []), "%!(NOVERB)"),
    ("sprintf", ("%v", [Number("1e400")]), "1e400"),
    ("sprintf", ("%e %g", [Number("123456.5"), Number("1e21")]), "1.234565e+05 1e+21"),
    ("sprintf", ("%d", [2**70]), "1180591620717411303424"),
    ("sprintf", ("%c%U", [233, 233]), "éU+00E9"),
    ("internal.template_string", (["a ", Set([1]), "|", Set()],), "a 1|<undefined>"),
    ("strings.render_template", ("{{range .l}}[{{.}}]{{end}}{{.x}}", {"l": [1, 2]}), "[1][2]<undefined>"),
    ("units.parse", ("10Ki",), 10240),
    ("units.parse", ("1m",), "~0.0010000000"),
    ("units.parse", ("1.5M",), 1_500_000),
    ("units.parse", ("1x",), "!units.parse: unit x not recognized"),
    ("units.parse", ("1 k",), "!units.parse: spaces not allowed in resource strings"),
    ("units.parse_bytes", ("10MiB",), 10 * 2**20),
    ("units.parse_bytes", ("1.5kb",), 1500),
    ("units.parse_bytes", ("kb",), "!units.parse_bytes: no byte amount provided"),
    ("units.parse_bytes", ("1e1234567",), "!units.parse_bytes: exponent too large"),
    ("semver.is_valid", ("1.0.0-01",), False),
    ("semver.is_valid", (1,), False),
    ("semver.compare", ("1.0.0-alpha.2", "1.0.0-alpha.10"), -1),
    ("semver.compare", ("v1.0.0", "1.0.0-rc"), 1),
    ("semver.compare", ("1", "1.0.0"), '!operand 1: string "1" is not a valid SemVer'),
    ("trace", ("note",), True),
]


@pytest.mark.parametrize(("name", "operands", "expected"), CASES)
def test_answers(name: str, operands: tuple[Any, ...], expected: Any) -> None:
    """Each call answers as OPA does."""
    assert answer(name, *operands) == expected


def test_print_writes_every_combination() -> None:
    """An operand that is a set stands for each of its elements."""
    context = Context()
    assert answer("internal.print", ["x", Set([1, 2]), Set(), Set([[1]])], context=context) is True
    assert [text for _, text in context.printed] == ["x 1 <undefined> [1]", "x 2 <undefined> [1]"]


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("replace", ("a" * 20_000, "a", "b" * 20_000)),
        ("concat", ("x" * 2_000_000, ["a"] * 1_000)),
        ("sprintf", ("%1000000d" * 400, [1] * 400)),
        ("sprintf", ("%[1]s" * 5_000, ["x" * 100_000])),
        ("strings.render_template", ("{{range 1000000000}}x{{end}}", {})),
    ],
)
def test_results_have_a_limit(name: str, operands: tuple[Any, ...]) -> None:
    """A short call does not fill the memory, even without fuel."""
    started = time.monotonic()
    assert " more than " in answer(name, *operands)
    assert time.monotonic() - started < 10


def test_long_results_cost_fuel() -> None:
    """The same call takes the same fuel everywhere."""
    spent = []
    for _ in range(2):
        context = Context(fuel=10**9)
        answer("concat", "-", ["x" * 1_000] * 1_000, context=context)
        spent.append(10**9 - (context.fuel or 0))
    assert spent[0] == spent[1] > 10_000
    with pytest.raises(EvaluationFault, match="fuel") as raised:
        find("replace").function(Context(fuel=100), "a" * 1_000, "a", "b" * 1_000)
    assert raised.value.code == FUEL
