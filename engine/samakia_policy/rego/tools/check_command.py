"""`policy rego check`: say what is wrong with modules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from samakia_policy.rego.tools import common_flags as common
from samakia_policy.rego.tools.flags import Chosen, Flag, UsageError

if TYPE_CHECKING:
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.problems import Problem

USAGE = "check <path> [path [...]] [flags]"
FLAGS = (
    Flag("format", "f", "text", "pretty", ("pretty", "json"), help="the format of errors"),
    Flag("bundle", "b", help="the paths are bundles"),
    Flag("v0-v1", help="modules must be valid before and since OPA 1.0"),
    Flag("rego-v1", hidden=True),
    common.CAPABILITIES,
    common.IGNORE,
    common.MAX_ERRORS,
    common.SCHEMA,
    common.STRICT,
    common.V0,
    common.V1,
)


def validate(chosen: Chosen) -> None:
    """Refuse a command line without paths; raises UsageError."""
    if not chosen.arguments:
        raise UsageError("specify at least one file")
    common.read_capabilities(chosen)


def run(chosen: Chosen) -> int:
    """Check; prints errors on standard error and returns 1 when there are any."""
    from samakia_policy.rego.errors import RegoError
    from samakia_policy.rego.tools.problems import Refused, problems_of

    during = " during loading"
    try:
        schemas = common.schemas_of(chosen)
        loaded = _load(chosen)
        during = ""
        _check(chosen, loaded, schemas)
    except (Refused, RegoError) as error:
        _complain(problems_of(error), chosen["format"], during)
        return 1
    return 0


def _load(chosen: Chosen) -> Loaded:
    """Read modules; where they must be valid in both versions, each is read as one and as the other."""
    both = chosen["v0-v1"] or chosen["rego-v1"]
    if both:
        _read(chosen, 0)
    return _read(chosen, 1 if both else common.version_of(chosen))


def _read(chosen: Chosen, version: int) -> Loaded:
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.loader import load_paths

    if not chosen["bundle"]:
        return load_paths(chosen.arguments, version=version, ignore=chosen["ignore"], only_rego=True)
    from samakia_policy.rego.tools.bundle import add_bundles

    loaded = Loaded()
    add_bundles(loaded, chosen.arguments, version, chosen["ignore"])
    return loaded


def _check(chosen: Chosen, loaded: Loaded, schemas: dict[str, object] | None) -> None:
    from samakia_policy.rego.compiler.stages import compile_modules
    from samakia_policy.rego.depth import deep
    from samakia_policy.rego.tools.capabilities import require

    require(chosen["capabilities"], loaded.modules.values())
    with deep():
        compile_modules(
            loaded.modules,
            strict=chosen["strict"],
            keep_prints=True,
            schemas=schemas,
            data=loaded.documents or None,
            max_errors=chosen["max-errors"],
        )


def _complain(problems: list[Problem], form: str, during: str) -> None:
    from samakia_policy.rego.tools.go_json import indented
    from samakia_policy.rego.tools.problems import listed

    if form == "json":
        sys.stderr.write(indented({"errors": [problem.record() for problem in problems]}))
    else:
        sys.stderr.write(listed(problems, during=during) + "\n")
