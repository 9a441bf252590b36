"""Joins are linear: shown by counting steps, which are the same on every machine."""

from __future__ import annotations

from typing import Any

import pytest

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.engine import compile as compile_policy

_ENOUGH = 10**12

# form: (module body, what must come out for two resources that share an ip)
FORMS = {
    "self join": """
        found contains [a.name, b.name] if {
            some a in input.xs
            some b in input.xs
            a.ip == b.ip
            a.name < b.name
        }""",
    "test between loop and equality": """
        found contains [a.name, b.name] if {
            some a in input.xs
            some b in input.xs
            a.name < b.name
            a.ip == b.ip
        }""",
    "join over two documents": """
        found contains [a.name, b.name] if {
            some a in input.xs
            some b in input.ys
            b.ip == a.ip
        }""",
    "three-way join": """
        found contains [a.name, b.name, z.name] if {
            some a in input.xs
            some b in input.ys
            a.ip == b.ip
            some z in input.zs
            z.zone == b.zone
        }""",
    "composite key": """
        found contains [a.name, b.name] if {
            some a in input.xs
            some b in input.ys
            a.ip == b.ip
            a.zone == b.zone
        }""",
    "older style with indexes": """
        found contains [i, j] if {
            a := input.xs[i]
            b := input.ys[j]
            a.ip == b.ip
        }""",
    "group-by comprehension": """
        found[ip] := names if {
            some x in input.xs
            ip := x.ip
            names := {y.name | some y in input.xs; y.ip == ip}
        }""",
    "count in a group": """
        found contains x.name if {
            some x in input.xs
            count([y | some y in input.xs; y.ip == x.ip]) > 1
        }""",
    "not with a body": """
        found contains x.name if {
            some x in input.xs
            not has(x.ip)
        }
        has(ip) if { some y in input.ys; y.ip == ip }""",
    "membership in a set": """
        ips := {y.ip | some y in input.ys}
        found contains x.name if {
            some x in input.xs
            x.ip in ips
        }""",
    "membership in an array, inside not": """
        ips := [y.ip | some y in input.ys]
        found contains x.name if {
            some x in input.xs
            not x.ip in ips
        }""",
    "membership inside every": """
        ips := [y.ip | some y in input.ys]
        found := n if {
            every x in input.zs { not x.name in ips }
            n := count([x | some x in input.xs; every y in [x.ip] { y in ips }])
        }""",
    "index by ref head": """
        by_ip[x.ip] contains x.name if some x in input.xs
        found contains ip if {
            some ip, names in by_ip
            count(names) > 1
        }""",
    "lookup in a partial object": """
        zone_of[y.ip] := y.zone if some y in input.ys
        found contains [x.name, zone_of[x.ip]] if some x in input.xs""",
}


def _documents(size: int) -> dict[str, Any]:
    xs = [{"name": f"x{n}", "ip": f"10.0.{n // 2}", "zone": n % 7} for n in range(size)]
    ys = [{"name": f"y{n}", "ip": f"10.0.{n}", "zone": n % 7} for n in range(size // 2) if n % 5]
    return {"xs": xs, "ys": ys, "zs": [{"name": f"z{n}", "zone": n} for n in range(7)]}


def _run(body: str, size: int) -> tuple[Any, int]:
    policy = compile_policy({"m.rego": f"package m\n{body}"})
    context = Context(fuel=_ENOUGH)
    results = policy.query("data.m.found").run(_documents(size), context=context)
    return results[0].expressions[0].value, _ENOUGH - (context.fuel or 0)


@pytest.mark.parametrize("form", FORMS)
def test_steps_grow_with_the_input(form: str) -> None:
    """Four times the input takes about four times the steps, not sixteen."""
    found, steps = _run(FORMS[form], 200)
    assert found
    _, more = _run(FORMS[form], 800)
    assert more < steps * 6


@pytest.mark.parametrize("form", FORMS)
def test_an_index_answers_like_a_scan(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With indexes off, the same rules find the same."""
    planned, _ = _run(FORMS[form], 60)
    monkeypatch.setattr("samakia_policy.rego.run.indexes.SMALL", 10**9)
    plain, _ = _run(FORMS[form], 60)
    assert planned == plain


def test_keys_of_every_type_are_told_apart() -> None:
    """True is not 1, 1 is 1.0, and a missing attribute joins with nothing."""
    values = ["true", "1", "1.0", '"1"', "null", "[1]", '{"a": 1}', "false", "0"] * 3
    items = ", ".join(f'{{"n": {n}, "v": {value}}}' for n, value in enumerate([*values]))
    body = f'xs := [{items}, {{"n": 99}}]\nfound := count([1 | some a in xs; some b in xs; a.v == b.v])'
    policy = compile_policy({"m.rego": f"package m\n{body}"})
    (result,) = policy.query("data.m.found").run()
    # Each of 7 distinct values three times (9 pairs), and 1 together with 1.0 six times (36 pairs).
    assert result.expressions[0].value == 7 * 9 + 36
