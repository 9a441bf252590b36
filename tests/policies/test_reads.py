"""What rules declare and what they read are one: whoever builds the index is told where they differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.errors import PackError
from samakia_policy.model.rule import Rule
from samakia_policy.packs.checked import derived
from samakia_policy.packs.index import build_index
from samakia_policy.packs.kinds import Kinds
from samakia_policy.packs.load import load
from samakia_policy.packs.metadata import read_metadata
from samakia_policy.packs.reads import derive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of rules, packs and contracts that may be changed."""
    for name in ("policies", "packs", "contracts"):
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


QUOTA = "policies/tenants/quota_exceeded.rego"
FILES = "policies/tenants/required_files.rego"
IDENTITY = "policies/tenants/binding_identity.rego"
SECRETS = "policies/tenants/secret_material.py"
# What is changed in which rule, and what is said about it, with its place.
WRONG = {
    "a misspelt attribute": (
        QUOTA, "contract.consumer, dim", "contract.consumr, dim",
        ":21:42: enabled_contract has no attribute consumr (nearest: consumer, consumer_folder",
    ),
    "a misspelt attribute of an argument": (
        FILES, "in tenant.files", "in tenant.filez",
        ":33:22: tenant has no attribute filez (nearest: files",
    ),
    "a misspelt attribute for object.get": (
        FILES, 'object.get(tenant, "files", [])', 'object.get(tenant, "file", [])',
        ":22:30: tenant has no attribute file (nearest: files",
    ),
    "a misspelt attribute among constants": (
        IDENTITY, '"tenant_id": "folder"', '"tenant_idd": "folder"',
        ":36:19: ready_binding has no attribute tenant_idd (nearest: tenant_id",
    ),
    "an attribute in another": (
        "policies/tenants/endpoint_port.rego", "place.endpoint.port)", "place.endpoint.prot)",
        ":31:27: enabled_contract.endpoint has no attribute prot (nearest: port",
    ),
    "something below text": (
        FILES, "tenant.directory, file", "tenant.directory.name, file",
        ":39:45: tenant.directory is a string, which has no name",
    ),
    "an attribute in a rule that nothing uses": (
        QUOTA, "starts := [", "idle if input.facts.tenant_quota.x.instance\n\nstarts := [",
        ":27:36: tenant_quota has no attribute instance (nearest: instances",
    ),
    "text compared with a number": (
        QUOTA, 'cell.scope == "cell"', "cell.scope == 5",
        ":66:2: compares tenant_quota.scope, a string, with a number",
    ),
    "text less than a number": (
        QUOTA, 'cell.scope == "cell"', "cell.scope < 5",
        ":66:2: compares tenant_quota.scope, a string, with a number",
    ),
    "text that is not a truth value": (
        QUOTA, 'cell.scope == "cell"', "cell.scope != true",
        ":66:2: compares tenant_quota.scope, a string, with a boolean",
    ),
    "a number among texts": (
        QUOTA, 'cell.scope == "cell"', 'cell.instances in {"1", "2"}',
        ":66:2: compares tenant_quota.instances, a number, with a string",
    ),
    "attributes of two types": (
        QUOTA, 'cell.scope == "cell"', "cell.instances > cell.consumer",
        ":66:2: compares tenant_quota.instances, a number, with tenant_quota.consumer, a string",
    ),
    "a comparison in a function": (
        FILES, "some file in tenant.files\n\tregex", "tenant.declared > 0\n\tsome file in tenant.files\n\tregex",
        ":33:2: compares tenant.declared, a boolean, with a number",
    ),
    "an operand of the wrong type": (
        QUOTA, 'cell.scope == "cell"', 'startswith(cell.instances, "1")',
        ":66:2: startswith: invalid argument(s); have: (number, string)",
    ),
    "a context that does not exist": (
        QUOTA, 'cell.scope == "cell"', 'cell.scope == input.context.as_off',
        ":66:30: reads the context as_off, which is not in context (nearest: as_of",
    ),
    "a parameter that is misspelt": (
        "policies/tenants/docs_present.rego", "input.params.pages", "input.params.page",
        ":26:28: reads the parameter page, which is not in params (nearest: pages",
    ),
    "a kind that does not exist": (
        FILES, "needs: [tenant]", "needs: [tennant]",
        ":11:13: there is no kind tennant in contracts/facts.json (nearest: tenant",
    ),
    "a declared attribute that does not exist": (
        "policies/tenants/docs_present.rego", "doc: [path]", "doc: [pth]",
        ":12:13: doc has no attribute pth (nearest: path",
    ),
    "a rule that does not compile": (
        QUOTA, "is_number(limit)", "is_numbre(limit)",
        ":46:2: rego_type_error: undefined function is_numbre",
    ),
    "Python: a misspelt attribute": (
        SECRETS, 'secret["path"]', 'secret["pth"]',
        ":24:12: secret_hit has no attribute pth (nearest: path",
    ),
    "Python: an attribute that is not declared": (
        SECRETS, 'secret["path"]', 'secret["pointer"]',
        ":24:12: reads secret_hit pointer, which is not in reads",
    ),
    "Python: a declared attribute that does not exist": (
        SECRETS, '"hash8"]', '"hash"]',
        ":16:71: secret_hit has no attribute hash (nearest: hash8",
    ),
    "Python: a kind that is not declared": (
        SECRETS, 'facts.of("secret_hit")', 'facts.of("secret_ref")',
        ":23:29: reads secret_ref, which is neither in needs nor in uses (nearest: secret_hit",
    ),
}  # fmt: skip


