"""Idioms of Rego: our answer is the one that opa gave, plain and with strict errors of built-ins."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.idioms.record import answers, corpus, title
from conformance.judge import to_json, to_value

from samakia_policy.rego.errors import EvaluationFault, RegoError
from samakia_policy.rego.tools.go_json import compact

_INPUT = to_value(corpus()["input"])
_SAID = answers()["answers"]
_CASES = corpus()["cases"]


@pytest.mark.parametrize("strict", [False, True], ids=["plain", "strict"])
@pytest.mark.parametrize("case", _CASES, ids=title)
def test_idiom(case: dict[str, Any], strict: bool) -> None:
    """The value, that there is none, or the codes of the errors."""
    wanted = _SAID[title(case)]["strict" if strict else "plain"]
    assert _ours(case, strict=strict) == _wanted(wanted)


def _wanted(answer: dict[str, Any]) -> dict[str, Any]:
    if "value" in answer:
        return {"value": to_value(answer["value"])}
    if "errors" in answer:
        return {"errors": sorted({code for code, _ in answer["errors"]})}
    return answer


def _ours(case: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    from samakia_policy.rego.engine import compile as compile_modules

    try:
        policy = compile_modules({"idiom.rego": case["module"]})
        found = policy.query(case["query"]).run(_INPUT, strict_errors=strict)
    except RegoError as error:
        return {"errors": sorted({fault.code for fault in error.faults})}
    except EvaluationFault as fault:
        return {"errors": [fault.code]}
    if not found:
        return {"undefined": True}
    value = to_json(found[0].expressions[0].value)
    assert compact(value)
    return {"value": value}
