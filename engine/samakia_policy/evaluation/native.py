"""Our own Rego engine, in a worker process; nothing needs to be installed beside it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

from samakia_policy import __version__
from samakia_policy.evaluation.base import Answer, Batch, Limits
from samakia_policy.evaluation.compiled import Kept
from samakia_policy.evaluation.conversation import Worker
from samakia_policy.evaluation.plain import Asked, Said
from samakia_policy.evaluation.process import answers, own_packages
from samakia_policy.rego.cache import name_of


class Native:
    """Runs Rego rules with the engine in samakia_policy.rego."""

    name = "native"

    def __init__(self, cache: str = "") -> None:
        self._cache = cache
        self._kept: dict[str, Kept] = {}

    def version(self) -> str:
        """Return the engine's name and version."""
        return f"samakia-policy {__version__}"

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job."""
        own_packages(batch)
        name = _name(batch)
        kept = self._kept.setdefault(name, Kept(self._cache, name))
        return answers(Worker("rego_worker.py", search_path(), kept), batch, limits)

    def ask(self, asked: Asked, limits: Limits) -> Iterator[Said]:
        """Yield what plain packages say."""
        from samakia_policy.evaluation.plain.native import ask

        return ask(asked, limits)


def search_path() -> str:
    """Return where the engine and what it needs are installed."""
    found = []
    for package in ("samakia_policy", "re2", "msgspec", "yaml", "jsonschema", "cryptography"):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found.append(os.path.dirname(os.path.dirname(spec.origin)))
    return os.pathsep.join(sorted(set(found)))


def _name(batch: Batch) -> str:
    libraries = [part for entry in sorted(batch.libraries.items()) for part in entry]
    return name_of([*libraries, *[part for job in batch.jobs for part in (job.rule, job.source)]])
