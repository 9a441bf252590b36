"""Chains of certificates: from the last one, through the ones between, to the first, which is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from samakia_policy.rego.builtins.x509_fields import PURPOSES, extension

_ANY, _SERVER = 0, 1
_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(slots=True, frozen=True)
class Options:
    """What a chain must meet; `purposes` are Go's numbers, the server's purpose when there are none."""

    time: datetime
    name: str = ""
    purposes: tuple[int, ...] = ()


def verified(certificates: list[Any], options: Options) -> list[Any] | None:
    """Return the chain from the last certificate to the first, or None when there is none that holds."""
    root, *between, leaf = certificates
    if not _usable(leaf, options.time) or (options.name and not _named(leaf, options.name)):
        return None
    waiting = [[leaf]]
    while waiting:
        chain = waiting.pop(0)
        last = chain[-1]
        if last == root or (_signed_by(last, root, len(chain) - 1) and _usable(root, options.time)):
            whole = chain if last == root else [*chain, root]
            if _fits(whole, options.purposes or (_SERVER,)):
                return whole
        waiting += [
            [*chain, other]
            for other in between
            if other not in chain and _signed_by(last, other, len(chain) - 1) and _usable(other, options.time)
        ]
    return None


def _usable(found: Any, time: datetime) -> bool:
    from samakia_policy.rego.builtins.x509_fields import certificate

    if not found.not_valid_before_utc <= time <= found.not_valid_after_utc:
        return False
    return certificate(found)["UnhandledCriticalExtensions"] is None


def _signed_by(found: Any, issuer: Any, below: int) -> bool:
    """Return whether a certificate is by an authority that may have so many authorities below it."""
    from cryptography.exceptions import InvalidSignature

    if found.issuer != issuer.subject:
        return False
    basic, usage = extension(issuer, "BasicConstraints"), extension(issuer, "KeyUsage")
    if basic is None or not basic.value.ca or (usage and not usage.value.key_cert_sign):
        return False
    if basic.value.path_length is not None and below > basic.value.path_length:
        return False
    try:
        found.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _fits(chain: list[Any], wanted: tuple[int, ...]) -> bool:
    """Return whether one of the purposes is allowed by every certificate that names any."""
    if _ANY in wanted:
        return True
    left = set(wanted)
    for found in chain:
        purposes = extension(found, "ExtendedKeyUsage")
        if purposes is None:
            continue
        numbers = {PURPOSES.get(oid.dotted_string) for oid in purposes.value}
        if _ANY not in numbers:
            left &= numbers
    return bool(left)


def _named(found: Any, name: str) -> bool:
    from cryptography import x509

    names = extension(found, "SubjectAlternativeName")
    if names is None:
        return False
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    try:
        return ip_address(bare) in names.value.get_values_for_type(x509.IPAddress)
    except ValueError:
        pass
    return any(_matches(pattern, name.lower()) for pattern in names.value.get_values_for_type(x509.DNSName))


def _matches(pattern: str, name: str) -> bool:
    pattern = pattern.lower()
    if not _is_host(name.removesuffix("."), pattern=False) or not _is_host(pattern, pattern=True):
        return bool(name) and name == pattern
    wanted, given = pattern.split("."), name.removesuffix(".").split(".")
    first = wanted[0] in ("*", given[0])
    return len(wanted) == len(given) and first and wanted[1:] == given[1:]


def _is_host(name: str, *, pattern: bool) -> bool:
    labels = name.split(".")
    if pattern and labels[0] == "*" and len(labels) > 1:
        labels = labels[1:]
    return all(label and not label.startswith("-") and set(label) <= _LABEL for label in labels)
