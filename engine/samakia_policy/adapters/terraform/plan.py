"""Saved plans: what is in them, and when they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.adapters.private_copy import PrivateCopy
from samakia_policy.adapters.terraform.tool import Tool
from samakia_policy.errors import AdapterError

_REPLACE = frozenset({"create", "delete"})


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan as the tool shows it: the JSON it was turned into, when it was made, what it changes."""

    document: bytes
    made: str
    changes: frozenset[str]


def show_plan(tool: Tool, copy: PrivateCopy) -> SavedPlan:
    """Return what a private copy of a binary plan holds; raises AdapterError when it is no plan."""
    document = tool.require("show", "-json", "-no-color", copy.path).output
    try:
        data = json.loads(document)
        changes = [_kind(change["change"]["actions"]) for change in data.get("resource_changes", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdapterError(f"{tool.name} show did not answer with a plan") from error
    return SavedPlan(document, str(data.get("timestamp") or ""), frozenset(changes) - {"no-op", "read"})


def _kind(actions: Any) -> str:
    return "replace" if set(actions) == _REPLACE else str(actions[0])


def serial(tool: Tool) -> Mapping[str, Any]:
    """Return the serial and lineage of the state, both None where there is none yet."""
    text = tool.require("state", "pull").output
    state = json.loads(text) if text.strip() else {}
    return {"serial": state.get("serial"), "lineage": state.get("lineage")}
