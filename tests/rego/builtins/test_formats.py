"""Encodings, URLs, identifiers, times, networks and graphs."""

from __future__ import annotations

from typing import Any

import pytest
from answers import Case, answer

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.values.collections import Set

NOON = 1_136_214_245_000_000_000
RING = {"a": ["b"], "b": ["c"], "c": ["a"], "d": []}

CASES: list[Case] = [
    ("base64.decode", ("aGk=",), "hi"),
    ("base64.decode", ("aGk",), "!illegal base64 data at input byte 0"),
    ("base64url.decode", ("aGk",), "hi"),
    ("base64url.decode", ("a",), "!illegal base64url string: a"),
    ("base64url.encode_no_pad", ("<?>",), "PD8-"),
    ("base64.is_valid", ("a=",), False),
    ("hex.decode", ("6g",), "!encoding/hex: invalid byte: U+0067 'g'"),
    ("hex.encode", (answer("base64.decode", "/w=="),), "ff"),
    ("urlquery.encode", ("a b&é",), "a+b%26%C3%A9"),
    ("urlquery.decode", ("%zz",), '!invalid URL escape "%zz"'),
    ("urlquery.encode_object", ({"b": ["2", "1"], "a": "x y"},), "a=x+y&b=2&b=1"),
    ("urlquery.decode_object", ("a=1&a=2&b",), {"a": ["1", "2"], "b": [""]}),
    ("urlquery.decode_object", ("a=1;b",), "!invalid semicolon separator in query"),
    ("uri.parse", ("http://u@h.x:80/a%2Fb?q#f",), None),
    ("uri.parse", ("http://h:x/",), '!parse "http://h:x/": invalid port ":x" after host'),
    ("uri.is_valid", ("",), False),
    ("uuid.parse", ("00000000-0000-4000-8000-000000000000",), {"version": 4, "variant": "RFC4122"}),
    ("uuid.parse", ("x",), "undefined"),
    ("uuid.rfc4122", ("a",), "!random numbers are not allowed here"),
    ("time.parse_rfc3339_ns", ("2006-01-02T15:04:05Z",), NOON),
    ("time.parse_ns", ("Jan _2 2006", "Feb  1 2000"), 949_363_200_000_000_000),
    ("time.parse_ns", ("2006", "x"), '!parsing time "x" as "2006": cannot parse "x" as "2006"'),
    ("time.parse_rfc3339_ns", ("2300-01-01T00:00:00Z",), "!time outside of valid range"),
    ("time.parse_duration_ns", ("1d2h",), 93_600_000_000_000),
    ("time.parse_duration_ns", ("1x",), '!time: unknown unit "x" in duration "1x"'),
    ("time.format", ([NOON, "Europe/Zurich", "Mon 15:04 MST"],), "Mon 16:04 CET"),
    ("time.format", (NOON,), "2006-01-02T15:04:05Z"),
    ("time.date", ([NOON, "Asia/Tokyo"],), [2006, 1, 3]),
    ("time.clock", (NOON,), [15, 4, 5]),
    ("time.weekday", (NOON,), "Monday"),
    ("time.add_date", (NOON, 0, 1, 30), 1_141_484_645_000_000_000),
    ("time.diff", (NOON, 0), [36, 0, 1, 15, 4, 5]),
    ("time.date", ("~1.5",), "!timestamp too big"),
    ("time.date", ([NOON, "Nowhere"],), "!unknown time zone Nowhere"),
    ("net.cidr_contains", ("10.0.0.0/8", "10.1.0.0/16"), True),
    ("net.cidr_contains", ("::ffff:10.0.0.0/104", "10.1.2.3"), True),
    ("net.cidr_contains", ("10.0.0.0/33", "10.1.2.3"), "!invalid CIDR address: 10.0.0.0/33"),
    ("net.cidr_intersects", ("10.0.0.0/8", "11.0.0.0/8"), False),
    ("net.cidr_expand", ("10.0.0.0/31",), Set(["10.0.0.0", "10.0.0.1"])),
    ("net.cidr_expand", ("::/64",), "!::/64 has more than 1048576 addresses"),
    ("net.cidr_merge", (["10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/24"],), Set(["10.0.0.0/23"])),
    ("net.cidr_contains_matches", (["10.0.0.0/8"], {"x": "10.1.1.1"}), Set([[0, "x"]])),
    ("net.lookup_ip_addr", ("localhost",), "!the network is not allowed here"),
    ("graph.reachable", (RING, ["a"]), Set(["a", "b", "c"])),
    ("graph.reachable_paths", (RING, ["a", "d"]), Set([["a", "b", "c"], ["d"]])),
]


@pytest.mark.parametrize(("name", "operands", "wanted"), CASES, ids=str)
def test_answers(name: str, operands: tuple[Any, ...], wanted: Any) -> None:
    """Built-ins answer what OPA answers."""
    found = answer(name, *operands)
    if wanted is None:
        wanted = {"scheme": "http", "hostname": "h.x", "port": "80", "path": "/a/b", "fragment": "f"}
        wanted |= {"raw_path": "/a%2Fb", "raw_query": "q"}
    assert found == wanted


def test_now_is_the_time_of_the_evaluation() -> None:
    """The clock is not asked."""
    assert find("time.now_ns").function(Context(now_ns=7)) == 7


@pytest.mark.parametrize("name", ["net.cidr_expand", "graph.reachable_paths"])
def test_fuel_is_charged_first(name: str) -> None:
    """What grows beyond its operands is stopped before it is made."""
    operands = {"net.cidr_expand": ("10.0.0.0/16",), "graph.reachable_paths": (RING, ["a"])}
    with pytest.raises(EvaluationFault, match="fuel"):
        find(name).function(Context(fuel=2), *operands[name])


def test_random_names_are_the_same_within_an_evaluation() -> None:
    """A seed gives the same name again; another text another one."""
    context = Context(allowed=frozenset({"random"}))
    make = find("uuid.rfc4122").function
    assert make(context, "a") == make(context, "a") != make(context, "b")
