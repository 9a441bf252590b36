"""Facts of plans: names, markers, references through modules, and places in the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from samakia_policy.facts.plan_references import module_path
from samakia_policy.facts.plan_values import visible
from samakia_policy.facts.terraform import plan_facts
from samakia_policy.model.fact import Fact
from samakia_policy.sources.terraform_plan import read_plan

_LATER = {"$unknown": "known after apply"}
_HIDDEN = {"$redacted": "sensitive"}
_OUT_OF_RANGE = 123454321
_TELMATE = "registry.terraform.io/telmate/proxmox"


def _change(address: str, after: Any = None, actions: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """Return one entry of `resource_changes`; what belongs to its change is given as `change`."""
    change = {"actions": actions or ["create"], "before": None, "after": after, **more.pop("change", {})}
    module, _, rest = f".{address}".rpartition(".proxmox_lxc.")
    name, module = rest.partition("[")[0], module.removeprefix(".")
    names = {"mode": "managed", "type": "proxmox_lxc", "name": name, "provider_name": _TELMATE}
    return {"address": address, "module_address": module, **names, "change": change, **more}


def _block(name: str, **references: Any) -> dict[str, Any]:
    expressions = {
        key: {"references": value} if isinstance(value, list) else value for key, value in references.items()
    }
    return {"mode": "managed", "type": "proxmox_lxc", "name": name, "expressions": expressions}


def _facts(root: dict[str, Any] | None = None, redact: Any = None, **members: Any) -> dict[str, Fact]:
    providers = members.pop("provider_config", {})
    configuration = {"provider_config": providers, "root_module": root or {}}
    plan = {"format_version": "1.2", "planned_values": {}, "configuration": configuration, **members}
    data = json.dumps(plan).replace(str(_OUT_OF_RANGE), "1e999").encode()
    hook = {"redact": redact} if redact else {}
    facts = plan_facts(read_plan(data, "p"), "samakia-dev", "dev", "@plan/samakia-dev/p", "sha256:0", **hook)
    return {fact.subject: fact for fact in facts}


def _references(root: dict[str, Any], address: str) -> Any:
    facts = _facts(root, resource_changes=[_change(address, {})])
    return facts[f"tf_resource:samakia-dev#{address}"].attrs["references"]


@pytest.mark.parametrize(
    ("value", "hidden", "sensitive", "expected"),
    [
        ({"a": 1}, {"id": True}, False, {"a": 1, "id": _LATER}),
        ({"a": {"b": 1}}, {"a": True}, {}, {"a": _LATER}),
        ({}, {"a": {"b": [False, True]}}, {}, {"a": {"b": [None, _LATER]}}),
        ({"a": [1, None]}, {"a": [False, True]}, {}, {"a": [1, _LATER]}),
        ({"a": [{"b": 1}]}, {"a": [{}]}, {"a": [{"b": True}]}, {"a": [{"b": _HIDDEN}]}),
        ({"a": 1}, False, True, _HIDDEN),
        ({"password": None}, False, {"password": True}, {"password": None}),
        ({"a": 1}, {"b": True}, {"b": True}, {"a": 1, "b": _HIDDEN}),
        ({"a": "text"}, {"a": {"b": True}}, {}, {"a": _LATER}),
        ({"a": 1}, {"$unknown": "not read"}, False, _LATER),
        ({"a": 1}, None, None, {"a": 1}),
    ],
)
def test_hidden_values_become_markers_in_their_place(
    value: Any, hidden: Any, sensitive: Any, expected: Any
) -> None:
    """A true at a container hides all of it; a null that a provider calls sensitive stays null."""
    assert visible(value, hidden, sensitive) == expected


def test_the_plan_itself_is_a_fact() -> None:
    """It is named after its environment."""
    plan = _facts(complete=False, errored=True, terraform_version="1.11.4")["tf_plan:samakia-dev"]
    attrs = plan.attrs
    assert (attrs["env"], attrs["env_class"]) == ("samakia-dev", "dev")
    assert (attrs["complete"], attrs["errored"], attrs["terraform_version"]) == (False, True, "1.11.4")


def test_resources_keep_their_instance_in_the_address() -> None:
    """Keys of for_each and count, and modules in modules."""
    address = 'module.a["x.y"].module.b[0].proxmox_lxc.ct["k"]'
    facts = _facts(resource_changes=[_change(address, {"cores": 2}), _change("proxmox_lxc.plain[1]", {})])
    assert facts[f"tf_resource:samakia-dev#{address}"].attrs["attrs"] == {"cores": 2}
    assert "tf_resource:samakia-dev#proxmox_lxc.plain[1]" in facts
    assert facts[f"tf_change:samakia-dev#{address}"].attrs["actions"] == ["create"]


def test_values_are_hidden_in_changes_and_resources() -> None:
    """What the plan calls unknown or sensitive never reaches a rule."""
    change = {
        "before": {"key": "old secret"},
        "before_sensitive": {"key": True},
        "after_unknown": {"id": True},
        "after_sensitive": {"key": True},
    }
    facts = _facts(resource_changes=[_change("proxmox_lxc.a", {"key": "secret"}, change=change)])
    assert facts["tf_resource:samakia-dev#proxmox_lxc.a"].attrs["attrs"] == {"key": _HIDDEN, "id": _LATER}
    attrs = facts["tf_change:samakia-dev#proxmox_lxc.a"].attrs
    assert attrs["before"] == {"key": _HIDDEN}
    assert attrs["after"] == {"key": _HIDDEN, "id": _LATER}


def test_deleted_and_deposed_objects_are_changes_only() -> None:
    """Nothing is left of them to judge."""
    gone = _change("proxmox_lxc.a", None, ["delete"])
    facts = _facts(resource_changes=[gone, {**gone, "deposed": "1234abcd"}])
    assert [s for s in facts if s.startswith("tf_resource:")] == []
    assert sorted(s for s in facts if s.startswith("tf_change:")) == [
        "tf_change:samakia-dev#proxmox_lxc.a",
        "tf_change:samakia-dev#proxmox_lxc.a (deposed 1234abcd)",
    ]


def test_data_that_was_read_is_a_resource_with_its_mode() -> None:
    """Data read while planning is in the prior state only."""
    data = {"address": "data.http.a", "mode": "data", "type": "http", "name": "a", "values": {"url": "u"}}
    secret = {**data, "address": "data.http.b", "sensitive_values": {"url": True}}
    facts = _facts(prior_state={"values": {"root_module": {"resources": [data, secret]}}})
    assert facts["tf_resource:samakia-dev#data.http.a"].attrs["mode"] == "data"
    assert facts["tf_resource:samakia-dev#data.http.b"].attrs["attrs"] == {"url": _HIDDEN}


def test_redaction_is_applied_to_what_is_decoded() -> None:
    """The hook sees plain values and gives back what rules see."""
    facts = _facts(
        redact=lambda value: {"seen": value}, resource_changes=[_change("proxmox_lxc.a", {"cores": 2})]
    )
    assert facts["tf_resource:samakia-dev#proxmox_lxc.a"].attrs["attrs"] == {"seen": {"cores": 2}}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", ()),
        ("module.a", ("a",)),
        ('module.a["module.x.y"].module.b[0]', ("a", "b")),
        ('module.a["q\\"].module.z"]', ("a",)),
    ],
)
def test_module_addresses_lose_their_instance_keys(address: str, path: tuple[str, ...]) -> None:
    """A key may look like a module."""
    assert module_path(address) == path


def test_references_are_followed_through_modules_and_for_each() -> None:
    """A module's variable is what its caller gave, `each` is what for_each went over."""
    inner = {"resources": [_block("ct", ssh_public_keys=["var.keys"], hostname=["var.name"])]}
    outer = {
        "module_calls": {
            "inner": {
                "expressions": {"keys": {"references": ["var.all"]}, "name": {"constant_value": "x"}},
                "module": inner,
            }
        }
    }
    call = {
        "expressions": {"all": {"references": ["each.value"]}},
        "for_each_expression": {"references": ["var.ssh_public_keys", "local.x"]},
        "module": outer,
    }
    root = {"module_calls": {"outer": call}}
    assert _references(root, 'module.outer["a"].module.inner.proxmox_lxc.ct[0]') == {
        "hostname": [],
        "ssh_public_keys": ["local.x", "var.ssh_public_keys"],
    }


