"""The cases of every rule notice when the rule is changed; who survives was reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from samakia_policy.cases.mutants import Mutant
from samakia_policy.cases.mutation import Score, mutation_score
from samakia_policy.packs.load import load

CATALOGUE = load()
RULES = sorted(CATALOGUE.rules)
_REVIEWED = Path(__file__).parents[2] / "policies/survivors.yaml"


def _score(name: str) -> Score:
    return mutation_score(CATALOGUE, CATALOGUE.rule(name))


@pytest.mark.parametrize("name", RULES)
def test_cases_notice_every_change(name: str) -> None:
    """A literal dropped, a comparison turned, a constant changed: some case ends differently."""
    score = _score(name)
    assert [f"line {mutant.line}: {mutant}" for mutant in score.unreviewed()] == []
    assert set(score.reviewed) <= {str(mutant) for mutant in score.survivors}
    assert score.killed > 0


def test_only_rules_that_exist_are_reviewed() -> None:
    """Each with a reason."""
    reviewed = yaml.safe_load(_REVIEWED.read_text())
    assert set(reviewed) <= set(RULES)
    assert all(entry["reason"] for entries in reviewed.values() for entry in entries)


def test_a_case_that_is_missing_lets_mutants_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the score would prove nothing."""
    from samakia_policy.cases import mutation

    cases = mutation.read_cases(CATALOGUE.rule("tenants/quota-exceeded"))
    kept = {name: case for name, case in cases.items() if not case.get("findings")}
    monkeypatch.setattr(mutation, "read_cases", lambda _rule: kept)
    survivors = [str(mutant) for mutant in _score("tenants/quota-exceeded").survivors]
    assert "literal dropped: is_string(contract.consumer)" not in survivors
    assert "> becomes >=: enabled > limit" not in survivors
    assert "constant changed: \"/%s\" to \"/%s~\"" in survivors  # fmt: skip


def test_a_mutant_that_is_no_rule_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """It breaks in every case, which is easily noticed."""
    from samakia_policy.cases import mutation

    source = CATALOGUE.source(CATALOGUE.rule("tenants/id-slug"))
    broken = Mutant(1, "broken", "", "", source + "\nfindings contains {\n")
    endless = Mutant(1, "same", "", "", source)
    monkeypatch.setattr(mutation, "mutants", lambda *_: iter([broken, endless]))
    score = _score("tenants/id-slug")
    assert (score.killed, score.not_counted, score.survivors) == (0, 1, [endless])
