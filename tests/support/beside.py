"""Modules that lie beside a test: the folders of tests are no packages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def beside(file: str, name: str) -> Any:
    """Return the module `name` that lies beside a test's `__file__`; it is imported once."""
    path = Path(file).parent / f"{name}.py"
    known = f"beside_{path.parent.name}_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]
