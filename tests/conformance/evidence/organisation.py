"""Who is who in the corpus: keys made from fixed seeds, and the trust roots that name them."""

from __future__ import annotations

import base64
import copy
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger.note import LOG, note_key
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.encodings import load_private
from samakia_policy.evidence.signing.keys import PrivateKey
from samakia_policy.evidence.trust.model import PAYLOAD_TYPE
from samakia_policy.model.canonical import digest

ANYWHERE = {"env": "*", "tenant": "*", "action": "*"}
TRUSTED = ("ann", "ann2", "ben", "cat", "engine", "engine2", "curve")
ORIGIN = "ledger.example/corpus"


def private_key(name: str) -> PrivateKey:
    """Return somebody's key, the same each time; `curve` has one on P-256, everybody else Ed25519."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    seed = hashlib.sha256(f"corpus key of {name}".encode()).digest()
    secret: Any
    if name == "curve":
        secret = ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())
    else:
        secret = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return load_private(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


KEYS = {name: private_key(name) for name in (*TRUSTED, "log", "otherlog", "mallory")}
IDS = {name: key.public.keyid for name, key in KEYS.items()}
LOG_KEY = note_key(ORIGIN, LOG, KEYS["log"].public)


def role(*names: str, threshold: int = 1, **scope: str) -> dict[str, Any]:
    """Return a role of some keys."""
    return {"keys": [IDS[name] for name in names], "threshold": threshold, "scopes": [{**ANYWHERE, **scope}]}


def entry(name: str, **changes: Any) -> dict[str, Any]:
    """Return what a trust root says of a key."""
    key = KEYS[name].public
    return {
        "alg": key.alg,
        "public": base64.b64encode(key.raw).decode(),
        "person": name.rstrip("2"),
        "custody": "software",
        "notBefore": "2025-01-01T00:00:00Z",
        "notAfter": "2030-01-01T00:00:00Z",
        **changes,
    }


def content(**changes: Any) -> dict[str, Any]:
    """Return the content of the trust root; `changes` replace its members."""
    persons = sorted({name.rstrip("2") for name in TRUSTED})
    made: dict[str, Any] = {
        "format": "samakia.policy/trust-root/v1",
        "version": 1,
        "issued": "2026-01-01T00:00:00Z",
        "expires": "2027-01-01T00:00:00Z",
        "persons": {name: {"name": name, "org": "Example"} for name in persons},
        "keys": {IDS[name]: entry(name) for name in TRUSTED},
        "roles": {
            "root": {"keys": [IDS["ann"], IDS["ben"]], "threshold": 2},
            "engine": role("engine", "engine2", "curve"),
            "approver": role("ann", "ann2", "ben", "cat"),
        },
        "ledgers": [{"origin": ORIGIN, "vkey": LOG_KEY.vkey, "witnesses": [], "quorum": 0}],
    }
    return copy.deepcopy({**made, **changes})


def signed(value: dict[str, Any], *names: str) -> tuple[bytes, str]:
    """Return the envelope of a trust root signed by some keys, and its fingerprint."""
    payload = strict_json.canonical_line(value)
    return dsse.dump(dsse.make(PAYLOAD_TYPE, payload, [KEYS[name] for name in names])), digest(payload)
