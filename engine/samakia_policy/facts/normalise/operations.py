"""Documents beside the tenant directories: registries, policies, workflows, pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.facts.normalise.pick import items, mapping, origin, pick
from samakia_policy.model.document import Document
from samakia_policy.model.fact import Fact

DR_TESTCASE = {key: f"/{key}" for key in ("id", "mode", "description", "evidence_required")}
EXECUTE_POLICY = {
    key: f"/{key}"
    for key in (
        "allowed_envs",
        "allowed_tenants",
        "allowed_consumers",
        "require_reason",
        "require_change_window_for_prod",
        "require_signing_for_prod",
        "require_signing_for_shared",
    )
}


def dr_registry(document: Document) -> Iterator[Fact]:
    """Yield the one dr_registry: its ids come as a bare list or as objects."""
    data, base = document.data, ""
    if isinstance(data, dict):
        key = "testcases" if "testcases" in data else "ids"
        data, base = data.get(key), f"/{key}"
    ids: list[Any] = []
    places = {"/ids": origin(document, base)}
    for n, entry in enumerate(items(data)):
        identity = mapping(entry).get("id") if isinstance(entry, dict) else entry
        place = f"{base}/{n}/id" if isinstance(entry, dict) else f"{base}/{n}"
        places[f"/ids/{len(ids)}"] = origin(document, place)
        ids.append(identity)
    attrs = {"registry": "tenants", "ids": ids}
    yield Fact("dr_registry", "tenants", attrs, origin(document), places, document.role)


def dr_testcases(document: Document) -> Iterator[Fact]:
    """Yield a dr_testcase for each entry of the tenants' DR test cases."""
    for n, entry in enumerate(items(mapping(document.data).get("testcases"))):
        base = f"/testcases/{n}"
        attrs, places = pick(document, DR_TESTCASE, base)
        identity = mapping(entry).get("id")
        name = identity if isinstance(identity, str) else f"#{n}"
        attrs |= {"registry": "tenants"}
        yield Fact("dr_testcase", f"tenants/{name}", attrs, origin(document, base), places, document.role)


def execute_policy(document: Document) -> Iterator[Fact]:
    """Yield the tenants' execute_policy with the keys it states."""
    attrs, places = pick(document, EXECUTE_POLICY)
    attrs |= {"domain": "tenants", "keys": sorted(mapping(document.data))}
    yield Fact("execute_policy", "tenants", attrs, origin(document), places, document.role)


def ci_workflow(document: Document) -> Iterator[Fact]:
    """Yield a ci_workflow: its triggers and the commands it runs."""
    attrs = {"path": document.path, **mapping(document.data)}
    # The small form has no pointers of its own: everything is found at the file.
    places = {key: origin(document) for key in ("/triggers", "/commands")}
    yield Fact("ci_workflow", document.path, attrs, origin(document), places, document.role)


def doc(document: Document) -> Iterator[Fact]:
    """Yield a doc: that the page exists."""
    yield Fact("doc", document.path, {"path": document.path}, origin(document), role=document.role)
