"""The real tools that evidence is compared with."""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str) -> str:
    """Return the path of a program; skips where it is missing, but never in CI."""
    found = shutil.which(name)
    if found is None:
        assert os.environ.get("CI") != "true", f"CI must have {name}"
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="session")
def ssh_keygen() -> str:
    """Return the real ssh-keygen."""
    return tool("ssh-keygen")


@pytest.fixture(scope="session")
def openssl() -> str:
    """Return the real openssl."""
    return tool("openssl")


@pytest.fixture(scope="session")
def gpg() -> str:
    """Return the real gpg."""
    return tool("gpg")
