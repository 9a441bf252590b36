"""Gates honour waivers that the waiver role signed, and no others."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

_SUBJECT = "tf_plan_check:samakia-dev#check.old"
_RULE = "terraform/check-assertion-failed"


@pytest.fixture
def broken(place: Any) -> Any:
    """Return an organisation whose plan has a check that fails."""
    main = place.module("samakia-dev") / "main.tf"
    text = 'check "old" {\n  assert {\n    condition = terraform_data.host[0].input.port == 1\n'
    text += '    error_message = "another port"\n  }\n}\n'
    main.write_text(main.read_text(encoding="utf-8") + text, encoding="utf-8")
    return place


def _waive(place: Any, who: str, name: str, **flags: str) -> Any:
    given = {
        "reason": "the old port goes away on Friday",
        "owner": "cat",
        "expires": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 86400)),
        "sign": place.key(who),
        "out": place.folder / name,
        **flags,
    }
    pairs = [part for key, value in given.items() for part in (f"--{key}", value)]
    return place.policy("waive", _RULE, _SUBJECT, *pairs)


def test_only_the_waiver_role_opens_a_gate(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place, plan = broken, broken.plan()
    refused = place.ask("gate", "--plan-file", plan, "-o", "json")
    assert refused.guards == ["packs"]
    assert _RULE in json.loads(refused.out)["failed_guards"][0]["observed"]
    fields = f"rule: {_RULE}, subject: '{_SUBJECT}', reason: the old port, owner: cat, expires: '2036-01-01'"
    stated = f"waivers: [{{{fields}}}]\n"
    (place.estate / "policy.yaml").write_text(stated, encoding="utf-8")
    assert place.ask("gate", "--plan-file", plan, "-o", "json").guards == ["packs"], "nobody signed it"
    (place.estate / "policy.yaml").unlink()
    for name, who, code in (("m", "mallory", 5), ("g", "gate", 5)):
        assert _waive(place, who, name).code == 0
        assert place.ask("gate", "--plan-file", plan, waiver=place.folder / name).code == code
    assert _waive(place, "ann", "own", owner="ann").code == 0
    own = place.ask("gate", "--plan-file", plan, waiver=place.folder / "own")
    assert own.code == 5, "ann waives for herself"
    assert _waive(place, "ann", "later", **{"as-of": "2035-12-01T00:00:00Z"}).code == 0
    later = place.ask("gate", "--plan-file", plan, waiver=place.folder / "later")
    assert (later.code, "waiver-from-future" in later.err) == (5, True)
    assert _waive(place, "ann", "long", expires="2036-01-01").code == 0
    long = place.ask("gate", "--plan-file", plan, waiver=place.folder / "long")
    assert (long.code, "waiver-too-long" in long.err) == (5, True)
    assert _waive(place, "ann", "good").code == 0
    assert _waive(place, "ann", "good").code == 2, "a file is never written over"
    done = place.ask("apply", "--plan-file", plan, "--execute", waiver=place.folder / "good")
    assert done.code == 0, done.out + done.err
    decision = json.loads((done.packet / "decision.json").read_bytes())
    assert [(w["state"], w["signed"]) for w in decision["waivers"]] == [("expiring", True)]
    assert len(list((done.packet / "waivers").iterdir())) == 1
    assert place.policy("replay", done.packet).code == 0
