"""Where trust, ledger and keys come from: flags that several commands share."""

from __future__ import annotations

import argparse
import os

from samakia_policy.settings import Settings, read_settings, user_folder


def add_trust_root(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name the trust root."""
    parser.add_argument(
        "--trust-root",
        default="",
        metavar="FILE",
        help="whom to trust (POLICY_TRUST_ROOT, user configuration)",
    )
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
