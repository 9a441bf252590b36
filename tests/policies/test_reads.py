"""What rules declare and what they read are one: whoever builds the index is told where they differ."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from samakia_policy.errors import PackError
from samakia_policy.packs.index import build_index
from samakia_policy.packs.load import load
from samakia_policy.packs.reads import derive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of rules and packs that may be changed."""
    for name in ("policies", "packs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def _change(root: Path, before: str, after: str, path: str = "policies/tenants/quota_exceeded.rego") -> None:
    rule = root / path
    text = rule.read_text()
    assert before in text
    rule.write_text(text.replace(before, after, 1))


BROKEN = {
    "a kind that is not declared": (
        "some contract in input.facts.enabled_contract",
        "some contract in input.facts.ready_binding",
        "reads ready_binding, which is neither in needs nor in uses",
    ),
    "a kind that is not read": (
        "uses: [enabled_contract]",
        "uses: [enabled_contract, ready_binding]",
        "declares ready_binding and never reads it",
    ),
    "a relation that is not declared": (
        "is_string(contract.consumer)",
        'is_string(contract.consumer)\n\tnot input.edges.has["tenant:x"]',
        "reads the relation has, which is not in edges",
    ),
    "a relation that is not read": (
        "uses: [enabled_contract]",
        "uses: [enabled_contract]\n#   edges: [has]",
        "declares the relation has and never reads it",
    ),
    "a parameter that is not declared": (
        "is_string(contract.consumer)",
        "is_string(contract.consumer)\n\tnot input.params.off",
        "reads the parameter off, which is not in params",
    ),
    "an attribute that is not declared": (
        "uses: [enabled_contract]",
        "uses: [enabled_contract]\n#   reads: {enabled_contract: [tenant, variant]}",
        "reads enabled_contract consumer, which is not in reads",
    ),
    "kinds whose names are computed": (
        "some contract in input.facts.enabled_contract",
        "some kind, contract in input.facts\n\tcontract[kind]",
        "reads *, which is neither in needs nor in uses",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_declaration_fails_the_index(root: Path, name: str) -> None:
    """The rule's file and what is wrong with it are named."""
    before, after, problem = BROKEN[name]
    _change(root, before, after)
    with pytest.raises(PackError) as raised:
        build_index(root)
    assert problem in str(raised.value)
    assert "policies/tenants/quota_exceeded.rego" in str(raised.value)


def test_a_rule_without_declarations_gets_what_was_derived() -> None:
    """The index holds it, so that no run parses Rego for it."""
    reads = load().rule("tenants/quota-exceeded").reads
    assert reads["enabled_contract"] == ["consumer", "tenant", "variant"]
    assert reads["tenant_quota"] == ["clusters", "consumer", "consumers", "instances", "scope", "tenant"]


def test_a_declaration_wins_for_its_kind() -> None:
    """A rule may withhold more than it reads: what a relation was made of, or the page it looks for."""
    assert load().rule("tenants/docs-present").reads == {"doc": ["path"]}
    assert load().rule("tenants/endpoint-port").reads["tenant"] == []


def test_a_kind_that_is_read_whole_has_no_list(root: Path) -> None:
    """Then any marker withholds its facts."""
    _change(root, "is_string(contract.consumer)", "is_string(contract.consumer)\n\tcontract != {}")
    assert '"enabled_contract": [' not in build_index(root).partition('"tenants/quota-exceeded"')[2][:900]


def test_paths_are_dotted_up_to_the_first_name_that_is_not_known() -> None:
    """A name with a dot in it cannot be written so."""
    source = """package policies.x.y

findings contains {"subject": id, "a": x.a.b[_].c, "d": x.d["e.f"].g, "h": x.h[x.i].j} if {
	some id, x in input.facts.k
}
"""
    (found,) = derive({"policies.x.y": source}, {}).values()
    assert found.facts == {"k": ["a.b", "d", "h", "i"]}


def test_what_environments_are_read_is_told_apart_from_facts() -> None:
    """A library's reads are the rule's."""
    catalogue = load()
    rule = catalogue.rule("tenants/execute-policy-no-prod")
    package = "policies.tenants.execute_policy_no_prod"
    found = derive({package: catalogue.source(rule)}, catalogue.libraries())[package]
    assert (found.context, found.relations) == (["environments"], [])
