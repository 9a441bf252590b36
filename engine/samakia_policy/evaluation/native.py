"""Our own Rego engine, in a worker process; nothing needs to be installed beside it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import lru_cache

from samakia_policy import __version__
from samakia_policy.evaluation.base import Answer, Batch, Limits
from samakia_policy.evaluation.compiled import Kept
from samakia_policy.evaluation.process import Worker, answers, own_packages


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
        name = digest(batch)
        kept = self._kept.setdefault(name, Kept(self._cache, name))
        return answers(Worker("rego_worker.py", os.pathsep.join(_paths()), kept), batch, limits)


def _paths() -> list[str]:
    """Return where the engine and what it needs are installed."""
    found = []
    for package in ("samakia_policy", "re2", "msgspec", "yaml", "jsonschema", "cryptography"):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found.append(os.path.dirname(os.path.dirname(spec.origin)))
    return sorted(set(found))


def digest(batch: Batch) -> str:
    """Return what names a batch's rules: their sources, and the engine and Python that compile them."""
    found = hashlib.sha256(_compiler().encode())
    for name, text in sorted(batch.libraries.items()):
        found.update(f"{name}\0{text}\0".encode())
    for job in batch.jobs:
        found.update(f"{job.rule}\0{job.source}\0".encode())
    return found.hexdigest()


@lru_cache(maxsize=1)
def _compiler() -> str:
    """Return what names the engine's files and this Python: compiled code is good for these alone."""
    found = hashlib.sha256(sys.version.encode())
    engine = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rego")
    for folder, _, names in sorted(os.walk(engine)):
        for name in sorted(names):
            if name.endswith((".py", ".json")):
                about = os.stat(os.path.join(folder, name))
                found.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()
