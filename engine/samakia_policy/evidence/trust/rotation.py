"""Which trust roots count: signed by enough persons, each version by those of the one before as well.

- Version 1 is signed by the threshold of its own role root.
- Version N+1 is signed by the threshold of N and by the threshold of N+1, names the digest of N, and is not
  older than N.
- A key counts for a version when it was valid at that version's `issued` and is not revoked.
"""

from __future__ import annotations

from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.trust.model import PAYLOAD_TYPE, TrustedKey, TrustRoot
from samakia_policy.evidence.trust.persons import Moment, unusable
from samakia_policy.evidence.trust.root import parse
from samakia_policy.evidence.trust.times import later


class Signed(NamedTuple):
    """A trust root with the envelope that it came in."""

    root: TrustRoot
    envelope: dsse.Envelope


def read(data: bytes, *, where: str = "") -> Signed:
    """Return the trust root in an envelope; nothing is said about its signatures.

    Raises InputError for what is no envelope, since the user named it, and Refusal for an unsound content.
    """
    try:
        envelope = dsse.parse(data, where=where, unsigned=True)
    except Refusal as refusal:
        raise InputError(refusal.message, where=where, code=refusal.code) from None
    if envelope.payload_type != PAYLOAD_TYPE:
        message = f"the payload is {envelope.payload_type!r}, expected {PAYLOAD_TYPE!r}"
        raise Refusal("envelope-payload-type", message, where=where)
    return Signed(parse(envelope.payload, where=where), envelope)


def check_first(found: Signed, *, where: str = "") -> None:
    """Refuse a trust root that its own role root has not signed."""
    _check_threshold(found, found.root, where)


def check_next(previous: TrustRoot, found: Signed, *, where: str = "") -> None:
    """Refuse a trust root that does not follow another; raises Refusal `trust-root-...`."""
    root = found.root
    if root.version != previous.version + 1:
        message = f"version {root.version} does not follow version {previous.version}"
        raise Refusal("trust-root-gap", message, where=where)
    if root.previous != previous.digest:
        message = f"version {root.version} follows another version {previous.version} than the known one"
        raise Refusal("trust-root-fork", message, where=where)
    if root.content.issued < previous.content.issued:
        message = f"version {root.version} was issued before version {previous.version}"
        raise Refusal("trust-root-issued", message, where=where)
    _check_threshold(found, previous, where)
    _check_threshold(found, root, where)


def check_time(root: TrustRoot, now: str, *, where: str = "") -> None:
    """Refuse a trust root that has expired or is not yet issued at a time (RFC 3339 UTC)."""
    if now >= root.content.expires:
        hint = "its persons issue the next version: policy trust rotate"
        message = f"the trust root expired at {root.content.expires}"
        raise Refusal("trust-root-expired", message, where=where, hint=hint)
    if later(now, root.content.limits.clock_skew) < root.content.issued:
        message = f"the trust root is issued at {root.content.issued}, and it is {now}"
        raise Refusal("trust-root-not-yet-valid", message, where=where, hint="is the clock right?")


def signers(found: Signed, by: TrustRoot) -> tuple[str, ...]:
    """Return the persons of a trust root's role root that signed a version, sorted."""
    moment = Moment(found.root.content.issued)
    able = [trusted for trusted in by.holders("root") if not unusable(trusted, moment, moment.time)]
    return tuple(sorted({trusted.person for trusted in able if signed_by(found, trusted)}))


def signed_by(found: Signed, trusted: TrustedKey) -> bool:
    """Tell whether a key signed a version, judged as of its issue."""
    message = dsse.pae(found.envelope.payload_type, found.envelope.payload)
    key = trusted.verifier(found.root.content.issued, until=found.root.content.expires)
    return any(key.verify(message, signature.value) for signature in found.envelope.signatures)


def _check_threshold(found: Signed, by: TrustRoot, where: str) -> None:
    role = by.role("root")
    have, needed = signers(found, by), role.threshold if role else 1
    if len(have) < needed:
        names = ", ".join(have) or "nobody"
        message = (
            f"version {found.root.version} is signed by {names}; the role root of version {by.version} "
            f"needs {needed} persons"
        )
        raise Refusal("trust-root-threshold", message, where=where)
