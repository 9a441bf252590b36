"""An OPA server: rules are uploaded below a prefix of their own, asked, and removed again."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.opa_server.addresses import Address, addresses
from samakia_policy.evaluation.plain import Asked, Said
from samakia_policy.evaluation.process import own_packages

LOST = "no OPA server answers any more"
_HINT = "start `opa run --server`, name it with POLICY_OPA_SERVER, or use --engine native"


class OpaServer:
    """Runs Rego rules on the first OPA server of a list that works."""

    name = "opa-server"

    def __init__(self) -> None:
        if importlib.util.find_spec("opa_client") is None:
            hint = "pip install 'samakia-policy[opa-server]'"
            raise EvaluationError("--engine opa-server needs opa-python-client", hint=hint)
        self._servers = addresses(os.environ)
        self._versions: set[str] = set()

    def version(self) -> str:
        """Return the version of the server that answered, or of the one that would."""
        from samakia_policy.evaluation.opa_server.connection import Connection, Unavailable

        gone = []
        for server in self._servers if not self._versions else ():
            try:
                with Connection(server) as connection:
                    self._versions.add(connection.opa_version())
                break
            except Unavailable as why:
                gone.append(f"{server.shown}: {why}")
        else:
            if not self._versions:
                raise _nobody(gone)
        return ", ".join(f"opa {version}" for version in sorted(self._versions))

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job, in order; a server that dies hands over to the next one."""
        from samakia_policy.evaluation.opa_server.connection import Unavailable

        own_packages(batch)
        jobs, gone, worked = list(batch.jobs), [], False
        for server in self._servers:
            done = 0
            try:
                for answer in self._on(server, batch, jobs, limits):
                    worked, done = True, done + 1
                    yield answer
                return
            except Unavailable as why:
                gone.append(f"{server.shown}: {why}")
                worked = worked or why.half_way
            del jobs[:done]
        if not worked:
            raise _nobody(gone)
        yield from (Answer(job.rule, error=LOST) for job in jobs)

    def ask(self, asked: Asked, limits: Limits) -> Iterator[Said]:
        """Yield what plain packages say; a server that dies hands all of them over to the next one."""
        from samakia_policy.evaluation.opa_server.connection import Connection, Unavailable
        from samakia_policy.evaluation.opa_server.packages import UploadedPackages

        gone, worked = [], False
        for server in self._servers:
            try:
                with Connection(server) as connection:
                    version = connection.opa_version()
                    uploaded = UploadedPackages(connection, asked, limits)
                    try:
                        said = uploaded.all_answers()
                    finally:
                        worked = worked or uploaded.complete
                        uploaded.remove()
                    self._versions.add(version)
                    return iter(said)
            except Unavailable as why:
                gone.append(f"{server.shown}: {why}")
        if not worked:
            raise _nobody(gone)
        return (Said(*pair, error=LOST) for pair in asked.questions())

    def _on(self, server: Address, batch: Batch, jobs: list[Job], limits: Limits) -> Iterator[Answer]:
        from samakia_policy.evaluation.opa_server.connection import Connection, Unavailable
        from samakia_policy.evaluation.opa_server.uploaded import Uploaded

        with Connection(server) as connection:
            self._versions.add(version := connection.opa_version())
            uploaded = Uploaded(connection, batch, jobs, limits)
            try:
                uploaded.upload()
                yield from uploaded.answers(jobs)
            except Unavailable as why:
                if not uploaded.answered:
                    self._versions.discard(version)
                why.half_way = uploaded.complete
                raise
            finally:
                uploaded.remove()


def _nobody(gone: list[str]) -> EvaluationError:
    return EvaluationError(f"no OPA server can be used: {'; '.join(gone)}", hint=_HINT)
