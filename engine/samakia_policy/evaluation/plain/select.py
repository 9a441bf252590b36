"""Which rules of plain packages are asked: those of chosen namespaces whose names Conftest knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.evaluation.plain import ASKED, Compiled, Path
from samakia_policy.evaluation.plain.query import reference

DEFAULT_NAMESPACE = "main"
EXCEPTION = "exception"
_ODD = re.compile(r"[^A-Za-z0-9_-]|_(?=x[0-9A-F])")
_SEVERITIES = {"deny": "high", "violation": "high", "warn": "medium"}


@dataclass(slots=True)
class PlainRule:
    """All rules of one name in one package; `files` are where they are, with their first lines."""

    package: Path
    name: str
    files: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The rule's id: namespace/name."""
        return f"{'.'.join(map(_word, self.package))}/{self.name}"

    @property
    def severity(self) -> str:
        """How severe what it finds is, which its name tells."""
        match = ASKED.fullmatch(self.name)
        return _SEVERITIES[match[1]] if match else "high"

    @property
    def excepted_as(self) -> str:
        """What a rule `exception` calls it: its name without what makes it one that is asked."""
        return self.name.partition("_")[2]

    @property
    def path(self) -> Path:
        """Where its document lies below `data`."""
        return (*self.package, self.name)


def is_plain(rule: str) -> bool:
    """Tell whether an id is that of a rule of a plain package; those of packs never look like one."""
    return ASKED.fullmatch(rule.rpartition("/")[2]) is not None


def select(compiled: Compiled, namespaces: Sequence[str], *, every: bool) -> list[PlainRule]:
    """Return the rules to ask, by id; raises InputError where a namespace has none, or one cannot be asked.

    `namespaces`: names or patterns, as Conftest takes them. `every`: whatever package has rules.
    """
    found: dict[tuple[Path, str], PlainRule] = {}
    for told in compiled.rules:
        package = tuple(told["package"])
        if ASKED.fullmatch(told["name"]) and (every or _wanted(package, namespaces)):
            _check(told)
            rule = found.setdefault((package, told["name"]), PlainRule(package, told["name"]))
            rule.files.setdefault(told["file"], told["line"])
    packages = {rule.package for rule in found.values()}
    for pattern in () if every else namespaces:
        if not any(_matches(package, pattern) for package in packages):
            raise InputError(
                f"no package {pattern!r} with a rule deny, violation or warn, so nothing would be checked",
                where="--namespace",
                hint=_known(compiled),
            )
    if not found:
        hint = "Conftest's names: deny, deny_*, violation, violation_*, warn, warn_*"
        raise InputError("no package has a rule that can be asked", where="--policy", hint=hint)
    return sorted(found.values(), key=lambda rule: rule.id)


def exceptions(compiled: Compiled) -> dict[Path, str]:
    """Return the packages that have a rule `exception`, each with the place of the first."""
    found: dict[Path, str] = {}
    for told in compiled.rules:
        if told["name"] == EXCEPTION and told["kind"] in {"set", "value"}:
            found.setdefault(tuple(told["package"]), f"{told['file']}:{told['line']}")
    return found


def _check(told: dict[str, Any]) -> None:
    """Refuse what nobody would ever ask: a function, or parts of a name that is never asked as a whole."""
    where = f"{told['file']}:{told['line']}"
    if told["kind"] == "function":
        raise InputError(
            f"{told['name']} is a function, and nobody calls it", where=where, hint="name it otherwise"
        )
    if told["kind"] == "ref":
        hint = f"write `{told['name']} contains msg if {{ ... }}`"
        raise InputError(
            f"{told['name']} gives values below its name, and no set of messages", where=where, hint=hint
        )


def namespace(package: Path) -> str:
    """Return a package's name as Conftest writes it."""
    plain = all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", part) for part in package)
    return ".".join(package) if plain else package[0] + reference(package[1:], "")


def _wanted(package: Path, namespaces: Sequence[str]) -> bool:
    return any(_matches(package, pattern) for pattern in namespaces)


def _matches(package: Path, pattern: str) -> bool:
    name = namespace(package)
    return name == pattern or fnmatchcase(name, pattern.replace("[^", "[!"))


def _known(compiled: Compiled) -> str:
    names = {namespace(tuple(told["package"])) for told in compiled.rules if ASKED.fullmatch(told["name"])}
    listed = ", ".join(sorted(names))
    return f"there is: {listed}; --all-namespaces takes all" if names else "no package has such a rule"


def _word(part: str) -> str:
    """Return a part of a package's name as ids hold it: letters, digits, - and _; others by their number."""
    return _ODD.sub(lambda match: f"_x{ord(match[0]):X}_", part)
