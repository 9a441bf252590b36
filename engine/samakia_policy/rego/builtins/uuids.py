"""Built-ins for UUIDs."""

from __future__ import annotations

import random
import re
from typing import Any
from uuid import UUID

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import UNDEFINED, Value, key

_FORMS = re.compile(
    r"(?:[uU][rR][nN]:[uU][uU][iI][dD]:)?({0}{{8}}-{0}{{4}}-{0}{{4}}-{0}{{4}}-{0}{{12}})"
    r"|.({0}{{8}}-{0}{{4}}-{0}{{4}}-{0}{{4}}-{0}{{12}}).|({0}{{32}})".format("[0-9a-fA-F]"),
    re.ASCII | re.DOTALL,
)
_GREGORIAN = 122_192_928_000_000_000
"""Steps of 100 ns from the calendar's reform in 1582 to 1970."""
_DOMAINS = {0: "Person", 1: "Group", 2: "Org"}
_CARRIERS = {0: "global:unicast", 1: "global:multicast", 2: "local:unicast", 3: "local:multicast"}
_HALF = 1 << 63
_TIMED, _SECURITY = 1, 2


@builtin("uuid.rfc4122", context=True)
def random_uuid(context: Context, text: Value) -> str:
    """Return a random UUID, the same for the same operand within one evaluation."""
    if "random" not in context.allowed:
        raise BuiltinFault("random numbers are not allowed here")
    seed = f"{context.seed} {key(text)!r}"
    return str(UUID(int=random.Random(seed).getrandbits(128), version=4))  # noqa: S311 - no secret


@builtin("uuid.parse")
def parse(text: Value) -> Value:
    """Return what a UUID tells: version, variant, and for some versions time and node."""
    found = _FORMS.fullmatch(string(text, 1))
    if found is None:
        return UNDEFINED
    data = bytes.fromhex((found[1] or found[2] or found[3]).replace("-", ""))
    made: dict[Any, Value] = {"version": data[6] >> 4, "variant": _variant(data[8])}
    if made["version"] in (_TIMED, _SECURITY):
        made |= _origin(data)
    if made["version"] == _SECURITY:
        domain = _DOMAINS.get(data[9], f"Domain{data[9]}")
        made |= {"id": int.from_bytes(data[:4]), "domain": domain}
    return made


def _variant(code: int) -> str:
    if code & 0xC0 == 0x80:  # noqa: PLR2004 - the bits of RFC 4122
        return "RFC4122"
    return {0xC0: "Microsoft", 0xE0: "Future"}.get(code & 0xE0, "Reserved")


def _origin(data: bytes) -> dict[Any, Value]:
    steps = (
        int.from_bytes(data[:4]) | int.from_bytes(data[4:6]) << 32 | (int.from_bytes(data[6:8]) & 0xFFF) << 48
    )
    return {
        # In 64 bits, so that what lies too far ahead comes round again, as in OPA.
        "time": ((steps - _GREGORIAN) * 100 + _HALF) % (2 * _HALF) - _HALF,
        "nodeid": data[10:].hex("-"),
        "macvariables": _CARRIERS[data[10] & 3],
        "clocksequence": int.from_bytes(data[8:10]) & 0x3FFF,
    }
