"""Rules and facts go in, answers come out; each rule runs outside this process."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from samakia_policy.evaluation.base import Runtime

RUNTIMES = {
    "native": ("samakia_policy.evaluation.native", "Native"),
    "opa": ("samakia_policy.evaluation.opa", "Opa"),
    "python": ("samakia_policy.evaluation.python", "Python"),
}
"""Runtime name -> (module, class); a module is imported when its runtime is asked for."""


def runtime(name: str) -> Runtime:
    """Return the runtime of a name; raises KeyError for a name not in RUNTIMES."""
    module, kind = RUNTIMES[name]
    return cast("Runtime", getattr(import_module(module), kind)())
