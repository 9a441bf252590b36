"""JSON schemas from a file or a directory, by the reference that annotations use."""

from __future__ import annotations

import os
from typing import Any

from samakia_policy.rego.tools.documents import DocumentError, read_any
from samakia_policy.rego.tools.go_json import plain
from samakia_policy.rego.tools.loader import clean, read_file, reason
from samakia_policy.rego.tools.problems import Refused, plain_problem

ROOT = "schema"


def load_schemas(path: str) -> dict[str, Any]:
    """Return schemas by reference: a file is `schema`, a file `a/b.json` below a directory `schema.a.b`."""
    path = clean(path)
    if not os.path.isdir(path):
        return {ROOT: _read(path)}
    found = {}
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            full = os.path.join(folder, name)
            relative = os.path.splitext(os.path.relpath(full, path))[0]
            found[".".join([ROOT, *relative.split(os.sep)])] = _read(full)
    return found


def _read(path: str) -> Any:
    try:
        return plain(read_any(read_file(path)))
    except OSError as error:
        raise Refused([plain_problem(f"stat {path}: {reason(error)}")]) from None
    except DocumentError as error:
        raise Refused([plain_problem(f"{path}: {error}")]) from None
