"""What the user says, never the checked tree: flags, then POLICY_* variables, then the user's own file.

The file is `${XDG_CONFIG_HOME:-~/.config}/samakia-policy/config.yaml`, or the one POLICY_CONFIG names. Trust
root, ledger, keys and every relaxation come from here alone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any, NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.sources.limits import MAX_FILE_BYTES, too_large

SETTINGS = {
    "trust_root": "path",
    "trust_fingerprint": "text",
    "ledger": "path",
    "ledger_key": "text",
    "keys": "path",
    "state": "path",
    "engine": "text",
    "sign": "list",
}
"""The keys of the file and their kinds; the variable of each is POLICY_ and its name in capitals.

Paths are relative to the folder of the file, or to the current one when a flag or variable names them.
"""
_ENGINES = ("native", "opa", "opa-server")


class Settings(NamedTuple):
    """The user's settings; a flag that was given goes before all of them."""

    environment: Mapping[str, str]
    values: Mapping[str, Any]

    def text(self, name: str, flag: str | None = "", default: str = "") -> str:
        """Return one setting: the flag, else the variable, else the user's file, else the default."""
        given = flag or self.environment.get(variable(name), "")
        return given or str(self.values.get(name, default))

    def texts(self, name: str, flags: list[str] | None = None) -> list[str]:
        """Return a setting of several values; the variable separates them by commas."""
        named = [part.strip() for part in self.environment.get(variable(name), "").split(",")]
        return flags or [part for part in named if part] or list(self.values.get(name, ()))


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"POLICY_{name.upper()}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the user's settings; raises InputError with the line of what is not understood."""
    path = settings_path(environment)
    named = bool(environment.get("POLICY_CONFIG"))
    if not named and not os.path.lexists(path):
        return Settings(environment, {})
    data = _read(path)
    from samakia_policy.sources.text import parse_contract

    parsed = parse_contract(data)
    if parsed.faults:
        fault = parsed.faults[0]
        raise InputError(fault.message, where=_place(path, data, fault.pointer, (fault.line, fault.column)))
    return Settings(environment, _values(path, data, parsed.data))


def settings_path(environment: Mapping[str, str]) -> str:
    """Return where the user's file lies."""
    return environment.get("POLICY_CONFIG") or os.path.join(
        user_folder(environment, "XDG_CONFIG_HOME", ".config"), "config.yaml"
    )


def user_folder(environment: Mapping[str, str], name: str, below_home: str) -> str:
    """Return the product's folder below one of the user's base folders (XDG)."""
    base = environment.get(name) or os.path.join(environment.get("HOME", "/"), below_home)
    return os.path.join(base, "samakia-policy")


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise InputError("is a directory or device, not a file", where=path)
            if found.st_mode & stat.S_IWOTH:
                hint = f"chmod o-w {path}"
                raise InputError("anybody may write it, so it is nobody's word", where=path, hint=hint)
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(too_large(found.st_size), where=path)
    return data


def _values(path: str, data: bytes, found: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, value in found.items():
        where = _place(path, data, f"/{name}")
        if name not in SETTINGS:
            hint = f"known keys: {', '.join(sorted(SETTINGS))}"
            raise InputError(f"unknown key {name!r}", where=where, hint=hint)
        values[name] = _value(name, value, where, os.path.dirname(path))
    return values


def _value(name: str, value: Any, where: str, folder: str) -> Any:
    if SETTINGS[name] == "list":
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise InputError(f"{name} must be a list of texts", where=where)
        return value
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} must be a text", where=where)
    if name == "engine" and value not in _ENGINES:
        raise InputError(f"no engine {value!r}", where=where, hint=f"one of {', '.join(_ENGINES)}")
    return os.path.join(folder, os.path.expanduser(value)) if SETTINGS[name] == "path" else value


def _place(path: str, data: bytes, pointer: str, known: tuple[int, int] = (0, 0)) -> str:
    from samakia_policy.sources.text import locate

    syntax = "json" if data.lstrip()[:1] in (b"{", b"[") else "yaml"
    line, column = known if known[0] else locate(data, syntax, pointer)
    return f"{path}:{line}:{column}"
