"""The real `opa` binary: one process for a whole batch, halved when a rule breaks it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.conversation import overrun
from samakia_policy.evaluation.plain import Asked, Said
from samakia_policy.evaluation.process import checked, own_packages

FAILED = "the rule broke or does not compile (`opa check --strict` and `policy test` say where)"
REFUSED = frozenset(
    ("http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122")
)
"""Built-ins that no rule may call: what they answer differs from one run to the next."""
_HINT = "install opa 1.0 or later, name it with POLICY_OPA, or use --engine native"


class Opa:
    """Runs Rego rules with `opa eval`."""

    name = "opa"

    def __init__(self) -> None:
        found = os.environ.get("POLICY_OPA") or shutil.which("opa")
        if not found:
            raise EvaluationError("there is no `opa` on PATH", hint=_HINT)
        self._binary = found

    def version(self) -> str:
        """Return the binary's version; raises EvaluationError when it is too old or no opa."""
        return _version(self._binary)

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job, in order."""
        self.version()
        own_packages(batch)
        with tempfile.TemporaryDirectory(prefix="policy-opa-") as folder:
            (Path(folder) / "capabilities.json").write_text(capabilities(self._binary))
            yield from self._answers(batch, batch.jobs, limits, Path(folder))

    def ask(self, asked: Asked, limits: Limits) -> Iterator[Said]:
        """Yield what plain packages say."""
        from samakia_policy.evaluation.plain.opa import ask

        self.version()
        return ask(self._binary, asked, limits)

    def _answers(self, batch: Batch, jobs: list[Job], limits: Limits, folder: Path) -> Iterator[Answer]:
        said = self._run(batch, jobs, limits, folder)
        if isinstance(said, dict):
            for n, job in enumerate(jobs):
                yield _answer(job, said[f"r{n}"])
        elif len(jobs) == 1:
            yield Answer(jobs[0].rule, error=said)
        else:
            half = len(jobs) // 2
            yield from self._answers(batch, jobs[:half], limits, folder)
            yield from self._answers(batch, jobs[half:], limits, folder)

    def _run(self, batch: Batch, jobs: list[Job], limits: Limits, folder: Path) -> dict[str, Any] | str:
        with tempfile.TemporaryDirectory(dir=folder) as modules:
            _write(Path(modules), batch, jobs)
            command = [self._binary, "eval", "--format=json", "--strict-builtin-errors", "--stdin-input"]
            command += ["--capabilities", str(folder / "capabilities.json"), "--data", modules]
            return _eval([*command, _query(jobs)], batch.input_text(), limits, len(jobs))


def _eval(command: list[str], text: str, limits: Limits, rules: int) -> dict[str, Any] | str:
    # A group that one rule holds up is halved, so it need not wait for all of its rules' limits.
    seconds = limits.rule_seconds * (2 if rules > 1 else 1)
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return overrun(limits.rule_seconds, "running")
    if done.returncode:
        return FAILED
    try:
        return dict(json.loads(done.stdout)["result"][0]["bindings"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return FAILED


def _answer(job: Job, said: dict[str, Any]) -> Answer:
    return checked(job, said["findings"], said["unknowns"])


def _write(folder: Path, batch: Batch, jobs: list[Job]) -> None:
    for name, source in batch.libraries.items():
        (folder / f"lib_{name}.rego").write_text(source, encoding="utf-8")
    for n, job in enumerate(jobs):
        (folder / f"rule_{n}.rego").write_text(job.source, encoding="utf-8")


def _query(jobs: list[Job]) -> str:
    return "; ".join(_rule_query(n, job) for n, job in enumerate(jobs))


def _rule_query(number: int, job: Job) -> str:
    unknowns = f"[u | some u in data.{job.package}.unknowns]" if job.reports_unknowns else "[]"
    result = f'{{"findings": data.{job.package}.findings, "unknowns": {unknowns}}}'
    return f"r{number} := {result} with input as {job.given()}"


@lru_cache(maxsize=4)
def _version(binary: str) -> str:
    try:
        done = subprocess.run([binary, "version"], capture_output=True, text=True, timeout=30, check=True)
        found = next(line for line in done.stdout.splitlines() if line.startswith("Version:"))
        version = found.partition(":")[2].strip()
        major = int(version.partition(".")[0])
    except (OSError, subprocess.SubprocessError, StopIteration, ValueError) as error:
        raise EvaluationError(f"{binary} is no working opa", hint=_HINT) from error
    if major < 1:
        raise EvaluationError(f"opa {version} is too old", hint=_HINT)
    return f"opa {version}"


@lru_cache(maxsize=4)
def capabilities(binary: str, also: frozenset[str] = frozenset()) -> str:
    """Return what a binary may do, as it reads it: no network, and of what is refused those in `also`."""
    done = subprocess.run(
        [binary, "capabilities", "--current"], capture_output=True, text=True, timeout=30, check=True
    )
    capabilities = json.loads(done.stdout)
    kept = [built_in for built_in in capabilities["builtins"] if built_in["name"] not in REFUSED - also]
    return json.dumps({**capabilities, "builtins": kept, "allow_net": []})
