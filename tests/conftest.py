"""What tests of several folders share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from samakia_policy import pipeline
from samakia_policy.sources.estate import read_estate

_NOBODY = 65534


@pytest.fixture
def unprivileged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return a function after which estates below a folder are read without privileges.

    Root can read everything, so a file without permissions would be no test for root.
    """

    def drop(folder: Path) -> None:
        for parent in (folder, *folder.parents):
            if parent.stat().st_uid == os.geteuid() and parent != parent.parent:
                parent.chmod(parent.stat().st_mode | 0o055)

    def read_unprivileged(root: str) -> object:
        privileged = os.geteuid()
        os.seteuid(_NOBODY if privileged == 0 else privileged)
        try:
            return read_estate(root)
        finally:
            os.seteuid(privileged)

    monkeypatch.setattr(pipeline, "read_estate", read_unprivileged)
    return drop
