"""The graph: ids, places, relations."""

from __future__ import annotations

from samakia_policy.model.fact import Edge, Fact, FactGraph, Origin


def _fact(kind: str, name: str, path: str = "a.yml") -> Fact:
    return Fact(kind, name, {}, Origin(path))


def test_a_taken_id_is_made_unique() -> None:
    """By path for a second document, by number for a repeat in the same one."""
    graph = FactGraph()
    paths = ("a.yml", "b.yml", "a.yml", "b.yml")
    added = [graph.add(_fact("endpoint", "db", path)).id for path in paths]
    assert added == ["db", "db@b.yml", "db~2", "db@b.yml~2"]


def test_thousands_of_repeats_are_numbered_in_order() -> None:
    """A name that is taken again and again is not searched from the start each time."""
    graph = FactGraph()
    added = [graph.add(_fact("hit", "x")).id for _ in range(20_000)]
    assert added[:3] == ["x", "x~2", "x~3"]
    assert added[-1] == "x~20000"


def test_edges_need_both_ends() -> None:
    """One that leads nowhere is listed as dangling."""
    graph = FactGraph()
    graph.add(_fact("a", "1"))
    graph.add(_fact("b", "1"))
    graph.link([Edge("a:1", "uses", "b:1"), Edge("a:1", "uses", "b:2")])
    assert graph.out("uses") == {"a:1": ["b:1"]}
    assert graph.into("uses") == {"b:1": ["a:1"]}
    assert graph.dangling == [Edge("a:1", "uses", "b:2")]


def test_reach_follows_a_relation_over_cycles() -> None:
    """Sorted, and the start only where it lies on a cycle."""
    graph = FactGraph()
    for name in "1234":
        graph.add(_fact("n", name))
    pairs = ("12", "23", "32", "14")
    graph.link(Edge(f"n:{a}", "to", f"n:{b}") for a, b in pairs)
    assert graph.reach("to", "n:1") == ["n:2", "n:3", "n:4"]
    assert graph.reach("to", "n:2") == ["n:2", "n:3"]
    assert graph.reach("to", "n:4") == []


def test_the_longest_known_prefix_places_an_attribute() -> None:
    """What has no place of its own lies below the nearest one that has."""
    places = {"/slo": Origin("a.yml", "/spec/slo"), "/slo/x": Origin("a.yml", "/other")}
    fact = Fact("tenant", "t", {}, Origin("a.yml", "/base"), places)
    assert fact.place("/slo/availability").pointer == "/spec/slo/availability"
    assert fact.place("/slo/x/y").pointer == "/other/y"
    assert fact.place("/name").pointer == "/base/name"
