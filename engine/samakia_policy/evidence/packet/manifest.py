"""manifest.sha256: the lines of sha256sum, one for each file, sorted by the bytes of the path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from samakia_policy.evidence.packet.layout import path_problem
from samakia_policy.evidence.reasons import Refusal

MAX_FILES = 100_000
"""Lines of one manifest."""
MAX_BYTES = 32 << 20
"""Bytes of one manifest."""
_LINE = re.compile(r"([0-9a-f]{64})  (\./)?(.+)")
_WHERE = "manifest.sha256"


def write_manifest(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of files by path; `digests`: 64 hex digits of sha256."""
    paths = sorted(digests, key=lambda path: path.encode())
    return "".join(f"{digests[path]}  ./{path}\n" for path in paths).encode()


def read_manifest(data: bytes, *, reference: bool = False) -> dict[str, str]:
    """Return the digest of each path in a manifest; raises Refusal `manifest-...`.

    `reference`: also accept what the reference writes, bare paths in the order of some locale.
    """
    if len(data) > MAX_BYTES:
        message = f"has {len(data)} bytes (limit MAX_BYTES = {MAX_BYTES})"
        raise Refusal("manifest-too-large", message, where=_WHERE)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refusal("manifest-malformed", "is not UTF-8", where=_WHERE) from None
    if not text.endswith("\n"):
        raise Refusal("manifest-malformed", "is empty, or its last line has no end", where=_WHERE)
    lines = text[:-1].split("\n")
    if len(lines) > MAX_FILES:
        message = f"lists {len(lines)} files (limit MAX_FILES = {MAX_FILES})"
        raise Refusal("manifest-too-many-files", message, where=_WHERE)
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        path, digest = _read_line(line, f"{_WHERE}:{number}", reference)
        if path in found:
            raise Refusal("manifest-duplicate", f"lists {path!r} twice", where=f"{_WHERE}:{number}")
        found[path] = digest
    if not reference and write_manifest(found) != data:
        raise Refusal("manifest-order", "is not sorted by the bytes of the paths", where=_WHERE)
    return found


def _read_line(line: str, where: str, reference: bool) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        hint = "a line is 64 hex digits, two spaces and a path"
        raise Refusal("manifest-malformed", "is no line of sha256sum", where=where, hint=hint)
    digest, dotted, path = found.groups()
    if problem := path_problem(path):
        raise Refusal("manifest-path", f"{path!r} {problem}", where=where)
    if not dotted and not reference:
        raise Refusal("manifest-path", f"{path!r} does not begin with ./", where=where)
    return path, digest
