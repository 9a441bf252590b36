"""Compile plain packages in a worker, once for each content, and tell every fault with its place."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.conversation import Conversation, Ended, Worker
from samakia_policy.evaluation.native import search_path
from samakia_policy.evaluation.plain import ASKED, Compiled
from samakia_policy.rego import cache

Modules = Mapping[str, tuple[str, int | None]]
"""Texts by file, each with its version of the language, None where the text tells."""
_CONFTEST = ("parse_config", "parse_config_file", "parse_combined_config_files")
_DIFFERS = "what it answers differs from one run to the next; hand the value in as data or in the document"


def compile_packages(modules: Modules, data: str, folder: str, limits: Limits, *, code: bool) -> Compiled:
    """Return packages that can be asked; raises InputError with every fault.

    `data`: the base documents as JSON. `folder`: the user's cache, or "". `code`: for our own engine too.
    """
    versions = [f"{name} {version}" for name, (_, version) in modules.items()]
    name = cache.name_of([f"plain {code}", data, *versions, *[text for text, _ in modules.values()]])
    line = cache.read(folder, name) if folder else b""
    if not line:
        line = _compiled(modules, data, limits, code=code)
    said = json.loads(line)
    if "faults" in said:
        raise InputError(_told(said["faults"]), where="--policy")
    if folder:
        cache.write(folder, name, line)
    held = said["held"]
    return Compiled(
        code=base64.b64decode(said["code"]),
        modules={name: (modules[name][0], found["version"]) for name, found in held["modules"].items()},
        packages={name: tuple(found["package"]) for name, found in held["modules"].items()},
        rules=held["rules"],
        sayings={tuple(path): found for path, found in held["sayings"]},
        data=data,
    )


def _compiled(modules: Modules, data: str, limits: Limits, *, code: bool) -> bytes:
    told = {"mode": "compile", "modules": modules, "said": ASKED.pattern, "code": code}
    header = json.dumps(told).encode()
    worker = Worker("rego_worker.py", search_path())
    try:
        with Conversation(worker, header + b"\n" + data.encode(), limits) as conversation:
            return conversation.ready()
    except Ended as why:
        raise InputError(f"the packages cannot be compiled: {why}", where="--policy") from None


def _told(faults: Iterable[Mapping[str, Any]]) -> str:
    return "the packages do not compile\n" + "\n".join(map(_fault, faults))


def _fault(fault: Mapping[str, Any]) -> str:
    place = f"{fault['file']}:{fault['line']}:{fault['column']}: " if fault["line"] else ""
    hint = fault["hint"] or _advice(fault["message"])
    return f"  {place}{fault['code']}: {fault['message']}" + (f"\n    hint: {hint}" if hint else "")


def _advice(message: str) -> str:
    name = message.rpartition(" ")[2]
    if message.startswith("undefined function") and name in _CONFTEST:
        return "a built-in of Conftest alone; `conftest parse` makes JSON that --document or --data takes"
    return _DIFFERS if message.startswith("unsafe built-in") else ""
