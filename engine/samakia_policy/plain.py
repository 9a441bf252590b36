"""Plain packages and the documents they are asked about: what the user names, read, compiled and asked."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.evaluation import rego_runtime
from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.plain import Asked, Compiled, Input
from samakia_policy.evaluation.plain.compile import compile_packages
from samakia_policy.evaluation.plain.results import Checked, PlainResults, PlainRun, results
from samakia_policy.evaluation.plain.select import DEFAULT_NAMESPACE, PlainRule, exceptions, select
from samakia_policy.facts.secrets import secret_texts, without_secrets
from samakia_policy.facts.sensitive import is_plan, sensitive_texts
from samakia_policy.model.canonical import digest
from samakia_policy.model.decision import PLAIN, SelectedPack
from samakia_policy.packs.plain import PolicyFolder, read_policies, written
from samakia_policy.plain_places import Places
from samakia_policy.rego.values.json_text import dump
from samakia_policy.sources.named import NamedFile, parse_named, read_named
from samakia_policy.sources.named_data import read_data

COMBINED = "Combined"
UNVERSIONED = "unversioned"


@dataclass(slots=True)
class PlainRequest:
    """What the user names: folders of packages, files, base documents, and how they are asked.

    `version`: of the language, None where each module tells.
    """

    policies: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    every_namespace: bool = False
    combine: bool = False
    version: int | None = None


@dataclass(slots=True)
class Plain:
    """Packages and documents that were read; `data`: the base documents as JSON."""

    request: PlainRequest
    folders: list[PolicyFolder]
    files: list[NamedFile]
    data: str
    envs: Mapping[str, str] = field(default_factory=dict)

    def packs(self) -> list[SelectedPack]:
        """Return the folders as a decision lists them."""
        return [
            SelectedPack(_pack(folder), UNVERSIONED, folder.digest, PLAIN, applicable=True)
            for folder in self.folders
        ]

    def parameters(self) -> dict[str, Any]:
        """Return all that an answer depends on beside packages and documents."""
        request = self.request
        return {
            "combine": request.combine,
            "data": digest(self.data.encode()),
            "namespaces": sorted(_namespaces(request)),
            "version": request.version,
        }

    def lines(self) -> list[str]:
        """Return "<sha256> - <path>" of every file, what the digest of what was judged is made of."""
        return [f"{digest(file.data)[7:]} - {file.name}\n" for file in self.files]


def read_plain(request: PlainRequest, root: str | None, plans: Mapping[str, bytes]) -> Plain:
    """Read everything; raises InputError for what cannot be read, and where nothing would be checked.

    `root`: the estate. `plans`: plans by what decisions call them, each a document too.
    """
    folders = read_policies(request.policies)
    files = read_named(request.documents, root, _standard_input())
    files += [parse_named(name, name, data) for name, data in plans.items()]
    if not files:
        hint = "name what the packages judge: --document FILE or --plan FILE"
        raise InputError("there is no document, so nothing would be checked", where="--policy", hint=hint)
    envs = {name: name.split("/")[1] for name in plans}
    return Plain(request, folders, files, dump(read_data(request.data), html=False), envs)


def _standard_input() -> Iterator[bytes]:
    yield sys.stdin.buffer.read()


def _namespaces(request: PlainRequest) -> list[str]:
    return ["*"] if request.every_namespace else request.namespaces or [DEFAULT_NAMESPACE]


def ask_plain(plain: Plain, engine: str, cache: str, as_of: str) -> tuple[PlainResults, int]:
    """Return how the rules ended, and over how many documents; raises InputError or EvaluationError."""
    request, limits = plain.request, Limits()
    modules = {
        name: (text, request.version) for folder in plain.folders for name, text in folder.modules.items()
    }
    compiled = compile_packages(modules, plain.data, cache, limits, code=engine == "native")
    rules = select(compiled, _namespaces(request), every=request.every_namespace)
    inputs = list(_combined(plain) if request.combine else _each(plain))
    run = _run(plain, compiled, rules, inputs)
    texts = [given.input for given in inputs]
    asked = Asked(compiled, texts, run.paths, _nanoseconds(as_of))
    return results(run, rego_runtime(engine, cache).ask(asked, limits)), len(inputs)


@dataclass(slots=True)
class _Given:
    input: Input
    checked: Checked
    places: Places


def _each(plain: Plain) -> Iterator[_Given]:
    base = json.loads(plain.data)
    for file in plain.files:
        for document in file.documents:
            text = dump(document.value, html=False)
            clean = _Clean(document.value, base)
            checked = Checked(document.name, file.name, clean, _env(plain, file))
            places = Places(file.name, document.value, [(file, document)], combined=False)
            yield _Given(Input(text, _file(file.path)), checked, places)


def _combined(plain: Plain) -> Iterator[_Given]:
    """Yield the one input that holds every document, by path, as Conftest orders them."""
    files = sorted(plain.files, key=lambda file: os.fsencode(file.path))
    parts = [(file, document) for file in files for document in file.documents]
    value = [{"path": written(file.path), "contents": document.value} for file, document in parts]
    clean = _Clean(*(document.value for _, document in parts), json.loads(plain.data))
    name = f"@document/{COMBINED}"
    envs = {_env(plain, file) for file in files}
    checked = Checked(name, name, clean, envs.pop() if len(envs) == 1 else "")
    given = Input(dump(value, html=False), _file(COMBINED))
    yield _Given(given, checked, Places(name, value, parts, combined=True))


def secrets_of(value: Any) -> list[str]:
    """Return the secrets in a document, and what a plan marks as sensitive, the longest first."""
    found = {
        *secret_texts(value, dump(value, html=False)),
        *(sensitive_texts(value) if is_plan(value) else ()),
    }
    return sorted(found, key=lambda text: (-len(text), text))


class _Clean:
    """Takes the secrets of some documents out of texts; they are looked for when there is a text."""

    def __init__(self, *documents: Any) -> None:
        self._documents = documents

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        return without_secrets(text, self._known)

    @cached_property
    def _known(self) -> list[str]:
        return [text for document in self._documents for text in secrets_of(document)]


def _env(plain: Plain, file: NamedFile) -> str:
    return plain.envs.get(file.name, "")


def _file(path: str) -> dict[str, str]:
    folder, _, name = written(path).rpartition("/")
    return {"name": name, "dir": folder or "."}


def _run(plain: Plain, compiled: Compiled, rules: Sequence[PlainRule], inputs: Sequence[_Given]) -> PlainRun:
    packages = {rule.package for rule in rules}
    excepted = {package: where for package, where in exceptions(compiled).items() if package in packages}
    return PlainRun(
        rules=rules,
        documents=[given.checked for given in inputs],
        paths=[*(rule.path for rule in rules), *((*package, "exception") for package in excepted)],
        exceptions=excepted,
        packs={name: _pack(folder) for folder in plain.folders for name in folder.modules},
        locate=lambda number, path, hits: inputs[number].places.locate(compiled.sayings.get(path, ()), hits),
    )


def _pack(folder: PolicyFolder) -> str:
    return f"@policy/{folder.name.lstrip('/')}"


def _nanoseconds(as_of: str) -> int:
    return int(datetime.fromisoformat(as_of).timestamp()) * 1_000_000_000
