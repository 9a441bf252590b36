"""Built-ins that look outside of the evaluation; each works only for a caller that permits its effect."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Set, Value


@builtin("opa.runtime", context=True)
def runtime(context: Context) -> dict[Any, Value]:
    """Return what the caller tells about itself; nothing unless the environment is permitted."""
    return context.environment if "environment" in context.allowed else {}


@builtin("net.lookup_ip_addr", context=True)
def lookup_ip_addr(context: Context, name: Value) -> Set:
    """Return the addresses of a host; once per evaluation, and only where the network is permitted."""
    host = string(name, 1)
    if "network" not in context.allowed:
        raise BuiltinFault("the network is not allowed here")
    place = ("net.lookup_ip_addr", host)
    if place not in context.cache:
        context.cache[place] = Set(_addresses(host))
    found: Set = context.cache[place]
    return found


def _addresses(host: str) -> list[str]:
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BuiltinFault(f"lookup {host}: {error}") from None
    return [str(entry[4][0]) for entry in found]
