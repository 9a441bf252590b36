"""`policy rego COMMAND`: which commands there are, and what happens when a command line is wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "eval": "evaluate a query",
    "test": "run the tests of modules",
    "check": "check modules for errors",
    "parse": "parse a module and print its tree",
}


def main(words: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help())
        return 0
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        sys.stderr.write(f'Error: unknown command "{name}" for "policy rego"\n{_help()}')
        return 1
    module = import_module(f"samakia_policy.rego.tools.{name}_command")
    if "--help" in rest or "-h" in rest:
        sys.stdout.write(_command_help(name, module.USAGE, module.FLAGS))
        return 0
    from samakia_policy.rego.tools.flags import UsageError, parse_flags

    try:
        chosen = parse_flags(module.FLAGS, rest)
        module.validate(chosen)
    except UsageError as error:
        sys.stderr.write(f"Error: {error}\nUsage:\n  policy rego {module.USAGE}\n")
        sys.stderr.write(f"Run `policy rego {name} --help` for the flags.\n")
        return 1
    from samakia_policy.rego.depth import deep

    with deep():
        return int(module.run(chosen))


def _help() -> str:
    lines = [f"  {name:8}{text}" for name, text in COMMANDS.items()]
    return (
        "Rego as OPA evaluates it, with OPA's flags and output.\n\nUsage:\n  policy rego COMMAND [flags]\n\n"
        "Commands:\n" + "\n".join(lines) + "\n"
    )


def _command_help(name: str, usage: str, flags: Sequence[object]) -> str:
    from samakia_policy.rego.tools.flags import help_text

    about = COMMANDS[name].capitalize() + "."
    return help_text(f"policy rego {usage}", about, flags)  # type: ignore[arg-type]
