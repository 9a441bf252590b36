"""A finding without `at` lies at what its rule reads of the fact: the same on every runtime."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.place import pointer_of
from samakia_policy.evaluation.run import Run, evaluate
from samakia_policy.evaluation.stamp import SelectedRule
from samakia_policy.model.rule import Rule
from samakia_policy.packs.checked import derived
from samakia_policy.packs.kinds import Kinds
from samakia_policy.packs.load import load
from samakia_policy.packs.metadata import read_metadata
from samakia_policy.pipeline import Request, read_world

ROOT = Path(__file__).parents[2]
ESTATE = ROOT / "fixtures/estates/canary-broken"
AS_OF = "2026-01-01T00:00:00Z"
KINDS = Kinds(json.loads((ROOT / "contracts/facts.json").read_text()))
HEAD = """# METADATA
# title: t
# description: d
# custom:
#   severity: high
#   scope: static
#   subject: {subject}
#   needs: [{needs}]
#   message: "{{subject}}"
#   remediation: r
package policies.tenants.probe

"""
PYTHON = """from samakia_policy.rules import Facts, Hits, hit, rule


@rule(
    title="t", description="d", severity="high", scope="static", subject="tenant_endpoint",
    needs=["tenant_endpoint"], reads={reads}, message="{{subject}}", remediation="r",
)
def probe(facts: Facts) -> Hits:
    for identity, endpoint in facts.of("tenant_endpoint"):
        yield hit(identity)
"""


def _rule(text: str, language: str = "rego") -> Rule:
    path = f"policies/tenants/probe.{'py' if language == 'python' else language}"
    rule = Rule("tenants/probe", language, path, "", **read_metadata(text, language, path))
    made = derived([rule], {rule.id: text}, load().libraries(), KINDS)[rule.id]
    rule.reads, rule.places = made["reads"], made["places"]
    return rule


def _source(body: str, subject: str = "tenant_endpoint", needs: str = "") -> str:
    return HEAD.format(subject=subject, needs=needs or subject) + body


def _hit(tests: str, fields: str = "") -> str:
    """Return a rule that finds an endpoint `e` by some tests."""
    loop = "some id, e in input.facts.tenant_endpoint"
    return f'findings contains {{"subject": id{fields}}} if {{ {loop}; {tests} }}\n'


PLACES: dict[str, tuple[str, dict[str, Any], str]] = {
    "the one attribute that is read": (
        _hit('e.port < 1024'), {}, "/port",
    ),
    "tests of one attribute, by a function": (
        _hit('is_number(e.port); low(e)') + '\n\nlow(e) if e.port < 9',
        {}, "/port",
    ),
    "what is tested, not what is shown besides": (
        _hit('not e.tls_required', ', "name": e.name'),
        {"name": "db"}, "/tls_required",
    ),
    "of two that are tested, the one that is shown": (
        _hit('e.protocol == "tcp"; e.port < 9', ', "port": e.port'),
        {"port": 5}, "/port",
    ),
    "of two that are tested, the one that the hit names": (
        _hit('some k in ["host", "name"]; e[k] == ""', ', "what": k'),
        {"what": "host"}, "/host",
    ),
    "neither of two": (
        _hit('e.protocol == "tcp"; e.port < 9'), {}, "",
    ),
    "nothing that the engine made": (
        _hit('e.folder == e.tenant; e.port < 9'), {}, "/port",
    ),
    "only what the engine made": (
        _hit('e.folder == "x"'), {}, "",
    ),
    "a fact that is read as a whole": (
        _hit('json.marshal(e) != ""'), {}, "",
    ),
    "a hit that a function makes": (
        _hit("e.port < 9").replace('{"subject": id}', "made(id)") + 'made(id) := {"subject": id, "n": 1}',
        {"n": 1}, "/port",
    ),
    "by the members of the hit": (
        _hit('e.port < 9', ', "a": 1') + _hit('e.host == ""', ', "b": 1'),
        {"b": 1}, "/host",
    ),
    "by what the hit says": (
        _hit('e.port < 9', ', "p": "no port"') + _hit('e.host == ""', ', "p": "no host"'),
        {"p": "no host"}, "/host",
    ),
    "hits that look alike": (
        _hit('e.port < 9') + _hit('e.host == ""'),
        {}, "",
    ),
    "what the rule says itself": (
        _hit('e.port < 9', ', "at": "/host"'), {"at": "/host"}, "/host",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_a_hit_lies_at(name: str) -> None:
    """Derived from the rule's source and the hit, and from nothing else."""
    body, hit, pointer = PLACES[name]
    assert pointer_of(_rule(_source(body)), "tenant_endpoint", {"subject": "x", **hit}) == pointer


def test_attributes_in_one_attribute_are_found_there() -> None:
    """The deepest one that holds all that are read."""
    body = _hit("e.dr.rpo > e.dr.rto").replace("tenant_endpoint", "enabled_contract")
    rule = _rule(_source(body, "enabled_contract"))
    assert pointer_of(rule, "enabled_contract", {"subject": "x"}) == "/dr"


@pytest.mark.parametrize(
    ("reads", "pointer"),
    [({"tenant_endpoint": ["port"]}, "/port"), ({"tenant_endpoint": ["port", "host"]}, ""), ({}, "")],
)
def test_hits_of_python_rules_lie_at_what_they_declare(reads: dict[str, list[str]], pointer: str) -> None:
    """If that is one attribute."""
    rule = _rule(PYTHON.format(reads=reads), "python")
    assert pointer_of(rule, "tenant_endpoint", {"subject": "x"}) == pointer


def test_findings_point_at_the_line_on_every_runtime(opa: str) -> None:
    """The line of the attribute, or of what holds all that are read; the same bytes from each runtime."""
    text = _source(
        _hit("e.port > 0", ', "a": 1')
        + 'findings contains {"subject": sprintf("enabled_contract:%s", [id]), "b": 1} if {\n'
        "\tsome id, c in input.facts.enabled_contract\n"
        "\tis_number(c.endpoint.port)\n\tis_string(c.endpoint.host)\n}\n",
        "tenant_endpoint",
        "tenant_endpoint, enabled_contract",
    )
    rule = _rule(text)
    world = read_world(Request(str(ESTATE), AS_OF))
    context = {"as_of": AS_OF, "environment": None, "environments": {}}
    said = []
    for engine in ("native", "opa"):
        runtimes = {"rego": runtime(engine)}
        run = Run(world.graph, context, lambda _: text, {}, world.locate, runtimes)
        said.append(evaluate(run, [SelectedRule(rule, ["p"], "high")])[0].findings)
    assert [finding.to_json() for finding in said[0]] == [finding.to_json() for finding in said[1]]
    assert len(said[0]) > 10
    for finding in said[0]:
        text = (ESTATE / finding.location.path).read_text().splitlines()[(finding.location.line or 0) - 1]
        assert (
            "port" if finding.subject.startswith("tenant_endpoint") else "host"
        ) in text or "endpoints" in text
