"""`policy trust add` and `policy trust remove`: change the version of a trust root in preparation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from samakia_policy.cli.times import later, now
from samakia_policy.cli.trusted import add_keys, keys_folder, settings
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

KEY_DAYS = 730
"""How long a key is valid where nothing else is said."""
_SCOPE = ("env", "tenant", "action")
_MATCH = (*_SCOPE, "severity", "kind")
_LIMITS = {"decision-ttl": "decisionTtl", "waiver-max-days": "waiverMaxDays", "clock-skew": "clockSkew"}
Edit = Callable[[dict[str, Any], argparse.Namespace], None]


def add_arguments(actions: Any) -> None:
    """Add both commands to the parser of `policy trust`."""
    add = actions.add_parser("add", help="add to the version in preparation")
    kinds = add.add_subparsers(metavar="WHAT", required=True)
    _add_people(kinds)
    _add_demands(kinds)
    remove = actions.add_parser("remove", help="remove from the version in preparation")
    kinds = remove.add_subparsers(metavar="WHAT", required=True)
    for what, (name, text, edit) in _REMOVALS.items():
        parser = _kind(kinds, what, text, edit)
        parser.add_argument("name", metavar=name)
        if what == "role":
            parser.add_argument(
                "--key", action="append", default=[], metavar="KEYID", help="only from this key"
            )


def _add_people(kinds: Any) -> None:
    person = _kind(kinds, "person", "a person", _person)
    person.add_argument("name", metavar="ID")
    person.add_argument("--name", required=True, metavar="TEXT", dest="full_name", help="the full name")
    person.add_argument("--org", required=True, metavar="TEXT", help="the organisation")
    key = _kind(kinds, "key", "a key of a person", _key)
    key.add_argument("key", metavar="KEY", help="a file (PEM, OpenSSH, OpenPGP), or a key of --keys")
    key.add_argument("--person", required=True, metavar="ID", help="whose it is")
    key.add_argument("--custody", choices=["hardware", "software", "kms"], default="software")
    key.add_argument("--not-before", default="", metavar="TIME", help="default when the version is issued")
    key.add_argument("--not-after", default="", metavar="TIME", help=f"default {KEY_DAYS} days later")
    key.add_argument("--ssh", action="store_true", help="it signs as ssh-keygen does")
    key.add_argument("--role", action="append", default=[], metavar="ROLE", help="give it a role; repeatable")
    add_keys(key)
    role = _kind(kinds, "role", "keys, scopes or a threshold for a role", _role)
    role.add_argument("name", metavar="ROLE")
    role.add_argument("--key", action="append", default=[], metavar="KEYID", help="a listed key; repeatable")
    role.add_argument("--threshold", type=int, default=0, metavar="COUNT", help="how many persons must sign")
    role.add_argument(
        "--scope", action="append", default=[], metavar="env=E,tenant=T,action=A",
        help="what it may speak about; * for any, which is also the default of each; repeatable",
    )  # fmt: skip
    revocation = _kind(kinds, "revocation", "the revocation of a key", _revocation)
    revocation.add_argument("name", metavar="KEYID")
    revocation.add_argument("--reason", required=True, metavar="TEXT")
    revocation.add_argument("--at", default="", metavar="TIME", help="since when; default now")
    revocation.add_argument(
        "--position", type=int, metavar="INDEX", help="since which position of the ledger"
    )
    revocation.add_argument(
        "--origin", default="", metavar="ORIGIN", help="which ledger, if there are several"
    )


def _add_demands(kinds: Any) -> None:
    rule = _kind(kinds, "rule", "a rule of dual control", _rule)
    rule.add_argument("--role", required=True, metavar="ROLE", help="who must agree")
    rule.add_argument("--persons", type=int, default=2, metavar="COUNT", help="how many of them; default 2")
    rule.add_argument(
        "--match",
        default="",
        metavar="env=E,tenant=T,action=A,severity=S,kind=K",
        help="what needs them; default all",
    )
    rule.add_argument("--requester-counts", action="store_true", help="who asks may agree as well")
    rule.add_argument("--tsa", action="store_true", help="a time stamp is needed, too")
    rule.add_argument("--in-ledger", action="store_true", help="an entry in the ledger is needed, too")
    ledger = _kind(kinds, "ledger", "a ledger with its witnesses", _ledger)
    ledger.add_argument("vkey", metavar="VKEY", help="its verifier key, as `policy ledger init` prints it")
    ledger.add_argument("--witness", action="append", default=[], metavar="VKEY", help="repeatable")
    ledger.add_argument("--quorum", type=int, metavar="COUNT", help="how many witnesses; default all")
    tsa = _kind(kinds, "tsa", "the time stamping authorities", _tsa)
    tsa.add_argument("--root", action="append", required=True, metavar="FILE", help="PEM root; repeatable")
    tsa.add_argument("--leaf", action="append", required=True, metavar="SHA256", help="of a leaf; repeatable")
    tsa.add_argument("--policy", action="append", required=True, metavar="OID", help="repeatable")
    pack = _kind(kinds, "pack", "who may sign a pack, and from which version", _pack)
    pack.add_argument("name", metavar="PACK")
    pack.add_argument("--min-version", required=True, metavar="VERSION")
    pack.add_argument("--key", action="append", required=True, metavar="KEYID", help="repeatable")
    limit = _kind(kinds, "limit", "a limit", _limit)
    limit.add_argument("name", metavar="LIMIT", choices=sorted(_LIMITS))
    limit.add_argument("value", metavar="VALUE", type=int, help="seconds, or days")


def _kind(kinds: Any, name: str, text: str, edit: Edit) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = kinds.add_parser(name, help=text)
    parser.add_argument("file", metavar="FILE", help="the trust root")
    parser.add_argument("--as-of", default="", metavar="TIME", help="when the version is issued; RFC 3339")
    parser.set_defaults(run=run, edit=edit)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Change the version in preparation, beginning one where there is none, and say what changed."""
    from samakia_policy.evidence.trust import draft

    before = draft.read_draft(arguments.file)
    content = draft.next_content(arguments.file, now(arguments.as_of))
    old = deepcopy(content)
    arguments.edit(content, arguments)
    found = draft.change(arguments.file, content)
    lines = [f"  {line}" for line in draft.differences(old, content)]
    lines.append(f"version {found.found.root.version} of {arguments.file} is in preparation")
    if before is not None and before.signers:
        lines.append(f"{', '.join(before.signers)} must sign it again")
    sys.stdout.write("".join(visible(line) + "\n" for line in lines))
    return 0


