"""What the environment variables say about who runs this: a person or a CI job."""

from __future__ import annotations

from collections.abc import Mapping

from samakia_policy.errors import InputError

_NOT = frozenset({"", "0", "false"})
_MODES = frozenset({"", "ci", "operator"})


def in_ci(variables: Mapping[str, str]) -> bool:
    """Tell whether a CI system runs this: CI is set to anything but 0 or false, or one of the known ones."""
    if variables.get("CI", "").strip().lower() not in _NOT:
        return True
    return any(variables.get(name) for name in ("GITHUB_ACTIONS", "GITLAB_CI"))


def runner_mode(variables: Mapping[str, str]) -> str:
    """Return RUNNER_MODE, "ci" where it is not set; raises InputError for a mode that does not exist."""
    mode = variables.get("RUNNER_MODE", "")
    if mode not in _MODES:
        raise InputError(f"RUNNER_MODE is {mode!r}", where="environment", hint="it is `ci` or `operator`")
    return mode or "ci"


def signing_key(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the key that the reference's variables name, and why that is refused ("" where it is not)."""
    keys = {variables.get(name, "") for name in ("EVIDENCE_SIGN_KEY", "EVIDENCE_GPG_KEY")} - {""}
    if len(keys) > 1:
        return "", "EVIDENCE_SIGN_KEY and EVIDENCE_GPG_KEY name different keys"
    key = next(iter(keys), "")
    if key and variables.get("EVIDENCE_SIGN", "") != "1":
        return "", "a key is named although EVIDENCE_SIGN is not 1"
    return key, ""
