"""Load the index of rules and packs, and the sources of the rules that will run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.model.canonical import digest
from samakia_policy.model.rule import Pack, PackRule, Rule
from samakia_policy.packs.data import read_text


class Catalogue:
    """Every rule and pack of the product, or of a packet; `read` gives the text of a file by its parts."""

    def __init__(self, index: dict[str, Any], read: Callable[..., str] = read_text) -> None:
        self._read = read
        self.rules = {name: Rule(**rule) for name, rule in index["rules"].items()}
        self.packs = [_pack(pack) for pack in index["packs"]]
        self._libraries = index["libraries"]
        self.aliases = {old: rule.id for rule in self.rules.values() for old in rule.aliases}

    def rule(self, name: str) -> Rule:
        """Return a rule by id or alias; raises PackError when there is none."""
        found = self.rules.get(self.aliases.get(name, name))
        if found is None:
            raise PackError(f"there is no rule {name!r}", hint="`policy pack show PACK` lists rules")
        return found

    def source(self, rule: Rule) -> str:
        """Return a rule's source, checked against the index; raises PackError when it was changed."""
        return self._checked(rule.path, rule.digest)

    def manifest(self, pack: str) -> str:
        """Return the text of a pack's pack.yaml."""
        return self._read("packs", pack, "pack.yaml")

    def libraries(self) -> dict[str, str]:
        """Return the shared Rego libraries by name, checked."""
        return {name: self._checked(lib["path"], lib["digest"]) for name, lib in self._libraries.items()}

    def _checked(self, path: str, wanted: str) -> str:
        text = self._read(*path.split("/"))
        if digest(text.encode()) != wanted:
            raise PackError("was changed after the index was built", where=path, hint="run `make generate`")
        return text


def load() -> Catalogue:
    """Return the catalogue of the installed product; raises PackError."""
    try:
        return Catalogue(json.loads(read_text("packs", "index.json")))
    except (ValueError, KeyError, TypeError) as error:
        raise PackError("is not a pack index", where="packs/index.json") from error


def _pack(pack: dict[str, Any]) -> Pack:
    rules = [PackRule(**entry) for entry in pack["rules"]]
    return Pack(**{**pack, "rules": rules})
