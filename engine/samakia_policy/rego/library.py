"""Rego for Python programs: plain data in, plain data out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from samakia_policy.rego import engine
from samakia_policy.rego.engine import Policy
from samakia_policy.rego.syntax.nodes import Module
from samakia_policy.rego.values.collections import UNDEFINED
from samakia_policy.rego.values.plain import to_plain, to_value

if TYPE_CHECKING:
    from samakia_policy.rego.tools.test_results import TestResult

Modules = str | Mapping[str, str | Module]
"""The text of one module, or modules by file name."""


def compile(  # noqa: PLR0913 - the language's own word, and each argument a choice of the caller
    modules: Modules,
    *,
    data: Mapping[str, Any] | None = None,
    version: int = 1,
    strict: bool = False,
    prints: bool = False,
    allowed: frozenset[str] = frozenset(),
    schemas: Mapping[str, Any] | None = None,
) -> Policy:
    """Return a policy of modules and base documents; raises RegoError with every fault found.

    `version`: 0 for modules written before OPA 1.0. `strict`: OPA's strict checks too. `prints`: keep calls
    of `print`. `allowed`: the effects that rules may have ("network", "environment", "random"). `schemas`:
    JSON schemas by name (`{"schema.input": ...}`).
    """
    return engine.compile(
        _named(modules),
        data=_documents(data),
        version=version,
        strict=strict,
        prints=prints,
        allowed=allowed,
        schemas=schemas,
    )


def evaluate(  # noqa: PLR0913 - one call that does it all
    policy: Policy | Modules,
    query: str,
    input: Any = UNDEFINED,
    *,
    data: Mapping[str, Any] | None = None,
    strict_errors: bool = False,
    now_ns: int = 0,
    fuel: int | None = None,
) -> Any:
    """Return the plain value of a query's last expression, or UNDEFINED.

    A policy keeps the queries it was asked, so that asking again is quick. Raises RegoError, EvaluationFault,
    and ValueError for a query with several results, which `Policy.query` is for.
    """
    if not isinstance(policy, Policy):
        policy = compile(policy, data=data)
    elif data is not None:
        raise ValueError("a compiled policy has its data already")
    results = policy.kept_query(query).run(input, strict_errors=strict_errors, now_ns=now_ns, fuel=fuel)
    if len(results) > 1:
        raise ValueError(f"the query has {len(results)} results: ask it with Policy.query")
    return to_plain(results[0].expressions[-1].value) if results else UNDEFINED


def test(
    modules: Modules,
    *,
    data: Mapping[str, Any] | None = None,
    run: str = "",
    version: int = 1,
    now_ns: int = 0,
    allowed: frozenset[str] = frozenset(),
) -> list[TestResult]:
    """Return the result of each test; `run`: a regular expression on full names chooses among them.

    A result has `passed`, `outcome`, `package`, `name`, `location`, `errors`, `printed` and `cases`.
    """
    from samakia_policy.rego.syntax.modules import parse_module
    from samakia_policy.rego.tools.test_rules import find_tests, prepare
    from samakia_policy.rego.tools.test_runner import Settings, run_tests

    parsed = {
        name: parse_module(name, source, version=version) if isinstance(source, str) else source
        for name, source in _named(modules).items()
    }
    prepared = prepare(parsed)
    policy = engine.compile(prepared, data=_documents(data), version=version, prints=True, allowed=allowed)
    tests = find_tests(prepared.values(), run)
    return list(run_tests(policy, tests, Settings(now_ns, 0.0, allowed)))


def _named(modules: Modules) -> Mapping[str, str | Module]:
    return {"policy.rego": modules} if isinstance(modules, str) else modules


def _documents(data: Mapping[str, Any] | None) -> Any:
    if data is not None and not isinstance(data, Mapping):
        raise TypeError("data must be an object")
    return None if data is None else to_value(data)
