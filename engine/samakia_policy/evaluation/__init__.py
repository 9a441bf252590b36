"""Rules and facts become outcomes; rules run in workers, never in this process."""

from __future__ import annotations

from samakia_policy.errors import InputError
from samakia_policy.evaluation.base import RegoRuntime, Runtime


def runtime(name: str, cache: str = "") -> Runtime:
    """Return a runtime by name; raises InputError for another name. `cache`: the user's folder, or ""."""
    if name == "python":
        from samakia_policy.evaluation.python import Python

        return Python()
    return rego_runtime(name, cache)


def rego_runtime(name: str, cache: str = "") -> RegoRuntime:
    """Return a runtime for Rego by name; raises InputError for another name."""
    if name == "native":
        from samakia_policy.evaluation.native import Native

        return Native(cache)
    if name == "opa":
        from samakia_policy.evaluation.opa import Opa

        return Opa()
    if name == "opa-server":
        from samakia_policy.evaluation.opa_server import OpaServer

        return OpaServer()
    raise InputError(f"no rule engine {name!r}", where="--engine", hint="native, opa or opa-server")
