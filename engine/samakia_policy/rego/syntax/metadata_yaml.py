"""YAML as OPA reads it."""

from __future__ import annotations

from typing import Any


def load(text: str) -> dict[str, Any]:
    """Return the mapping a block holds."""
    import yaml

    values = yaml.safe_load(text)
    return dict(values) if isinstance(values, dict) else {}
