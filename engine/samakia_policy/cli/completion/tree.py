"""The command line as data: every command, its arguments, and the words that may stand for each."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from samakia_policy.configuration import ENVIRONMENTS
from samakia_policy.packs.load import Catalogue, load

# Shells read these scripts: no word may mean anything to one of them.
_HARMLESS = re.compile(r"[A-Za-z0-9@%+_./:=-]+")


@dataclass(slots=True)
class Argument:
    """One flag (with its spellings) or positional argument (without); a switch has no metavar."""

    flags: list[str]
    help: str
    metavar: str = ""
    words: list[str] = field(default_factory=list)
    files: bool = False
    repeatable: bool = False


@dataclass(slots=True)
class Command:
    """A command with its path below `policy`, its arguments and the commands below it."""

    path: tuple[str, ...]
    help: str
    arguments: list[Argument] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)

    @property
    def flags(self) -> list[Argument]:
        """The arguments that have a name."""
        return [argument for argument in self.arguments if argument.flags]

    @property
    def positions(self) -> list[Argument]:
        """The arguments that are known by their place."""
        return [argument for argument in self.arguments if not argument.flags]

    def walk(self) -> Iterator[Command]:
        """Yield the command and everything below it."""
        yield self
        for command in self.commands:
            yield from command.walk()


def read_tree(parser: argparse.ArgumentParser) -> Command:
    """Return the tree of a parser's commands."""
    return _command(parser, (), parser.description or "", load())


def _command(
    parser: argparse.ArgumentParser, path: tuple[str, ...], help_text: str, catalogue: Catalogue
) -> Command:
    command = Command(path, help_text)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in action.choices.items():
                command.commands.append(_command(below, (*path, name), helps.get(name, ""), catalogue))
        else:
            command.arguments.append(_argument(action, catalogue))
    return command


def _argument(action: argparse.Action, catalogue: Catalogue) -> Argument:
    argument = Argument(list(action.option_strings), action.help or "")
    if action.nargs == 0:
        return argument
    argument.metavar = str(action.metavar or action.dest.upper())
    argument.repeatable = action.nargs == "*" or isinstance(action, argparse._AppendAction)
    words = _WORDS.get(argument.metavar)
    found = list(action.choices) if action.choices else words(catalogue) if words else []
    argument.words = sorted(word for word in found if _HARMLESS.fullmatch(word))
    argument.files = argument.metavar in _FILES
    return argument


def _reporters(_catalogue: Catalogue) -> list[str]:
    from samakia_policy.reporters import FORMATS

    return list(FORMATS)


def _kinds(catalogue: Catalogue) -> list[str]:
    return sorted({kind for rule in catalogue.rules.values() for kind in rule.kinds})


_FILES = frozenset(("ESTATE", "[ENV=]FILE", "FMT[=PATH]", "DIR", "FILE"))
# What may stand for an argument is known by its metavar.
_WORDS: dict[str, Callable[[Catalogue], list[str]]] = {
    "RULE": lambda catalogue: list(catalogue.rules),
    "PACK": lambda catalogue: [pack.name for pack in catalogue.packs],
    "P": lambda catalogue: [pack.name for pack in catalogue.packs],
    "N": lambda catalogue: [pack.phase for pack in catalogue.packs],
    "D": lambda catalogue: list({rule.domain for rule in catalogue.rules.values()}),
    "E": lambda _catalogue: list(ENVIRONMENTS),
    "[ENV=]FILE": lambda _catalogue: [f"{name}=" for name in ENVIRONMENTS],
    "R.K=V": lambda catalogue: [f"{r.id}.{key}=" for r in catalogue.rules.values() for key in r.params],
    "FMT[=PATH]": _reporters,
    "KIND[:ID]": _kinds,
    "KIND:ID": _kinds,
    "ENGINE": lambda _catalogue: ["native", "opa", "opa-server"],
}  # fmt: skip
