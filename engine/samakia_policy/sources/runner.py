"""What a check may know of the machine it runs on: how files lie there, never what they hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

from samakia_policy.model.canonical import digest_of
from samakia_policy.model.fact import Attrs, Fact, Origin
from samakia_policy.model.values import unknown

_FOLDER = "samakia-fabric/tenants"
_FILE = "creds.enc"


def credentials_path(variables: Mapping[str, str], tenant: str) -> str:
    """Return where a tenant's credentials lie unless TENANT_CREDS_FILE says otherwise."""
    base = variables.get("XDG_CONFIG_HOME") or os.path.join(variables.get("HOME", "/"), ".config")
    return os.path.join(base, _FOLDER, tenant, _FILE)


def runner_facts(estate: str, variables: Mapping[str, str]) -> list[Fact]:
    """Return a tenant_credential for each tenant's credentials file on this machine; nothing is opened."""
    folder = os.path.dirname(os.path.dirname(credentials_path(variables, "any")))
    tenants = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    paths = {tenant: credentials_path(variables, tenant) for tenant in tenants}
    if variables.get("TENANT_CREDS_FILE"):
        paths["TENANT_CREDS_FILE"] = variables["TENANT_CREDS_FILE"]
    return list(_facts(os.path.realpath(estate), paths))


def _facts(estate: str, paths: Mapping[str, str]) -> Iterator[Fact]:
    for tenant, path in sorted(paths.items()):
        if os.path.lexists(path):
            inside = os.path.commonpath([os.path.realpath(path), estate]) == estate
            folder = _mode(os.path.dirname(path))
            attrs: Attrs = {
                "tenant": tenant,
                "mode": _mode(path),
                "folder_mode": folder,
                "inside_repo": inside,
            }
            where = Origin(f"@runner/tenants/{tenant}/{_FILE}", "", digest_of(attrs))
            yield Fact("tenant_credential", tenant, attrs, where)


def _mode(path: str) -> object:
    try:
        return f"{stat.S_IMODE(os.stat(path).st_mode):04o}"
    except OSError as error:
        return unknown(f"cannot be looked at: {error.strerror}")
