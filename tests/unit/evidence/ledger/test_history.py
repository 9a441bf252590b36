"""What records add up to, against the smallest histories that tell the cases apart."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

import pytest

from samakia_policy.evidence.ledger import history
from samakia_policy.evidence.ledger.events import Entry, Event, event
from samakia_policy.evidence.ledger.history import BreakGlass, Hold, TrustRoot
from samakia_policy.evidence.ledger.log import Log
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]
ANN, BOB = "a" * 64, "b" * 64


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def make(kind: str, actor: str = ANN, **fields: Any) -> Event:
    return event(kind, at="2026-05-01T12:00:00Z", actor=actor, **fields)


def everybody(_entry: Entry) -> bool:
    return True


def only_ann(entry: Entry) -> bool:
    return entry.fields["actor"] == ANN


@pytest.fixture
def record(make_log: MakeLog) -> Callable[..., Snapshot]:
    def made(*events: Event) -> Snapshot:
        log = make_log()
        log.append(events)
        return open_snapshot(log.root, log.key)

    return made


def revoke(key: str, actor: str = ANN) -> Event:
    return make("key-revoke", actor, key=key, reason="compromised", statement=digest("5"))


def test_a_key_is_revoked_from_its_first_revocation_that_counts(record: Callable[..., Snapshot]) -> None:
    one, two = "1" * 64, "2" * 64
    waiver = make("waiver-use", waiver=digest("1"), packet=digest("2"))
    found = record(revoke(one, BOB), waiver, revoke(one), revoke(one), revoke(two, BOB))
    assert history.revocations(found, everybody) == {one: 0, two: 4}
    assert history.revocations(found, only_ann) == {one: 2}


def hold(kind: str, name: str = "case-1", packet: str = "3", actor: str = ANN, **fields: str) -> Event:
    return make(f"hold-{kind}", actor, hold=name, packet=digest(packet), statement=digest("5"), **fields)


def test_holds_are_declared_extended_released_and_declared_again(record: Callable[..., Snapshot]) -> None:
    found = record(
        hold("extend", review="2026-01-01"),
        hold("release"),
        hold("declare", review="2026-02-01"),
        hold("declare", review="2026-09-09"),
        hold("extend", review="2026-03-01"),
        hold("declare", packet="4", review="2026-04-01"),
        hold("release"),
        hold("declare", review="2026-05-01"),
    )
    three, four = digest("3"), digest("4")
    assert history.holds(found, everybody) == [
        Hold("case-1", three, 2, "2026-03-01", 6),
        Hold("case-1", four, 5, "2026-04-01"),
        Hold("case-1", three, 7, "2026-05-01"),
    ]
    assert [entry.declared for entry in history.holds(found, everybody, three)] == [2, 7]
    assert history.held(found, everybody, three)
    assert not history.held(found, everybody, digest("9"))


def test_a_release_by_somebody_without_the_right_releases_nothing(record: Callable[..., Snapshot]) -> None:
    found = record(hold("declare", review="2026-02-01"), hold("release", actor=BOB))
    assert history.held(found, only_ann, digest("3"))
    assert not history.held(found, everybody, digest("3"))


def use(letter: str, actor: str = ANN) -> Event:
    return make("consume", actor, permit=digest(letter))


def test_the_use_of_a_permit_is_found(record: Callable[..., Snapshot]) -> None:
    found = record(use("1"), make("waiver-use", waiver=digest("9"), packet=digest("2")), use("2"))
    used = history.permit_use(found, digest("2"))
    assert used is not None
    assert used.at == 2
    assert history.permit_use(found, digest("9")) is None
    assert [entry.at for entry in history.permits_used(found)] == [0, 2]


def test_a_permit_is_used_once(make_log: MakeLog, decision: Callable[..., Event]) -> None:
    log = make_log()
    with pytest.raises(Refusal, match="used twice") as refused:
        log.append([use("1"), use("1")])
    assert refused.value.code == "ledger-permit-used"
    log.append([use("1"), use("2"), decision(1)])
    for events in ([use("2")], [use("3"), use("1")], [use("1", BOB)]):
        with pytest.raises(Refusal, match=r"record [01]") as refused:
            log.append(events)
        assert refused.value.code == "ledger-permit-used"
    assert log.append([use("3")]).first == 3


def _race(root: str, origin: str, key: bytes, out: Any) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from samakia_policy.evidence.signing.keys import private_key

    log = Log(root, origin, private_key(Ed25519PrivateKey.from_private_bytes(key)))
    for letter in "0123456789":
        try:
            out.put((letter, log.append([use(letter)]).first))
        except Refusal as refusal:
            assert refusal.code == "ledger-permit-used"
    out.put(None)


def test_of_several_processes_one_uses_a_permit(make_log: MakeLog) -> None:
    log = make_log()
    context = get_context("fork")
    out: Any = context.Queue()
    racers = [
        context.Process(target=_race, args=(log.root, log.key.name, bytes([1]) * 32, out)) for _ in range(4)
    ]
    for racer in racers:
        racer.start()
    won, left = [], len(racers)
    while left:
        said = out.get(timeout=60)
        left -= said is None
        won += [said] if said else []
    for racer in racers:
        racer.join()
    assert sorted(letter for letter, _ in won) == list("0123456789")
    assert sorted(at for _, at in won) == list(range(10))


def test_a_permit_used_meanwhile_is_seen_under_the_lock(
    make_log: MakeLog, secret: Callable[[int], PrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(300)
    other = Log(log.root, log.key.name, secret(1))
    opened = open_snapshot

    def slow(root: str, key: Any) -> Snapshot:
        found = opened(root, key)
        monkeypatch.setattr("samakia_policy.evidence.ledger.log.open_snapshot", opened)
        other.append([use("1")])
        return found

    monkeypatch.setattr("samakia_policy.evidence.ledger.log.open_snapshot", slow)
    with pytest.raises(Refusal, match="record 300"):
        log.append([use("1")])


def glass(letter: str, by: str) -> Event:
    return make("break-glass", statement=digest(letter), expires="2026-05-01T13:00:00Z", ratify_by=by)


def ratify(letter: str, actor: str) -> Event:
    return make("ratify", actor, break_glass=digest(letter), statement=digest("5"))


def test_break_glass_stays_open_until_somebody_else_ratifies_it(record: Callable[..., Snapshot]) -> None:
    early, late = "2026-05-01T18:00:00Z", "2026-05-02T18:00:00Z"
    found = record(
        ratify("1", BOB), glass("1", early), glass("1", late), glass("2", late), ratify("1", ANN),
        glass("3", early), ratify("3", BOB),
    )  # fmt: skip
    now = "2026-05-02T00:00:00Z"
    assert history.break_glass_open(found, everybody, now) == [
        BreakGlass(1, digest("1"), early, True),
        BreakGlass(3, digest("2"), late, False),
    ]
    assert [grant.at for grant in history.break_glass_open(found, only_ann, now)] == [1, 3, 5]


def test_trust_roots_and_waivers(record: Callable[..., Snapshot]) -> None:
    found = record(
        make("trust-root-publish", version=1, digest=digest("1")),
        make("trust-root-publish", BOB, version=2, digest=digest("2"), previous=digest("1")),
        make("waiver-revoke", waiver=digest("7"), statement=digest("5")),
        make("waiver-revoke", waiver=digest("7"), statement=digest("6")),
        make("waiver-revoke", BOB, waiver=digest("8"), statement=digest("6")),
    )
    assert history.trust_roots(found, everybody) == [
        TrustRoot(0, 1, digest("1")),
        TrustRoot(1, 2, digest("2")),
    ]
    assert history.trust_roots(found, only_ann) == [TrustRoot(0, 1, digest("1"))]
    assert history.waivers_revoked(found, everybody) == {digest("7"): 2, digest("8"): 4}
    assert history.waivers_revoked(found, only_ann) == {digest("7"): 2}


def test_records_about_a_digest_are_found_in_any_field_but_the_chain(record: Callable[..., Snapshot]) -> None:
    found = record(
        use("1"),
        make("retention-tombstone", packet=digest("2"), approvals=[digest("1"), digest("3")]),
        use("4", BOB),
    )
    assert [entry.at for entry in history.about(found, digest("1"))] == [0, 1]
    assert [entry.at for entry in history.about(found, BOB)] == [2]
    assert list(history.about(found, found.entry(2).fields["prev"])) == []


def test_nothing_is_said_of_a_log_that_was_edited(record: Callable[..., Snapshot]) -> None:
    found = record(use("1"), use("2"))
    edited = Snapshot(found.root, found.checkpoint._replace(root=b"r" * 32))
    for ask in (
        lambda: history.permit_use(edited, digest("1")),
        lambda: history.revocations(edited, everybody),
        lambda: history.held(edited, everybody, digest("1")),
        lambda: history.break_glass_open(edited, everybody, "2026-05-01T18:00:00Z"),
        lambda: list(history.permits_used(edited)),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "ledger-root-mismatch"
