"""Plain packages on the real `opa`: a bundle of their own bytes, and all inputs in one process."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.conversation import overrun
from samakia_policy.evaluation.opa import capabilities
from samakia_policy.evaluation.plain import CONFLICT, Asked, Compiled, Said
from samakia_policy.evaluation.plain.groups import Group, answers
from samakia_policy.evaluation.plain.query import NOW, references, selection, timed
from samakia_policy.model.values import Number


def ask(binary: str, asked: Asked, limits: Limits) -> Iterator[Said]:
    """Yield every answer; a group of questions that fails is halved until the one that breaks it is alone."""
    with tempfile.TemporaryDirectory(prefix="policy-opa-") as folder:
        bundle = File(folder) / "bundle"
        _write(bundle, asked.compiled)
        allowed = File(folder) / "capabilities.json"
        allowed.write_text(capabilities(binary, also=frozenset([NOW])))
        command = [binary, "eval", "--format=json", "--stdin-input"]
        command += ["--capabilities", str(allowed), "--bundle", str(bundle)]
        yield from answers(asked, lambda group: _said(command, asked, group, limits))


def _write(bundle: File, compiled: Compiled) -> None:
    """Write the modules under names of our own: those they came with may not be fit for a bundle."""
    bundle.mkdir()
    versions = {}
    for number, (text, version) in enumerate(compiled.modules.values()):
        (bundle / f"m{number}.rego").write_text(text, encoding="utf-8")
        versions[f"/m{number}.rego"] = version
    (bundle / ".manifest").write_text(json.dumps({"rego_version": 1, "file_rego_versions": versions}))
    (bundle / "data.json").write_text(compiled.data, encoding="utf-8")


def _said(command: list[str], asked: Asked, group: Group, limits: Limits) -> list[list[Any]] | str:
    """Return what `groups.Ask` returns."""
    inputs = ",".join(asked.inputs[number].line() for number in group.inputs)
    text = f'{{"documents":[{inputs}]}}'.encode()
    at = f" with {NOW} as {asked.now_ns}" if timed(asked) else ""
    query = selection(references(asked, group), f"with data.conftest.file as file{at}")
    seconds = limits.rule_seconds * (2 if group.size > 1 else 1)
    try:
        done = subprocess.run(
            [*command, query], input=text, capture_output=True, timeout=seconds, check=False
        )
        if done.returncode:
            return CONFLICT
        return list(json.loads(done.stdout, parse_float=Number)["result"][0]["bindings"]["said"])
    except subprocess.TimeoutExpired:
        return overrun(limits.rule_seconds, "running")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return CONFLICT
