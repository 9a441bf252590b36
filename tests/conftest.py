"""What tests of several folders share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from samakia_policy import pipeline
from samakia_policy.sources.estate import read_estate

_NOBODY = 65534

# No test may fail because a machine is slow.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a user's cache for tests that check many estates, so that rules are compiled once."""
    return str(tmp_path_factory.mktemp("cache") / "schemas.json")


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


@pytest.fixture(scope="session")
def terraform() -> str:
    """Return the real terraform or tofu; skips where both are missing, but never in CI."""
    found = os.environ.get("POLICY_TERRAFORM") or shutil.which("terraform") or shutil.which("tofu")
    if found is None:
        assert os.environ.get("CI") != "true", "CI must have terraform or tofu"
        pytest.skip("neither terraform nor tofu is installed")
    return found


@pytest.fixture(scope="session")
def opa() -> str:
    """Return the real opa; skips where it is missing, but never in CI."""
    found = os.environ.get("POLICY_OPA") or shutil.which("opa")
    if found is None:
        assert os.environ.get("CI") != "true", "CI must have opa"
        pytest.skip("opa is not installed")
    return found


@contextmanager
def _serving(opa: str, *flags: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a server that ends with the block; yields its address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [opa, "run", "--server", "--disable-telemetry", "--log-level", "error", "--addr", host, *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(host, process)
        yield host, process
    finally:
        process.kill()
        process.wait()


def _wait_for(host: str, process: subprocess.Popen[bytes]) -> None:
    name, _, port = host.rpartition(":")
    for _ in range(200):
        assert process.poll() is None, "opa ended before it served"
        try:
            socket.create_connection((name, int(port)), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("opa does not serve")


@pytest.fixture(scope="session")
def opa_server(opa: str) -> Callable[..., Any]:
    """Return a function that, given flags, starts a real OPA server for the length of a block."""
    return partial(_serving, opa)


@pytest.fixture(scope="session")
def opa_address(opa: str) -> Iterator[str]:
    """Return the address of a real OPA server."""
    with _serving(opa) as (address, _):
        yield address
