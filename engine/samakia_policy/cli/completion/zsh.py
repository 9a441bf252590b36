"""The zsh script: one function per command, made of `_arguments` specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from samakia_policy.cli.completion.quoting import joined, line, quoted
from samakia_policy.cli.completion.tree import Argument, Command

_HEAD = """\
#compdef policy
# zsh completion for policy, made by `policy completion zsh`
"""
_LOCALS = """\
    local context state state_descr line
    local -A opt_args
"""
# Read from a file of $fpath it completes at once; by `source` it only makes itself known.
_FOOT = """\
if [[ $funcstack[1] == _policy ]]; then
    _policy "$@"
else
    compdef _policy policy
fi
"""


def script(tree: Command) -> str:
    """Return the script."""
    return _HEAD + "".join(map(_function, tree.walk())) + _FOOT


def _function(command: Command) -> str:
    rows = [*map(_flag, command.flags), *map(_place, command.positions)]
    if command.commands:
        rows += ["'1:command:->command'", "'*::argument:->rest'"]
    body = "".join(f" \\\n        {row}" for row in rows)
    below = _below(command) if command.commands else ""
    return f"{_name(command)}() {{\n{_LOCALS}    _arguments -C{body}\n{below}}}\n"


def _name(command: Command) -> str:
    return "_".join(("_policy", *command.path))


def _below(command: Command) -> str:
    named = joined(quoted(f"{c.path[-1]}:{line(c.help)}") for c in command.commands)
    cases = "".join(f"            {c.path[-1]}) {_name(c)} ;;\n" for c in command.commands)
    return (
        f"    case $state in\n"
        f"    command) local -a commands=({named}); _describe command commands ;;\n"
        f"    rest)\n        case $line[1] in\n{cases}        esac ;;\n    esac\n"
    )


def _flag(argument: Argument) -> str:
    names = joined(argument.flags)
    also = "*" if argument.repeatable else f"({names})" if len(argument.flags) > 1 else ""
    help_text = re.sub(r"([\[\]:\\])", r"\\\1", line(argument.help))
    return joined(_spellings(argument, also, f"[{help_text}]{_action(argument)}"))


def _spellings(argument: Argument, also: str, rest: str) -> Iterator[str]:
    for flag in argument.flags:
        # "=" lets the value follow in the same word; "+" does so for a letter.
        value = ("=" if flag.startswith("--") else "+") if argument.metavar else ""
        yield quoted(f"{also}{flag}{value}{rest}")


def _place(argument: Argument) -> str:
    many = "*" if argument.repeatable else ""
    return quoted(f"{many}{_action(argument)}" if many else f":{_action(argument)}")


def _action(argument: Argument) -> str:
    """Return ":<what>:<how to complete it>" of an argument with a value."""
    if not argument.metavar:
        return ""
    what = re.sub(r"([\[\]:\\])", r"\\\1", argument.metavar)
    if argument.words and argument.files:
        words = joined(argument.words)
        return f":{what}:{{ if compset -P '*='; then _files; else compadd -S '' -- {words}; _files; fi }}"
    if argument.words:
        ends = " -S ''" if argument.words[0].endswith("=") else ""
        return f":{what}:{{ compadd{ends} -- {joined(argument.words)} }}"
    return f":{what}:_files"
