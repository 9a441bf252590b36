"""The relations between facts: joins on attributes, each in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from samakia_policy.model.document import LIVE
from samakia_policy.model.fact import Edge, Fact, FactGraph, Origin

_HAS = (
    "tenant_policy",
    "tenant_quota",
    "tenant_endpoints",
    "tenant_endpoint",
    "tenant_network",
    "tenant_capacity",
    "ready_binding",
    "enabled_contract",
)


def edges(graph: FactGraph) -> Iterator[Edge]:
    """Yield every relation; secret_ref facts are made on the way, from whoever names them."""
    _add_secret_refs(graph)
    for kind in _HAS:
        for fact in _live(graph, kind):
            if "tenant" in fact.attrs:
                yield Edge(f"tenant:{fact.attrs['tenant']}", "has", fact.subject)
    for identity in graph.of("tf_change").keys() & graph.of("tf_resource").keys():
        yield Edge(f"tf_change:{identity}", "changes", f"tf_resource:{identity}")
    yield from _becomes(graph)
    yield from _uses(graph)
    for kind in ("tenant_endpoint", "enabled_contract"):
        for fact in _live(graph, kind):
            if _reference(fact):
                yield Edge(fact.subject, "needs", f"secret_ref:{_reference(fact)}")


def _live(graph: FactGraph, kind: str) -> list[Fact]:
    return [fact for fact in graph.of(kind).values() if fact.role == LIVE]


def _becomes(graph: FactGraph) -> Iterator[Edge]:
    enabled = {_binding(fact): fact.subject for fact in _live(graph, "enabled_contract")}
    for fact in _live(graph, "ready_binding"):
        if _binding(fact) in enabled:
            yield Edge(fact.subject, "becomes", enabled[_binding(fact)])


def _binding(fact: Fact) -> tuple[str, str]:
    return fact.attrs["directory"], fact.attrs["consumer_folder"]


def _uses(graph: FactGraph) -> Iterator[Edge]:
    """A contract uses the endpoint it names, else every endpoint of its consumer."""
    endpoints: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in _live(graph, "tenant_endpoint"):
        if isinstance(fact.attrs.get("consumer"), str):
            endpoints[fact.attrs["directory"], fact.attrs["consumer"]].append(fact)
    for fact in _live(graph, "enabled_contract"):
        named = fact.attrs.get("endpoint_ref")
        if isinstance(named, str):
            yield Edge(fact.subject, "uses", f"tenant_endpoint:{fact.attrs['folder']}/{named}")
            continue
        consumer = fact.attrs.get("consumer")
        key = (fact.attrs["directory"], consumer if isinstance(consumer, str) else "")
        yield from (Edge(fact.subject, "uses", endpoint.subject) for endpoint in endpoints[key])


def _reference(fact: Fact) -> str:
    reference = fact.attrs.get("secret_ref")
    return reference if isinstance(reference, str) else ""


def _add_secret_refs(graph: FactGraph) -> None:
    seen: dict[str, Fact] = {}
    for kind in ("enabled_contract", "tenant_endpoint"):
        for fact in _live(graph, kind):
            seen.setdefault(_reference(fact), fact)
    seen.pop("", None)
    for reference, fact in sorted(seen.items()):
        place = fact.place("/secret_ref")
        where = Origin(place.path, place.pointer, place.digest)
        graph.add(Fact("secret_ref", reference, _reference_attrs(reference), where))


def _reference_attrs(reference: str) -> dict[str, str]:
    prefix, found, rest = reference.partition("tenants/")
    style = f"{prefix}tenants" if found and prefix in {"", "secrets/"} else "other"
    return {"ref": reference, "style": style, "segment": rest.partition("/")[0]}
