"""A case of the corpus, and those that must be accepted however unusual they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from organisation import content, role
from packets import NOW, PLAN, PROOF, Change, approval, both, envelope, honest, url_safe, write

ACCEPTED = "accepted"
TWO = [{"match": {"action": "terraform.apply"}, "role": "approver", "persons": 2}]


class Case(NamedTuple):
    """A packet: how the honest one is changed, the trust root, what is expected, and the answer."""

    name: str
    answer: str
    change: Change = lambda packet: None
    root: dict[str, Any] = {}
    signers: tuple[str, ...] = ("ann", "ben")
    expect: str = ""
    now: str = NOW
    made: dict[str, Any] = {}
    by: tuple[str, ...] = ("engine",)


def accepted() -> Iterator[Case]:
    """Cases that must be accepted, however unusual."""
    yield Case("accept-honest", ACCEPTED)
    for outcome in ("deny", "unknown"):
        yield Case(f"accept-{outcome}", ACCEPTED, lambda p, o=outcome: honest(p, outcome=o))
    yield Case("accept-curve", ACCEPTED, by=("curve",))
    yield Case("accept-two-engines", ACCEPTED, by=("engine", "engine2"))
    yield Case("accept-engine-and-nobody", ACCEPTED, by=("mallory", "engine"))
    yield Case(
        "accept-both-persons", ACCEPTED, both(approval("ann"), approval("ben")), root={"dualControl": TWO}
    )
    more = both(approval("ann"), approval("ann2"), approval("ben"), approval("mallory"), approval("cat"))
    yield Case("accept-more-approvals", ACCEPTED, more, root={"dualControl": TWO})
    elsewhere = [{**TWO[0], "match": {"env": "samakia-prod"}}]
    yield Case("accept-rule-of-elsewhere", ACCEPTED, root={"dualControl": elsewhere})
    requester = [{**TWO[0], "notRequester": False}]
    yield Case(
        "accept-requester-may",
        ACCEPTED,
        both(approval("ann"), approval("cat")),
        root={"dualControl": requester},
    )
    junk = both(
        write("attestations/approvals/x.dsse.json", b"junk"), write("attestations/notes.txt", b"hello")
    )
    yield Case("accept-junk-beside", ACCEPTED, junk)
    yield Case(
        "accept-no-views",
        ACCEPTED,
        lambda p: [(p / f"attestations/{n}.dsse.json").unlink() for n in ("vsa", "svr")],
    )
    yield Case("accept-foreign-trust-beside", ACCEPTED, write("attestations/trust-root.dsse.json", b"{}"))
    yield Case("accept-hold-marker", ACCEPTED, write("legal-hold/LEGAL_HOLD", b""))
    yield Case("accept-reference-signature", ACCEPTED, write("manifest.sha256.asc", b"not ours"))
    yield Case("accept-bad-proof-nobody-asks-for", ACCEPTED, write(PROOF, b"junk"))
    yield Case("accept-unknown-member", ACCEPTED, envelope(lambda e: e.update(note="ignored")))
    yield Case("accept-no-keyid", ACCEPTED, envelope(lambda e: e["signatures"][0].pop("keyid") and None))
    yield Case("accept-wrong-keyid", ACCEPTED, envelope(lambda e: e["signatures"][0].update(keyid="x")))
    yield Case(
        "accept-repeated-signature", ACCEPTED, envelope(lambda e: e["signatures"].append(e["signatures"][0]))
    )
    yield Case("accept-url-base64", ACCEPTED, envelope(url_safe))
    yield Case("accept-last-second", ACCEPTED, now="2026-03-02T11:59:59Z")
    yield Case("accept-clock-behind", ACCEPTED, now="2026-03-01T11:59:00Z")
    for name, value in (("env", "samakia-dev"), ("tenant", "birds"), ("action", "terraform.apply"), ("plan", PLAN),
                        ("nonce", "n-1"), ("requester", "cat")):  # fmt: skip
        yield Case(f"accept-expected-{name}", ACCEPTED, expect=f"{name}={value}")
    scoped = {
        "roles": {**content()["roles"], "engine": role("engine", env="samakia-*", action="terraform.*")}
    }
    yield Case("accept-scoped-engine", ACCEPTED, root=scoped)
