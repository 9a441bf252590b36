"""The class of an environment: dev, staging, shared, prod or infra."""

from __future__ import annotations

from samakia_policy.rules.facts import Facts

_CLASSES = {
    "samakia-dev": "dev",
    "samakia-staging": "staging",
    "samakia-shared": "shared",
    "samakia-dns": "infra",
    "samakia-minio": "infra",
}


def class_(facts: Facts, name: str) -> str | None:
    """Return an environment's class, the configured one first; None when it has none."""
    configured = facts.context.get("environments") or {}
    if name in configured:
        return str(configured[name])
    if name.endswith("-prod"):
        return "prod"
    return _CLASSES.get(name)
