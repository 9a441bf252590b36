"""Legal holds: declared and released by signed statements, ordered by the ledger; markers mirror them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from samakia_policy.evidence import statement
from samakia_policy.evidence.ledger.events import Entry, Event, event
from samakia_policy.evidence.packet.read import Packet
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Moment, unusable
from samakia_policy.model.canonical import digest

FOLDER = "legal-hold/"
MARKER = "legal-hold/LEGAL_HOLD"
DECLARE, RELEASE = "hold-declare", "hold-release"
ROLES: Mapping[str, tuple[str, ...]] = {
    DECLARE: ("legal", "securityLead", "incidentCommander"),
    RELEASE: ("legal",),
}
"""Which roles may do what; one of them is enough."""


def sign_hold(kind: str, said: Mapping[str, str], manifest: str, signer: Signer) -> bytes:
    """Return the signed statement of a hold or its release. `manifest`: "sha256:<hex>" of the packet's."""
    payload = statement.make(statement.HOLD, {"manifest.sha256": manifest}, {"kind": kind, **said})
    return dsse.dump(dsse.make(dsse.IN_TOTO, payload, [signer]))


def open_hold(
    data: bytes, root: TrustRoot, kind: str, manifest: str, now: str, *, where: str = ""
) -> Mapping[str, Any]:
    """Return what a statement of a hold says, if somebody with the right to it signed; raises Refusal."""
    envelope = dsse.parse(data, where=where)
    issued = str(statement.read(envelope.payload, statement.HOLD, where=where).predicate.get("issued"))
    trusted = {key.key.keyid: key for role in ROLES[kind] for key in root.holders(role)}
    keys = [found.verifier(issued) for found in trusted.values()]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO, where=where)
    if not any(not unusable(trusted[key.keyid], Moment(issued), now) for key in verified.keys):
        raise Refusal("key-unusable", "no key of the role was valid when it was signed", where=where)
    found = statement.read(verified.payload, statement.HOLD, where=where)
    if found.predicate.get("kind") != kind or found.subjects.get("manifest.sha256") != manifest:
        raise Refusal("hold-other", "the statement is about something else", where=where)
    return found.predicate


def hold_event(kind: str, said: Mapping[str, str], manifest: str, envelope: bytes, actor: str) -> Event:
    """Return the ledger's record of a hold or its release."""
    review = {"review": said["review"]} if kind == DECLARE else {}
    names = {"hold": said["hold"], "packet": manifest, "statement": digest(envelope)}
    return event(kind, at=said["issued"], actor=actor, **names, **review)


def counts(packet: Packet, root: TrustRoot, now: str) -> Callable[[Entry], bool]:
    """Return what tells whether a record about holds counts.

    Every declaration does: to hold too much costs nothing. A release counts if its statement lies in the
    packet and somebody of the legal role signed it.
    """
    manifest = digest(packet.manifest)
    released = set()
    for path in packet.beside:
        if path.startswith(FOLDER) and path.endswith(".dsse.json"):
            data = packet.read(path, dsse.MAX_ENVELOPE_BYTES)
            try:
                open_hold(data, root, RELEASE, manifest, now, where=path)
            except Refusal:
                continue
            released.add(digest(data))
    return lambda entry: entry.kind != RELEASE or entry.fields["statement"] in released
