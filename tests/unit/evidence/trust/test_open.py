"""Trust roots over time: first use, rotation, rollback, fork, freeze, fast-forward, as TUF has them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samakia_policy.errors import Error, InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.trust import open as opening
from samakia_policy.evidence.trust import rotation, state
from samakia_policy.evidence.trust.open import Asked, fingerprint_of, history_path, open_trust_root

World = Any
Opened = Callable[..., Any]


def refused(opened: Opened, data: bytes, **changes: Any) -> str:
    with pytest.raises(Error) as raised:
        opened(data, **changes)
    return raised.value.code


@pytest.fixture
def first(world: World) -> dict[str, Any]:
    """Return the content of version 1."""
    return world.content()


@pytest.fixture
def known(world: World, first: dict[str, Any], opened: Opened) -> bytes:
    """Return version 1, which the user has trusted before."""
    data = world.signed(first, "ann", "ben")
    opened(data)
    return data


def test_a_person_may_use_what_they_name_for_the_first_time(world, first, opened) -> None:
    assert opened(world.signed(first, "ann", "ben")).version == 1


def test_in_ci_the_first_use_needs_the_fingerprint(world, first, opened, tmp_path: Path) -> None:
    data = world.signed(first, "ann", "ben")
    digest = world.root(first).digest
    assert refused(opened, data, ci=True) == "trust-root-first-use"
    assert refused(opened, data, ci=True, fingerprint="sha256:" + "0" * 64) == "trust-root-fingerprint"
    assert not (tmp_path / "state").exists()
    assert opened(data, ci=True, fingerprint=digest).digest == digest
    assert opened(data, ci=True).digest == digest, "it is known now"


def test_a_wrong_fingerprint_is_refused_even_when_it_is_known(known, opened) -> None:
    assert refused(opened, known, fingerprint="sha256:" + "0" * 64) == "trust-root-fingerprint"


def test_the_fingerprint_of_a_former_version_leads_to_the_newest(world, first, opened, tmp_path) -> None:
    second = world.next(first)
    third = world.next(second)
    history(tmp_path, 2, world.signed(second, "ann", "ben"))
    pin = {"ci": True, "fingerprint": world.root(first).digest}
    newest = world.signed(third, "ann", "cat")
    assert refused(opened, newest, **pin) == "trust-root-fingerprint", "version 1 is not there"
    history(tmp_path, 1, world.signed(first, "ann", "ben"))
    assert opened(newest, **pin).version == 3
    assert opened(newest, **pin).version == 3
    assert refused(opened, world.signed(second, "ann", "ben")) == "trust-root-rollback"


def history(tmp_path: Path, version: int, data: bytes) -> None:
    path = Path(history_path(str(tmp_path / "root.json"), version))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


@pytest.mark.parametrize("signers", [(), ("ann",), ("ann", "ann2"), ("ann", "dan"), ("robot", "dan")])
def test_the_first_version_is_signed_by_its_own_threshold(world, first, opened, signers) -> None:
    assert refused(opened, world.signed(first, *signers)) == "trust-root-threshold"


def test_a_known_version_without_its_signatures_is_refused(world, first, known, opened) -> None:
    assert refused(opened, world.signed(first, "ann")) == "trust-root-threshold"


def test_the_next_version_is_signed_by_the_thresholds_of_both(world, first, known, opened) -> None:
    roles = {**first["roles"], "root": {"keys": [world.id("cat"), world.id("dan")], "threshold": 2}}
    second = world.next(first, roles=roles)
    for signers in (("ann", "ben"), ("cat", "dan"), ("ann", "dan"), ("ann", "cat")):
        assert refused(opened, world.signed(second, *signers)) == "trust-root-threshold"
    assert opened(world.signed(second, "ann", "cat", "dan")).version == 2
    assert opened(world.signed(second, "ann", "cat", "dan")).version == 2


def test_a_higher_threshold_counts_at_once(world, first, known, opened) -> None:
    roles = {**first["roles"], "root": {**first["roles"]["root"], "threshold": 3}}
    second = world.next(first, roles=roles)
    assert refused(opened, world.signed(second, "ann", "ben")) == "trust-root-threshold"
    assert opened(world.signed(second, "ann", "ben", "cat")).version == 2


def test_a_lower_threshold_counts_only_afterwards(world, first, known, opened) -> None:
    roles = {**first["roles"], "root": {**first["roles"]["root"], "threshold": 1}}
    second = world.next(first, roles=roles)
    assert refused(opened, world.signed(second, "ann")) == "trust-root-threshold"
    opened(world.signed(second, "ann", "ben"))
    assert opened(world.signed(world.next(second), "cat")).version == 3


def test_a_revoked_key_signs_no_version(world, first, known, opened) -> None:
    keys = {**first["keys"], world.id("ben"): world.entry("ben", revoked={"reason": "lost", "at": world.now})}
    second = world.next(first, keys=keys)
    assert refused(opened, world.signed(second, "ann", "ben")) == "trust-root-threshold"
    assert opened(world.signed(second, "ann", "cat")).version == 2


def test_an_expired_key_signs_no_version(world, first, opened) -> None:
    for changes in ({"notAfter": "2026-01-01T00:00:00Z"}, {"notBefore": "2026-01-01T00:00:01Z"}):
        first["keys"][world.id("ben")] = world.entry("ben", **changes)
        assert refused(opened, world.signed(first, "ann", "ben")) == "trust-root-threshold"


def test_one_key_under_two_key_ids_is_one_person(world, first, opened) -> None:
    """Signing twice with one key, under whatever names, never reaches a threshold of two."""
    envelope = dsse.parse(world.signed(first, "ann"))
    again = dsse.Signature(
        world.id("ben"), world.keys["ann"].sign(dsse.pae(envelope.payload_type, envelope.payload))
    )
    twice = envelope._replace(signatures=(*envelope.signatures, again))
    assert refused(opened, dsse.dump(twice)) == "trust-root-threshold"


def test_an_older_version_is_refused(world, first, known, opened) -> None:
    second = world.signed(world.next(first), "ann", "ben")
    opened(second)
    assert refused(opened, known) == "trust-root-rollback"
    assert refused(opened, known, name="elsewhere.json") == "trust-root-rollback"
    assert refused(opened, known, fingerprint=world.root(first).digest) == "trust-root-rollback"
    assert opened(second).version == 2


def test_the_version_before_the_first_known_one_is_older_too(world, first, opened) -> None:
    opened(world.signed(world.next(first), "ann", "ben"))
    assert refused(opened, world.signed(first, "ann", "ben"), name="elsewhere.json") == "trust-root-rollback"


def test_another_version_of_the_same_number_is_refused(world, first, known, opened) -> None:
    fork = {**first, "expires": "2026-12-01T00:00:00Z"}
    assert refused(opened, world.signed(fork, "ann", "ben")) == "trust-root-fork"
    opened(world.signed(world.next(first), "ann", "ben"))
    other = world.next(first, expires="2026-12-01T00:00:00Z")
    assert refused(opened, world.signed(other, "ann", "ben")) == "trust-root-fork"


def test_a_version_that_follows_another_parent_is_refused(world, first, known, opened) -> None:
    parent = {**first, "expires": "2026-12-01T00:00:00Z"}
    assert refused(opened, world.signed(world.next(parent), "ann", "ben")) == "trust-root-fork"


def test_a_child_of_a_former_version_is_refused(world, first, known, opened, tmp_path) -> None:
    second = world.next(first)
    opened(world.signed(second, "ann", "ben"))
    third = world.next(second)
    opened(world.signed(third, "ann", "ben"))
    late = {**world.next(first), "version": 4}
    history(tmp_path, 3, world.signed(third, "ann", "ben"))
    assert refused(opened, world.signed(late, "ann", "ben")) == "trust-root-fork"


def test_versions_are_not_skipped(world, first, known, opened, tmp_path) -> None:
    second = world.next(first)
    third = world.next(second)
    data = world.signed(third, "ann", "ben")
    assert refused(opened, data) == "trust-root-gap"
    far = {**world.next(first), "version": 1_000_000}
    assert refused(opened, world.signed(far, "ann", "ben")) == "trust-root-gap"
    jump = {**world.next(first), "version": 3}
    history(tmp_path, 2, world.signed(second, "ann", "ben"))
    assert refused(opened, world.signed(jump, "ann", "ben")) == "trust-root-fork"
    assert opened(data).version == 3


def test_a_version_follows_the_one_before_only(world, first) -> None:
    third = rotation.read(world.signed(world.next(world.next(first)), "ann", "ben"))
    with pytest.raises(Refusal) as raised:
        rotation.check_next(world.root(first), third)
    assert raised.value.code == "trust-root-gap"


def test_a_version_in_between_must_be_signed_too(world, first, known, opened, tmp_path) -> None:
    second = world.next(first)
    third = world.next(second)
    history(tmp_path, 2, world.signed(second, "ann"))
    assert refused(opened, world.signed(third, "ann", "ben")) == "trust-root-threshold"


def test_a_version_in_between_may_have_expired(world, first, known, opened, tmp_path) -> None:
    second = world.next(first, expires="2026-02-01T00:00:00Z")
    third = world.next(second, expires="2028-01-01T00:00:00Z")
    history(tmp_path, 2, world.signed(second, "ann", "ben"))
    assert opened(world.signed(third, "ann", "ben")).version == 3


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2026-12-31T23:59:59Z", ""),
        ("2027-01-01T00:00:00Z", "trust-root-expired"),
        ("2027-01-01T00:00:01Z", "trust-root-expired"),
        ("2025-12-31T23:59:00Z", ""),
        ("2025-12-31T23:58:59Z", "trust-root-not-yet-valid"),
    ],
)
def test_it_holds_from_its_issue_to_its_end(world, first, opened, now: str, code: str) -> None:
    data = world.signed(first, "ann", "ben")
    if code:
        assert refused(opened, data, now=now) == code
    else:
        assert opened(data, now=now).version == 1


def test_an_expired_version_is_remembered_all_the_same(world, first, known, opened) -> None:
    second = world.next(first, expires="2026-02-01T00:00:00Z")
    assert refused(opened, world.signed(second, "ann", "ben")) == "trust-root-expired"
    assert refused(opened, known) == "trust-root-rollback"


def test_a_version_is_not_issued_before_the_one_before(world, first, known, opened) -> None:
    second = world.next(first, issued="2025-12-31T00:00:00Z")
    assert refused(opened, world.signed(second, "ann", "ben")) == "trust-root-issued"


def test_a_stranger_at_a_known_place_is_refused(world, first, known, opened) -> None:
    stranger = type(world)()
    other = stranger.content(issued="2026-01-02T00:00:00Z")
    data = stranger.signed(other, "ann", "ben")
    assert refused(opened, data) == "trust-root-fork"
    newer = stranger.next(other)
    assert refused(opened, stranger.signed(newer, "ann", "ben")) == "trust-root-fork"
    assert opened(data, fingerprint=stranger.root(other).digest).version == 1, "the user vouches for it"


def test_a_new_trust_root_never_replaces_a_newer_one(world, first, known, opened) -> None:
    opened(world.signed(world.next(first), "ann", "ben"))
    stranger = type(world)()
    other = stranger.content()
    pin = stranger.root(other).digest
    assert refused(opened, stranger.signed(other, "ann", "ben"), fingerprint=pin) == "trust-root-rollback"


def test_two_trust_roots_live_side_by_side(world, first, known, opened) -> None:
    stranger = type(world)()
    other = stranger.signed(stranger.content(), "ann", "ben")
    assert opened(other, name="other.json").version == 1
    assert opened(known).version == 1
    assert opened(other, name="third.json").version == 1, "it may move"


def test_another_payload_type_is_refused(world, first, opened) -> None:
    envelope = dsse.parse(world.signed(first, "ann", "ben"))
    other = dsse.make(dsse.IN_TOTO, envelope.payload, [world.keys["ann"], world.keys["ben"]])
    assert refused(opened, dsse.dump(other)) == "envelope-payload-type"


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", b"\xff", b"[1]"])
def test_what_is_no_envelope_is_the_users_mistake(opened, data: bytes) -> None:
    with pytest.raises(InputError) as raised:
        opened(data)
    assert raised.value.code == "envelope-malformed"


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_file_is_never_another_trust_root(
    world, opened, tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever is flipped or cut, what is opened is what was trusted before."""
    content = world.content()
    good = world.signed(content, "ann", "cat")
    opened(good)
    text = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        if data.draw(st.booleans()):
            text[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            del text[at : at + data.draw(st.integers(1, 200))]
        text = text or bytearray(b" ")
    try:
        root = opened(bytes(text))
    except Error:
        return
    assert root.digest == world.root(content).digest


def test_what_cannot_be_read_is_the_users_mistake(tmp_path: Path, opened) -> None:
    for name in ("none.json", "."):
        with pytest.raises(InputError) as raised:
            open_trust_root(Asked(str(tmp_path / name), str(tmp_path / "state"), "2026-06-01T12:00:00Z"))
        assert raised.value.code == "trust-root-unreadable"


def test_what_is_remembered_is_for_the_user_alone(known, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "trust"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff", b" " * (state.MAX_STATE_BYTES + 1)])
def test_a_damaged_memory_is_refused(world, known, opened, tmp_path: Path, damage: bytes) -> None:
    path = next((tmp_path / "state" / "trust").glob("*.json"))
    path.write_bytes(damage)
    assert refused(opened, known) == "trust-state-malformed"


def test_a_memory_that_is_no_file_is_refused(known, opened, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "trust"
    path = next(folder.glob("*.json"))
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    with pytest.raises(InputError, match="cannot be read"):
        opened(known)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        opened(known)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(InputError, match="is not a file"):
        opened(known)


def test_too_many_memories_are_refused(known, opened, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(state, "MAX_CHAINS", 0)
    with pytest.raises(InputError, match="MAX_CHAINS = 0"):
        opened(known)


def test_a_memory_that_cannot_be_kept_is_refused(world, first, opened, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = world.signed(first, "ann", "ben")
    with pytest.raises(InputError, match="cannot be read"):
        opened(data, state=str(tmp_path / "file"))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "trust").mkdir()
    (tmp_path / "broken" / "trust" / ".lock").mkdir()
    with pytest.raises(InputError, match="POLICY_STATE"):
        opened(data, state=str(tmp_path / "broken"))


def test_an_older_version_never_overwrites_a_newer_memory(tmp_path: Path) -> None:
    """Two runs at once: the one that knows less comes last."""
    digests = [f"sha256:{number:064x}" for number in range(3)]
    newer = state.Chain("p", 3, digests[2], "", dict(zip(digests, (1, 2, 3), strict=True)))
    older = state.Chain("p", 2, digests[1], "", dict(zip(digests[:2], (1, 2), strict=True)))
    state.remember(str(tmp_path), newer)
    state.remember(str(tmp_path), older)
    assert state.read_chains(str(tmp_path)) == [newer]


def test_a_fingerprint_may_lie_in_a_file(tmp_path: Path) -> None:
    hexes = "ab" * 32
    (tmp_path / "pin").write_text(f"sha256:{hexes}\n")
    assert fingerprint_of("") == ""
    assert [fingerprint_of(text) for text in (hexes, f"sha256:{hexes}", str(tmp_path / "pin"))] == [
        f"sha256:{hexes}"
    ] * 3
    (tmp_path / "bad").write_bytes(b"\xff")
    (tmp_path / "long").write_text(hexes + hexes)
    for wrong in (hexes[1:], hexes.upper(), str(tmp_path / "bad"), str(tmp_path / "long"), str(tmp_path)):
        with pytest.raises(InputError, match="is no fingerprint"):
            fingerprint_of(wrong)


def test_the_number_of_steps_is_limited(world, first, known, opened, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(opening, "MAX_STEPS", 1)
    versions = [first]
    for _ in range(3):
        versions.append(world.next(versions[-1]))
    for content in versions[:3]:
        history(tmp_path, content["version"], world.signed(content, "ann", "ben"))
    newest = world.signed(versions[3], "ann", "ben")
    assert refused(opened, newest) == "trust-root-gap"
    pin = world.root(first).digest
    assert refused(opened, newest, state=str(tmp_path / "new"), fingerprint=pin) == "trust-root-fingerprint"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_or_missing_signature_is_never_trusted_for_something_else(world, data) -> None:
    content = world.content()
    text = bytearray(world.signed(content, "ann", "cat"))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text) * 8 - 1))
        text[at // 8] ^= 1 << at % 8
    else:
        start = data.draw(st.integers(0, len(text) - 1))
        del text[start : data.draw(st.integers(start + 1, len(text)))]
    try:
        found = rotation.read(bytes(text))
        rotation.check_first(found)
    except Error:
        return
    assert found.root.digest == world.root(content).digest


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_fewer_signatures_never_help(world, data) -> None:
    """What a set of signers cannot make valid, no subset of them can."""
    first = world.content()
    threshold = data.draw(st.integers(1, 3))
    roles = {**first["roles"], "root": {**first["roles"]["root"], "threshold": threshold}}
    second = world.next(first, roles=roles)
    names = data.draw(st.lists(st.sampled_from(sorted(world.keys)), max_size=5))
    fewer = [name for name in names if data.draw(st.booleans())]

    def holds(signers: list[str]) -> bool:
        try:
            rotation.check_next(world.root(first), rotation.read(world.signed(second, *signers)))
        except Refusal:
            return False
        return True

    persons = set(names) & {"ann", "ben", "cat"}
    assert holds(names) == (len(persons) >= max(2, threshold))
    assert holds(names) or not holds(fewer)
