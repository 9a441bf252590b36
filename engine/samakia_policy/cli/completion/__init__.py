"""`policy completion`: a script that lets a shell complete commands, flags, rules and packs."""

from __future__ import annotations

import argparse
import sys
from typing import Any

SHELLS = ("bash", "zsh", "fish")
_INSTALL = """\
install it:
  bash   in ~/.bashrc: eval "$(policy completion bash)"
  zsh    policy completion zsh > ~/.zfunc/_policy
         in ~/.zshrc, before compinit: fpath=(~/.zfunc $fpath)
  fish   policy completion fish > ~/.config/fish/completions/policy.fish

The script holds the rules and packs of this version: make it again after an upgrade.
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="print a script that completes this command line",
        description="Print a script that completes commands, flags, rules, packs and phases.",
        epilog=_INSTALL,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script of a shell."""
    from importlib import import_module

    from samakia_policy.cli.completion.tree import read_tree
    from samakia_policy.cli.main import parser

    shell = import_module(f"samakia_policy.cli.completion.{arguments.shell}")
    sys.stdout.write(shell.script(read_tree(parser())))
    return 0
