"""The next version of a trust root while persons prepare and sign it, one after another.

It lies beside the trust root in `<file>.next` until enough have signed; then it takes the place of the file,
and the version before moves to `<file>.history/<version>.dsse.json`.
"""

from __future__ import annotations

import copy
import os
from typing import Any, NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust import rotation
from samakia_policy.evidence.trust.model import PAYLOAD_TYPE, TrustRoot
from samakia_policy.evidence.trust.open import history_path, read_file
from samakia_policy.evidence.trust.persons import Moment, unusable
from samakia_policy.evidence.trust.root import parse
from samakia_policy.evidence.trust.rotation import Signed
from samakia_policy.evidence.trust.times import later, seconds_between
from samakia_policy.model.canonical import canonical, digest


class Draft(NamedTuple):
    """A version in preparation, and the published one before it (None for the first)."""

    found: Signed
    current: Signed | None

    @property
    def signers(self) -> tuple[str, ...]:
        """The persons who signed it, by either version."""
        both = [self.found.root, *([self.current.root] if self.current else [])]
        return tuple(sorted({person for root in both for person in rotation.signers(self.found, root)}))


def draft_path(path: str) -> str:
    """Return where the version in preparation lies."""
    return f"{path}.next"


def read_current(path: str) -> Signed | None:
    """Return the published version, None where there is none; raises Refusal and InputError."""
    return rotation.read(read_file(path), where=path) if os.path.lexists(path) else None


def read_draft(path: str) -> Draft | None:
    """Return the version in preparation, None where there is none; raises Refusal and InputError."""
    place = draft_path(path)
    if not os.path.lexists(place):
        return None
    return Draft(rotation.read(read_file(place), where=place), read_current(path))


def begin(path: str, content: dict[str, Any]) -> Draft:
    """Write the first version of a trust root, unsigned; raises InputError where there is one."""
    if os.path.lexists(path) or os.path.lexists(draft_path(path)):
        hint = "policy trust rotate prepares the next version"
        raise InputError("there is a trust root already", where=path, hint=hint)
    return _write(path, content, None)


def next_content(path: str, now: str) -> dict[str, Any]:
    """Return the content to change: of the version in preparation, else a copy of the published one.

    The copy is issued at `now` and lives as long as the one before. Raises InputError where there is none.
    """
    draft = read_draft(path)
    if draft is not None:
        return _content(draft.found)
    current = read_current(path)
    if current is None:
        hint = "policy trust init begins one"
        raise InputError("there is no trust root", where=path, hint=hint)
    content, old = _content(current), current.root.content
    before = digest(current.envelope.payload).removeprefix("sha256:")
    content |= {"version": old.version + 1, "previous": {"sha256": before}, "issued": now}
    content["expires"] = later(now, seconds_between(old.issued, old.expires))
    return content


def change(path: str, content: dict[str, Any]) -> Draft:
    """Write the content of the version in preparation; who had signed it signs again. Raises Refusal."""
    return _write(path, content, read_current(path))


def sign(path: str, draft: Draft, signers: list[Signer]) -> Draft:
    """Add signatures to the version in preparation; raises Refusal for one that would not count."""
    found = draft.found
    for signer in signers:
        found = found._replace(envelope=dsse.add_signature(found.envelope, signer))
        _check_signer(draft._replace(found=found), signer.public.keyid, path)
    _replace(draft_path(path), dsse.dump(found.envelope))
    return draft._replace(found=found)


def _check_signer(draft: Draft, keyid: str, where: str) -> None:
    """Refuse a signature that counts for neither version, such as one by a key younger than this one."""
    roots = [draft.found.root, *([draft.current.root] if draft.current else [])]
    holders = [trusted for root in roots for trusted in root.holders("root") if trusted.key.keyid == keyid]
    moment = Moment(draft.found.root.content.issued)
    reasons = [unusable(trusted, moment, moment.time) for trusted in holders] or ["it holds no role root"]
    if not all(reasons) and not any(rotation.signed_by(draft.found, trusted) for trusted in holders):
        reasons = [f"its signature does not verify as of {moment.time}"]
    if all(reasons):
        message = f"the key {keyid[:16]} cannot sign this version: {reasons[0]}"
        hint = "policy trust rotate --abandon, and prepare it again, if the key is younger than the version"
        raise Refusal("trust-root-signer", message, where=where, hint=hint)


def check(draft: Draft) -> None:
    """Refuse a version that not enough persons have signed."""
    if draft.current is None:
        rotation.check_first(draft.found)
    else:
        rotation.check_next(draft.current.root, draft.found)


def publish(path: str, draft: Draft) -> TrustRoot:
    """Put the version in preparation in the place of the published one; raises Refusal `trust-root-...`."""
    check(draft)
    if draft.current is not None:
        rotation.check_first(draft.current)
        _replace(history_path(path, draft.current.root.version), read_file(path))
    _replace(path, dsse.dump(draft.found.envelope))
    os.unlink(draft_path(path))
    return draft.found.root


def abandon(path: str) -> None:
    """Remove the version in preparation; raises InputError where there is none."""
    try:
        os.unlink(draft_path(path))
    except OSError as error:
        raise InputError("no version is in preparation", where=path) from error


def _content(found: Signed) -> dict[str, Any]:
    value: dict[str, Any] = strict_json.parse(found.envelope.payload)
    return copy.deepcopy(value)


def _write(path: str, content: dict[str, Any], current: Signed | None) -> Draft:
    payload = strict_json.canonical_line(content)
    root = parse(payload, where=path)
    envelope = dsse.make(PAYLOAD_TYPE, payload)
    _replace(draft_path(path), dsse.dump(envelope))
    return Draft(Signed(root, envelope), current)


def _replace(path: str, data: bytes) -> None:
    """Write a file in one step, durable."""
    partial = f"{path}.{os.getpid()}.partial"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(partial, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what one content has and another has not, as lines "- pointer value" and "+ pointer value"."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    lines = []
    for pointer in sorted({*old, *new}):
        if old.get(pointer) != new.get(pointer):
            lines += [f"- {pointer} {old[pointer]}".rstrip()] if pointer in old else []
            lines += [f"+ {pointer} {new[pointer]}".rstrip()] if pointer in new else []
    return lines


def _leaves(value: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [leaf for name, part in value.items() for leaf in _leaves(part, f"{pointer}/{name}")]
    if isinstance(value, list) and value:
        texts = sorted(canonical(part).decode() for part in value)
        return [(f"{pointer}/{text}", "") for text in texts]
    return [(pointer, canonical(value).decode())]
