"""`policy keys`: the keys of the person who runs this; private parts are never shown."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from samakia_policy.cli.trusted import (
    add_keys,
    add_passphrase,
    add_trust_root,
    keys_folder,
    passphrase,
    settings,
)
from samakia_policy.errors import InputError

_EXAMPLES = """\
examples:
  policy keys new --comment "Ann, laptop"        a fresh Ed25519 key
  policy keys new --alg ecdsa-p256 --passphrase-file secret.txt
  policy keys import ~/.ssh/id_ed25519           a private key of OpenSSH, or PEM
  policy keys import --ssh ~/.ssh/id_ed25519_sk  OpenSSH keeps it and signs: agents and security keys
  policy keys import --gpg ann@example.org       gpg keeps it and signs
  policy keys list --trust-root trust-root.dsse.json
  policy keys export 1f0c2e7a > ann.pem          the public part, for others
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="make, import and list signing keys",
        description="Keep the keys you sign with; every file is for you alone.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = _action(actions, "new", "make a key", run_new)
    new.add_argument("--alg", default="ed25519", choices=["ed25519", "ecdsa-p256", "ml-dsa-65"])
    new.add_argument("--comment", default="", metavar="TEXT", help="what to remember of it")
    add_passphrase(new)
    imported = _action(actions, "import", "take a key that you have", run_import)
    imported.add_argument("key", metavar="FILE", help="PEM or OpenSSH private key; with --gpg, a key's name")
    imported.add_argument("--ssh", action="store_true", help="OpenSSH keeps the private part and signs")
    imported.add_argument("--gpg", action="store_true", help="gpg keeps the private part and signs")
    imported.add_argument("--comment", default="", metavar="TEXT", help="what to remember of it")
    add_passphrase(imported)
    add_trust_root(_action(actions, "list", "the keys you have", run_list))
    exported = _action(actions, "export", "print the public part of a key", run_export, output=False)
    exported.add_argument("keyid", metavar="KEYID", help="its id, or the first digits of it")


def _action(actions: Any, name: str, text: str, run: Any, *, output: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    add_keys(parser)
    if output:
        parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.set_defaults(run=run, errors_as_json=True)
    return parser


def run_new(arguments: argparse.Namespace) -> int:
    """Make a key and show its public part."""
    from samakia_policy.evidence.signing.keys import generate
    from samakia_policy.evidence.signing.keystore import add_private

    secret = passphrase(arguments)
    stored = add_private(_folder(arguments), generate(arguments.alg), secret, arguments.comment)
    return _show([_row(stored)], arguments.output)


def run_import(arguments: argparse.Namespace) -> int:
    """Store a key that exists, or remember who signs with it."""
    from samakia_policy.evidence.signing import keystore

    if arguments.ssh and arguments.gpg:
        raise InputError("a key is kept by OpenSSH or by gpg, not by both", where="--ssh --gpg")
    if arguments.ssh or arguments.gpg:
        stored = _openssh(arguments) if arguments.ssh else _gpg(arguments)
        keystore.add_reference(_folder(arguments), stored)
    else:
        private = keystore.open_private(arguments.key, passphrase(arguments))
        stored = keystore.add_private(_folder(arguments), private, passphrase(arguments), arguments.comment)
    return _show([_row(stored)], arguments.output)


def run_list(arguments: argparse.Namespace) -> int:
    """Show a line per key; with a trust root, whose it is there and in which roles."""
    from samakia_policy.cli.trusted import trust_root
    from samakia_policy.evidence.signing.keystore import read_keys

    rows = [_row(stored) for stored in read_keys(_folder(arguments))]
    root = trust_root(arguments, required=False)
    for row in rows if root else []:
        trusted = root.keys.get(row["keyid"])
        row["person"] = trusted.person if trusted else ""
        row["roles"] = sorted(name for name, role in root.content.roles.items() if row["keyid"] in role.keys)
    return _show(rows, arguments.output)


def run_export(arguments: argparse.Namespace) -> int:
    """Write the public part as its own tools read it."""
    from samakia_policy.evidence.signing.keystore import find_key
    from samakia_policy.evidence.signing.written import exported

    data = exported(find_key(_folder(arguments), arguments.keyid).key)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return 0


def _folder(arguments: argparse.Namespace) -> str:
    return keys_folder(settings(), arguments.keys)


def _openssh(arguments: argparse.Namespace) -> Any:
    from samakia_policy.evidence.signing import keystore, sshsig

    path = os.path.abspath(os.path.expanduser(arguments.key))
    public = path if path.endswith(".pub") else f"{path}.pub"
    private = path.removesuffix(".pub")
    key = sshsig.load_ssh(keystore.read_public(public))
    # Without a private file, ssh-keygen asks the agent for the key that the public one names.
    reference = private if os.path.lexists(private) else public
    return keystore.Stored(key, keystore.OPENSSH, reference, arguments.comment)


def _gpg(arguments: argparse.Namespace) -> Any:
    from samakia_policy.evidence.signing import keystore, openpgp, openpgp_packets

    key = openpgp.openpgp_key(openpgp.export_certificate(arguments.key))
    return keystore.Stored(key, keystore.GPG, openpgp_packets.fingerprint(key.primary), arguments.comment)


def _row(stored: Any) -> dict[str, Any]:
    from samakia_policy.evidence.signing.written import public_text

    return {
        "keyid": stored.key.keyid,
        "alg": stored.key.alg,
        "signer": stored.signer,
        "comment": stored.comment,
        "public": public_text(stored.key),
    }


def _show(rows: list[dict[str, Any]], output: str) -> int:
    from samakia_policy.reporters.escape import visible

    if output == "json":
        shape = {"apiVersion": "samakia.policy/v1", "kind": "KeyList", "keys": rows}
        sys.stdout.write(json.dumps(shape, indent=2, sort_keys=True) + "\n")
        return 0
    for row in rows:
        words = [row["keyid"], f"{row['alg']:<10}", f"{row['signer']:<7}"]
        if "person" in row:
            words.append(f"{row['person'] or '-':<12} {','.join(row['roles']) or '-'}")
        sys.stdout.write(visible("  ".join([*words, row["comment"]]).rstrip()) + "\n")
    return 0
