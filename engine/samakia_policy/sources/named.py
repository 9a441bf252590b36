"""Documents that the user names: JSON and YAML as Conftest reads them, each document for itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from samakia_policy.errors import InputError
from samakia_policy.sources.limits import MAX_DEPTH, MAX_NAMED_BYTES, exceeded
from samakia_policy.sources.named_json import read_json
from samakia_policy.sources.named_places import named, unread_format
from samakia_policy.sources.places import line_column

STANDARD_INPUT = "-"
_SYNTAXES = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}
_HINT = "give it as .json, .yaml or .yml; `conftest parse FILE > FILE.json` makes JSON of other formats"


@dataclass(slots=True)
class NamedDocument:
    """One document of a file: its value, and where in the file it is.

    In YAML it is number `nth` of the text from `begin` to `end`. `pointer` leads to it where that is a list.
    """

    name: str
    value: Any
    begin: int = 0
    end: int = 0
    nth: int = 0
    pointer: str = ""


@dataclass(slots=True)
class NamedFile:
    """A file that was named: `path` as it was given, `name` as decisions call it."""

    name: str
    path: str
    data: bytes
    syntax: str
    documents: list[NamedDocument] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text, without a byte order mark."""
        return self.data.decode("utf-8-sig")


def read_named(paths: Iterable[str], root: str | None, standard_input: Iterator[bytes]) -> list[NamedFile]:
    """Return files and what directories hold, by path; raises InputError for the first that cannot be read.

    `root`: the estate, whose own files keep their paths. `standard_input`: gives what `-` stands for.
    """
    found: dict[str, NamedFile] = {}
    for file in sorted({file for path in paths for file in _files(path)}, key=os.fsencode):
        name = named(file, root)
        if name in found:
            raise InputError(f"{found[name].path} and {file} would both be called {name}", where="--document")
        found[name] = parse_named(name, file, _read(file, standard_input))
    return list(found.values())


def parse_named(name: str, path: str, data: bytes) -> NamedFile:
    """Return the documents in some bytes; raises InputError with `path` as the place."""
    text = _decoded(path, data)
    file = NamedFile(name, path, data, _syntax(path, text))
    if file.syntax == "json":
        file.documents = [NamedDocument(name, _json_value(path, data, text))]
    else:
        from samakia_policy.sources.named_yaml import read_yaml  # imports PyYAML

        file.documents = [NamedDocument(name, *read) for read in read_yaml(path, text)]
    if len(file.documents) == 1 and isinstance(file.documents[0].value, list):
        file.documents = list(_elements(file.documents[0]))
    if all(document.value is None for document in file.documents):
        raise InputError("holds no document, so nothing would be checked", where=path)
    if len(file.documents) > 1:
        for number, document in enumerate(file.documents, 1):
            document.name = f"{name}#{number}"
    return file


def _files(path: str) -> Iterator[str]:
    if path == STANDARD_INPUT or not os.path.isdir(path):
        yield os.path.normpath(path)
        return
    found = [
        os.path.normpath(os.path.join(folder, name))
        for folder, _, names in os.walk(path, onerror=_unlisted)
        for name in names
    ]
    wanted = [file for file in found if os.path.splitext(file)[1].lower() in _SYNTAXES]
    if other := sorted(file for file in found if unread_format(file)):
        hint = f"name the files that you mean; {_HINT}"
        raise InputError(f"holds {other[0]}, of a format that is not read", where=path, hint=hint)
    if strange := sorted(file for file in wanted if not os.path.isfile(file)):
        raise InputError("is no plain file, or a link that leads nowhere", where=strange[0])
    if not wanted:
        raise InputError("holds no .json, .yaml or .yml file, so nothing would be checked", where=path)
    yield from wanted


def _unlisted(error: OSError) -> NoReturn:
    raise InputError(f"cannot be read: {error.strerror}", where=str(error.filename)) from error


def _read(path: str, standard_input: Iterator[bytes]) -> bytes:
    try:
        if path == STANDARD_INPUT:
            data = next(standard_input)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_NAMED_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > MAX_NAMED_BYTES:
        message = exceeded("the document is too large", "MAX_NAMED_BYTES", MAX_NAMED_BYTES)
        raise InputError(message, where=path)
    return data


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        line, column = line_column(before, len(before))
        hint = "write it as UTF-8"
        raise InputError(
            f"not UTF-8 at byte {error.start}", where=f"{path}:{line}:{column}", hint=hint
        ) from None


def _syntax(path: str, text: str) -> str:
    known = "yaml" if path == STANDARD_INPUT else _SYNTAXES.get(os.path.splitext(path)[1].lower())
    if known:
        return known
    if not unread_format(path) and text.lstrip()[:1] in {"{", "["}:
        return "json"
    raise InputError("its name tells no format that is read", where=path, hint=_HINT)


def _elements(document: NamedDocument) -> Iterator[NamedDocument]:
    """Yield what a list holds: to Conftest, a file that is one list is as many documents."""
    for number, value in enumerate(document.value):
        yield replace(document, value=value, pointer=f"/{number}")


def _json_value(path: str, data: bytes, text: str) -> Any:
    try:
        return read_json(data)
    except RecursionError:
        raise InputError(exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH), where=path) from None
    except ValueError as error:
        _refuse_json(path, text, str(error))


def _refuse_json(path: str, text: str, why: str) -> NoReturn:
    where = path
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        where, why = f"{path}:{error.lineno}:{error.colno}", error.msg
    except (ValueError, RecursionError):
        pass
    raise InputError(f"not JSON: {why}", where=where) from None
