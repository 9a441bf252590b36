"""Built-ins for IP addresses and networks."""

# ruff: noqa: PLR2004 - 32 and 128 are the bits of addresses
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Set, Value, pairs

ADDRESSES = 1 << 20
"""How many addresses net.cidr_expand makes at most."""
_MAPPED = 0xFFFF << 32
_CLASSES = ((0x80, 8), (0xC0, 16), (0x100, 24))
_PREFIX = re.compile(r"[0-9]{1,7}", re.ASCII)


@dataclass(slots=True, frozen=True)
class _Network:
    """The network of an address: `bits` is 32 or 128; IPv4 in IPv6 counts as IPv4."""

    first: int
    prefix: int
    bits: int

    @property
    def last(self) -> int:
        return self.first | (1 << (self.bits - self.prefix)) - 1

    def holds(self, address: int, bits: int) -> bool:
        return bits == self.bits and address >> (bits - self.prefix) == self.first >> (bits - self.prefix)

    def __str__(self) -> str:
        return f"{_shown(self.first, self.bits)}/{self.prefix}"


def _shown(address: int, bits: int) -> str:
    if bits == 32:
        return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"
    return str(IPv6Address(address))


@lru_cache(maxsize=4096)
def _address(text: str) -> tuple[int, int] | None:
    """Return an address and its bits, or None; IPv4 in IPv6 is IPv4."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if "%" in text:
        return None
    value = int(found)
    if found.version == 4:
        return value, 32
    return (value & 0xFFFFFFFF, 32) if value >> 32 == _MAPPED >> 32 else (value, 128)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> _Network | None:
    bare, _, suffix = text.partition("/")
    if not _PREFIX.fullmatch(suffix) or "%" in bare:
        return None
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    bits, prefix = found.max_prefixlen, int(suffix)
    if prefix > bits:
        return None
    first = int(found) >> (bits - prefix) << (bits - prefix)
    if bits == 128 and first >> 32 == _MAPPED >> 32:
        return _Network(first & 0xFFFFFFFF, prefix - 96, 32)
    return _Network(first, prefix, bits)


def _network(value: Value) -> _Network:
    text = string(value, 1)
    found = _parsed(text)
    if found is None:
        raise BuiltinFault(f"invalid CIDR address: {text}")
    return found


@builtin("net.cidr_contains")
@builtin("net.cidr_overlap")
def cidr_contains(cidr: Value, other: Value) -> bool:
    """Return whether a network contains an address or another network."""
    outer = _network(cidr)
    text = string(other, 1)
    if found := _address(text):
        return outer.holds(*found)
    inner = _parsed(text)
    if inner is None:
        raise BuiltinFault(f"not a valid textual representation of an IP address or CIDR: {text}")
    return outer.prefix <= inner.prefix and outer.holds(inner.first, inner.bits)


@builtin("net.cidr_intersects")
def cidr_intersects(one: Value, two: Value) -> bool:
    """Return whether two networks share an address."""
    left, right = _network(one), _network(two)
    return left.holds(right.first, right.bits) or right.holds(left.first, left.bits)


@builtin("net.cidr_is_valid")
def cidr_is_valid(text: Value) -> bool:
    """Return whether something is a network in CIDR notation."""
    return text.__class__ is str and _parsed(text) is not None


@builtin("net.cidr_expand", context=True)
def cidr_expand(context: Context, cidr: Value) -> Set:
    """Return every address of a network, up to ADDRESSES of them."""
    found = _network(cidr)
    count = 1 << (found.bits - found.prefix)
    if count > ADDRESSES:
        raise BuiltinFault(f"{found} has more than {ADDRESSES} addresses")
    context.charge(count)
    names = (_shown(address, found.bits) for address in range(found.first, found.first + count))
    return Set.of_members({name: name for name in names})


@builtin("net.cidr_contains_matches", context=True)
def cidr_contains_matches(context: Context, outer: Value, inner: Value) -> Set:
    """Return the pairs of indexes or values of networks of one operand that contain one of the other."""
    if outer.__class__ in (list, dict, Set) and inner.__class__ in (list, dict, Set):
        context.charge(len(outer) * len(inner))
    found = Set()
    made = []
    for cidr, place in _candidates(outer, 1):
        made += [[place, other] for name, other in _candidates(inner, 2) if cidr_contains(cidr, name)]
    return Set(made) if made else found


def _candidates(value: Value, operand: int) -> Iterator[tuple[Value, Value]]:
    """Yield networks, each with what names it: itself, or its index, element or key."""
    if value.__class__ is str:
        yield value, value
    elif value.__class__ is list:
        for place, item in enumerate(value):
            yield _first(item, operand), place
    elif value.__class__ is Set:
        for item in value:
            yield _first(item, operand), item
    elif value.__class__ is dict:
        for name, item in pairs(value):
            yield _first(item, operand), name


def _first(item: Value, operand: int) -> Value:
    if item.__class__ is str:
        return item
    if item.__class__ is not list or not item:
        raise BuiltinFault(f"operand {operand}: element must be string or non-empty array")
    return item[0]


@dataclass(slots=True)
class _Range:
    """Addresses from first to last in 128 bits; `shown` is the network they were given as."""

    first: int
    last: int
    shown: str


@builtin("net.cidr_merge")
def cidr_merge(value: Value) -> Set:
    """Return the fewest networks that hold the same addresses."""
    if value.__class__ is not list and value.__class__ is not Set:
        raise BuiltinFault("operand must be an array")
    ranges = sorted(map(_range, value), key=lambda found: (found.last, found.first))
    merged: list[_Range] = []
    for found in reversed(ranges):
        after = merged[-1] if merged else None
        if after is None or _before(after.first) > found.last:
            merged.append(found)
        else:
            merged[-1] = _Range(min(found.first, after.first), after.last, "")
    return Set(text for found in merged for text in ([found.shown] if found.shown else _networks(found)))


def _before(address: int) -> int:
    return address if address in (0, _MAPPED) else address - 1


def _range(item: Value) -> _Range:
    if item.__class__ is not str:
        raise BuiltinFault("element must be string")
    found = _address(item)
    if found is None:
        network = _network(item)
        return _as_range(network, str(network))
    address, bits = found
    if bits == 128:
        raise BuiltinFault("IPv6 invalid: needs prefix length")
    # An address alone means the network of its class.
    prefix = next(prefix for limit, prefix in _CLASSES if address >> 24 < limit)
    network = _Network(address >> (32 - prefix) << (32 - prefix), prefix, 32)
    return _as_range(network, f"{_shown(address, 32)}/{prefix}")


def _as_range(network: _Network, shown: str) -> _Range:
    base = _MAPPED if network.bits == 32 else 0
    return _Range(base + network.first, base + network.last, shown)


def _networks(found: _Range) -> Iterator[str]:
    bits = 32 if found.first >> 32 == _MAPPED >> 32 else 128
    base = _MAPPED if bits == 32 else 0
    first, last = found.first - base, found.last - base
    while first <= last:
        size = min((first & -first).bit_length() - 1 if first else bits, (last - first + 1).bit_length() - 1)
        yield str(_Network(first, bits - size, bits))
        first += 1 << size
