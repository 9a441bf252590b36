"""Where trust, ledger and keys come from: flags that several commands share."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.times import present
from samakia_policy.errors import InputError
from samakia_policy.settings import Settings, read_settings, user_folder

if TYPE_CHECKING:
    from samakia_policy.evidence.signing.keys import Signer

MAX_PASSPHRASE_BYTES = 4096
"""Bytes of a file that holds a passphrase."""


def add_trust_root(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name the trust root."""
    parser.add_argument(
        "--trust-root",
        default="",
        metavar="FILE",
        help="whom to trust (POLICY_TRUST_ROOT, user configuration)",
    )
    add_fingerprint(parser)


def add_fingerprint(parser: argparse.ArgumentParser) -> None:
    """Add the flag that vouches for a trust root."""
    parser.add_argument(
        "--fingerprint", default="", metavar="DIGEST",
        help="sha256:... of the trust root, or a file that holds it; needed on first use in CI",
    )  # fmt: skip


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names the ledger."""
    parser.add_argument("--ledger", default="", metavar="DIR", help="the ledger (POLICY_LEDGER)")


def add_signing(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name private keys."""
    add_keys(parser)
    parser.add_argument(
        "--sign",
        action="append",
        default=[],
        metavar="KEY",
        help="sign with a key of --keys, or a file; repeatable",
    )
    add_passphrase(parser)


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names the file of a passphrase."""
    parser.add_argument(
        "--passphrase-file", default="", metavar="FILE", help="holds the passphrase of the private keys"
    )


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names the folder of private keys."""
    parser.add_argument("--keys", default="", metavar="DIR", help="the folder of private keys (POLICY_KEYS)")


def settings() -> Settings:
    """Return the settings of the user who runs this process."""
    return read_settings(os.environ)


def keys_folder(found: Settings, flag: str = "") -> str:
    """Return the folder of private keys."""
    default = os.path.join(user_folder(found.environment, "XDG_CONFIG_HOME", ".config"), "keys")
    return found.text("keys", flag, default)


def state_folder(found: Settings) -> str:
    """Return the folder in which versions of trust roots are remembered."""
    return found.text("state", "", user_folder(found.environment, "XDG_STATE_HOME", ".local/state"))


def trust_root(arguments: argparse.Namespace, *, required: bool = True, now: str = "") -> Any:
    """Return the `TrustRoot` that the user names, None without one unless it is required.

    `now` is RFC 3339 UTC, by default the present. Raises InputError and Refusal.
    """
    found = settings()
    path = found.text("trust_root", arguments.trust_root)
    if not path:
        if required:
            hint = "--trust-root FILE, POLICY_TRUST_ROOT, or trust_root in your configuration"
            raise InputError("no trust root is named", hint=hint)
        return None
    from samakia_policy.evidence.trust.open import Asked, fingerprint_of, open_trust_root

    pinned = fingerprint_of(found.text("trust_fingerprint", arguments.fingerprint))
    asked = Asked(path, state_folder(found), now or present(), pinned, ci=in_ci(found))
    return open_trust_root(asked)


def signers(arguments: argparse.Namespace) -> list[Signer]:
    """Return what signs, as --sign, POLICY_SIGN or the configuration say; raises InputError and Refusal."""
    from samakia_policy.evidence.signing.keystore import open_signer

    found = settings()
    folder, secret = keys_folder(found, arguments.keys), passphrase(arguments)
    return [open_signer(folder, name, secret) for name in found.texts("sign", arguments.sign)]


def passphrase(arguments: argparse.Namespace) -> bytes | None:
    """Return the first line of the passphrase file, None without one; raises InputError."""
    path = arguments.passphrase_file
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            line = file.read(MAX_PASSPHRASE_BYTES).split(b"\n")[0].rstrip(b"\r")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if not line:
        raise InputError("the first line is empty, and it is the passphrase", where=path)
    return line


def in_ci(found: Settings) -> bool:
    """Tell whether nobody watches: CI is set and not "0" or "false", or GitHub or GitLab run this."""
    named = found.environment
    usual = named.get("CI", "").lower() not in ("", "0", "false")
    return usual or bool(named.get("GITHUB_ACTIONS") or named.get("GITLAB_CI"))
