"""Read an estate: hash every file, parse the documents that are known, lose nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.model.document import Document, Fault, Parsed
from samakia_policy.sources.kinds import CONTRACT, FOREIGN, DocumentKind, document_kind
from samakia_policy.sources.limits import MAX_FILE_BYTES
from samakia_policy.sources.walk import Entry, walk

_CHUNK = 1 << 20
_NO_DIGEST = "0" * 64


@dataclass(slots=True)
class RepoFile:
    """A file of the estate, whatever it holds."""

    path: str
    size: int
    executable: bool
    digest: str


@dataclass(slots=True)
class Estate:
    """Everything read from one estate, sorted by path."""

    root: str
    files: list[RepoFile] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    unreadable_directories: list[str] = field(default_factory=list)
    schemas: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return "<sha256> <x|-> <path>" of every file walked, what the estate's digest is made of."""
        return [f"{file.digest} {'x' if file.executable else '-'} {file.path}\n" for file in self.files]


def read_estate(root: str) -> Estate:
    """Walk and read an estate; raises InputError only when the root itself cannot be read."""
    estate = Estate(root)
    for entry in walk(root):
        _read(estate, entry)
    return estate


def read_bytes(root: str, path: str) -> bytes:
    """Return a file's bytes; raises InputError naming the file."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error


def _read(estate: Estate, entry: Entry) -> None:
    how = document_kind(entry.path)
    if entry.fault:
        _broken(estate, entry, how, entry.fault)
        return
    if entry.link:
        digest = hashlib.sha256(f"link {entry.link}".encode()).hexdigest()
        estate.files.append(RepoFile(entry.path, 0, False, digest))
        return
    try:
        data, digest = _load(os.path.join(estate.root, entry.path), keep=how is not None)
    except OSError as error:
        _broken(estate, entry, how, f"cannot be read: {error.strerror}")
        return
    estate.files.append(RepoFile(entry.path, entry.size, entry.executable, digest))
    if how is not None:
        _parse(estate, entry.path, how, data, digest)


def _load(path: str, *, keep: bool) -> tuple[bytes, str]:
    """Return (the first bytes up to just past the limit, sha256 of the whole file)."""
    seen = hashlib.sha256()
    kept = b""
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            seen.update(chunk)
            if keep and len(kept) <= MAX_FILE_BYTES:
                kept += chunk
    return kept, seen.hexdigest()


def _broken(estate: Estate, entry: Entry, how: DocumentKind | None, fault: str) -> None:
    if entry.unlisted:
        estate.unreadable_directories.append(entry.path)
    estate.files.append(RepoFile(entry.path, entry.size, entry.executable, _NO_DIGEST))
    how = how or DocumentKind("repo_file")
    estate.documents.append(_document(entry.path, how, _NO_DIGEST, Parsed(None, [Fault(fault)])))


def _parse(estate: Estate, path: str, how: DocumentKind, data: bytes, digest: str) -> None:
    document = _document(path, how, digest, _parser(path, how)(data))
    estate.documents.append(document)
    if how.schema:
        estate.schemas[path] = how.schema


def _parser(path: str, how: DocumentKind) -> Callable[[bytes], Parsed]:
    from samakia_policy.sources import text

    if how.strictness == CONTRACT:
        any_root = how.kind in {"repo_file", "dr_registry"}
        return lambda data: text.parse_contract(
            data,
            max_bytes=MAX_FILE_BYTES,
            root="any" if any_root else "mapping",
            flow=not path.endswith(".json"),
        )
    if how.strictness == FOREIGN:
        return _workflow
    return lambda _data: Parsed({}, syntax="text")


def _workflow(data: bytes) -> Parsed:
    from samakia_policy.sources.text import parse_foreign_yaml
    from samakia_policy.sources.workflow import small_form

    parsed = parse_foreign_yaml(data)
    return parsed if parsed.data is None else small_form(parsed)


def _document(path: str, how: DocumentKind, digest: str, parsed: Parsed) -> Document:
    data: Any = parsed.data
    return Document(
        path=path,
        kind=how.kind,
        digest=f"sha256:{digest}",
        role=how.role,
        owner=how.owner,
        mapped=how.mapped,
        data=data,
        syntax=parsed.syntax,
        faults=parsed.faults,
    )
