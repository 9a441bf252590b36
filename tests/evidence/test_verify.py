"""Every step of verification, each refusal by its own reason code; a packet vouches for nothing itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from beside import beside
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.verify.report import Report

kit = beside(__file__, "conftest")
Verify = Callable[..., Report]
_TWO = {"match": {"action": "terraform.apply"}, "role": "approver", "persons": 2}


def test_an_honest_packet_is_accepted(verify: Verify) -> None:
    report = verify(environment="samakia-dev", action="terraform.apply", plan=kit.PLAN, nonce="n-1")
    assert report.accepted, report.to_json()
    assert [step.outcome for step in report.steps] == ["passed"] * 10
    assert report.notes == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "samakia-prod"),
        ("tenant", "birds"),
        ("action", "terraform.destroy"),
        ("plan", "sha256:" + "0" * 64),
        ("nonce", "n-2"),
        ("requester", "ann"),
    ],
)
def test_what_the_caller_expects_is_compared(verify: Verify, name: str, value: str) -> None:
    assert verify(**{name: value}).code == f"expected-{name}"


def _forge(persons: Any, packet: Path) -> None:
    path = packet / "decision.json"
    path.write_bytes(path.read_bytes().replace(b'"outcome":"allow"', b'"outcome":"deny"'))
    kit.seal(packet)


def _forge_and_sign(persons: Any, packet: Path) -> None:
    _forge(persons, packet)
    kit.sign_again(packet, persons.keys["mallory"])


def _say(**predicate: Any) -> Callable[[Any, Path], None]:
    return lambda persons, packet: kit.sign_again(packet, persons.keys["robot"], predicate=predicate)


def _shape(**members: Any) -> Callable[[Any, Path], None]:
    return lambda persons, packet: kit.sign_again(packet, persons.keys["robot"], **members)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda _, p: (p / "decision.json").write_bytes(b"{}"), "file-digest"),
        (lambda _, p: (p / "attestations" / "decision.dsse.json").unlink(), "attestation-missing"),
        (_forge, "subject-digest"),
        (_forge_and_sign, "signature-invalid"),
        (lambda k, p: kit.sign_again(p, k.keys["ann"]), "signature-invalid"),
        (
            lambda k, p: kit.sign_again(p, k.keys["robot"], predicateType="https://slsa.dev/x"),
            "statement-type",
        ),
        (lambda k, p: kit.sign_again(p, k.keys["robot"], _type="x"), "statement-malformed"),
        (lambda k, p: kit.sign_again(p, k.keys["robot"], subject={}), "statement-malformed"),
        (lambda k, p: kit.sign_again(p, k.keys["robot"], subject=[{"name": "x"}]), "statement-malformed"),
        (
            lambda k, p: kit.sign_again(p, k.keys["robot"], predicate={"verdict": "DENY"}),
            "statement-mismatch",
        ),
        (_say(decisionId="sha256:0"), "statement-mismatch"),
        (_say(packLock="sha256:0"), "statement-mismatch"),
        (_say(factsDigest="sha256:0"), "statement-mismatch"),
        (_say(effectiveTime="2026-03-01T12:00:01Z"), "statement-mismatch"),
        (_say(results=None), "statement-mismatch"),
        (_say(scope=[]), "statement-malformed"),
        (_say(request=None), "statement-malformed"),
        (_say(expires="2026-03-09T12:00:00Z"), "decision-ttl"),
        (_say(expires="2026-03-01T12:59:59Z"), "decision-expired"),
        (_say(expires="tomorrow"), "statement-malformed"),
        (_say(expires="2026-03-02T00:00:00"), "statement-malformed"),
        (_say(timeVerified="2026-03-01T13:02:00Z"), "decision-from-future"),
        (_say(notBefore="2026-03-01T14:00:00Z", expires="2026-03-01T15:00:00Z"), "decision-from-future"),
    ],
)
def test_every_forgery_has_its_reason(
    persons: Any, packet: Path, verify: Verify, harm: Callable[[Any, Path], None], code: str
) -> None:
    harm(persons, packet)
    report = verify()
    assert (report.code, report.accepted) == (code, False)
    skipped = [step for step in report.steps if step.outcome == "skipped"]
    assert all(step.message.startswith("needs ") for step in skipped)


def test_a_decision_from_elsewhere_does_not_fit(persons: Any, packet: Path, verify: Verify) -> None:
    other = json.loads((packet / "decision.json").read_bytes())
    other["context"]["as_of"] = "2026-03-01T12:00:01Z"
    text = json.dumps(other, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    (packet / "decision.json").write_text(text, encoding="utf-8")
    kit.seal(packet)
    kit.sign_again(packet, persons.keys["robot"])
    assert verify().code == "statement-mismatch"


_NO_TIME = '{"context":{},"digests":{},"kind":"Decision","outcome":"allow","packs":[],"rules":[]}'


@pytest.mark.parametrize("text", ["[]", "{}", _NO_TIME, '{"kind":"Decision"}', "{", "\ufeff{}"])
def test_what_is_no_decision_is_refused(persons: Any, packet: Path, verify: Verify, text: str) -> None:
    (packet / "decision.json").write_text(text + "\n", encoding="utf-8")
    kit.seal(packet)
    kit.sign_again(packet, persons.keys["robot"])
    assert verify().code.startswith(("decision-", "json-"))


def test_only_the_role_engine_decides_and_only_where_it_may(persons: Any, verify: Verify) -> None:
    content = persons.content()["roles"]
    assert verify(root={"roles": {**content, "engine": persons.role("ann")}}).code == "signature-invalid"
    assert verify(root={"roles": {k: v for k, v in content.items() if k != "engine"}}).code == "role-empty"
    elsewhere = persons.role("robot", env="samakia-prod")
    assert verify(root={"roles": {**content, "engine": elsewhere}}).code == "signer-scope"


def test_a_revoked_or_expired_key_does_not_count(persons: Any, verify: Verify) -> None:
    keys = persons.content()["keys"]
    entry = keys[persons.id("robot")]
    revoked = {"revoked": {"reason": "stolen", "at": "2026-03-01T12:30:00Z"}}
    for change, code in (
        (revoked, "key-revoked"),
        ({"notAfter": "2026-02-01T00:00:00Z"}, "key-expired"),
        ({"notBefore": "2026-03-02T00:00:00Z"}, "key-not-yet-valid"),
    ):
        assert verify(root={"keys": {**keys, persons.id("robot"): {**entry, **change}}}).code == code


def test_two_persons_must_agree_to_exactly_this(persons: Any, packet: Path, verify: Verify) -> None:
    rule = {"dualControl": [_TWO]}
    assert verify(root=rule).code == "persons-too-few"
    kit.add_approval(packet, persons.keys["ann"])
    kit.add_approval(packet, persons.keys["ann2"])
    kit.add_approval(packet, persons.keys["cat"], "requester")
    kit.add_approval(packet, persons.keys["mallory"], "nobody")
    report = verify(root=rule)
    assert report.code == "persons-too-few", "one person with two keys, and the requester, are one person"
    assert any("nobody.dsse.json does not count" in note for note in report.notes)
    kit.add_approval(packet, persons.keys["ben"], "plan", plan="sha256:" + "0" * 64)
    kit.add_approval(packet, persons.keys["ben"], "results", results="sha256:" + "0" * 64)
    kit.add_approval(packet, persons.keys["ben"], "env", environment="samakia-prod")
    kit.add_approval(packet, persons.keys["ben"], "late", expires="2026-03-01T12:59:00Z")
    assert verify(root=rule).code == "persons-too-few"
    kit.add_approval(packet, persons.keys["ben"])
    assert verify(root=rule).accepted


def test_what_a_rule_demands_cannot_be_left_out(persons: Any, packet: Path, verify: Verify) -> None:
    rule = {**_TWO, "persons": 1, "ledger": True}
    assert verify(root={"dualControl": [rule]}).code == "ledger-proof-missing"
    (packet / "proofs").mkdir()
    (packet / "proofs" / "ledger.tlog-proof").write_bytes(b"c2sp.org/tlog-proof@v1\n")
    assert verify(root={"dualControl": [rule]}).code == "ledger-proof-missing", "no ledger is trusted"
    assert verify().accepted, "a proof that nobody asks for may as well not be there"


def test_a_ledger_that_cannot_be_read_is_no_pass(persons: Any, packet: Path) -> None:
    def unreadable(_: Any) -> Any:
        raise InputError("cannot be read", where="ledger")

    def refused(_: Any) -> Any:
        raise Refusal("ledger-truncated", "was cut")

    for snapshot, code in ((unreadable, "ledger-unreadable"), (refused, "ledger-truncated")):
        asked = kit.Asked(persons.root, kit.NOW, {}, snapshot)
        assert kit.verify_packet(str(packet), asked).code == code


def test_hostile_files_that_look_like_trust_are_not_read(persons: Any, packet: Path, verify: Verify) -> None:
    before = verify().to_json()
    for name in ("trust-root.dsse.json", "keys.json", "policy.yaml"):
        (packet / "attestations" / name).write_text("{}", encoding="utf-8")
    (packet / "legal-hold").mkdir()
    (packet / "legal-hold" / "LEGAL_HOLD").write_text("", encoding="utf-8")
    assert verify().to_json() == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_taking_away_or_flipping_never_helps(
    persons: Any, signed: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A packet that is refused for one approval too few stays refused whatever is taken away."""
    import shutil

    packet = Path(shutil.copytree(signed, tmp_path_factory.mktemp("harm") / "packet"))
    kit.add_approval(packet, persons.keys["ann"])
    files = sorted(path for path in packet.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()) or not content:
        path.unlink()
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
    asked = kit.Asked(lambda: persons.root(dualControl=[_TWO]), kit.NOW, {})
    assert not kit.verify_packet(str(packet), asked).accepted
