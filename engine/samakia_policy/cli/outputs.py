"""Where reports go: `-o FMT` to the output, `-o FMT=PATH` to a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from samakia_policy.errors import InputError


def output(text: str, formats: Iterable[str]) -> tuple[str, str]:
    """Split FMT[=PATH]; raises InputError for a format that there is not."""
    name, _, path = text.partition("=")
    if name not in formats:
        raise InputError(f"no output {name!r}", where="-o", hint=f"one of {', '.join(sorted(formats))}")
    return name, path


def write(text: str, name: str, path: str) -> None:
    """Write a report to a file, or print it, in colour where a person reads a table; raises InputError."""
    if not path:
        _print(text, name)
        return
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error


def _print(text: str, name: str) -> None:
    if name == "table" and sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        from samakia_policy.reporters.console import print_table

        print_table(text)
    else:
        sys.stdout.write(text)
