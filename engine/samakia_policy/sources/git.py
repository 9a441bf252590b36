"""What Git tracks, asked without running anything that the checkout configures."""

from __future__ import annotations

import os

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


def tracked(root: str) -> set[str] | None:
    """Return every tracked path with all its folders; None when Git cannot tell."""
    import subprocess

    command = ["git", *_SAFE, "-C", root, "ls-files", "-z", "--cached"]
    environment = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    paths: set[str] = set()
    for path in filter(None, os.fsdecode(done.stdout).split("\0")):
        parts = path.split("/")
        paths.update("/".join(parts[:n]) for n in range(1, len(parts) + 1))
    return paths
