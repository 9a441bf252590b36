"""`policy rego`: the flags of its commands, for help and completion; `rego/tools` runs them."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from samakia_policy.rego.tools.command import COMMANDS, main
from samakia_policy.rego.tools.flags import Flag


def add_arguments(commands: Any, name: str) -> None:
    """Add `policy rego` and its commands to the parser."""
    parser = commands.add_parser(name, help="evaluate, test, check and parse Rego, as OPA does")
    below = parser.add_subparsers(metavar="COMMAND", required=True)
    for command, text in COMMANDS.items():
        module = import_module(f"samakia_policy.rego.tools.{command}_command")
        added = below.add_parser(command, help=text)
        for flag in module.FLAGS:
            if not flag.hidden:
                _add(added, flag)
        added.add_argument("paths" if command != "eval" else "query", nargs="*")
        added.set_defaults(run=lambda _, command=command: main([command]))


def _add(parser: argparse.ArgumentParser, flag: Flag) -> None:
    names = [f"--{flag.name}"] + ([f"-{flag.short}"] if flag.short else [])
    if flag.kind == "bool":
        parser.add_argument(*names, action="store_true", help=flag.help)
        return
    action = "append" if flag.kind in {"list", "comma"} else "store"
    shown = (
        "FILE" if flag.name in {"data", "bundle", "input", "schema", "capabilities"} else flag.name.upper()
    )
    choices = list(flag.choices) or None
    parser.add_argument(
        *names, action=action, choices=choices, metavar=None if choices else shown, help=flag.help
    )
