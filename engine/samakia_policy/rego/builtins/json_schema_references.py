"""References between JSON Schemas: which document or part of one they mean. Nothing is fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from samakia_policy.rego.errors import BuiltinFault

_DRAFTS = {
    "http://json-schema.org/draft-04/schema": 4,
    "http://json-schema.org/draft-06/schema": 6,
    "http://json-schema.org/draft-07/schema": 7,
}
_LITERAL = frozenset(("const", "enum"))
_NAMED = frozenset(("properties", "dependencies", "patternProperties"))


def schema_draft(document: Any) -> int | None:
    """Return the draft that a document names, or None; raises BuiltinFault."""
    if isinstance(document, bool):
        return None
    if not isinstance(document, dict):
        raise BuiltinFault("schema is invalid")
    named = document.get("$schema", "")
    if not isinstance(named, str):
        raise BuiltinFault("$schema must be of type string")
    return _DRAFTS.get(_text(named))


def _text(reference: str) -> str:
    return reference.removesuffix("#")


def _absolute(base: str, reference: str) -> str:
    made = _text(urljoin(base, reference))
    return made if made[:1] in ("", "#", "/") or urlsplit(made).scheme else f"/{made}"


class Pool:
    """The documents that references can mean, by URL; `root` has every reference made absolute."""

    def __init__(self, document: Any) -> None:
        self.documents: dict[str, tuple[Any, int | None]] = {}
        draft = schema_draft(document)
        self.root = self._resolved(document, "", draft)
        self.documents[""] = (self.root, draft)

    def _resolved(self, node: Any, base: str, draft: int | None) -> Any:
        if isinstance(node, list):
            return [self._resolved(item, base, draft) for item in node]
        if not isinstance(node, dict):
            return node
        made: dict[str, Any] = {}
        name = node.get("id" if "id" in node else "$id")
        if isinstance(name, str):
            base = _absolute(base, name)
            if base in self.documents:
                raise BuiltinFault(f'Reference already exists: "{base}"')
            self.documents[base] = (made, draft)
        for key, item in node.items():
            if key in _NAMED and isinstance(item, dict):
                made[key] = {part: self._resolved(found, base, draft) for part, found in item.items()}
            elif key == "$ref" and isinstance(item, str):
                made[key] = _absolute(base, item)
            else:
                made[key] = item if key in _LITERAL else self._resolved(item, base, draft)
        return made

    def find(self, reference: str) -> tuple[Any, int | None]:
        """Return what a reference means, and its draft; raises BuiltinFault."""
        if reference in self.documents:
            return self.documents[reference]
        url, fragment = urldefrag(reference)
        if url in self.documents:
            document, draft = self.documents[url]
            return _pointed(document, unquote(fragment)), draft
        if not urlsplit(url).scheme:
            raise BuiltinFault(f"Reference {reference} must be canonical")
        if url in _DRAFTS:
            self._add_draft(url)
            return self.find(reference)
        raise BuiltinFault(f"remote reference loading disabled: {reference}")

    def _add_draft(self, url: str) -> None:
        from jsonschema import validators

        found = validators.validator_for({"$schema": f"{url}#"}).META_SCHEMA
        document = {name: item for name, item in found.items() if name not in ("id", "$id")}
        self.documents[url] = (self._resolved(document, url, _DRAFTS[url]), _DRAFTS[url])


def _pointed(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            if name not in document:
                raise BuiltinFault(f"Object has no key '{name}'")
            document = document[name]
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            raise BuiltinFault(f"Invalid token reference '{name}'")
    return document