def test_a_module_default_is_not_the_variable_of_the_root() -> None:
    """A variable that the caller does not give keeps the module's name."""
    inner = {"resources": [_block("ct", ssh_public_keys=["var.ssh_public_keys", "local.more"])]}
    found = _references(
        {"module_calls": {"m": {"expressions": {}, "module": inner}}}, "module.m.proxmox_lxc.ct"
    )
    assert found == {"ssh_public_keys": ["module.m.local.more", "module.m.var.ssh_public_keys"]}


def test_outputs_are_followed_into_their_module() -> None:
    """ "module.m" alone says nothing more."""
    module = {"outputs": {"keys": {"expression": {"references": ["var.in"]}}}}
    call = {"expressions": {"in": {"references": ["var.ssh_public_keys"]}}, "module": module}
    keys = ["module.m.keys", "module.m", "module.other.x"]
    root = {"module_calls": {"m": call}, "resources": [_block("ct", ssh_public_keys=keys)]}
    found = _references(root, "proxmox_lxc.ct")
    assert found == {"ssh_public_keys": ["module.other.x", "var.ssh_public_keys"]}


def test_nested_blocks_count_and_null_does_not() -> None:
    """The references of a block are those of everything in it; null is not set."""
    network = [{"bridge": {"references": ["var.bridge"]}}, {"name": {"constant_value": "eth0"}}]
    block = _block("ct", password={"constant_value": None}, hostname={"constant_value": "x"})
    block["expressions"]["network"] = network
    found = _references({"resources": [block]}, "proxmox_lxc.ct")
    assert found == {"hostname": [], "network": ["var.bridge"]}


