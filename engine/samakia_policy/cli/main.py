"""Parse the command line, run a command, turn errors into exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from samakia_policy import __version__, errors
from samakia_policy.cli import check, completion, explain, facts, packs, testing

COMMANDS: dict[str, Any] = {
    "check": check,
    "facts": facts,
    "explain": explain,
    "pack": packs,
    "test": testing,
    "docs": packs.docs,
    "completion": completion,
}
_EXIT = {errors.EvaluationError: 70, errors.VerificationError: 5, errors.AdapterError: 6}


def entry() -> int:
    """Run the command line as a process of its own; returns the exit code."""
    import gc

    # A run ends within seconds and makes no garbage in cycles; collecting would only re-read facts.
    gc.disable()
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    try:
        chosen = parser().parse_args(arguments)
        return int(chosen.run(chosen))
    except errors.Error as error:
        _complain(f"policy: {error}")
        return _EXIT.get(type(error), 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except KeyboardInterrupt:
        _complain("policy: interrupted")
        return 130
    except Exception as error:  # the last line of defence: exit 70, no stack, no values
        if os.environ.get("POLICY_DEBUG"):
            raise
        where = _where(error)
        _complain(f"policy: a bug in the engine: {type(error).__name__} at {where}")
        _complain("  hint: run again with POLICY_DEBUG=1 and report what it prints")
        return 70


def _complain(text: str) -> None:
    from samakia_policy.reporters.escape import visible

    sys.stderr.write("\n".join(visible(line) for line in text.split("\n")) + "\n")


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    made = argparse.ArgumentParser(
        prog="policy", description="Decide whether an infrastructure change may happen, and say why."
    )
    made.add_argument("--version", action="version", version=f"policy {__version__}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        module.add_arguments(commands, name)
    return made
