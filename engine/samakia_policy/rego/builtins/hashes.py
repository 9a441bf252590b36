"""Built-ins for digests and keyed digests. They only need the standard library."""

from __future__ import annotations

import hashlib
import hmac

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.raw_bytes import to_bytes


def _declare_digest(name: str) -> None:
    def digest(text: Value) -> str:
        return hashlib.new(name, to_bytes(string(text, 1)), usedforsecurity=False).hexdigest()

    digest.__doc__ = f"Return the {name} digest of a string in hexadecimal."
    builtin(f"crypto.{name}")(digest)


def _declare_keyed(name: str) -> None:
    def digest(text: Value, secret: Value) -> str:
        message, used = to_bytes(string(text, 1)), to_bytes(string(secret, 2))
        return hmac.new(used, message, name).hexdigest()

    digest.__doc__ = f"Return the {name} digest of a string with a key in hexadecimal."
    builtin(f"crypto.hmac.{name}")(digest)


for _name in ("md5", "sha1", "sha256"):
    _declare_digest(_name)
for _name in ("md5", "sha1", "sha256", "sha512"):
    _declare_keyed(_name)


@builtin("crypto.hmac.equal")
def equal(one: Value, two: Value) -> bool:
    """Return whether two digests are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(to_bytes(string(one, 1)), to_bytes(string(two, 2)))
