"""Who agreed: named cases, and random ones against a slow and obvious model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.trust.model import TrustedKey, TrustRoot
from samakia_policy.evidence.trust.persons import (
    Approval,
    Moment,
    Place,
    Question,
    count,
    covers,
    demands,
    require,
    unusable,
)

World = Any
SUBJECT, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PROD, DEV = Place("samakia-prod", "acme", "terraform.apply"), Place("samakia-dev", "acme", "terraform.apply")
NOW = "2026-06-01T12:00:00Z"
LEDGER = "ledger.example"
REVOKED = {"reason": "stolen", "at": "2026-05-01T00:00:00Z", "ledgerIndex": 100}


def asked(**changes: Any) -> Question:
    return Question(
        **{"role": "approver", "subject": SUBJECT, "place": PROD, "now": NOW, "requester": "dan", **changes}
    )


def approval(world: World, name: str, **changes: Any) -> Approval:
    keyid = world.id(name) if name in world.keys else name
    return Approval(**{"keyid": keyid, "subject": SUBJECT, "place": PROD, "moment": Moment(NOW), **changes})


def root(world: World, **entries: dict[str, Any]) -> TrustRoot:
    content = world.content()
    content["roles"]["approver"]["keys"].append(world.id("dan"))
    for name, changes in entries.items():
        content["keys"][world.id(name)] = world.entry(name, **changes)
    if any("revoked" in changes for changes in entries.values()):
        content["ledgers"] = [{"origin": LEDGER, "vkey": world.vkey}]
    return world.root(content)


CASES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "two persons, a key each": (lambda w: [approval(w, "ann"), approval(w, "ben")], ("ann", "ben")),
    "one person, two keys": (lambda w: [approval(w, "ann"), approval(w, "ann2")], ("ann",)),
    "one signature twice": (lambda w: [approval(w, "ann"), approval(w, "ann")], ("ann",)),
    "the requester": (lambda w: [approval(w, "dan"), approval(w, "ben")], ("ben",)),
    "the engine": (lambda w: [approval(w, "robot"), approval(w, "ben")], ("ben",)),
    "a key of another role": (lambda w: [approval(w, "eve"), approval(w, "ben")], ("ben",)),
    "a key that nobody knows": (lambda w: [approval(w, "f" * 64), approval(w, "ben")], ("ben",)),
    "another subject": (lambda w: [approval(w, "ann", subject=OTHER), approval(w, "ben")], ("ben",)),
    "another environment": (lambda w: [approval(w, "ann", place=DEV), approval(w, "ben")], ("ben",)),
    "another tenant": (lambda w: [approval(w, "ann", place=PROD._replace(tenant="x"))], ()),
    "another action": (lambda w: [approval(w, "ann", place=PROD._replace(action="x"))], ()),
    "an approval that has expired": (lambda w: [approval(w, "ann", expires=NOW)], ()),
    "before the key was valid": (lambda w: [approval(w, "ann", moment=Moment("2024-12-31T23:59:59Z"))], ()),
    "made in the future": (lambda w: [approval(w, "ann", moment=Moment("2026-06-01T12:01:01Z"))], ()),
    "a clock that is a little fast": (
        lambda w: [approval(w, "ann", moment=Moment("2026-06-01T12:01:00Z"))], ("ann",),
    ),
    "nobody": (lambda _: [], ()),
}  # fmt: skip


def test_an_expired_key_does_not_count(world: World) -> None:
    late = "2031-01-01T00:00:00Z"
    counted = count(root(world), asked(now=late), [approval(world, "ann", moment=Moment(late))])
    assert counted == ((), ((world.id("ann"), "key-expired"),))


def test_a_date_in_the_past_does_not_bring_an_expired_key_back(world: World) -> None:
    """Only what others vouch for was surely made before the key expired."""
    early = "2029-12-31T23:59:59Z"
    moments = {
        Moment(early): (),
        Moment(early, stamped=True): ("ann",),
        Moment(early, position=3, origin=LEDGER): ("ann",),
    }
    for moment, persons in moments.items():
        made = [approval(world, "ann", moment=moment)]
        assert count(root(world), asked(now="2031-01-01T00:00:00Z"), made).persons == persons
        assert count(root(world), asked(now=early), made).persons == ("ann",)


@pytest.mark.parametrize("name", CASES)
def test_who_counts(world: World, name: str) -> None:
    given_approvals, persons = CASES[name]
    assert count(root(world), asked(), given_approvals(world)).persons == persons


def test_each_reason_is_named(world: World) -> None:
    approvals = [
        approval(world, "f" * 64),
        approval(world, "eve"),
        approval(world, "ann", subject=OTHER),
        approval(world, "ann2", place=DEV),
        approval(world, "cat", expires=NOW),
        approval(world, "robot"),
        approval(world, "dan"),
        approval(world, "ben", moment=Moment("2024-01-01T00:00:00Z")),
        approval(world, "ben"),
        approval(world, "ben", moment=Moment("2026-05-01T00:00:00Z")),
        approval(world, "ben", moment=Moment("2026-05-01T02:00:00+02:00")),
        approval(world, "ben", moment=Moment("2026-06-01T12:01:01Z")),
        approval(world, "ben", expires="9"),
    ]
    counted = count(root(world), asked(), approvals)
    assert counted.persons == ("ben",)
    named = {(keyid, reason) for keyid, reason in counted.passed_over}
    assert named == {
        ("f" * 64, "approval-unknown-key"),
        (world.id("eve"), "approval-not-in-role"),
        (world.id("ann"), "approval-other-subject"),
        (world.id("ann2"), "approval-other-scope"),
        (world.id("cat"), "approval-expired"),
        (world.id("robot"), "approval-by-engine"),
        (world.id("dan"), "approval-by-requester"),
        (world.id("ben"), "key-not-yet-valid"),
        (world.id("ben"), "approval-same-person"),
        (world.id("ben"), "moment-malformed"),
        (world.id("ben"), "approval-from-future"),
        (world.id("ben"), "approval-malformed"),
    }


def test_a_role_speaks_only_within_its_scopes(world: World) -> None:
    content = world.content()
    content["roles"]["approver"] = world.role("ann", "ben", env="*-dev", action="terraform.*")
    narrow = world.root(content)
    approvals = [approval(world, "ann"), approval(world, "ben", place=DEV)]
    prod = count(narrow, asked(), approvals)
    assert prod.persons == ()
    assert {reason for _, reason in prod.passed_over} == {"approval-scope-not-held", "approval-other-scope"}
    assert count(narrow, asked(place=DEV), approvals).persons == ("ben",)


@pytest.mark.parametrize(
    ("scope", "place", "fits"),
    [
        ({}, PROD, True),
        ({}, Place("", "", ""), True),
        ({"tenant": "acme"}, PROD, True),
        ({"tenant": "acme"}, PROD._replace(tenant=""), False),
        ({"tenant": "a*"}, PROD._replace(tenant=""), False),
        ({"env": "*-prod"}, PROD, True),
        ({"env": "*-prod"}, DEV, False),
        ({"action": "terraform.apply"}, PROD._replace(action="terraform.applyx"), False),
    ],
)
def test_a_scope_fits_names(world: World, scope: dict[str, str], place: Place, fits: bool) -> None:
    content = world.content()
    content["roles"]["approver"] = world.role("ann", **scope)
    role = world.root(content).role("approver")
    assert role is not None
    assert covers(role, place) is fits


def test_a_role_that_nobody_holds_counts_nobody(world: World) -> None:
    counted = count(root(world), asked(role="waiver"), [approval(world, "ann")])
    assert counted == ((), ((world.id("ann"), "approval-not-in-role"),))


def test_without_a_subject_nothing_is_agreed_to(world: World) -> None:
    assert count(root(world), asked(subject=""), [approval(world, "ann", subject="")]).persons == ()


def test_an_unknown_requester_is_refused_where_they_may_not_approve(world: World) -> None:
    with pytest.raises(Refusal) as raised:
        count(root(world), asked(requester=""), [approval(world, "ann")])
    assert raised.value.code == "requester-unknown"
    free = asked(requester="", not_requester=False)
    assert count(root(world), free, [approval(world, "ann")]).persons == ("ann",)
    own = asked(requester="ann", not_requester=False)
    assert count(root(world), own, [approval(world, "ann")]).persons == ("ann",)


@pytest.mark.parametrize("requester", ["ann", "Ann", " ANN "])
def test_the_requester_is_known_however_the_name_is_written(world: World, requester: str) -> None:
    assert count(root(world), asked(requester=requester), [approval(world, "ann")]).persons == ()


def test_the_engine_may_sign_as_the_engine(world: World) -> None:
    counted = count(root(world), asked(role="engine"), [approval(world, "robot")])
    assert counted.persons == ("robot",)


def test_one_raw_key_is_one_person_even_where_a_root_was_made_by_hand(world: World) -> None:
    """The loader refuses such a root; counting does not rely on it."""
    sound = root(world)
    ann, ben = world.id("ann"), world.id("ben")
    keys = {**sound.keys, ben: TrustedKey(sound.keys[ann].key, sound.keys[ben].entry)}
    doubled = TrustRoot(sound.content, sound.digest, keys)
    counted = count(doubled, asked(), [approval(world, "ann"), approval(world, "ben")])
    assert len(counted.persons) == 1


def test_too_few_persons_are_refused_with_the_reasons(world: World) -> None:
    approvals = [approval(world, "ann"), approval(world, "ann2")]
    with pytest.raises(Refusal) as raised:
        require(root(world), asked(), 2, approvals)
    assert raised.value.code == "persons-too-few"
    assert "role approver needs 2 persons, and has ann; " in raised.value.message
    assert "approval-same-person" in raised.value.message
    with pytest.raises(Refusal, match="has nobody"):
        require(root(world), asked(), 2, [])
    with pytest.raises(Refusal, match="needs 1 persons"):
        require(root(world), asked(role="waiver"), 0, approvals)
    assert require(root(world), asked(), 2, [*approvals, approval(world, "ben")]).persons == ("ann", "ben")


def test_the_threshold_of_the_role_counts_as_well(world: World) -> None:
    content = world.content()
    content["roles"]["approver"] = world.role("ann", "ben", threshold=2)
    with pytest.raises(Refusal, match="needs 2 persons"):
        require(world.root(content), asked(), 1, [approval(world, "ann")])


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (Moment("2026-04-01T00:00:00Z"), "key-revoked"),
        (Moment("2026-04-01T00:00:00Z", position=99, origin=LEDGER), ""),
        (Moment("2026-06-01T00:00:00Z", position=99, origin=LEDGER), ""),
        (Moment("2026-04-01T00:00:00Z", position=100, origin=LEDGER), "key-revoked"),
        (Moment("2026-04-01T00:00:00Z", position=99, origin="another"), "key-revoked"),
        (Moment("2026-04-30T23:59:59Z", stamped=True), ""),
        (Moment("2026-05-01T00:00:00Z", stamped=True), "key-revoked"),
        (Moment("2026-04-30T23:59:59Z", stamped=True, position=100, origin=LEDGER), ""),
        (Moment("2024-01-01T00:00:00Z", position=1, origin=LEDGER), "key-not-yet-valid"),
    ],
)
def test_a_revoked_key_could_speak_before_as_others_vouch(world: World, moment: Moment, reason: str) -> None:
    """A date in the signature proves nothing; a position or a time stamp does."""
    revoked = root(world, ann={"revoked": REVOKED})
    assert unusable(revoked.keys[world.id("ann")], moment, NOW) == reason
    named = count(revoked, asked(), [approval(world, "ann", moment=moment)])
    assert named.persons == (() if reason else ("ann",))


def test_without_a_position_the_time_alone_revokes(world: World) -> None:
    revoked = root(world, ann={"revoked": {"reason": "stolen", "at": "2026-05-01T00:00:00Z"}})
    key = revoked.keys[world.id("ann")]
    assert unusable(key, Moment("2026-04-01T00:00:00Z", position=1, origin=LEDGER), NOW) == "key-revoked"
    assert unusable(key, Moment("2026-04-01T00:00:00Z", stamped=True), NOW) == ""


RULES = [
    {"match": {"env": "*-prod"}, "role": "approver", "persons": 2, "tsa": True},
    {"match": {"env": "*-prod", "severity": "S3"}, "role": "approver", "persons": 3, "ledger": True},
    {"match": {"kind": "forensics"}, "role": "approver", "persons": 1, "notRequester": False},
    {"match": {"tenant": "acme", "action": "exposure.*"}, "role": "approver", "persons": 1},
]


@pytest.mark.parametrize(
    ("place", "severity", "kind", "expected"),
    [
        (PROD, "S1", "check", [0]),
        (PROD, "S3", "check", [0, 1]),
        (DEV, "S3", "check", []),
        (DEV, "S3", "forensics", [2]),
        (DEV._replace(action="exposure.apply"), "S1", "check", [3]),
        (PROD, "", "check", [0, 1]),
        (Place("", "acme", "x"), "S1", "check", [0]),
        (Place("", "", ""), "", "", [0, 1, 2, 3]),
    ],
)
def test_every_rule_that_may_apply_does(world, place, severity: str, kind: str, expected: list[int]) -> None:
    """What is not known fits every pattern."""
    found = demands(world.root(world.content(dualControl=RULES)), place, severity=severity, kind=kind)
    wanted = world.root(world.content(dualControl=[RULES[at] for at in expected])).content.dual_control
    assert found == wanted


def model(content: dict[str, Any], question: Question, approvals: list[Approval]) -> int:
    """Count as one would by hand, over the plain JSON of a trust root."""
    role = content["roles"].get(question.role, {"keys": [], "scopes": []})
    people = set()
    for found in approvals:
        key = content["keys"].get(found.keyid)
        if key is None or found.keyid not in role["keys"]:
            continue
        same = (found.subject, found.place) == (question.subject, question.place)
        held = any(
            all(scope[name] in ("*", getattr(question.place, name)) for name in ("env", "tenant", "action"))
            for scope in role["scopes"]
        )
        inside = key["notBefore"] <= found.moment.time < key["notAfter"]
        revoked = key.get("revoked")
        if revoked:
            early = found.moment.position is not None and found.moment.position < revoked["ledgerIndex"]
            proven = found.moment.stamped and found.moment.time < revoked["at"]
            inside = inside and ((early and found.moment.origin == LEDGER) or proven)
        robots = {content["keys"][keyid]["person"] for keyid in content["roles"]["engine"]["keys"]}
        barred = {question.requester} | robots
        alive = found.moment.time <= question.now and (not found.expires or question.now < found.expires)
        if same and held and inside and alive and key["person"] not in barred:
            people.add(key["person"])
    return len(people)


times = st.sampled_from(["2024-06-01T00:00:00Z", "2026-04-01T00:00:00Z", NOW, "2031-01-01T00:00:00Z"])
moments = st.builds(
    Moment, times, st.booleans(), st.sampled_from([None, 99, 100]), st.sampled_from([LEDGER, "another", ""])
)
places = st.sampled_from([PROD, PROD, PROD, DEV, PROD._replace(tenant="other")])
names = st.sampled_from(["ann", "ann2", "ben", "cat", "dan", "robot", "eve", "f" * 64])


@st.composite
def approvals_of(draw: st.DrawFn, world: World) -> list[Approval]:
    subjects, ends = [SUBJECT, SUBJECT, OTHER], ["", "", NOW, "2027-01-01T00:00:00Z"]
    drawn = st.tuples(names, st.sampled_from(subjects), places, moments, st.sampled_from(ends))
    return [
        approval(world, name, subject=subject, place=place, moment=moment, expires=expires)
        for name, subject, place, moment, expires in draw(st.lists(drawn, max_size=8))
    ]


@st.composite
def worlds(draw: st.DrawFn, world: World) -> dict[str, Any]:
    content = world.content(ledgers=[{"origin": LEDGER, "vkey": world.vkey}])
    keys = sorted(set(draw(st.lists(st.sampled_from(sorted(world.keys)), min_size=1))))
    scope = draw(st.sampled_from([{}, {"env": "samakia-prod"}, {"env": "samakia-dev"}, {"tenant": "acme"}]))
    content["roles"]["approver"] = world.role(*keys, **scope)
    for name in draw(st.sets(st.sampled_from(["ann2", "ben", "dan"]), max_size=2)):
        content["keys"][world.id(name)]["revoked"] = REVOKED
    content["roles"]["root"] = {"keys": [world.id("ann"), world.id("cat")], "threshold": 1}
    return content


@settings(max_examples=300)
@given(data=st.data())
def test_the_count_is_that_of_the_model(world: World, data: st.DataObject) -> None:
    content = data.draw(worlds(world))
    approvals = data.draw(approvals_of(world))
    question = asked(
        requester=data.draw(st.sampled_from(["dan", "ann", "somebody"])), place=data.draw(places)
    )
    assert len(count(world.root(content), question, approvals).persons) == model(content, question, approvals)


@settings(max_examples=150)
@given(data=st.data())
def test_taking_away_never_adds_a_person(world: World, data: st.DataObject) -> None:
    """Fewer approvals, fewer keys in the role, fewer scopes: never more persons."""
    content = data.draw(worlds(world))
    approvals = data.draw(approvals_of(world))
    before = set(count(world.root(content), asked(), approvals).persons)
    fewer = [found for found in approvals if data.draw(st.booleans())]
    assert set(count(world.root(content), asked(), fewer).persons) <= before
    role = content["roles"]["approver"]
    if len(role["keys"]) > 1:
        role["keys"] = role["keys"][1:]
    assert set(count(world.root(content), asked(), approvals).persons) <= before


@settings(max_examples=100)
@given(data=st.data())
def test_the_order_of_approvals_makes_no_difference(world: World, data: st.DataObject) -> None:
    approvals = data.draw(approvals_of(world))
    shuffled = data.draw(st.permutations(approvals))
    assert count(root(world), asked(), approvals) == count(root(world), asked(), shuffled)
