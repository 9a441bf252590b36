"""Run one case of OPA's suite as OPA's own test runs it, and say what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import time_ns
from typing import Any

from conformance.suite import Case

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.engine import Policy
from samakia_policy.rego.engine import compile as compile_rego
from samakia_policy.rego.errors import EvaluationFault, RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.values.collections import UNDEFINED, Set, pairs
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.order import ordered

EFFECTS = frozenset({"network", "environment", "random"})


def judge(case: Case) -> str:
    """Return what is wrong with our answer to a case, or nothing; never raises."""
    try:
        with _environment(case.env):
            got = _rows(case)
    except RegoError as error:
        return f"does not compile: {error.faults[0]}"
    except EvaluationFault as fault:
        return _compare_fault(case, fault)
    except RecursionError:
        return "crash: RecursionError"
    except Exception as error:  # the job is to report whatever happens
        return f"crash: {type(error).__name__}: {error}{_place(error)}"
    return _compare_rows(case, got)


def _rows(case: Case) -> list[dict[str, Any]]:
    """Evaluate; returns one dict of bindings per result."""
    query = _policy(case).query(case.query)
    found = query.run(_input(case), strict_errors=case.strict_error, now_ns=time_ns())
    # OPA's suite asks below the layer that shows the value of an expression: there, false is no result.
    return [
        dict(result.bindings)
        for result in found
        if not any(expression.value is False for expression in result.expressions)
    ]


def _policy(case: Case) -> Policy:
    """Compile as OPA's own test does: without a look at where base documents lie."""
    with deep():
        parsed = {
            f"test-{number}.rego": parse_module(f"test-{number}.rego", text, version=case.version)
            for number, text in enumerate(case.modules)
        }
        return Policy(compile_modules(parsed), to_value(case.data or {}), EFFECTS)


def _input(case: Case) -> Any:
    if case.input_term is not None:
        found = compile_rego({}).query(f"__input := {case.input_term}").run()
        return found[0].bindings["__input"]
    return to_value(case.input) if case.has_input and case.input is not None else UNDEFINED


def _compare_fault(case: Case, fault: EvaluationFault) -> str:
    if case.want_error is None and case.want_error_code is None:
        return f"unexpected {fault}"
    if case.want_error is not None and case.want_error not in str(fault):
        return f"wanted error {case.want_error!r}, got {str(fault)!r}"
    if case.want_error_code is not None and case.want_error_code != fault.code:
        return f"wanted code {case.want_error_code}, got {fault.code} ({fault.message})"
    return ""


def _compare_rows(case: Case, rows: list[dict[str, Any]]) -> str:
    if case.want_error is not None or case.want_error_code is not None:
        wanted = case.want_error or case.want_error_code
        return f"wanted error {wanted!r}, got {_show(rows)}"
    if case.want_result is None:
        return "the case wants nothing that is known"
    expected = Set({str(k): to_value(v) for k, v in row.items()} for row in case.want_result)
    got = Set(_binding_row(case, row) for row in rows)
    if expected == got:
        return ""
    return f"wanted {_show(list(expected))}, got {_show(list(got))}"


def _binding_row(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for name, value in row.items():
        plain = to_json(value)
        if case.sort_bindings:
            plain = ordered(plain)
        made[name] = plain
    if case.ignore_generated_vars and case.want_result:
        wanted = {name for entry in case.want_result for name in entry}
        made = {name: value for name, value in made.items() if name in wanted}
    return made


def to_value(plain: Any) -> Any:
    """Return plain data as a Rego value."""
    if isinstance(plain, float):
        return int(plain) if plain.is_integer() and abs(plain) < 2**53 else Number(repr(plain))
    if isinstance(plain, list):
        return [to_value(item) for item in plain]
    if isinstance(plain, dict):
        return {name: to_value(item) for name, item in plain.items()}
    return plain


def to_json(value: Any) -> Any:
    """Return a value as JSON has it: sets as arrays, keys that are not strings as their text."""
    from samakia_policy.rego.values.json_text import dump

    kind = value.__class__
    if kind is list or kind is Set:
        return [to_json(item) for item in value]
    if kind is dict:
        return {name if name.__class__ is str else dump(name): to_json(item) for name, item in pairs(value)}
    return value


def _show(found: Any) -> str:
    try:
        text = repr(found)
    except RecursionError:
        text = "something deep"
    return text if len(text) <= 300 else text[:300] + "..."


def _place(error: BaseException) -> str:
    """Where a crash happened: the innermost frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f" ({os.path.basename(code.co_filename)}:{trace.tb_lineno} in {code.co_name})"


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        if values:
            os.environ.clear()
            os.environ.update(before)
