"""Build the fact graph out of documents and files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from samakia_policy.facts.normalise import MAKES, NORMALISERS
from samakia_policy.facts.normalise.tenants import directory_of
from samakia_policy.facts.relations import edges
from samakia_policy.model.document import LIVE, TEMPLATE, Document
from samakia_policy.model.fact import Fact, FactGraph, Origin

# Any of these makes a directory a tenant.
_TENANT_KINDS = frozenset(("tenant", "tenant_policy", "tenant_quota", "tenant_endpoint", "tenant_capacity"))


def build(documents: Sequence[Document], files: Iterable[Fact], plans: Iterable[Fact] = ()) -> FactGraph:
    """Return the graph of an estate; the order in which things were read does not matter."""
    graph = FactGraph()
    ordered = sorted(documents, key=_precedence)
    _add_facts(graph, ordered)
    _complete_tenants(graph, ordered)
    for fact in (*files, *plans):
        graph.add(fact)
    subjects = _subjects(graph, {document.path for document in ordered})
    for document in ordered:
        graph.add(_document_fact(document, subjects))
    _add_secret_hits(graph, ordered)
    graph.link(edges(graph))
    return graph


def _precedence(document: Document) -> tuple[bool, bytes]:
    """A live tenant comes before an example of the same name, so that it gets the plain id."""
    return ("/tenants/examples/" in document.path, document.path.encode())


def _add_facts(graph: FactGraph, documents: Sequence[Document]) -> None:
    """Add the facts of documents; a directory without a readable tenant.yml gets its tenant first."""
    known = {directory_of(d.path) for d in documents if d.kind == "tenant" and d.parsed}
    stated = {directory_of(d.path): d for d in documents if d.kind == "tenant"}
    for document in documents:
        directory = directory_of(document.path)
        if document.kind in _TENANT_KINDS and document.role == LIVE and directory not in known:
            known.add(directory)
            graph.add(_unread_tenant(directory, document, stated.get(directory)))
        _add_document(graph, document)


def _add_document(graph: FactGraph, document: Document) -> None:
    made = MAKES.get(document.kind, [document.kind]) if document.kind in NORMALISERS else []
    if document.parsed:
        for fact in NORMALISERS[document.kind](document) if made else ():
            graph.add(fact)
    elif document.role == LIVE:
        # Nobody knows whether a secret lies in it.
        for kind in (*made, "secret_hit"):
            graph.mark_incomplete(kind, document.path)


def _complete_tenants(graph: FactGraph, documents: Sequence[Document]) -> None:
    """Tell every tenant which files its directory has, and every fact in it which tenant it has."""
    names: dict[str, list[str]] = {}
    for document in documents:
        if document.path.startswith("contracts/tenants/") and document.role == LIVE:
            directory = directory_of(document.path)
            names.setdefault(directory, []).append(document.path[len(directory) + 1 :])
    by_directory = {fact.attrs["directory"]: fact for fact in graph.of("tenant").values()}
    for directory, tenant in by_directory.items():
        tenant.attrs["files"] = sorted(names.get(directory, []))
    _name_tenants(graph, by_directory)


def _unread_tenant(directory: str, document: Document, stated: Document | None) -> Fact:
    """Return the tenant of a directory whose tenant.yml is missing or cannot be read."""
    folder = directory.rpartition("/")[2]
    attrs = {"folder": folder, "directory": directory, "declared": stated is not None}
    seen = stated or document
    return Fact("tenant", folder, attrs, Origin(seen.path, "", seen.digest))


def _name_tenants(graph: FactGraph, by_directory: dict[str, Fact]) -> None:
    for fact in graph:
        directory = fact.attrs.get("directory")
        if fact.kind != "tenant" and directory in by_directory:
            fact.attrs["tenant"] = by_directory[directory].id


def _subjects(graph: FactGraph, paths: set[str]) -> dict[tuple[str, str], str]:
    """Return (path, kind) -> subject of the fact a document is named after: its first and widest."""
    subjects: dict[tuple[str, str], str] = {}
    read = (fact for fact in graph if fact.origin.path in paths)
    for fact in sorted(read, key=lambda fact: (fact.origin.path, fact.origin.pointer)):
        subjects.setdefault((fact.origin.path, fact.kind), fact.subject)
    return subjects


def _document_fact(document: Document, subjects: dict[tuple[str, str], str]) -> Fact:
    faults = [
        {"message": f.message, "line": f.line, "column": f.column, "pointer": f.pointer}
        for f in document.faults
    ]
    attrs = {
        "path": document.path,
        "kind": document.kind,
        "subject": _subject(document, subjects),
        "owner": document.owner,
        "role": document.role,
        "mapped": document.mapped,
        "parsed": document.parsed,
        "faults": faults,
    }
    places = {
        f"/faults/{n}": Origin(document.path, f.pointer, document.digest, f.line, f.column)
        for n, f in enumerate(document.faults)
    }
    origin = Origin(document.path, "", document.digest)
    return Fact("document", document.path, attrs, origin, places, document.role)


def _subject(document: Document, subjects: dict[tuple[str, str], str]) -> str:
    if document.role == TEMPLATE or document.kind == "repo_file":
        return f"repo_file:{document.path}"
    kinds = [*MAKES.get(document.kind, []), document.kind]
    wide = [kind for kind in ("tenant_endpoints", document.kind) if kind in kinds]
    for kind in wide:
        if (document.path, kind) in subjects:
            return subjects[document.path, kind]
    return f"{wide[0]}:{_expected_id(document)}"


def _expected_id(document: Document) -> str:
    """Return the id that the facts of an unreadable document would have: from its path alone."""
    parts = document.path.split("/")
    if parts[:2] == ["contracts", "tenants"]:
        folder = directory_of(document.path).rpartition("/")[2]
        if "consumers" in parts:
            return f"{folder}/{parts[-2]}"
        return "tenants" if folder == "_schema" else folder
    return "tenants" if document.kind in {"execute_policy", "dr_testcase"} else document.path


def _add_secret_hits(graph: FactGraph, documents: Sequence[Document]) -> None:
    holding = [document for document in documents if document.secrets]
    holders = _Holders(graph) if holding else None
    for document in holding:
        for hit in document.secrets:
            found = holders.find(document.path, hit.pointer) if holders else None
            holder = found or f"repo_file:{document.path}"
            attrs = {
                "path": document.path,
                "pointer": hit.pointer,
                "detector": hit.detector,
                "hash8": hit.hash8,
                "holder": holder,
            }
            where = Origin(document.path, hit.pointer, document.digest)
            identity = f"{document.path}#{hit.hash8}"
            graph.add(Fact("secret_hit", identity, attrs, where, role=document.role))


class _Holders:
    """Finds the fact that holds a place: the deepest one whose pointer leads there."""

    def __init__(self, graph: FactGraph) -> None:
        self._by_path: dict[str, list[tuple[str, str]]] = {}
        for fact in graph:
            if fact.kind not in {"document", "repo_file"}:
                entry = (fact.origin.pointer, fact.subject)
                self._by_path.setdefault(fact.origin.path, []).append(entry)
        for entries in self._by_path.values():
            entries.sort()

    def find(self, path: str, pointer: str) -> str | None:
        """Return the subject of the holder, or None."""
        entries = self._by_path.get(path, [])
        for pointed, subject in reversed(entries[: bisect_right(entries, (pointer, "\U0010ffff"))]):
            if pointer == pointed or pointer.startswith(f"{pointed}/"):
                return subject
        return None
