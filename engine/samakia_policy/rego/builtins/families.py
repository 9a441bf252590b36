"""The module of every built-in. A name that is missing here is refused on purpose (see the docs)."""

from __future__ import annotations

_NAMES: dict[str, str] = {
    # module: "built-in built-in ..."
}

FAMILIES = {name: module for module, names in _NAMES.items() for name in names.split()}
