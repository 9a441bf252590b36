"""Values of a plan: what Terraform hides in them becomes markers at the same place."""

from __future__ import annotations

from typing import Any

from samakia_policy.model.values import is_marker, redacted, unknown

KNOWN_AFTER_APPLY = "known after apply"


def visible(value: Any, hidden: Any, sensitive: Any) -> Any:
    """Return a value with markers where `after_unknown` and `*_sensitive` say true.

    `hidden` and `sensitive` have the value's shape; a true at a container hides all of it.
    """
    value = _overlay(value, hidden, unknown(KNOWN_AFTER_APPLY), keep_null=False)
    # Providers mark an argument sensitive even where it is not set, and null is no secret.
    return _overlay(value, sensitive, redacted("sensitive"), keep_null=True)


def _overlay(value: Any, mask: Any, marker: dict[str, str], *, keep_null: bool) -> Any:
    if not _hides(mask) or (keep_null and value is None):
        return value
    if isinstance(mask, dict) and not is_marker(mask) and isinstance(value, (dict, type(None))):
        return _overlay_mapping(value or {}, mask, marker, keep_null=keep_null)
    if isinstance(mask, list) and isinstance(value, (list, type(None))):
        return _overlay_list(value or [], mask, marker, keep_null=keep_null)
    return marker


def _overlay_mapping(value: Any, mask: Any, marker: dict[str, str], *, keep_null: bool) -> Any:
    if is_marker(value):
        return value
    hidden = {
        key: _overlay(value.get(key), below, marker, keep_null=keep_null)
        for key, below in mask.items()
        if _hides(below)
    }
    return {**value, **hidden}


def _overlay_list(value: Any, mask: Any, marker: dict[str, str], *, keep_null: bool) -> Any:
    missing = len(mask) - len(value)
    padded = [*value, *[None] * missing]
    masks = [*mask, *[False] * -missing]
    pairs = zip(padded, masks, strict=True)
    return [_overlay(item, below, marker, keep_null=keep_null) for item, below in pairs]


def _hides(mask: Any) -> bool:
    """Tell whether a mask hides anything; one that could not be read hides everything."""
    if isinstance(mask, dict):
        return is_marker(mask) or any(map(_hides, mask.values()))
    if isinstance(mask, list):
        return any(map(_hides, mask))
    return mask is not False and mask is not None
