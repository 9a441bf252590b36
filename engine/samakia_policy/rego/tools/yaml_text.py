"""YAML files, read as the built-ins read YAML."""

from __future__ import annotations

from samakia_policy.rego.values.yaml_text import load

__all__ = ["load"]
