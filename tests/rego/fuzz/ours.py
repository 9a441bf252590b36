"""Our engine, asked what opa is asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fuzz.answers import UNDEFINED, Asked, Row, Said, Verdict
from fuzz.programs import Program

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.compiler.faults import Faults
from samakia_policy.rego.compiler.stages import Stages
from samakia_policy.rego.depth import deep
from samakia_policy.rego.engine import Policy, compile
from samakia_policy.rego.errors import EvaluationFault, Fault, RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.tools.go_json import compact, plain
from samakia_policy.rego.values.collections import UNDEFINED as NOTHING
from samakia_policy.rego.values.json_text import load


def check(program: Program, *, strict: bool, limit: int = 0) -> Verdict:
    """Return the errors of a program, `limit` at most; 0 is no limit."""
    parsed, found = {}, []
    for name, text in program.modules.items():
        try:
            parsed[name] = parse_module(name, text, version=program.version)
        except RegoError as error:
            found += error.faults
    if found:
        return Verdict([_row(fault) for fault in found], ended=True)
    faults = Faults(limit)
    stages = Stages(parsed, faults, strict=strict, unsafe=frozenset())
    with deep():
        for stage in stages.all(keep_prints=True, data=None, schemas=None):
            stage()
            if faults.stopped:
                break
    try:
        faults.raise_found()
    except RegoError as error:
        return Verdict([_row(fault) for fault in error.faults], faults.stopped)
    return Verdict([])


def _row(fault: Fault | EvaluationFault) -> Row:
    place = fault.location
    where = [place.file, place.row, place.col] if place else ["", 0, 0]
    return [fault.code, *where, fault.message]


class Engine:
    """Our engine with one program."""

    def __init__(self, program: Program) -> None:
        data: dict[str, Any] = {}
        for path, text in program.data.items():
            *above, last = path.split("/")
            below = data
            for name in above:
                below = below.setdefault(name, {})
            below[last] = load(text)
        self._policy: Policy = compile(program.modules, data=data, version=program.version)
        self._inputs = [load(text) if text else NOTHING for text in program.inputs]
        self._query = lru_cache(maxsize=None)(self._policy.query)

    def ask(self, asked: Asked) -> Said:
        """Return our answer."""
        text = asked.text if asked.query else f"data.{asked.text.replace('/', '.')}"
        try:
            found = self._query(text).solve(self._inputs[asked.input], Context(), strict_errors=asked.strict)
        except (RegoError, EvaluationFault) as error:
            faults = error.faults if isinstance(error, RegoError) else [error]
            return {"errors": [_row(fault) for fault in faults]}
        if asked.query:
            return {"value": compact([plain(dict(result.bindings)) for result in found])}
        if not found:
            return UNDEFINED
        return {"value": compact(plain(found[0].expressions[0].value))}
