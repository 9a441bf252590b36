"""Base documents of plain packages: JSON and YAML files, put below `data` where OPA's loader puts them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from samakia_policy.errors import InputError
from samakia_policy.rego.tools.documents import DocumentError, decode, merge, mount, read_json
from samakia_policy.rego.tools.loader import ref_text, split_prefix
from samakia_policy.sources.limits import MAX_DEPTH, MAX_NAMED_BYTES, exceeded
from samakia_policy.sources.plan_json import is_too_deep

_ENDINGS = (".json", ".yaml", ".yml")


def read_data(paths: Iterable[str]) -> dict[str, Any]:
    """Return the document below `data`; raises InputError.

    A folder's files are merged, each below the names of the folders it is in; `a.b:PATH` puts all below a.b.
    """
    whole: dict[str, Any] = {}
    for path in paths:
        prefix, place = split_prefix(path)
        files = list(_files(place))
        if not files:
            raise InputError("holds no .json, .yaml or .yml file", where=path)
        for file, parents in files:
            document = mount([*prefix, *parents], _value(file, _bytes(file)))
            if not isinstance(document, dict):
                raise InputError("must be a mapping, as it becomes `data`", where=file)
            if at := merge(whole, document):
                raise InputError(f"gives {ref_text(at)} another time", where=file)
    return whole


def _files(path: str) -> Iterator[tuple[str, list[str]]]:
    if not os.path.isdir(path):
        yield os.path.normpath(path), []
        return
    for folder, folders, names in os.walk(path, onerror=_unlisted):
        folders.sort()
        below = os.path.relpath(folder, path)
        parents = [] if below == "." else below.split(os.sep)
        for name in sorted(names):
            file = os.path.normpath(os.path.join(folder, name))
            if name.endswith(_ENDINGS) and not os.path.isfile(file):
                raise InputError("is no plain file, or a link that leads nowhere", where=file)
            if name.endswith(_ENDINGS):
                yield file, parents


def _unlisted(error: OSError) -> NoReturn:
    raise InputError(f"cannot be read: {error.strerror}", where=str(error.filename)) from error


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_NAMED_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > MAX_NAMED_BYTES:
        message = exceeded("the file is too large", "MAX_NAMED_BYTES", MAX_NAMED_BYTES)
        raise InputError(message, where=path)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", where=path, hint="write it as UTF-8") from None
    return data


def _value(path: str, data: bytes) -> Any:
    try:
        if path.endswith(".json"):
            if is_too_deep(data):
                raise InputError(exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH), where=path)
            return read_json(data)
        return _one_document(path, decode(data.removeprefix(b"\xef\xbb\xbf")))
    except (DocumentError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", where=path) from None


def _one_document(path: str, text: str) -> Any:
    from samakia_policy.rego.values.yaml_text import load_all
    from samakia_policy.sources.named_yaml import check_size
    from samakia_policy.sources.yaml_events import SyntaxFault

    try:
        check_size(text)
    except SyntaxFault as fault:
        line, column = fault.place
        raise InputError(f"not YAML: {fault.message}", where=f"{path}:{line}:{column}") from None
    documents = load_all(text)
    if len(documents) > 1:
        raise InputError("holds several documents, and only one can be data", where=path)
    return documents[0] if documents else {}
