"""The trust root as typed data; `root` makes it, and only of what is sound.

Imported late: it brings msgspec.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

from samakia_policy.evidence.signing.keys import Key
from samakia_policy.evidence.signing.openpgp import OpenPgpKey

FORMAT = "samakia.policy/trust-root/v1"
PAYLOAD_TYPE = "application/vnd.samakia.policy.trust-root+json"
ROLES = (
    "approver", "auditor", "breakGlass", "custodian", "engine", "incidentCommander", "ledger", "legal",
    "packAuthor", "root", "securityLead", "waiver",
)  # fmt: skip
"""The roles there are; what a role may do is said where it is asked for."""

_Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
_Text = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
_Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@-]{0,63}\Z")]
_Pattern = Annotated[str, Meta(pattern=r"^[A-Za-z0-9*][A-Za-z0-9._*@/-]{0,127}\Z")]
_Count = Annotated[int, Meta(ge=1, le=1000)]
_Position = Annotated[int, Meta(ge=0)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Person(_Strict, frozen=True):
    """Somebody, or a machine: the unit of dual control."""

    name: _Text
    org: _Text


class Revocation(_Strict, frozen=True):
    """Since when a key is no longer trusted: from a position of the ledger, else from a time."""

    reason: _Text
    at: _Time
    ledger_index: _Position | None = None
    origin: _Text | None = None


class KeyEntry(_Strict, frozen=True):
    """One public key and whose it is; valid from `not_before` up to, not including, `not_after`."""

    alg: Literal["ed25519", "ecdsa-p256", "ml-dsa-65", "ssh", "openpgp"]
    public: str
    person: _Name
    custody: Literal["hardware", "software", "kms"]
    not_before: _Time
    not_after: _Time
    revoked: Revocation | None = None


class Scope(_Strict, frozen=True):
    """What a role may speak about: names with * for any run of characters."""

    env: _Pattern
    tenant: _Pattern
    action: _Pattern


class Role(_Strict, frozen=True):
    """Which keys may speak for a role, how many must, and about what; the role root has no scopes."""

    keys: list[_Sha256]
    threshold: _Count
    scopes: list[Scope] = []
    distinct_persons: Literal[True] = True


class Match(_Strict, frozen=True):
    """When a rule of dual control applies: where every pattern that is given fits."""

    env: _Pattern | None = None
    tenant: _Pattern | None = None
    action: _Pattern | None = None
    severity: _Pattern | None = None
    kind: _Pattern | None = None


class DualControl(_Strict, frozen=True):
    """How many distinct persons of a role must agree; `tsa` and `ledger`: proof of time and order, too."""

    match: Match
    role: str
    persons: _Count
    not_requester: bool = True
    tsa: bool = False
    ledger: bool = False


class Tsa(_Strict, frozen=True):
    """The time stamping authorities that count: PEM roots, sha256 of leaf certificates, policy OIDs."""

    roots: list[str]
    leaf_pins: list[_Sha256]
    policy_oids: list[Annotated[str, Meta(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+\Z")]]


class Ledger(_Strict, frozen=True):
    """A ledger: its name, its key and those of its witnesses (signed-note verifier keys)."""

    origin: _Text
    vkey: str
    witnesses: list[str] = []
    quorum: Annotated[int, Meta(ge=0, le=1000)] = 0


class Pack(_Strict, frozen=True):
    """The oldest version of a pack that counts, and the keys that may sign it."""

    min_version: Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")]
    signers: list[_Sha256]


class Limits(_Strict, frozen=True):
    """Longest life of a decision (seconds) and a waiver (days); how wrong a clock may be (seconds)."""

    decision_ttl: Annotated[int, Meta(ge=1, le=31_622_400)] = 86_400
    waiver_max_days: Annotated[int, Meta(ge=1, le=3660)] = 90
    clock_skew: Annotated[int, Meta(ge=0, le=3600)] = 60


class Previous(_Strict, frozen=True):
    """The version before: sha256 of its payload."""

    sha256: _Sha256


class Content(_Strict, frozen=True):
    """The file, as it is written."""

    format: Literal["samakia.policy/trust-root/v1"]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    issued: _Time
    expires: _Time
    persons: dict[_Name, Person]
    keys: dict[_Sha256, KeyEntry]
    roles: dict[str, Role]
    previous: Previous | None = None
    dual_control: list[DualControl] = []
    tsa: Tsa | None = None
    ledgers: list[Ledger] = []
    packs: dict[_Name, Pack] = {}
    limits: Limits = Limits()


class TrustedKey(Struct, frozen=True):
    """A key of a trust root, what the trust root says about it, and the ledger that orders its revocation."""

    key: Key
    entry: KeyEntry
    origin: str = ""

    @property
    def person(self) -> str:
        """Whose key it is."""
        return self.entry.person

    def verifier(self, at: str, until: str = "") -> Key:
        """Return the key as it verifies signatures of a time, RFC 3339 in UTC; `until` as for OpenPgpKey."""
        return self.key._replace(at=at, until=until) if isinstance(self.key, OpenPgpKey) else self.key


class TrustRoot(Struct, frozen=True):
    """A sound trust root, signed or not; `digest` is "sha256:<hex>" of its payload."""

    content: Content
    digest: str
    keys: dict[str, TrustedKey]

    @property
    def version(self) -> int:
        """The number of this version, from 1."""
        return self.content.version

    @property
    def previous(self) -> str:
        """The digest of the version before, empty for the first."""
        return f"sha256:{self.content.previous.sha256}" if self.content.previous else ""

    def role(self, name: str) -> Role | None:
        """Return a role, None where the trust root has none of that name: then nobody holds it."""
        return self.content.roles.get(name)

    def holders(self, name: str) -> list[TrustedKey]:
        """Return the keys of a role, in order of key id; empty where there is no such role."""
        role = self.role(name)
        return [self.keys[keyid] for keyid in sorted(role.keys)] if role else []


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern; * stands for any run of characters, everything else for itself."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
