"""Plain packages and documents as files of a packet, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.packs.plain import PolicyFolder
from samakia_policy.plain import Plain, PlainRequest, secrets_of
from samakia_policy.sources.named import parse_named

_MODULES, _INPUTS = "packs/plain", "inputs/plain"
_DATA = f"{_INPUTS}/data.json"


def context(plain: Plain) -> dict[str, Any]:
    """Return what a packet says of packages and documents: which file is what, and how they were asked."""
    request = plain.request
    return {
        "folders": [[folder.name, list(folder.modules)] for folder in plain.folders],
        "modules": {name: file for name, file, _ in _modules(plain)},
        "documents": [[file.name, file.path, name] for file, name in _documents(plain)],
        "envs": dict(plain.envs),
        "namespaces": request.namespaces,
        "every_namespace": request.every_namespace,
        "combine": request.combine,
        "version": request.version,
    }


def modules(plain: Plain) -> dict[str, bytes]:
    """Return the files that hold the modules."""
    return {file: text.encode() for _, file, text in _modules(plain)}


def inputs(plain: Plain) -> Iterator[tuple[str, str, bool, bytes]]:
    """Yield each file with what was read: its name, the path of what is in it, whether that is secret."""
    for file, name in _documents(plain):
        secret = any(secrets_of(document.value) for document in file.documents)
        yield name, file.name, secret, file.data
    yield _DATA, "--data", bool(secrets_of(json.loads(plain.data))), plain.data.encode()


def load_plain(stated: Mapping[str, Any], read: Callable[[str], bytes]) -> Plain:
    """Return what `context` and the files say.

    Raises Refusal `input-withheld` where a document held a secret, and is not in the packet.
    """
    texts = {name: read(file).decode() for name, file in stated["modules"].items()}
    folders = [PolicyFolder(name, {n: texts[n] for n in listed}) for name, listed in stated["folders"]]
    files = [parse_named(name, path, _read(file, read)) for name, path, file in stated["documents"]]
    request = PlainRequest(
        namespaces=stated["namespaces"],
        every_namespace=stated["every_namespace"],
        combine=stated["combine"],
        version=stated["version"],
    )
    data = _read(_DATA, read).decode()
    json.loads(data)
    return Plain(request, folders, files, data, stated["envs"])


def _modules(plain: Plain) -> Iterator[tuple[str, str, str]]:
    texts = [pair for folder in plain.folders for pair in folder.modules.items()]
    for number, (name, text) in enumerate(texts):
        yield name, f"{_MODULES}/{number}.rego", text


def _documents(plain: Plain) -> Iterator[tuple[Any, str]]:
    for number, file in enumerate(plain.files):
        yield file, f"{_INPUTS}/{number}.{file.syntax}"


def _read(file: str, read: Callable[[str], bytes]) -> bytes:
    try:
        return read(file)
    except Refusal as refusal:
        if refusal.code != "file-missing":
            raise
        message = f"is not in the packet; {file}.descriptor.json says why"
        raise Refusal("input-withheld", message, where=file) from None