def test_without_a_block_the_references_are_unknown() -> None:
    """An object whose configuration the plan does not show cannot be judged by it."""
    assert "$unknown" in _references({}, "proxmox_lxc.ct")


def _provider(**more: Any) -> dict[str, Any]:
    return {"name": "proxmox", "full_name": _TELMATE, **more}


def test_providers_have_a_source_and_a_constraint() -> None:
    """The default registry is left out of the source, another one is not."""
    other = {"name": "x", "full_name": "registry.example.org/a/x"}
    facts = _facts(provider_config={"proxmox": _provider(version_constraint="3.0.2-rc07"), "x": other})
    required = facts["tf_required_provider:samakia-dev#proxmox"]
    assert (required.attrs["source"], required.attrs["constraint"]) == ("telmate/proxmox", "3.0.2-rc07")
    assert "constraint" not in facts["tf_required_provider:samakia-dev#x"].attrs
    assert facts["tf_required_provider:samakia-dev#x"].attrs["source"] == "registry.example.org/a/x"
    place = required.place("/constraint").pointer
    assert place == "/configuration/provider_config/proxmox/version_constraint"


def test_provider_arguments_are_values_or_references() -> None:
    """A literal is shown, what it comes from otherwise."""
    expressions = {"pm_api_url": {"references": ["var.pm_api_url"]}, "pm_parallel": {"constant_value": 2}}
    facts = _facts(provider_config={"proxmox": _provider(expressions=expressions)})
    attrs = facts["tf_provider_config:samakia-dev#proxmox"].attrs
    assert attrs["args"] == {"pm_api_url": {"references": ["var.pm_api_url"]}, "pm_parallel": {"value": 2}}


def test_variables_hide_what_is_sensitive() -> None:
    """A sensitive variable is a fact without its value."""
    root = {"variables": {"open": {"default": 1}, "secret": {"sensitive": True}}}
    facts = _facts(root, variables={"open": {"value": 2}, "secret": {"value": "hunter2"}})
    shown, hidden = (facts[f"tf_variable:samakia-dev#{name}"].attrs for name in ("open", "secret"))
    assert (shown["value"], shown["has_default"], shown["sensitive"]) == (2, True, False)
    assert (hidden["value"], hidden["has_default"], hidden["sensitive"]) == (_HIDDEN, False, True)


def test_checks_list_the_problems_of_all_instances() -> None:
    """Checks are named as Terraform shows them."""
    address = {"kind": "resource", "to_display": "module.m.proxmox_lxc.a"}
    instances = [{"problems": [{"message": "two"}]}, {"problems": [{"message": "one"}]}, {}]
    facts = _facts(checks=[{"address": address, "status": "fail", "instances": instances}])
    attrs = facts["tf_plan_check:samakia-dev#module.m.proxmox_lxc.a"].attrs
    assert (attrs["status"], sorted(attrs["problems"])) == ("fail", ["one", "two"])


def test_attributes_have_their_place_in_the_plan() -> None:
    """A pointer into attrs becomes a pointer into the plan."""
    fact = _facts(resource_changes=[_change("proxmox_lxc.a", {"cores": 2})])[
        "tf_resource:samakia-dev#proxmox_lxc.a"
    ]
    place = fact.place("/attrs/cores")
    assert (place.path, place.pointer) == ("@plan/samakia-dev/p", "/resource_changes/0/change/after/cores")


def test_nothing_is_decoded_before_it_is_asked_for() -> None:
    """Facts of 10,000 resources cost nothing that no rule reads."""
    seen: list[Any] = []

    def redact(value: Any) -> Any:
        seen.append(value)
        return value

    facts = _facts(redact=redact, resource_changes=[_change("proxmox_lxc.a", {"cores": 2})])
    assert seen == []
    assert facts["tf_resource:samakia-dev#proxmox_lxc.a"].attrs
    assert seen == [{"cores": 2}]


def test_forgotten_objects_are_changes_only() -> None:
    """`removed` blocks leave an object alone that Terraform no longer judges."""
    facts = _facts(resource_changes=[_change("proxmox_lxc.a", None, ["forget"])])
    assert [s for s in facts if s.startswith("tf_resource:")] == []


