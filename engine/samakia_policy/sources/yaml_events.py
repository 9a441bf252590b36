"""YAML parser events: libyaml's parser where PyYAML has it, else PyYAML's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import Event, StreamEndEvent
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from samakia_policy.sources.limits import MAX_TAG_DIRECTIVES, exceeded
from samakia_policy.sources.places import line_column, unencodable

# Only PyYAML's own parser quotes the text; single characters and token names stay.
_QUOTED = re.compile(r""" (?:'(?!<)[^']{3,}'|"(?!<)[^"]{3,}")""")


class SyntaxFault(Exception):
    """The text is not YAML; `place` is 1-based."""

    def __init__(self, message: str, place: tuple[int, int]) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class _Events(Protocol):
    def get_event(self) -> Event | None: ...

    def dispose(self) -> None: ...


class _PurePython(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def _parser(text: str) -> _Events:
    try:
        from yaml._yaml import CParser  # PyYAML may be built without libyaml
    except ImportError:
        return _PurePython(text)
    return CParser(text)


def events(text: str) -> Iterator[Event]:
    """Yield the events of a YAML text; raises SyntaxFault where the text stops being YAML."""
    if text.count("%TAG") > MAX_TAG_DIRECTIVES:
        what = exceeded("too many %TAG directives", "MAX_TAG_DIRECTIVES", MAX_TAG_DIRECTIVES)
        raise SyntaxFault(what, (1, 1))
    stray = unencodable(text)
    if stray >= 0:
        raise SyntaxFault("the text holds a lone surrogate", line_column(text, stray))
    try:
        parser = _parser(text)
        while (event := parser.get_event()) is not None:
            yield event
            if type(event) is StreamEndEvent:
                break
    except YAMLError as error:
        raise SyntaxFault(*_described(text, error)) from None
    except ValueError:
        raise SyntaxFault("an escape that stands for no character", (1, 1)) from None


def place(text: str, event: Event) -> tuple[int, int]:
    """Return the line and column (1-based) where an event of a text starts."""
    # Not the mark's own line: YAML 1.1 parsers count U+0085, U+2028 and U+2029 as line ends.
    return line_column(text, event.start_mark.index if event.start_mark else 0)


def _described(text: str, error: YAMLError) -> tuple[str, tuple[int, int]]:
    """Return message and place of a parser's error, without anything of the text."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        if text.startswith("\t", mark.index):
            message = "a tab is not allowed here, indent with spaces"
            return message, line_column(text, mark.index)
        message = _QUOTED.sub("", error.problem or "not YAML")
        if error.context and error.context_mark is not None:
            context = _QUOTED.sub("", error.context)
            began, _ = line_column(text, error.context_mark.index)
            message += f" ({context}, which began in line {began})"
        return message, line_column(text, mark.index)
    if isinstance(error, ReaderError):
        return "a character that YAML does not allow", line_column(text, _offset(text, error))
    return "not YAML", (1, 1)


def _offset(text: str, error: ReaderError) -> int:
    """Return a reader error's offset in characters; libyaml counts bytes."""
    if error.encoding == "unicode":
        return int(error.position)
    return len(text.encode()[: error.position].decode(errors="ignore"))
