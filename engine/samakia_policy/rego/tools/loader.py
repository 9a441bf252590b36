"""Read modules and documents from files, directories and archives, by OPA's rules of what lies where."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from samakia_policy.rego.errors import PARSE, Details, Fault, RegoError
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.tools.documents import (
    DocumentError,
    has_path,
    merge,
    mount,
    read_json,
    read_yaml,
)
from samakia_policy.rego.tools.loaded import Loaded
from samakia_policy.rego.tools.problems import Problem, Refused, plain_problem, problems_of
from samakia_policy.rego.values.collections import Value

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.nodes import Module

SIZE_LIMIT = 1024 * 1024 * 1024


@slotted()
class _Walk:
    """One run over paths: what is ignored, what was seen, what was loaded from where."""

    ignore: Sequence[str]
    only_rego: bool
    version: int
    parse: bool = True
    loaded: Loaded = field(default_factory=Loaded)
    problems: list[Problem] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    files: list[tuple[list[str], str, int]] = field(default_factory=list)


def load_paths(
    paths: Sequence[str],
    *,
    version: int = 1,
    ignore: Sequence[str] = (),
    only_rego: bool = False,
    parse: bool = True,
) -> Loaded:
    """Load files and directories (`prefix:path` mounts data under a prefix); raises Refused.

    Without `parse`, modules that are named as such stay text.
    """
    walk = _Walk(ignore, only_rego, version, parse)
    for path in paths:
        prefix, rest = split_prefix(path)
        _visit(walk, clean(rest), prefix, 0)
    if walk.problems:
        raise Refused(walk.problems)
    return walk.loaded


def split_prefix(path: str) -> tuple[list[str], str]:
    """Return the data path before a colon, and the file's path."""
    if path.find("://") == path.find(":"):
        return [], path
    before, _, after = path.partition(":")
    return (before.split("."), after) if before else ([], path)


def clean(path: str) -> str:
    """Return a path without `file://`."""
    if not path.startswith("file://"):
        return path
    from urllib.parse import unquote

    return unquote(path.removeprefix("file://").removeprefix("localhost"))


def ignored(name: str, patterns: Sequence[str], depth: int) -> bool:
    """Return whether a file or directory is left out; what was named on the command line never is."""
    return depth >= 1 and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _visit(walk: _Walk, path: str, parents: list[str], depth: int) -> None:
    try:
        is_directory = os.path.isdir(path) or not os.stat(path)
    except OSError as error:
        walk.problems.append(plain_problem(f"stat {path}: {reason(error)}"))
        return
    name = os.path.basename(os.path.normpath(path))
    if ignored(name, walk.ignore, depth):
        return
    if is_directory:
        _visit_directory(walk, path, [*parents, name] if depth else parents, depth)
    elif not (walk.only_rego and not name.endswith(".rego")):
        _visit_file(walk, path, parents, depth)


def _visit_directory(walk: _Walk, path: str, parents: list[str], depth: int) -> None:
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        walk.problems.append(plain_problem(f"open {path}: {reason(error)}"))
        return
    for name in names:
        _visit(walk, os.path.normpath(os.path.join(path, name)), parents, depth + 1)


def _visit_file(walk: _Walk, path: str, parents: list[str], depth: int) -> None:
    mark = ("\0".join(parents), os.path.normpath(path))
    if mark in walk.seen:
        return
    walk.seen.add(mark)
    try:
        _load_file(walk, walk.loaded, path, parents, depth)
        walk.files.append((parents, path, depth))
    except OSError as error:
        walk.problems.append(plain_problem(f"open {path}: {reason(error)}"))
    except RegoError as error:
        walk.problems += problems_of(error)
    except DocumentError as error:
        walk.problems.append(plain_problem(str(error)))


