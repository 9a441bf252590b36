"""What the records of a log add up to: revocations, holds, permits used, break-glass, trust roots.

Each function reads the whole log once, verifying it, and keeps only what it returns. A record says that
somebody with the log's key wrote it, not that its actor had the right: `counts` decides that, from the signed
statement that the record names, and nothing counts that it does not accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from samakia_policy.evidence.ledger.events import Entry
from samakia_policy.evidence.ledger.snapshot import Snapshot

Counts = Callable[[Entry], bool]
"""Tells whether the actor of an entry had the right to it."""


class Hold(NamedTuple):
    """A legal hold of a packet: where it was declared, until when it is reviewed, where it was released."""

    hold: str
    packet: str
    declared: int
    review: str
    released: int | None = None


class BreakGlass(NamedTuple):
    """A break-glass grant that nobody ratified."""

    at: int
    statement: str
    ratify_by: str
    overdue: bool


class TrustRoot(NamedTuple):
    """A version of the trust root that was published."""

    at: int
    version: int
    digest: str


def revocations(snapshot: Snapshot, counts: Counts) -> dict[str, int]:
    """Return the position of the first revocation of each key, by keyid.

    What a key signed counts if it was recorded before that position, whatever time it claims.
    """
    found: dict[str, int] = {}
    for entry in snapshot.entries("key-revoke"):
        if entry.fields["key"] not in found and counts(entry):
            found[entry.fields["key"]] = entry.at
    return found


def holds(snapshot: Snapshot, counts: Counts, packet: str | None = None) -> list[Hold]:
    """Return the holds of a packet (its manifest's digest), or of all packets, in order of declaration.

    A hold that was declared again after its release is two holds.
    """
    ended: list[Hold] = []
    active: dict[tuple[str, str], Hold] = {}
    for entry in snapshot.entries("hold-declare", "hold-extend", "hold-release"):
        fields = entry.fields
        place = fields["hold"], fields["packet"]
        if packet not in (None, fields["packet"]) or not counts(entry):
            continue
        if entry.kind == "hold-declare":
            active.setdefault(place, Hold(*place, entry.at, fields["review"]))
        elif place in active and entry.kind == "hold-extend":
            active[place] = active[place]._replace(review=fields["review"])
        elif place in active:
            ended.append(active.pop(place)._replace(released=entry.at))
    return sorted([*ended, *active.values()], key=lambda hold: hold.declared)


def held(snapshot: Snapshot, counts: Counts, packet: str) -> bool:
    """Tell whether a packet is under a hold that was not released."""
    return any(hold.released is None for hold in holds(snapshot, counts, packet))


def permit_use(snapshot: Snapshot, permit: str) -> Entry | None:
    """Return the entry that used a permit, the first where there are several, or None."""
    used = None
    for entry in snapshot.entries("consume"):
        if used is None and entry.fields["permit"] == permit:
            used = entry
    return used


def permits_used(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the uses of permits; they count once the iterator ended, as Snapshot.entries says."""
    return snapshot.entries("consume")


def break_glass_open(snapshot: Snapshot, counts: Counts, now: str) -> list[BreakGlass]:
    """Return the break-glass grants that nobody but their own actor ratified; `now` tells which are overdue.

    A grant counts whether its actor had the right or not: it was used, and somebody has to look at it.
    """
    grants: dict[str, Entry] = {}
    for entry in snapshot.entries("break-glass", "ratify"):
        if entry.kind == "break-glass":
            grants.setdefault(entry.fields["statement"], entry)
            continue
        grant = grants.get(entry.fields["break_glass"])
        if grant is not None and grant.fields["actor"] != entry.fields["actor"] and counts(entry):
            del grants[entry.fields["break_glass"]]
    return [_open(entry, now) for entry in grants.values()]


def _open(entry: Entry, now: str) -> BreakGlass:
    ratify_by = entry.fields["ratify_by"]
    return BreakGlass(entry.at, entry.fields["statement"], ratify_by, ratify_by < now)


def trust_roots(snapshot: Snapshot, counts: Counts) -> list[TrustRoot]:
    """Return the versions of the trust root that were published, in order of the log."""
    entries = snapshot.entries("trust-root-publish")
    return [
        TrustRoot(entry.at, entry.fields["version"], entry.fields["digest"])
        for entry in entries
        if counts(entry)
    ]


def waivers_revoked(snapshot: Snapshot, counts: Counts) -> dict[str, int]:
    """Return the position of the first revocation of each waiver, by the waiver's digest."""
    found: dict[str, int] = {}
    for entry in snapshot.entries("waiver-revoke"):
        if entry.fields["waiver"] not in found and counts(entry):
            found[entry.fields["waiver"]] = entry.at
    return found


def about(snapshot: Snapshot, digest: str, *kinds: str) -> Iterator[Entry]:
    """Yield the entries that name a digest or key, in any field but `prev`, as Snapshot.entries does."""
    for entry in snapshot.entries(*kinds):
        named = [value for name, value in entry.fields.items() if name != "prev"]
        if digest in named or digest in entry.fields.get("approvals", ()):
            yield entry