def _checked(*changes: tuple[str, str, str, str]) -> dict[str, dict[str, Any]]:
    """Return what is derived of rules, each after a change of its text."""
    sources, rules = {}, []
    for path, before, after, _ in changes:
        text = (ROOT / path).read_text()
        assert before in text
        text, language = text.replace(before, after, 1), "python" if path.endswith(".py") else "rego"
        rule = Rule(path, language, path, "", **read_metadata(text, language, path))
        rule.id = path.removeprefix("policies/").rpartition(".")[0].replace("_", "-")
        rules.append(rule)
        sources[rule.id] = text
    kinds = Kinds(json.loads((ROOT / "contracts/facts.json").read_text()))
    return derived(rules, sources, load().libraries(), kinds)


@pytest.mark.parametrize("name", WRONG)
def test_a_name_that_does_not_exist_or_a_type_that_never_fits_is_an_error_at_its_place(name: str) -> None:
    """The file, line and column are named, and what was meant."""
    with pytest.raises(PackError) as raised:
        _checked(WRONG[name])
    assert WRONG[name][0] + WRONG[name][3] in str(raised.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Nobody has to build the index again and again."""
    with pytest.raises(PackError) as raised:
        _checked(WRONG["a misspelt attribute"], WRONG["Python: a misspelt attribute"])
    assert str(raised.value).count(" has no attribute ") == 2


def test_a_rule_that_handles_markers_may_ask_for_them() -> None:
    """Its attributes may be markers; they are not taken for misspelt names."""
    path = "policies/terraform/token_auth_only.rego"
    change = (path, "variable.declared == true", 'not variable.declared["$unknown"]', "")
    assert _checked(change)["terraform/token-auth-only"]["reads"]["tf_variable"] == ["declared", "name"]


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
    assert load().rule("tenants/endpoint-mismatch").reads["enabled_contract"] == ["tenant", "consumer", "endpoint"]


def test_a_first_kind_that_only_says_when_a_rule_applies_withholds_nothing() -> None:
    """It needs no declaration: its findings are about another kind."""
    rule = load().rule("tenants/endpoint-port")
    assert (rule.needs, rule.subject, rule.reads["tenant"]) == (["tenant"], "tenant_endpoint", [])


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
