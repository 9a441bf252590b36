"""Which actions there are adapters for; an action that is missing here is refused by its gate."""

from __future__ import annotations

BUILT = frozenset(
    {
        "terraform.apply",
        "terraform.apply-auto",
        "tenants.plan",
        "tenants.apply",
        "tenants.creds.inspect",
        "tenants.creds.issue",
        "tenants.creds.revoke",
        "tenants.creds.rotate",
        "tenants.dr.run",
    }
)
