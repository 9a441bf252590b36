"""Operands for generated calls of the built-ins for encodings, URLs, networks and graphs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random
from typing import Any

from document_operands import call, damaged  # type: ignore[import-not-found]

from samakia_policy.rego.values.collections import Set

_TEXTS = ["", "a", "ab", "abc", "héllo", "<>?&=+/", "a b", "日本", "\n", "x" * 40, '{"a":1}', "a%20b", "~-_."]


def text(source: Random) -> Any:
    """Return a string."""
    return source.choice(_TEXTS)


def in_base64(source: Random) -> Any:
    """Return base64, perhaps damaged, of printable text."""
    encode = source.choice([base64.b64encode, base64.urlsafe_b64encode])
    made = encode(source.choice(_TEXTS).encode()).decode()
    if source.random() < 0.3:
        made = made.rstrip("=")
    if source.random() < 0.2:
        made = made[:3] + source.choice(["\n", "\r\n"]) + made[3:]
    return (
        damaged(source, made) if source.random() < 0.7 else made + source.choice(["=", "A", "\n", "==", "A="])
    )


def in_hex(source: Random) -> Any:
    """Return hexadecimal digits, perhaps damaged."""
    return damaged(source, source.choice(_TEXTS).encode().hex())


def query(source: Random) -> Any:
    """Return a query."""
    parts = [
        "a=1",
        "a=2",
        "b",
        "c=",
        "=d",
        "e=%20f",
        "g=%zz",
        "h=%4",
        "i=a+b",
        "j;k",
        "",
        "%C3%A9=x",
        "l=%",
        "a=b=c",
    ]
    return "&".join(source.choice(parts) for _ in range(source.randint(0, 4)))


def escaped(source: Random) -> Any:
    """Return a text with escapes."""
    parts = ["a", "%20", "+", "%zz", "%", "%4", "é", "%C3%A9", "&", "%2b", " "]
    return "".join(source.choice(parts) for _ in range(source.randint(0, 5)))


def parameters(source: Random) -> Any:
    """Return an object for a query."""
    values: list[Any] = ["x", "a b", "&é", [], ["1", "2"], Set(["z", "y"]), 1, ["a", 1], None, {}]
    return {
        source.choice(_TEXTS): source.choice(values[:6] if source.random() < 0.8 else values)
        for _ in range(3)
    }


_SCHEMES = [
    "http://",
    "https://",
    "HTTP://",
    "ftp://",
    "//",
    "",
    "mailto:",
    "urn:x:",
    "1http://",
    ":",
    "a+b-c.d:",
    "/",
]
_HOSTS = [
    "example.com",
    "example.com:80",
    "[::1]",
    "[::1]:80",
    "user@h",
    "u:p@h:1",
    "a:b:c",
    "h:",
    "h:x",
    "exa%6d",
    "",
]
_HOSTS += [
    "[fe80::1%25en0]",
    "[1.2.3.4]",
    "[::1",
    "a<b@h",
    "%C3%A9.x",
    "h%41",
    "a b",
    "10.0.0.1:8080",
    "é.com",
    "[x]",
]
_PATHS = [
    "",
    "/",
    "/a/b",
    "/a%2Fb",
    "/a%20b",
    "/a b",
    "/é",
    "/%zz",
    "//x",
    "/a:b",
    "a:b",
    "/!()*'",
    "/[x]",
    "/a;b,c",
]
_TAILS = ["", "?", "?a=1", "?a=1&b=%20", "??", "#", "#f", "#f%20g", "?q#f#g", "#%zz", "?%zz", "\x01", "#\x7f"]


def uri(source: Random) -> Any:
    """Return a URI of parts that fit or not."""
    return "".join(map(source.choice, (_SCHEMES, _HOSTS, _PATHS, _TAILS)))


def uuid(source: Random) -> Any:
    """Return a UUID, perhaps damaged."""
    made = "".join(source.choice("0123456789abcdef") for _ in range(32))
    made = made[:12] + source.choice("1123457") + made[13:]
    dashed = f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:]}"
    forms = [made, dashed, dashed, f"urn:uuid:{dashed}", f"URN:UUID:{dashed}", f"{{{dashed}}}", f"x{dashed}y"]
    return damaged(source, source.choice(forms)) if source.random() < 0.3 else source.choice(forms)


_ADDRESSES = [
    "10.0.0.0",
    "10.0.0.1",
    "10.0.1.0",
    "192.168.1.7",
    "0.0.0.0",  # noqa: S104 - an operand, no server
    "255.255.255.255",
    "172.16.5.4",
    "128.1.2.3",
]
_ADDRESSES += [
    "::",
    "::1",
    "fe80::1",
    "2001:db8::",
    "2001:db8::1:0:0:1",
    "::ffff:10.0.0.1",
    "01.2.3.4",
    "1.2.3",
    "x",
    "::%e",
]


def address(source: Random) -> Any:
    """Return an IP address, seldom a broken one."""
    return source.choice(_ADDRESSES[:13] if source.random() < 0.9 else _ADDRESSES)


def cidr(source: Random) -> Any:
    """Return a network, seldom a broken one."""
    found = address(source)
    wide = [0, 8, 16, 24, 25, 30, 31, 32, 33, "08", "", "x", -1, 64, 112, 127, 128, 129]
    choices = wide[10:] if source.random() < 0.03 else [13, 64, 112, 127, 128] if ":" in found else wide[:9]
    return f"{found}/{source.choice(choices)}" if source.random() < 0.98 else found


def host(source: Random) -> Any:
    """Return an address or a network."""
    return address(source) if source.random() < 0.4 else cidr(source)


def small_cidr(source: Random) -> Any:
    """Return a network of few addresses."""
    found = address(source)
    return f"{found}/{source.choice([120, 124, 127, 128] if ':' in found else [24, 28, 30, 31, 32])}"


def cidrs(source: Random) -> Any:
    """Return networks as a string, an array, a set or an object."""
    found = [cidr(source) for _ in range(source.randint(0, 3))]
    odd: list[Any] = [[found], [], [None], [[]], 1, None, [1], [[1]]]
    forms: list[Any] = [
        cidr(source),
        found,
        Set(found),
        {f"k{n}": c for n, c in enumerate(found)},
        [[c, 1] for c in found],
    ]
    return source.choice(odd if source.random() < 0.1 else forms)


def hosts(source: Random) -> Any:
    """Return addresses and networks to be merged, of one family."""
    found = [host(source) for _ in range(source.randint(0, 6))]
    colon = source.random() < 0.3
    kept = [item for item in found if (":" in item) == colon and not ("/" not in item and colon)]
    kept = [item for item in kept if "ffff" not in item] if source.random() < 0.95 else found[:1]
    return Set(kept) if source.random() < 0.3 else kept


def graph(source: Random) -> Any:
    """Return a small graph."""
    vertices: list[Any] = ["a", "b", "c", "d", 1, None]
    made = {}
    for name in ["a", "b", "c", "d"][: source.randint(0, 4)]:
        edges = [source.choice(vertices) for _ in range(source.randint(0, 3))]
        made[name] = source.choice(
            [edges, edges, Set(edges), None, "x"] if source.random() < 0.2 else [edges, Set(edges)]
        )
    return made


def starts(source: Random) -> Any:
    """Return vertices to begin at."""
    found = [source.choice(["a", "b", "c", "d", 1]) for _ in range(source.randint(0, 3))]
    return source.choice([found, Set(found)])


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    "base64.encode": call(text),
    "base64.decode": call(in_base64),
    "base64.is_valid": call(in_base64),
    "base64url.encode": call(text),
    "base64url.encode_no_pad": call(text),
    "base64url.decode": call(in_base64),
    "hex.encode": call(text),
    "hex.decode": call(in_hex),
    "urlquery.encode": call(text),
    "urlquery.decode": call(escaped),
    "urlquery.encode_object": call(parameters),
    "urlquery.decode_object": call(query),
    "uri.parse": call(uri),
    "uri.is_valid": call(uri),
    "uuid.parse": call(uuid),
    "net.cidr_contains": call(cidr, host),
    "net.cidr_intersects": call(cidr, cidr),
    "net.cidr_is_valid": call(cidr),
    "net.cidr_expand": call(small_cidr),
    "net.cidr_contains_matches": call(cidrs, cidrs),
    "net.cidr_merge": call(hosts),
    "graph.reachable": call(graph, starts),
    "graph.reachable_paths": call(graph, starts),
}
