"""Terraform configuration: so far only which blocks a file declares.

Reading HCL needs python-hcl2, the extra `hcl`; JSON configuration needs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from samakia_policy.sources.limits import MAX_FILE_BYTES


def root_addresses(data: bytes, *, is_json: bool) -> set[str] | None:
    """Return the addresses of the resources, data and modules of a file; None where nobody can tell."""
    if len(data) > MAX_FILE_BYTES:
        return None
    try:
        return set(_addresses(json.loads(data) if is_json else _read_hcl(data.decode())))
    except Exception:  # the parser's own errors, no parser at all, recursion: all of them mean the same
        return None


def _read_hcl(text: str) -> Any:
    import hcl2

    return hcl2.loads(text)


def _addresses(body: Any) -> Iterator[str]:
    for kind, prefix in (("resource", ""), ("data", "data.")):
        for block_type, named in _labelled(body.get(kind)):
            for name, _ in _labelled(named):
                yield f"{prefix}{block_type}.{name}"
    for name, _ in _labelled(body.get("module")):
        yield f"module.{name}"
    for _, check in _labelled(body.get("check")):
        for inner in check if isinstance(check, list) else [check]:
            yield from _addresses({"data": inner.get("data")})


def _labelled(blocks: Any) -> Iterator[tuple[str, Any]]:
    """Yield (label, what is in it) of blocks, which may be a mapping or a list of mappings."""
    for block in blocks if isinstance(blocks, list) else [blocks or {}]:
        for label, body in block.items():
            if label != "__is_block__":
                yield label.strip('"'), body
