"""Break-glass: without approvals, once, for a short time, and seen by somebody else before anything else."""

from __future__ import annotations

import json
from typing import Any

_LONG = "the birds are without water and nobody answers"


def _ratify(place: Any, packet: Any, who: str) -> Any:
    words = ("--trust-root", place.root, "--ledger", place.ledger, "--ledger-key", place.key("log"))
    return place.policy("ratify", packet, "--reason", "looked at it", *words, "--sign", place.key(who))


def test_the_glass_is_broken_once_and_ratified_by_another(place: Any) -> None:
    env = "samakia-staging"
    plan = place.plan(env)
    ask = ("gate", "--plan-file", plan, "--break-glass")
    assert place.ask(*ask, "-o", "json", env=env, reason=_LONG).code == 2, "no ticket"
    assert place.ask(*ask, env=env, ticket="INC-1", reason="it is urgent").code == 2, "no reason that is one"
    assert place.ask(*ask, env=env, ticket="INC-1", reason=_LONG, life="2h").code == 2, "too long"
    assert place.ask(*ask, env=env, ticket="INC-1", reason=_LONG, who="cat").code == 5, "not the role"
    granted = place.ask(*ask, "-o", "json", env=env, ticket="INC-1", reason=_LONG)
    assert granted.code == 0, granted.out + granted.err
    assert json.loads(granted.out)["break_glass"] is True
    words = ("apply", "--plan-file", plan, "--execute")
    done = place.ask(*words, env=env, reason=_LONG, permit=granted.packet)
    assert done.code == 0, done.out + done.err
    other = place.plan("samakia-dev", "dev.bin")
    blocked = place.ask("gate", "--plan-file", other, "-o", "json")
    assert blocked.guards == ["approval"], "nobody looked at it yet"
    assert _ratify(place, granted.packet, "gate").code == 5, "the same person"
    assert _ratify(place, granted.packet, "legal").code == 5, "no role for it"
    assert place.ask("gate", "--plan-file", other, "-o", "json").guards == ["approval"]
    assert _ratify(place, granted.packet, "ann").code == 0
    assert place.ask("gate", "--plan-file", other).code == 0


def test_the_glass_opens_nothing_else(place: Any, monkeypatch: Any) -> None:
    plan = place.plan("samakia-staging")
    monkeypatch.setenv("CI", "1")
    ask = ("gate", "--plan-file", plan, "--break-glass", "-o", "json")
    done = place.ask(*ask, env="samakia-staging", ticket="INC-1", reason=_LONG)
    assert (done.code, done.guards) == (4, ["ci", "approval"])
    shown = place.policy("ledger", "show", "--ledger", place.ledger, "--trust-root", place.root)
    assert "break-glass" not in shown.out