def _load_file(walk: _Walk, loaded: Loaded, path: str, parents: list[str], depth: int) -> None:
    """Load one file by its ending; raises DocumentError, OSError."""
    if path.endswith(".tar.gz"):
        from samakia_policy.rego.tools.bundle import merge_bundle, read_archive

        merge_bundle(loaded, read_archive(path, walk.version), parents)
    elif path.endswith(".rego"):
        content = read_file(path)
        if walk.parse:
            loaded.modules[path] = read_module(path, content, walk.version)
        else:
            loaded.texts[path] = content
    elif path.endswith(".json"):
        _add(walk, loaded, path, parents, _document(path, read_file(path), read_json))
    elif path.endswith((".yaml", ".yml")):
        _add(walk, loaded, path, parents, _document(path, read_file(path), read_yaml))
    elif depth == 0:
        _load_unknown(walk, loaded, path, parents)


def _load_unknown(walk: _Walk, loaded: Loaded, path: str, parents: list[str]) -> None:
    """A file named on the command line whose ending says nothing: a module, JSON or YAML."""
    content = read_file(path)
    try:
        loaded.modules[path] = read_module(path, content, walk.version)
        return
    except RegoError:
        pass
    for read in (read_json, read_yaml):
        try:
            value = read(content)
        except DocumentError:
            continue
        _add(walk, loaded, path, parents, value)
        return
    raise DocumentError(f"{path}: can't recognize file type")


def read_module(path: str, content: bytes, version: int) -> Module:
    """Return a module; raises RegoError, also where its text is not UTF-8."""
    from samakia_policy.rego.syntax.modules import parse_module

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _illegal_text(path, content, error.start) from None
    return parse_module(path, text, version=version)


def _illegal_text(path: str, content: bytes, offset: int) -> RegoError:
    """What OPA says about a byte that is no text: the place, and the line as far as it can be read."""
    from samakia_policy.rego.syntax.location import Location

    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset)
    line = content[start : end if end >= 0 else len(content)].decode("utf-8", "surrogateescape")
    before = content[start:offset].decode("utf-8")
    location = Location(path, content.count(b"\n", 0, offset) + 1, len(before), offset)
    index = max(len(before.rstrip().encode()) - 1, 0)
    details = Details({"line": line, "idx": index}, (line, " " * index + "^"))
    fault = Fault(PARSE, "illegal utf-8 character", location, details=details)
    token = Fault(PARSE, "illegal token", location, details=details)
    return RegoError([fault, token, token])


def _document(path: str, content: bytes, read: Callable[[bytes], Value]) -> Value:
    try:
        return read(content)
    except DocumentError as error:
        during = "error converting YAML to JSON: " if read is read_yaml else ""
        raise DocumentError(f"{path}: {during}{error}") from None


def _add(walk: _Walk, loaded: Loaded, path: str, parents: list[str], value: Value) -> None:
    if not parents and value.__class__ is not dict:
        raise DocumentError(f"{path}: document must be of type object")
    at = merge(loaded.documents, mount(parents, value))
    if not at:
        return
    other = _other_file(walk, at) if loaded is walk.loaded else ""
    told = f", also defined in {other}" if other else ", data from multiple files must not overlap"
    raise DocumentError(f"{path}: merge error: conflicting values at {ref_text(at)}{told}")


def _other_file(walk: _Walk, path: list[str]) -> str:
    """The file that holds a path already; files are read again, as merging lost where a value came from."""
    for parents, file, depth in walk.files:
        scratch = Loaded()
        try:
            _load_file(walk, scratch, file, parents, depth)
        except (DocumentError, OSError):
            continue
        if has_path(scratch.documents, path):
            return file
    return ""


def ref_text(path: list[str]) -> str:
    """Return a path under data as a reference."""
    import json
    import re

    plain = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
    return "data" + "".join(
        f".{name}" if plain.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]" for name in path
    )


def read_file(path: str) -> bytes:
    """Return a file's bytes; raises DocumentError over the size limit, OSError."""
    with open(path, "rb") as file:
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise DocumentError(f"{path}: size exceeds the limit of {SIZE_LIMIT} bytes")
    return content


def reason(error: OSError) -> str:
    """Return the operating system's reason, as Go words it."""
    return (error.strerror or str(error)).lower()
