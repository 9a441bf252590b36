"""Python rules, in a worker process that opens no file and imports no more than it may."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from samakia_policy.evaluation.base import Answer, Batch, Limits
from samakia_policy.evaluation.conversation import Worker
from samakia_policy.evaluation.process import answers


class Python:
    """Runs Python rules."""

    name = "python"

    def version(self) -> str:
        """Return the interpreter's version."""
        return platform.python_version()

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job."""
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        return answers(Worker("python_worker.py", os.path.dirname(package)), batch, limits)
