"""`policy rego parse`: print the tree of a module."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from samakia_policy.rego.tools import common_flags as common
from samakia_policy.rego.tools.flags import Chosen, Flag, UsageError

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.nodes import Module

USAGE = "parse <path> [flags]"
FLAGS = (
    Flag("format", "f", "text", "pretty", ("pretty", "json"), help="the format of the tree"),
    Flag("json-include", kind="text", default="", help="what JSON holds: locations, comments, -comments"),
    common.V0,
    common.V1,
)


def validate(chosen: Chosen) -> None:
    """Refuse a command line without a path; raises UsageError."""
    if not chosen.arguments:
        raise UsageError("no source file specified")


def run(chosen: Chosen) -> int:
    """Parse; prints the tree, or errors on standard error and returns 1."""
    from samakia_policy.rego.errors import RegoError
    from samakia_policy.rego.tools.loader import clean, read_file, read_module, reason
    from samakia_policy.rego.tools.problems import plain_problem, problems_of

    path = clean(chosen.arguments[0])
    try:
        module = read_module(path, read_file(path), common.version_of(chosen))
    except (OSError, RegoError) as error:
        from samakia_policy.rego.tools.go_json import indented

        unread = isinstance(error, OSError)
        problems = [plain_problem(f"open {path}: {reason(error)}")] if unread else problems_of(error)  # type: ignore[arg-type]
        sys.stderr.write(indented({"errors": [problem.record() for problem in problems]}))
        return 1
    _print(module, chosen)
    return 0


def _print(module: Module, chosen: Chosen) -> None:
    from samakia_policy.rego.depth import deep

    locations, comments = False, True
    for word in chosen["json-include"].split(","):
        if word.endswith("locations"):
            locations = not word.startswith("-")
        if word.endswith("comments"):
            comments = not word.startswith("-")
    with deep():
        if chosen["format"] == "json":
            from samakia_policy.rego.syntax.as_json import module_json
            from samakia_policy.rego.tools.go_json import indented

            sys.stdout.write(indented(module_json(module, locations=locations, comments=comments)))
        else:
            from samakia_policy.rego.tools.tree_text import tree_text

            sys.stdout.write(tree_text(module))
