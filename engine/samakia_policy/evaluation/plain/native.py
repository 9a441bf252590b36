"""Plain packages on our own engine, in worker processes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.conversation import Ended, Worker
from samakia_policy.evaluation.native import search_path
from samakia_policy.evaluation.plain import Asked, Said, read_said
from samakia_policy.evaluation.process import lines


def ask(asked: Asked, limits: Limits) -> Iterator[Said]:
    """Yield every answer; what ends a worker has none, and the rest goes on in another."""
    each = len(asked.paths)
    code = base64.b64encode(asked.compiled.code).decode()
    header = {"mode": "ask", "code": code, "paths": asked.paths, "now_ns": asked.now_ns, "fuel": limits.fuel}

    def told(done: int) -> bytes:
        first, path = divmod(done, each)
        inputs = [given.line() for given in asked.inputs[first:]]
        return "\n".join((json.dumps({**header, "first": path}), asked.compiled.data, *inputs)).encode()

    worker = Worker("rego_worker.py", search_path())
    for number, line in enumerate(lines(worker, told, each * len(asked.inputs), limits)):
        input, path = divmod(number, each)
        yield Said(input, path, error=str(line)) if isinstance(line, Ended) else read_said(input, path, line)