def test_attributes_of_unchanged_resources_have_their_place_too() -> None:
    """They lie in the state, not in a change."""
    data = {"address": "data.http.a", "mode": "data", "type": "http", "name": "a", "values": {"url": "u"}}
    facts = _facts(prior_state={"values": {"root_module": {"resources": [data]}}})
    place = facts["tf_resource:samakia-dev#data.http.a"].place("/attrs/url")
    assert place.pointer == "/prior_state/values/root_module/resources/0/values/url"


def test_an_alias_alone_is_a_required_provider() -> None:
    """Without required_providers Terraform writes no other entry."""
    facts = _facts(provider_config={"proxmox.x": _provider(alias="x", expressions={})})
    assert facts["tf_required_provider:samakia-dev#proxmox.x"].attrs["source"] == "telmate/proxmox"


def test_a_provider_of_old_objects_alone_is_a_required_provider() -> None:
    """Their configuration is gone, but Terraform still has to install it."""
    facts = _facts(resource_changes=[_change("proxmox_lxc.a", None, ["delete"])])
    fact = facts["tf_required_provider:samakia-dev#telmate/proxmox"]
    assert fact.attrs["implied"] is True
    assert fact.place("/source").pointer == "/resource_changes/0/provider_name"


def test_arguments_that_cannot_be_read_are_unknown() -> None:
    """One number out of range must not hide pm_tls_insecure."""
    expressions = {
        "pm_tls_insecure": {"constant_value": True},
        "pm_timeout": {"constant_value": _OUT_OF_RANGE},
    }
    facts = _facts(provider_config={"proxmox": _provider(expressions=expressions)})
    attrs = facts["tf_provider_config:samakia-dev#proxmox"].attrs
    assert "$unknown" in attrs["arguments"]
    assert "$unknown" in attrs["args"]


def test_references_in_a_circle_end() -> None:
    """Terraform refuses them, a forged plan may hold any number."""
    again = [f"module.m.out[{n}]" for n in range(8)]
    module = {"outputs": {"out": {"expression": {"references": ["var.in", *again]}}}}
    call = {"expressions": {"in": {"references": ["var.keys", "module.m.out", *again]}}, "module": module}
    root = {"module_calls": {"m": call}, "resources": [_block("ct", ssh_public_keys=again)]}
    found = _references(root, "proxmox_lxc.ct")["ssh_public_keys"]
    assert "var.keys" in found
    assert len(found) == 1 + len(again)


def test_a_resource_names_the_instance_of_its_module() -> None:
    """Two instances of one module are told apart."""
    address = 'module.a["x.y"].module.b[0].proxmox_lxc.ct'
    facts = _facts(resource_changes=[_change(address, {}), _change("proxmox_lxc.plain", {})])
    assert facts[f"tf_resource:samakia-dev#{address}"].attrs["module"] == 'module.a["x.y"].module.b[0]'
    assert facts[f"tf_change:samakia-dev#{address}"].attrs["module"] == 'module.a["x.y"].module.b[0]'
    assert facts["tf_resource:samakia-dev#proxmox_lxc.plain"].attrs["module"] == ""


def test_references_have_their_place_in_the_configuration() -> None:
    """An argument's expression, in the module it is written in; without a block, the change."""
    module = {"resources": [_block("other"), _block("ct", ssh_public_keys=["var.keys"])]}
    root = {"module_calls": {"m": {"module": module}}}
    changes = [_change('module.m["a"].proxmox_lxc.ct', {}), _change("proxmox_lxc.x", {})]
    facts = _facts(root, resource_changes=changes)
    placed = facts['tf_resource:samakia-dev#module.m["a"].proxmox_lxc.ct'].place(
        "/references/ssh_public_keys"
    )
    expressions = "/configuration/root_module/module_calls/m/module/resources/1/expressions"
    assert placed.pointer == f"{expressions}/ssh_public_keys"
    unplaced = facts["tf_resource:samakia-dev#proxmox_lxc.x"].place("/references/a")
    assert unplaced.pointer == "/resource_changes/1/a"


def test_a_variable_that_is_given_and_not_declared_is_a_fact() -> None:
    """A misspelt or left-over key of a tfvars file has a value that nothing reads."""
    root = {"variables": {"known": {}}}
    facts = _facts(root, variables={"known": {"value": 1}, "pm_tls_insecure": {"value": True}})
    given = facts["tf_variable:samakia-dev#pm_tls_insecure"]
    assert (given.attrs["declared"], given.attrs["value"]) == (False, True)
    assert given.place("/name").pointer == "/variables/pm_tls_insecure"
    assert facts["tf_variable:samakia-dev#known"].attrs["declared"] is True
    bare = _facts({}, variables={"known": {"value": 1}})
    assert "$unknown" in bare["tf_variable:samakia-dev#known"].attrs["declared"]
