"""Which environment a plan is of that was named without one: that of the root module it fits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from samakia_policy.errors import InputError
from samakia_policy.model.plan import Plan
from samakia_policy.sources.estate import Estate, RepoFile, read_bytes
from samakia_policy.sources.terraform_hcl import root_addresses

UNNAMED = "plan"
_ROOT_FILE = re.compile(r"(?:.+/)?terraform/envs/([^/]+)/[^/]+\.tf(\.json)?")
_MODULE = re.compile(r"module\.[^.\[]+")


def environment_of(plan: Plan, estate: Estate) -> str:
    """Return the only environment whose root module declares what the plan does, else "plan".

    What cannot be read may fit too, so that then nobody can say which it is.
    """
    if estate.unreadable_directories:
        return UNNAMED
    declared, exactly = _addresses(plan)
    fitting = set()
    for name, addresses in _environments(estate).items():
        if addresses is None or (addresses == declared if exactly else addresses >= declared):
            fitting.add(name if addresses is not None else UNNAMED)
    return fitting.pop() if declared and len(fitting) == 1 else UNNAMED


def _addresses(plan: Plan) -> tuple[set[str], bool]:
    """Return the plan's addresses in the root module, and whether these are all that it declares."""
    blocks = {_address(block.mode, block.type, block.name) for block in plan.root.resources}
    blocks |= {f"module.{name}" for name in plan.root.module_calls}
    if blocks:
        return blocks, True
    return set(_planned(plan)), False


def _planned(plan: Plan) -> Iterator[str]:
    changes = [(change, change.module_address) for change in plan.changes]
    for resource, module in [*changes, *((entry.resource, entry.module_address) for entry in plan.unchanged)]:
        outermost = _MODULE.match(module)
        yield outermost[0] if outermost else _address(resource.mode, resource.type, resource.name)


def _address(mode: str, kind: str, name: str) -> str:
    return f"{'data.' if mode == 'data' else ''}{kind}.{name}"


def _environments(estate: Estate) -> dict[str, set[str] | None]:
    """Return what the root module of each environment declares; None where nobody can tell."""
    found: dict[str, set[str] | None] = {}
    for file in estate.files:
        match = _ROOT_FILE.fullmatch(file.path)
        if match:
            before, more = found.setdefault(match[1], set()), _declared(estate, file, is_json=bool(match[2]))
            found[match[1]] = None if before is None or more is None else before | more
    return found


def _declared(estate: Estate, file: RepoFile, *, is_json: bool) -> set[str] | None:
    if os.path.islink(os.path.join(estate.root, file.path)):
        return None
    try:
        return root_addresses(read_bytes(estate.root, file.path), is_json=is_json)
    except InputError:
        return None
