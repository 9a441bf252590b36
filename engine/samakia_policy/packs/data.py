"""Where the product's own data lies: in the wheel, or beside the engine in a checkout."""

from __future__ import annotations

import os

from samakia_policy.errors import PackError

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def data_root() -> str:
    """Return the directory that holds policies/, packs/ and contracts/; raises PackError without."""
    for candidate in (os.path.join(_HERE, "data"), os.path.dirname(os.path.dirname(_HERE))):
        if os.path.isfile(os.path.join(candidate, "packs", "index.json")):
            return candidate
    raise PackError("the product's own packs are missing", hint="install samakia-policy again")


def read_text(*parts: str) -> str:
    """Return the text of one of the product's files; raises PackError."""
    path = os.path.join(data_root(), *parts)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise PackError("cannot be read", where="/".join(parts)) from error
