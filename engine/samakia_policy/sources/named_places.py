"""What named documents are called in decisions, and which files are of a format that is not read here."""

from __future__ import annotations

import os
import re

_PREFIX = "@document/"
_FORMAT = re.compile(
    r"\.(?:cue|dockerfile|dockerignore|edn|env|gitignore|groovy|hcl|hocon|ini|jsonc|jsonnet|properties|textproto|tf"
    r"|tfvars|toml|vcl|xml)$"
)
_NAMES = ("dockerfile", "jenkinsfile", ".env", "nginx.conf", "codeowners", ".gitignore", ".dockerignore")


def named(path: str, root: str | None) -> str:
    """Return what a decision calls a file: its path in the estate, else `@document/` and its path.

    Steps upwards and the root of the file system are no part of the name.
    """
    if root is not None:
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        if not inside.startswith(os.pardir):
            return inside
    parts = [part for part in os.path.normpath(path).split(os.sep) if part not in {"", os.pardir}]
    return _PREFIX + "/".join(parts)


def unread_format(path: str) -> bool:
    """Tell whether Conftest would read a file that is not read here."""
    name = os.path.basename(path).lower()
    if name in _NAMES or name.startswith(("dockerfile.", "jenkinsfile.", ".env.")):
        return True
    return _FORMAT.search(name) is not None
