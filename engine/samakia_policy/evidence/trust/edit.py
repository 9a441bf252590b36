"""Changes to the content of a trust root; `root` then tells whether the whole is still sound."""

from __future__ import annotations

from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.evidence.signing.keys import Key
from samakia_policy.evidence.signing.written import public_text
from samakia_policy.evidence.trust.model import FORMAT, ROLES

Content = dict[str, Any]


def first(issued: str, expires: str) -> Content:
    """Return the content of a first version without persons."""
    return {
        "format": FORMAT, "version": 1, "issued": issued, "expires": expires,
        "persons": {}, "keys": {}, "roles": {},
    }  # fmt: skip


def add_person(content: Content, person: str, name: str, org: str) -> None:
    """Add a person, or change their name."""
    content["persons"][person] = {"name": name, "org": org}


def add_key(content: Content, key: Key, **about: str) -> str:
    """Add a public key with `person`, `custody`, `notBefore` and `notAfter`; returns its id."""
    if key.keyid in content["keys"]:
        raise InputError(f"the key {key.keyid[:16]} is listed already", code="key-exists")
    content["keys"][key.keyid] = {"alg": key.alg, "public": public_text(key), **about}
    return key.keyid


def add_role(
    content: Content, name: str, keys: list[str], threshold: int | None, scopes: list[dict[str, str]]
) -> None:
    """Give a role to more keys, set its threshold, let it speak about more; makes it where there is none."""
    if name not in ROLES:
        raise InputError(f"there is no role {name!r}", hint=f"one of {', '.join(ROLES)}")
    role = content["roles"].setdefault(name, {"keys": [], "threshold": 1})
    role["keys"] = sorted({*role["keys"], *(key_named(content, key) for key in keys)})
    role["threshold"] = threshold or role["threshold"]
    if scopes:
        role["scopes"] = [*role.get("scopes", []), *(s for s in scopes if s not in role.get("scopes", []))]


def revoke(content: Content, key: str, revocation: dict[str, Any]) -> None:
    """Revoke a key; it stays listed, so that what it signed before can be judged."""
    entry = content["keys"][key_named(content, key)]
    if "revoked" in entry:
        raise InputError(f"the key {key[:16]} is revoked already", hint="a revocation is not taken back")
    entry["revoked"] = revocation


def add_to(content: Content, member: str, value: Any) -> None:
    """Add a rule of dual control, a ledger, to their list; a ledger of a known origin takes its place."""
    found = content.setdefault(member, [])
    if member == "ledgers":
        found[:] = [ledger for ledger in found if ledger["origin"] != value["origin"]]
    if value not in found:
        found.append(value)


def remove_person(content: Content, person: str) -> None:
    """Remove a person with all their keys."""
    if person not in content["persons"]:
        raise InputError(f"there is no person {person!r}", hint=_known(content["persons"]))
    for keyid in [keyid for keyid, entry in content["keys"].items() if entry["person"] == person]:
        remove_key(content, keyid)
    del content["persons"][person]


def remove_key(content: Content, key: str) -> None:
    """Remove a key from the list and from every role and pack; what it signed counts no more."""
    keyid = key_named(content, key)
    del content["keys"][keyid]
    for role in content["roles"].values():
        role["keys"] = [other for other in role["keys"] if other != keyid]
    for pack in content.get("packs", {}).values():
        pack["signers"] = [other for other in pack["signers"] if other != keyid]


def remove_role(content: Content, name: str, keys: list[str]) -> None:
    """Take a role from some keys, or remove it when none is named."""
    if name not in content["roles"]:
        raise InputError(f"there is no role {name!r}", hint=_known(content["roles"]))
    gone = {key_named(content, key) for key in keys}
    role = content["roles"][name]
    role["keys"] = [keyid for keyid in role["keys"] if keyid not in gone]
    if not keys:
        del content["roles"][name]


def remove_from(content: Content, member: str, name: str) -> None:
    """Remove a ledger by its origin, a pack by its name, or a rule of dual control by its number from 1."""
    found = content.get(member, {})
    if isinstance(found, dict) and name in found:
        del found[name]
        return
    names = (
        [entry.get("origin", str(at)) for at, entry in enumerate(found, 1)] if isinstance(found, list) else []
    )
    if name not in names:
        raise InputError(f"there is no {name!r} in {member}", hint=_known(names or found))
    del found[names.index(name)]


def key_named(content: Content, name: str) -> str:
    """Return the id of the only listed key that begins with some digits; raises InputError."""
    found: list[str] = [keyid for keyid in content["keys"] if name and keyid.startswith(name)]
    if len(found) != 1:
        what = "several keys begin with" if found else "no listed key begins with"
        raise InputError(f"{what} {name!r}", hint="policy trust show lists the keys")
    return found[0]


def _known(names: Any) -> str:
    return f"there is: {', '.join(sorted(names)) or 'none'}"
