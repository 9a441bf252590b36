"""What a trust root may hold, and what makes it unsound."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.encodings import ssh_blob
from samakia_policy.evidence.signing.keys import ED25519, generate, key_id
from samakia_policy.evidence.signing.sshsig import line, ssh_key
from samakia_policy.evidence.trust.ledgers import policy_of
from samakia_policy.evidence.trust.model import matches
from samakia_policy.evidence.trust.root import MAX_TRUST_ROOT_BYTES, parse, payload_of

World = Any
Change = Callable[[World, dict[str, Any]], None]


def vkey(name: str, raw: bytes, kind: int = 1) -> str:
    data = bytes([kind]) + raw
    short = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{short}+{base64.b64encode(data).decode()}"


LEDGER, WITNESS = generate(ED25519).public.raw, generate(ED25519).public.raw
ORIGIN = {"origin": "ledger.example", "vkey": vkey("ledger.example", LEDGER)}


def test_a_sound_trust_root_is_read_and_written_alike(world: World) -> None:
    content = world.content(
        tsa={"roots": ["pem"], "leafPins": ["0" * 64], "policyOids": ["1.2.3"]},
        ledgers=[{**ORIGIN, "witnesses": [vkey("w", WITNESS, 4)], "quorum": 1}],
        packs={"phase-10-tenants": {"minVersion": "1.0.0", "signers": [world.id("dan")]}},
        limits={"decisionTtl": 3600, "waiverMaxDays": 30, "clockSkew": 5},
        dualControl=[{"match": {"env": "*-prod"}, "role": "approver", "persons": 2, "tsa": True}],
    )
    root = world.root(content)
    assert (root.version, root.previous) == (1, "")
    assert root.content.limits.decision_ttl == 3600
    again = parse(payload_of(root.content))
    assert again.content == root.content
    assert payload_of(again.content) == payload_of(root.content)


def test_roles_are_looked_up_by_name(world: World) -> None:
    root = world.root()
    assert sorted(found.person for found in root.holders("root")) == ["ann", "ben", "cat"]
    assert (root.role("waiver"), root.holders("waiver")) == (None, [])


def _set(*path_and_value: Any) -> Change:
    *path, last, value = path_and_value

    def change(_world: World, content: dict[str, Any]) -> None:
        place: Any = content
        for step in path:
            place = place[step]
        place[last] = value

    return change


def _drop(name: str) -> Change:
    return lambda _world, content: content.pop(name)


def _key(name: str, **changes: Any) -> Change:
    return lambda world, content: content["keys"].update({world.id(name): world.entry(name, **changes)})


def _relisted(world: World, content: dict[str, Any]) -> None:
    content["keys"]["0" * 64] = world.entry("dan")


def _twice_as_ssh(world: World, content: dict[str, Any]) -> None:
    key = ssh_key(ssh_blob(world.keys["ann"].public))
    content["keys"][key.keyid] = world.entry("dan", alg="ssh", public=line(key))


def _low_order(world: World, content: dict[str, Any]) -> None:
    raw = (1).to_bytes(32, "little")
    public = base64.b64encode(raw).decode()
    content["keys"][key_id(ED25519, raw)] = world.entry("dan", public=public)


def _revoked_root(world: World, content: dict[str, Any]) -> None:
    for name in ("ann", "ben"):
        revoked = {"reason": "lost", "at": "2026-02-01T00:00:00Z"}
        content["keys"][world.id(name)]["revoked"] = revoked


def _double_in_role(world: World, content: dict[str, Any]) -> None:
    content["roles"]["approver"]["keys"].append(world.id("ann"))


def _one_person_root(world: World, content: dict[str, Any]) -> None:
    content["roles"]["root"]["keys"] = [world.id("ann"), world.id("ann2")]


def _ssh_comment(world: World, content: dict[str, Any]) -> None:
    key = ssh_key(ssh_blob(generate(ED25519).public))
    content["keys"][key.keyid] = world.entry("dan", alg="ssh", public=line(key) + " dan@example.org")


def _revoked(**changes: Any) -> Change:
    revoked = {"reason": "lost", "at": "2026-02-01T00:00:00Z", **changes}
    return _key("dan", revoked=revoked)


def _ledgers(*ledgers: dict[str, Any]) -> Change:
    return _set("ledgers", list(ledgers))


OTHER = {"origin": "other", "vkey": vkey("other", WITNESS)}


def _both(*changes: Change) -> Change:
    def change(world: World, content: dict[str, Any]) -> None:
        for part in changes:
            part(world, content)

    return change


M = "trust-root-malformed"
UNSOUND: dict[str, tuple[Change, str, str]] = {
    "format": (_set("format", "x"), M, "format"),
    "no roles": (_drop("roles"), M, "roles"),
    "unknown member": (_set("trusted", True), M, "trusted"),
    "version zero": (_set("version", 0), M, "version"),
    "text version": (_set("version", "1"), M, "version"),
    "previous of the first": (_set("previous", {"sha256": "0" * 64}), M, "previous"),
    "second without previous": (_set("version", 2), M, "previous"),
    "no such day": (_set("issued", "2026-02-30T00:00:00Z"), M, "is no time"),
    "offset": (_set("issued", "2026-02-01T00:00:00+00:00"), M, "issued"),
    "newline in time": (_set("issued", "2026-02-01T00:00:00Z\n"), M, "issued"),
    "year zero": (_set("issued", "0000-02-01T00:00:00Z"), M, "is no time"),
    "ends before": (_set("expires", "2025-01-01T00:00:00Z"), M, "before it begins"),
    "key ends before": (_key("ann", notAfter="2024-01-01T00:00:00Z"), M, "before it"),
    "odd person": (_set("persons", "Ann!", {"name": "A", "org": "B"}), M, "persons"),
    "newline in a name": (_set("persons", "ann", "name", "A\nB"), M, "name"),
    "nobody's key": (_key("ann", person="zoe"), M, "no person of the trust root"),
    "unknown custody": (_key("ann", custody="pocket"), M, "custody"),
    "unknown algorithm": (_key("ann", alg="rsa"), M, "alg"),
    "public is no base64": (_key("ann", public="?"), "key-malformed", "not base64"),
    "public of another length": (_key("ann", public="AAAA"), "key-malformed", "has 32 bytes"),
    "other key id": (_relisted, "trust-root-keyid", "the key listed as 0000"),
    "one raw key twice": (_twice_as_ssh, "trust-root-duplicate-key", "are one raw key"),
    "low order": (_low_order, "key-low-order", "small order"),
    "ssh with comment": (_ssh_comment, "key-not-canonical", "canonical"),
    "no role root": (_set("roles", {}), M, "no role root"),
    "unknown role": (_set("roles", "boss", {"keys": [], "threshold": 1, "scopes": []}), M, "no role 'boss'"),
    "key twice in a role": (_double_in_role, M, "lists a key twice"),
    "unknown key in a role": (_set("roles", "root", "keys", ["0" * 64]), M, "not listed"),
    "no scopes": (_set("roles", "approver", "scopes", []), M, "must have scopes"),
    "root with scopes": (
        _set("roles", "root", "scopes", [{"env": "*", "tenant": "*", "action": "*"}]),
        M,
        "no scopes",
    ),
    "half a scope": (_set("roles", "approver", "scopes", [{"env": "*"}]), M, "scopes"),
    "persons need not be distinct": (_set("roles", "root", "distinctPersons", False), M, "distinctPersons"),
    "threshold zero": (_set("roles", "root", "threshold", 0), M, "threshold"),
    "threshold out of reach": (
        _set("roles", "root", "threshold", 4),
        "trust-root-unreachable",
        "needs 4 persons",
    ),
    "two keys of one person": (_one_person_root, "trust-root-unreachable", "has 1"),
    "root keys revoked": (_revoked_root, "trust-root-unreachable", "has 1"),
    "rule of no role": (_set("dualControl", [{"match": {}, "role": "waiver", "persons": 2}]), M, "'waiver'"),
    "rule out of reach": (_set("dualControl", [{"match": {}, "role": "engine", "persons": 2}]), M, "has 1"),
    "rule of an unknown thing": (
        _set("dualControl", [{"match": {"host": "x"}, "role": "engine", "persons": 1}]),
        M,
        "host",
    ),
    "pack of an unknown key": (
        _set("packs", {"p": {"minVersion": "1.0.0", "signers": ["0" * 64]}}),
        M,
        "not listed",
    ),
    "pack without version": (_set("packs", {"p": {"minVersion": "1.0", "signers": []}}), M, "minVersion"),
    "revoked at no time": (_revoked(at="2026-13-01T00:00:00Z"), M, "is no time"),
    "revoked in no ledger": (_revoked(ledgerIndex=3), M, "no ledger is listed"),
    "revoked in another ledger": (_revoked(ledgerIndex=3, origin="x"), M, "not listed"),
    "revoked in some ledger": (
        _both(_ledgers(ORIGIN, OTHER), _revoked(ledgerIndex=3)),
        M,
        "there are several",
    ),
    "one origin twice": (_ledgers(ORIGIN, {**OTHER, "origin": ORIGIN["origin"]}), M, "one origin"),
    "quorum out of reach": (_ledgers({**ORIGIN, "quorum": 1}), "ledger-policy", "cannot be had"),
    "witness is the ledger": (
        _ledgers({**ORIGIN, "witnesses": [vkey("w", LEDGER, 4)]}),
        "ledger-policy",
        "stands for two",
    ),
    "a ledger for a witness": (
        _ledgers({**ORIGIN, "witnesses": [vkey("w", WITNESS)]}),
        "ledger-policy",
        "different kinds",
    ),
    "no verifier key": (_ledgers({**ORIGIN, "vkey": "x"}), "note-key-malformed", "not a verifier key"),
    "another name": (_ledgers({**ORIGIN, "vkey": vkey("a", LEDGER)}), "ledger-policy", "is named 'a'"),
    "low order ledger": (
        _ledgers({**ORIGIN, "vkey": vkey(ORIGIN["origin"], bytes(32))}),
        "key-low-order",
        "small order",
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_unsound_is_refused(world: World, name: str) -> None:
    change, code, words = UNSOUND[name]
    content = world.content()
    change(world, content)
    with pytest.raises(Refusal) as raised:
        parse(strict_json.canonical_line(content), where="root.json")
    assert raised.value.code == code
    assert words in str(raised.value)


def test_a_ledger_is_found_by_its_name(world: World) -> None:
    ledger = {**ORIGIN, "witnesses": [vkey("w", WITNESS, 4)], "quorum": 1}
    root = world.root(world.content(ledgers=[ledger]))
    policy = policy_of(root, ORIGIN["origin"])
    assert (policy.log.vkey, len(policy.witnesses), policy.quorum) == (ORIGIN["vkey"], 1, 1)
    with pytest.raises(Refusal, match="not one of the trust root's") as raised:
        policy_of(root, "other")
    assert raised.value.code == "ledger-unknown"


def test_a_revocation_names_its_ledger_where_there_are_several(world: World) -> None:
    content = world.content()
    _both(_ledgers(ORIGIN, OTHER), _revoked(ledgerIndex=3, origin="other"))(world, content)
    assert world.root(content).keys[world.id("dan")].origin == "other"
    _both(_ledgers(ORIGIN), _revoked(ledgerIndex=3))(world, content)
    assert world.root(content).keys[world.id("dan")].origin == ORIGIN["origin"]


def test_only_the_canonical_form_counts(world: World) -> None:
    line = strict_json.canonical_line(world.content())
    for other in (
        line[:-1],
        b" " + line,
        line.replace(b'"version":1', b'"version":1.0'),
        b"x" * (MAX_TRUST_ROOT_BYTES + 1),
    ):
        with pytest.raises(Refusal) as raised:
            parse(other)
        assert raised.value.code == M


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for step, part in inner:
        found += _paths(part, (*path, step))
    return found


@given(st.data())
def test_without_any_one_member_it_is_refused_or_still_sound(world: World, data: st.DataObject) -> None:
    """Whatever is taken away, the role root never needs fewer persons than it did."""
    content = world.content()
    *way, last = data.draw(st.sampled_from(_paths(content)))
    place: Any = content
    for step in way:
        place = place[step]
    del place[last]
    try:
        root = world.root(content)
    except Refusal:
        return
    role = root.role("root")
    assert role is not None
    assert role.threshold == 2
    assert {root.keys[keyid].person for keyid in role.keys} <= {"ann", "ben", "cat"}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True),
        ("*", "a\nb", True),
        ("*-prod", "samakia-prod", True),
        ("*-prod", "samakia-prod-2", False),
        ("*-prod", "samakia-prod\n", False),
        ("terraform.*", "terraform.apply", True),
        ("terraform.*", "terraformXapply", False),
        ("a*b*c", "a-b-c", True),
        ("prod", "Prod", False),
        ("[ab]", "a", False),
    ],
)
def test_a_pattern_knows_the_star_only(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits
