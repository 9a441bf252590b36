"""Gate files: the demands on one action by environment or class of environment; strictly read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.gate.demand import CI_USES, RUNNER_MODES, Approvals, Demand
from samakia_policy.gate.versions import valid
from samakia_policy.model.decision import API_VERSION
from samakia_policy.model.rule import SEVERITIES

_UNITS = {"m": 1, "h": 60, "d": 1440}
_LONGEST = 366 * 1440
_WHOLE = "1.0.0"


@dataclass(frozen=True, slots=True)
class Gate:
    """One action: what it does, whether it changes anything, what it demands where.

    `environments`: by name, by class, or "any"; a name wins over its class, a class over "any".
    """

    action: str
    title: str
    mutates: bool
    environments: Mapping[str, Demand]
    pack: str = ""
    digest: str = ""

    def demand(self, environment: str, environment_class: str) -> Demand:
        """Return the demand in an environment; where none is stated the action is refused."""
        for key in (environment, environment_class, "any"):
            if key in self.environments:
                return self.environments[key]
        stated = ", ".join(sorted(self.environments))
        return Demand(refuses=f"one of the environments that the gate names: {stated}")


class _Faulty(ValueError):
    pass


def read_gate(data: Any, where: str, *, pack: str = "", digest: str = "") -> Gate:
    """Return the gate that a parsed file states; raises PackError for anything but what is understood."""
    try:
        _keys(data, {"apiVersion", "kind", "action", "title", "mutates", "environments"}, "the file")
        if (data.get("apiVersion"), data.get("kind")) != (API_VERSION, "Gate"):
            raise _Faulty(f"is not {API_VERSION} Gate")
        environments = _mapping(data.get("environments"), "environments")
        if not environments:
            raise _Faulty("environments: names none, so that the action could never happen")
        demands = {name: _complete(stated, name) for name, stated in environments.items()}
        action, title = _text(data.get("action"), "action"), _text(data.get("title"), "title")
        return Gate(action, title, _boolean(data.get("mutates"), "mutates"), demands, pack, digest)
    except _Faulty as fault:
        raise PackError(str(fault), where=where) from None


def _complete(data: Any, where: str) -> Demand:
    """A gate says itself who may run it; an estate that tightens it says only what it tightens."""
    if "ci" not in _mapping(data, where):
        raise _Faulty(f"{where}.ci: must be stated, one of {', '.join(CI_USES)}")
    return read_demand({"fail_on": "high", **data}, where)


def read_demand(data: Any, where: str) -> Demand:
    """Return the demand that a mapping states; raises ValueError that names the key."""
    _keys(data, _READERS, where)
    return Demand(
        **{_FIELDS.get(key, key): _READERS[key](value, f"{where}.{key}") for key, value in data.items()}
    )


def _keys(data: Any, known: Any, where: str) -> None:
    if extra := sorted(set(map(str, _mapping(data, where))) - set(known)):
        raise _Faulty(
            f"{where}: unknown key {', '.join(map(repr, extra))}; known: {', '.join(sorted(known))}"
        )


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or any(not isinstance(key, str) for key in value):
        raise _Faulty(f"{where}: must be a mapping of names")
    return value


def _boolean(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _Faulty(f"{where}: must be true or false")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise _Faulty(f"{where}: must be a text")
    return value


def _count(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _Faulty(f"{where}: must be a whole number above 0")
    return value


def _minutes(value: Any, where: str) -> int:
    number, unit = (value[:-1], value[-1:]) if isinstance(value, str) else ("", "")
    minutes = int(number) * _UNITS[unit] if number.isascii() and number.isdigit() and unit in _UNITS else 0
    if not 0 < minutes <= _LONGEST:
        raise _Faulty(f"{where}: must be a duration such as 60m, 24h or 7d, at most 366d")
    return minutes


def _names(value: Any, where: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise _Faulty(f"{where}: must be a list")
    return frozenset(_text(name, where) for name in value)


def _one_of(choices: tuple[str, ...]) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:
        if value not in choices:
            raise _Faulty(f"{where}: must be one of {', '.join(choices)}")
        return str(value)

    return read


def _packs(value: Any, where: str) -> dict[str, str]:
    """Read least versions by name; a list of names means the first whole one of each."""
    stated = (
        dict.fromkeys(sorted(_names(value, where)), _WHOLE)
        if isinstance(value, list)
        else _mapping(value, where)
    )
    for name, version in stated.items():
        if not valid(version if isinstance(version, str) else ""):
            raise _Faulty(f"{where}.{name}: must be a version such as {_WHOLE}")
    return dict(stated)


def _allow(value: Any, where: str) -> dict[str, frozenset[str]]:
    return {name: _names(names, f"{where}.{name}") for name, names in _mapping(value, where).items()}


def _approvals(value: Any, where: str) -> dict[str, Approvals]:
    found = {}
    for role, stated in _mapping(value, where).items():
        _keys(stated, {"persons", "not_requester"}, f"{where}.{role}")
        barred = _boolean(stated.get("not_requester", True), f"{where}.{role}.not_requester")
        found[role] = Approvals(_count(stated.get("persons"), f"{where}.{role}.persons"), barred)
    return found


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "ci": _one_of(CI_USES),
    "runner_mode": _one_of(RUNNER_MODES),
    "fail_on": _one_of(SEVERITIES),
    "packs": _packs,
    "evidence_age": _minutes,
    "plan_age": _minutes,
    "plan_digest": _boolean,
    "approvals": _approvals,
    "window": _minutes,
    "reason": _count,
    "signing": _boolean,
    "variables": _names,
    "allow": _allow,
    "markers": _names,
    "forbid": _names,
    "runtimes": _count,
    "refuses": _text,
}
_FIELDS = {"evidence_age": "evidence_minutes", "plan_age": "plan_minutes", "window": "window_minutes"}
