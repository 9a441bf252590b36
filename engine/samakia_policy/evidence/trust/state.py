"""What was trusted before: the newest version of each trust root, in files that only the user may read.

A file holds one chain: the versions seen by digest, the newest one itself, and where it was read last.
"""

from __future__ import annotations

import fcntl
import os
import stat
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from samakia_policy.errors import InputError
from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal

MAX_CHAINS = 256
"""Trust roots that one user remembers."""
MAX_STATE_BYTES = 4 << 20
"""Bytes of one remembered chain."""
_FOLDER = "trust"
_Digest = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}\Z")]


class Chain(Struct, frozen=True, forbid_unknown_fields=True):
    """A trust root as it is remembered: where it lay, its newest version, and the digests of all versions."""

    path: str
    version: Annotated[int, Meta(ge=1)]
    digest: _Digest
    payload: str
    seen: dict[_Digest, int]


def read_chains(folder: str) -> list[Chain]:
    """Return all chains below the user's state folder; raises InputError for one that was damaged."""
    place = os.path.join(folder, _FOLDER)
    try:
        names = sorted(name for name in os.listdir(place) if name.endswith(".json"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=place) from error
    if len(names) > MAX_CHAINS:
        raise InputError(f"{len(names)} trust roots (limit MAX_CHAINS = {MAX_CHAINS})", where=place)
    return [_read(os.path.join(place, name)) for name in names]


def remember(folder: str, chain: Chain) -> None:
    """Write a chain in one step, durable, for the user alone; never an older version over a newer one.

    Raises InputError where it cannot be written.
    """
    place = os.path.join(folder, _FOLDER)
    first = min(chain.seen, key=lambda digest: (chain.seen[digest], digest))
    path = os.path.join(place, f"{first.removeprefix('sha256:')[:32]}.json")
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
        with open(os.path.join(place, ".lock"), "wb", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.lexists(path) or _read(path).version <= chain.version:
                _replace(path, strict_json.canonical_line(msgspec.to_builtins(chain)))
    except OSError as error:
        hint = "name a folder that can be written: POLICY_STATE=DIR"
        raise InputError(f"cannot be written: {error.strerror}", where=place, hint=hint) from error


def _replace(path: str, data: bytes) -> None:
    partial = f"{path}.partial"
    with open(partial, "wb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _untrusting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _read(path: str) -> Chain:
    try:
        with open(path, "rb", opener=_untrusting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError("is not a file", where=path)
            data = file.read(MAX_STATE_BYTES + 1)
        return msgspec.convert(strict_json.parse(data, limit=MAX_STATE_BYTES), type=Chain)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    except (Refusal, msgspec.ValidationError) as error:
        message = error.message if isinstance(error, Refusal) else str(error)
        hint = (
            "what was trusted before cannot be told; check the trust root by its fingerprint, then remove it"
        )
        raise InputError(message, where=path, hint=hint, code="trust-state-malformed") from error
