"""Which files Git would ignore, from the text of .gitignore alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(slots=True, frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    negated: bool
    directories_only: bool


class IgnoreRules:
    """The .gitignore files met on the way down a tree; the last matching pattern decides."""

    def __init__(self) -> None:
        self._by_folder: dict[str, tuple[_Pattern, ...]] = {}

    def add(self, folder: str, text: str) -> None:
        """Add the .gitignore of a folder ("" is the root)."""
        self._by_folder[folder] = tuple(
            pattern for line in text.splitlines() if (pattern := _compile(line)) is not None
        )

    def ignored(self, path: str, *, directory: bool) -> bool:
        """Tell whether a path is ignored; its parents are known not to be."""
        verdict = False
        for folder in _folders(path):
            rest = path[len(folder) + 1 :] if folder else path
            for pattern in self._by_folder.get(folder, ()):
                if (directory or not pattern.directories_only) and pattern.regex.fullmatch(rest):
                    verdict = not pattern.negated
        return verdict


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


@lru_cache(maxsize=4096)
def _compile(line: str) -> _Pattern | None:
    line = line.rstrip("\r")
    line = re.sub(r"(?<!\\) +$", "", line)
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    body = line[1:] if negated else line
    directories_only = body.endswith("/")
    body = body.rstrip("/") if directories_only else body
    anchored = "/" in body
    regex = _translate(body.lstrip("/"))
    return _Pattern(re.compile(regex if anchored else f"(?:.*/)?{regex}"), negated, directories_only)


def _translate(glob: str) -> str:
    token = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?[^\]]+\]|\\.|.", re.DOTALL)
    return "".join(_regex_of(match[0]) for match in token.finditer(glob))


def _regex_of(token: str) -> str:
    fixed = {"**/": "(?:.*/)?", "/**": "/.*", "?": "[^/]"}
    if token in fixed:
        return fixed[token]
    if token.startswith("*"):
        return "[^/]*"
    if token.startswith("[") and len(token) > 1:
        inner = token[1:-1].replace("\\", "\\\\")
        return "[" + ("^" + inner[1:] if inner.startswith("!") else inner.replace("^", "\\^")) + "]"
    return re.escape(token[-1] if token.startswith("\\") else token)
