"""Choose the backend that the variables name: Vault unless a file is chosen on purpose."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from samakia_policy.adapters.secrets.file import FileStore
from samakia_policy.adapters.secrets.store import Store
from samakia_policy.errors import InputError

SHORTEST_PASSPHRASE = 16
"""Characters of a passphrase."""
_MAX = 4096


def tenant_store(tenant: str, variables: Mapping[str, str], *, outside: str, file: str) -> Store:
    """Return the store of a tenant's credentials; raises InputError for a choice that cannot be followed.

    `outside`: the estate; a file of secrets must not lie in it. `file`: where it lies unless
    TENANT_CREDS_FILE says otherwise.
    """
    backend = variables.get("SECRETS_BACKEND", "vault")
    if backend == "vault":
        from samakia_policy.adapters.secrets.vault import VaultStore, connect

        mount = variables.get("VAULT_KV_MOUNT", "secret")
        return VaultStore(connect(variables), f"tenants/{tenant}", mount)
    if backend != "file":
        raise InputError(f"is {backend!r}", where="SECRETS_BACKEND", hint="it is `vault` or `file`")
    path = variables.get("TENANT_CREDS_FILE", "") or file
    path, estate = os.path.realpath(path), os.path.realpath(outside)
    if os.path.commonpath([path, estate]) == estate:
        raise InputError(
            "lies in the estate", where="TENANT_CREDS_FILE", hint="keep secrets out of checkouts"
        )
    return FileStore(path, passphrase(variables, "TENANT_CREDS_PASSPHRASE"))


def passphrase(variables: Mapping[str, str], name: str) -> str:
    """Return a passphrase from the file that NAME_FILE names, else from NAME; raises InputError."""
    path, found = variables.get(f"{name}_FILE", ""), variables.get(name, "")
    if path:
        name, found = f"{name}_FILE", _first_line(path, f"{name}_FILE")
    if len(found) < SHORTEST_PASSPHRASE:
        hint = f"it needs at least {SHORTEST_PASSPHRASE} characters (SHORTEST_PASSPHRASE)"
        raise InputError("is missing or too short", where=name, hint=hint)
    return found


def _first_line(path: str, where: str) -> str:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
                raise InputError("is open to others", where=where, hint="it must be a file with mode 0600")
            return file.read(_MAX).decode().split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read", where=where) from error