def public_key(arguments: argparse.Namespace, source: str) -> Any:
    """Return the key in a file, or one of the person's own keys; raises InputError and Refusal."""
    from samakia_policy.evidence.signing import keystore, written

    if keystore.is_key_id(source):
        return keystore.find_key(keys_folder(settings(), arguments.keys), source).key
    return written.imported(keystore.read_public(source), ssh=getattr(arguments, "ssh", False))


def _person(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    edit.add_person(content, arguments.name, arguments.full_name, arguments.org)


def _key(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    start = now(arguments.not_before or content["issued"], "--not-before")
    end = now(arguments.not_after, "--not-after") if arguments.not_after else later(start, KEY_DAYS)
    key = public_key(arguments, arguments.key)
    about = {"person": arguments.person, "custody": arguments.custody, "notBefore": start, "notAfter": end}
    keyid = edit.add_key(content, key, **about)
    for role in arguments.role:
        edit.add_role(content, role, [keyid], None, [])


def _role(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    scopes = [dict.fromkeys(_SCOPE, "*") | _named(text, "--scope", _SCOPE) for text in arguments.scope]
    edit.add_role(content, arguments.name, arguments.key, arguments.threshold, scopes)


def _revocation(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    revocation = {"reason": arguments.reason, "at": now(arguments.at or arguments.as_of, "--at")}
    if arguments.position is not None:
        revocation["ledgerIndex"] = arguments.position
    if arguments.origin:
        revocation["origin"] = arguments.origin
    edit.revoke(content, arguments.name, revocation)


def _rule(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    match = _named(arguments.match, "--match", _MATCH)
    rule: dict[str, Any] = {"match": match, "role": arguments.role, "persons": arguments.persons}
    rule |= {
        "notRequester": not arguments.requester_counts,
        "tsa": arguments.tsa,
        "ledger": arguments.in_ledger,
    }
    edit.add_to(content, "dualControl", rule)


def _ledger(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.ledger.note import parse_vkey
    from samakia_policy.evidence.trust import edit

    quorum = len(arguments.witness) if arguments.quorum is None else arguments.quorum
    ledger = {"origin": parse_vkey(arguments.vkey).name, "vkey": arguments.vkey}
    edit.add_to(content, "ledgers", {**ledger, "witnesses": arguments.witness, "quorum": quorum})


def _tsa(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.signing.keystore import read_public

    roots = [read_public(path).decode(errors="replace") for path in arguments.root]
    content["tsa"] = {"roots": roots, "leafPins": arguments.leaf, "policyOids": arguments.policy}


def _pack(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    keys = sorted({edit.key_named(content, key) for key in arguments.key})
    content.setdefault("packs", {})[arguments.name] = {"minVersion": arguments.min_version, "signers": keys}


def _limit(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    content.setdefault("limits", {})[_LIMITS[arguments.name]] = arguments.value


def _named(text: str, flag: str, known: tuple[str, ...]) -> dict[str, str]:
    """Return NAME=VALUE pairs that commas separate; raises InputError."""
    found = {}
    for part in text.split(",") if text else []:
        name, equals, value = part.partition("=")
        if name not in known or not equals or not value or name in found:
            hint = ",".join(f"{name}=..." for name in known)
            raise InputError(f"{part!r} is none of its parts", where=flag, hint=hint)
        found[name] = value
    return found


def _remove_person(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    edit.remove_person(content, arguments.name)


def _remove_key(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    edit.remove_key(content, arguments.name)


def _remove_role(content: dict[str, Any], arguments: argparse.Namespace) -> None:
    from samakia_policy.evidence.trust import edit

    edit.remove_role(content, arguments.name, arguments.key)


def _remove_from(member: str) -> Edit:
    def remove(content: dict[str, Any], arguments: argparse.Namespace) -> None:
        from samakia_policy.evidence.trust import edit

        edit.remove_from(content, member, arguments.name)

    return remove


_REMOVALS: dict[str, tuple[str, str, Edit]] = {
    "person": ("ID", "a person with all their keys", _remove_person),
    "key": ("KEYID", "a key; revoke it instead if what it signed shall still count", _remove_key),
    "role": ("ROLE", "a role, or keys from it", _remove_role),
    "rule": ("NUMBER", "a rule of dual control, by its number", _remove_from("dualControl")),
    "ledger": ("ORIGIN", "a ledger", _remove_from("ledgers")),
    "pack": ("PACK", "who may sign a pack", _remove_from("packs")),
}
