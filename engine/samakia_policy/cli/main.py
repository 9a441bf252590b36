"""Parse the command line, run a command, turn errors into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from samakia_policy import __version__, errors

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "check": "check",
    "facts": "facts",
    "explain": "explain",
    "gate": "gate",
    "apply": "apply",
    "approve": "approve",
    "ratify": "ratify",
    "waive": "waive",
    "evidence": "evidence",
    "report": "report",
    "replay": "replay",
    "backtest": "backtest",
    "pack": "packs",
    "test": "testing",
    "docs": "packs:docs",
    "rego": "rego",
    "keys": "keys",
    "ledger": "ledger",
    "trust": "trust",
    "completion": "completion",
}
_EXIT = {errors.EvaluationError: 70, errors.VerificationError: 5, errors.AdapterError: 6, errors.Refused: 4}


def entry() -> int:
    """Run the command line as a process of its own; returns the exit code."""
    import gc

    # A run ends within seconds and makes no garbage in cycles; collecting would only re-read facts.
    gc.disable()
    code = main()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Freeing millions of objects one by one would take a tenth of the run.
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    chosen = None
    try:
        if words[:1] == ["rego"]:  # a language of its own, with OPA's flags: none of the product is loaded
            return import_module("samakia_policy.rego.tools.command").main(words[1:])  # type: ignore[no-any-return]
        chosen = parser().parse_args(words)
        return int(chosen.run(chosen))
    except errors.Error as error:
        _complain(f"policy: {error}")
        code = next((code for kind, code in _EXIT.items() if isinstance(error, kind)), 2)
        if getattr(chosen, "errors_as_json", False) and getattr(chosen, "output", "") == "json":
            _report(error, code)
        return code
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


def _report(error: errors.Error, code: int) -> None:
    """Say on standard output, too, what went wrong, for programs."""
    import json

    said = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
    shape = {"apiVersion": "samakia.policy/v1", "kind": "Error", "exit": code, **said}
    sys.stdout.write(json.dumps(shape, indent=2, sort_keys=True) + "\n")


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    import argparse

    made = argparse.ArgumentParser(
        prog="policy", description="Decide whether an infrastructure change may happen, and say why."
    )
    made.add_argument("--version", action="version", version=f"policy {__version__}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for name, place in COMMANDS.items():
        module, _, part = place.partition(":")
        found = import_module(f"samakia_policy.cli.{module}")
        (getattr(found, part) if part else found).add_arguments(commands, name)
    return made
