"""The embedded Rego engine, in a worker process; nothing needs to be installed beside it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer, Batch, Limits
from samakia_policy.evaluation.process import Worker, answers, own_packages

VERSION = "regorus 0.13.0"


class Native:
    """Runs Rego rules with the embedded engine."""

    name = "native"

    def version(self) -> str:
        """Return the embedded engine's name and version."""
        return VERSION

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job; raises EvaluationError when the engine is not installed."""
        spec = importlib.util.find_spec("regorus")
        if spec is None or spec.origin is None:
            hint = "install samakia-policy again, or use --engine opa"
            raise EvaluationError("the embedded Rego engine is missing", hint=hint)
        site = os.path.dirname(os.path.dirname(spec.origin))
        return answers(Worker("rego_worker.py", site), own_packages(batch), limits)
