"""Taking something out of sight never turns a refusal into an approval."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.decision.decide import outcome
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.base import Answer
from samakia_policy.evaluation.run import evaluate
from samakia_policy.model.values import unknown
from samakia_policy.packs.load import load
from samakia_policy.pipeline import Request, World, check, make_run, read_world
from samakia_policy.selection import Selection, choose

CLEAN = Path(__file__).parents[2] / "fixtures/estates/canary-clean"
_AS_OF = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an estate that is denied for two reasons at once."""
    copy = tmp_path_factory.mktemp("denied") / "estate"
    shutil.copytree(CLEAN, copy)
    _edit(copy / "contracts/tenants/ferry-booking/quotas.yml", "clusters: 1", "clusters: 0")
    _edit(copy / "ops/tenants/execute/execute-policy.yml", "samakia-dev", "samakia-prod")
    return copy


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _judge(estate: Path, cache: str) -> str:
    return check(Request(str(estate), _AS_OF, cache=cache)).outcome


def _judge_world(world: World, cache: str) -> str:
    catalogue = load()
    packs, chosen = choose(catalogue, world.graph, Selection(), {})
    run = make_run(catalogue, world, Request("", _AS_OF, cache=cache))
    return outcome(evaluate(run, chosen), packs, "high")


def test_the_denied_estate_is_denied(denied: Path, cache: str) -> None:
    """Otherwise the properties below would prove nothing."""
    assert _judge(denied, cache) == "deny"


@pytest.mark.parametrize("text", ["a: [", "\t- x", "{", "a: 1\na: 2\n", "", None])
def test_breaking_any_document_never_allows(
    denied: Path, tmp_path: Path, cache: str, text: str | None
) -> None:
    """Each document in turn becomes something that cannot be read; without a text, a FIFO."""
    copy = tmp_path / "estate"
    shutil.copytree(denied, copy)
    for path in sorted(p for top in ("contracts", "ops") for p in (copy / top).rglob("*.yml")):
        kept = path.read_bytes()
        path.unlink()
        if text is None:
            os.mkfifo(path)
        else:
            path.write_text(text)
        assert _judge(copy, cache) != "allow", path
        path.unlink()
        path.write_bytes(kept)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, child in pairs:
        yield from _places(child, (*place, key))


@settings(max_examples=60, deadline=None)
@given(choice=st.integers(min_value=0, max_value=1 << 30))
def test_hiding_any_value_never_allows(denied: Path, cache: str, choice: int) -> None:
    """Any attribute of any fact becomes a marker."""
    world = read_world(Request(str(denied), _AS_OF))
    kinds = {"document", "repo_file"}
    places = [
        (fact, place) for fact in world.graph if fact.kind not in kinds for place in _places(fact.attrs)
    ]
    fact, place = places[choice % len(places)]
    target: Any = fact.attrs
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = unknown("hidden by a test")
    assert _judge_world(world, cache) != "allow"


def test_a_rule_that_breaks_never_allows(denied: Path) -> None:
    """Each rule in turn raises or times out; the others keep their findings."""
    catalogue, request = load(), Request(str(denied), _AS_OF)
    world = read_world(request)
    packs, chosen = choose(catalogue, world.graph, Selection(), {})
    run = make_run(catalogue, world, request)
    said = {"rego": _Remembering(runtime("native")), "python": _Remembering(runtime("python"))}
    for broken in chosen:
        run.runtimes = {name: _Breaking(real, broken.rule.id) for name, real in said.items()}
        results = evaluate(run, chosen)
        assert outcome(results, packs, "high") != "allow", broken.rule.id
        assert [r.id for r in results if r.outcome == "fail" and r.id != broken.rule.id]


class _Remembering:
    """A runtime that answers the same batch from memory."""

    def __init__(self, real: Any) -> None:
        self.name, self.version, self._real = real.name, real.version, real
        self._answers: list[Answer] = []

    def evaluate(self, batch: Any, limits: Any) -> list[Answer]:
        self._answers = self._answers or list(self._real.evaluate(batch, limits))
        return self._answers


class _Breaking:
    """A runtime in which one rule fails."""

    def __init__(self, real: Any, rule: str) -> None:
        self.name, self.version, self._real, self._rule = real.name, real.version, real, rule

    def evaluate(self, batch: Any, limits: Any) -> Iterator[Answer]:
        for answer in self._real.evaluate(batch, limits):
            yield Answer(answer.rule, error="broken by a test") if answer.rule == self._rule else answer


def test_a_kind_that_a_pack_expects_and_misses_leaves_it_undecided() -> None:
    """A clean estate is not allowed when a source that the pack counts on gave nothing."""
    catalogue = load()
    world = read_world(Request(str(CLEAN), _AS_OF))
    next(pack for pack in catalogue.packs if pack.phase == "10").expects.append("no_such_kind")
    packs, chosen = choose(catalogue, world.graph, Selection(), {})
    results = evaluate(make_run(catalogue, world, Request("", _AS_OF)), chosen)
    assert outcome(results, packs, "high") == "unknown"


def test_a_decision_is_json_without_floats(denied: Path) -> None:
    """Programs and replay read one shape."""

    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    decision = check(Request(str(denied), _AS_OF)).to_json()
    names = "apiVersion kind outcome context digests counts packs rules findings unknowns waivers"
    assert set(decision) == set(names.split())
    assert json.loads(json.dumps(decision), parse_float=refuse) == decision
