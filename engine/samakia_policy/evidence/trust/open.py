"""Open the trust root that the user names: the only way to one.

1. Read it and the versions before it, which lie beside it in `<file>.history/<version>.dsse.json`.
2. Find what is known of it: the version remembered from last time, or the fingerprint the user gives.
3. Follow the versions one by one from there: nothing is left out, gone back to, or forked.
4. It is neither expired nor from the future.
5. Remember it.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.dsse import MAX_ENVELOPE_BYTES
from samakia_policy.evidence.trust import rotation, state
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.root import parse
from samakia_policy.evidence.trust.rotation import Signed
from samakia_policy.evidence.trust.state import Chain

MAX_STEPS = 1000
"""Versions between the remembered one and the newest."""
_FINGERPRINT = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class Asked(NamedTuple):
    """What the user says about the trust root.

    `state`: the folder of what is remembered; `now`: RFC 3339 UTC; `fingerprint`: "sha256:<hex>" or empty;
    `ci`: nobody watches, so a first use without fingerprint is refused.
    """

    path: str
    state: str
    now: str
    fingerprint: str = ""
    ci: bool = False


def open_trust_root(asked: Asked) -> TrustRoot:
    """Return the trust root in a file; raises Refusal `trust-root-...`, and InputError for no file."""
    newest, path = _read(asked.path), os.path.realpath(asked.path)
    chain = _known(asked, state.read_chains(asked.state), newest, path)
    if chain is None:
        links = _first_use(asked, newest)
    else:
        _check_pin(asked, chain, newest)
        links = _follow(asked, chain, newest)
    seen = dict(chain.seen) if chain else {}
    if chain is None and links[0].root.previous:
        seen[links[0].root.previous] = links[0].root.version - 1
    seen |= {link.root.digest: link.root.version for link in links}
    if chain is None or (chain.digest, chain.path) != (newest.root.digest, path):
        text = newest.envelope.payload.decode()
        state.remember(asked.state, Chain(path, newest.root.version, newest.root.digest, text, seen))
    rotation.check_time(newest.root, asked.now, where=asked.path)
    return newest.root


def history_path(path: str, version: int) -> str:
    """Return where a former version of a trust root lies."""
    return os.path.join(f"{path}.history", f"{version}.dsse.json")


def fingerprint_of(text: str) -> str:
    """Return "sha256:<hex>" of a fingerprint, or of the file that holds one; raises InputError."""
    if not text:
        return ""
    match = _FINGERPRINT.fullmatch(text)
    if match is None:
        try:
            with open(text, encoding="ascii") as file:
                match = _FINGERPRINT.fullmatch(file.read(1000).strip())
        except (OSError, UnicodeDecodeError):
            match = None
    if match is None:
        hint = "sha256:<64 hex>, or a file that holds it; `policy trust show` prints it"
        raise InputError(f"{text!r} is no fingerprint", where="--fingerprint", hint=hint)
    return f"sha256:{match[1]}"


def read_file(path: str) -> bytes:
    """Return the bytes of a trust root file; raises InputError."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            return file.read(MAX_ENVELOPE_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=path, code="trust-root-unreadable"
        ) from None


def _read(path: str) -> Signed:
    return rotation.read(read_file(path), where=path)


def _known(asked: Asked, chains: list[Chain], newest: Signed, path: str) -> Chain | None:
    """Return the chain that a trust root belongs to, by its digest, its parent's, or its place.

    A place alone does not bind somebody who vouches for this very version, unless it is an older one.
    """
    root = newest.root
    for wanted in (root.digest, root.previous):
        for chain in sorted(chains, key=lambda chain: chain.digest != wanted):
            if wanted in chain.seen:
                return chain
    chain_here = next((chain for chain in chains if chain.path == path), None)
    if chain_here and asked.fingerprint == root.digest and root.version >= chain_here.version:
        return None
    return chain_here


def _check_pin(asked: Asked, chain: Chain, newest: Signed) -> None:
    pinned = asked.fingerprint
    if pinned and pinned not in chain.seen and pinned != newest.root.digest:
        _refuse_pin(asked, newest)


def _refuse_pin(asked: Asked, newest: Signed) -> None:
    message = f"the trust root is {newest.root.digest}, expected {asked.fingerprint}"
    raise Refusal("trust-root-fingerprint", message, where=asked.path)


def _follow(asked: Asked, chain: Chain, newest: Signed) -> list[Signed]:
    """Return the versions after the remembered one, each of which follows the one before."""
    root = newest.root
    if root.version < chain.version:
        message = f"version {root.version} is older than version {chain.version}, which was trusted before"
        hint = f"if a new trust root was begun, remove the old one from {asked.state}"
        raise Refusal("trust-root-rollback", message, where=asked.path, hint=hint)
    if root.version == chain.version:
        if root.digest != chain.digest:
            message = f"this is another version {root.version} than the one that was trusted before"
            raise Refusal("trust-root-fork", message, where=asked.path)
        rotation.check_first(newest, where=asked.path)
        return []
    links = [*_history(asked.path, chain.version + 1, root.version), newest]
    _check_links(parse(chain.payload.encode()), links, asked.path)
    return links


def _first_use(asked: Asked, newest: Signed) -> list[Signed]:
    """Return the versions from the one that the user vouches for."""
    if not asked.fingerprint and asked.ci:
        message = f"nothing is known of this trust root; its fingerprint is {newest.root.digest}"
        hint = (
            "compare it with what its persons say, then give it: --fingerprint, or POLICY_TRUST_FINGERPRINT"
        )
        raise Refusal("trust-root-first-use", message, where=asked.path, hint=hint)
    links = [newest]
    while asked.fingerprint not in ("", links[0].root.digest):
        if links[0].root.version == 1 or len(links) > MAX_STEPS:
            _refuse_pin(asked, newest)
        before = history_path(asked.path, links[0].root.version - 1)
        if not os.path.lexists(before):
            _refuse_pin(asked, newest)
        links.insert(0, _read(before))
    rotation.check_first(links[0], where=asked.path)
    _check_links(links[0].root, links[1:], asked.path)
    return links


def _history(path: str, start: int, end: int) -> list[Signed]:
    if end - start > MAX_STEPS:
        message = f"{end - start} versions are to be followed (limit MAX_STEPS = {MAX_STEPS})"
        raise Refusal("trust-root-gap", message, where=path)
    missing = [v for v in range(start, end) if not os.path.lexists(history_path(path, v))]
    if missing:
        message = f"version {end} cannot follow version {start - 1}: version {missing[0]} is missing"
        raise Refusal(
            "trust-root-gap", message, where=path, hint=f"it belongs at {history_path(path, missing[0])}"
        )
    return [_read(history_path(path, version)) for version in range(start, end)]


def _check_links(base: TrustRoot, links: list[Signed], where: str) -> None:
    for link in links:
        rotation.check_next(base, link, where=where)
        base = link.root
