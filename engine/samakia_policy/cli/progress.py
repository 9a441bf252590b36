"""Say that work goes on, where a person waits: on a terminal, after a second, never in CI."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PATIENCE = 1.0


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show a spinner on standard error while the block takes longer than a second."""
    if not sys.stderr.isatty() or os.environ.get("CI", "") not in {"", "0", "false"}:
        yield
        return
    shown: list[Any] = []
    timer = threading.Timer(_PATIENCE, _show, (what, shown))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()


def _show(what: str, shown: list[Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True).status(Text(what))
    status.start()
    shown.append(status)
