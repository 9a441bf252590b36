"""Flags that several commands take."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.tools.flags import Chosen, Flag

V0 = Flag("v0-compatible", help="read modules as OPA did before 1.0")
V1 = Flag("v1-compatible", hidden=True)
IGNORE = Flag("ignore", kind="comma", help="names of files and directories to leave out (e.g. '.*')")
SCHEMA = Flag("schema", "s", "text", help="a schema of the input, or a directory of schemas")
CAPABILITIES = Flag("capabilities", kind="text", help="a file that lists the built-ins that may be used")
MAX_ERRORS = Flag("max-errors", "m", "int", 10, help="how many errors to report")
TARGET = Flag("target", "t", "text", "rego", ("rego", "wasm"), help="only rego is supported")
STRICT = Flag("strict", "S", help="strict mode of the compiler")
AS_OF = Flag("as-of", kind="text", help="the time that time.now_ns gives, as RFC 3339")
ALLOW = Flag("allow", kind="comma", help="effects to permit: network, environment, random")


PROCESSES = Flag("processes", kind="int", default=0, help="how many may share a large evaluation: 1 or 2")


def processes_of(chosen: Chosen) -> int:
    """Return how many processes the flags allow; as many as there are processors where they do not say."""
    if chosen["processes"]:
        return int(chosen["processes"])
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def version_of(chosen: Chosen) -> int:
    """Return the language version that the flags ask for."""
    return 0 if chosen["v0-compatible"] else 1


def schemas_of(chosen: Chosen) -> dict[str, Any] | None:
    """Return the schemas that the flags name; raises Refused."""
    if not chosen["schema"]:
        return None
    from samakia_policy.rego.tools.schemas import load_schemas

    return load_schemas(chosen["schema"])


def read_capabilities(chosen: Chosen) -> None:
    """Put the capabilities that the flags name in the name's place; raises UsageError."""
    path = chosen["capabilities"]
    if path:
        from samakia_policy.rego.tools.capabilities import load_capabilities

        chosen.values["capabilities"] = load_capabilities(path)


def time_of(chosen: Chosen) -> int:
    """Return the time of the evaluation in nanoseconds; raises Refused."""
    text = chosen["as-of"]
    if not text:
        from time import time_ns

        return time_ns()
    from datetime import UTC, datetime

    from samakia_policy.rego.tools.problems import Refused, plain_problem

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused([plain_problem(f"--as-of: {text!r} is not a time as RFC 3339 writes it")]) from None
    moment = found if found.tzinfo else found.replace(tzinfo=UTC)
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1_000_000_000 + moment.microsecond * 1_000
