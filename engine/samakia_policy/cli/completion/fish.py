"""The fish script: one `complete` line for each thing that may follow."""

from __future__ import annotations

from collections.abc import Iterator

from samakia_policy.cli.completion.quoting import fish_quoted, joined, line
from samakia_policy.cli.completion.tree import Argument, Command

_HEAD = """\
# fish completion for policy, made by `policy completion fish`
complete -c policy -f
"""


def script(tree: Command) -> str:
    """Return the script."""
    return _HEAD + "".join(f"complete -c policy {row}\n" for command in tree.walk() for row in _rows(command))


def _rows(command: Command) -> Iterator[str]:
    here = fish_quoted(_condition(command))
    for below in command.commands:
        yield f"-n {here} -a {below.path[-1]} -d {fish_quoted(line(below.help))}"
    for argument in command.flags:
        yield f"-n {here} {_spelling(argument)} -d {fish_quoted(line(argument.help))}{_value(argument)}"
    for argument in command.positions:
        files = " -F" if argument.files else ""
        words = f" -a {fish_quoted(joined(argument.words))}" if argument.words else ""
        if files or words:
            yield f"-n {here}{files}{words} -d {fish_quoted(argument.metavar)}"


def _condition(command: Command) -> str:
    """Return the test that the words so far name this command, and none of those below it."""
    tests = [f"__fish_seen_subcommand_from {name}" for name in command.path]
    if command.commands:
        below = joined(below.path[-1] for below in command.commands)
        tests.append(f"not __fish_seen_subcommand_from {below}")
    return "; and ".join(tests) or "true"


def _spelling(argument: Argument) -> str:
    return joined(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in argument.flags)


def _value(argument: Argument) -> str:
    """Return what makes a flag take a value, and which."""
    if not argument.metavar:
        return ""
    words = f" -a {fish_quoted(joined(argument.words))}" if argument.words else ""
    return f" {'-r -F' if argument.files or not argument.words else '-x'}{words}"
