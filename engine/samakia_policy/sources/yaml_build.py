"""Plain data out of YAML events, in one pass, with every fault on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from samakia_policy.model.document import Fault
from samakia_policy.model.values import escape, unknown
from samakia_policy.sources.limits import (
    MAX_ALIASES,
    MAX_DEPTH,
    MAX_FAULTS,
    MAX_KEYS,
    MAX_MEMBERS,
    exceeded,
)
from samakia_policy.sources.numbers_text import NumberError
from samakia_policy.sources.places import quoted, unencodable
from samakia_policy.sources.yaml_core import is_container_tag, plain, tagged
from samakia_policy.sources.yaml_events import SyntaxFault, events, place

_OWN_TAG = "the value has a tag that only its tool understands"


@dataclass(slots=True)
class Node:
    """A finished value with its cost: containers deep, alias expansions and values inside."""

    value: Any
    height: int = 0
    aliases: int = 0
    members: int = 1


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    node: Node
    anchor: str | None
    key: str | None = None
    dropped: bool = False
    hidden: bool = False
    keys: dict[str, Event] = field(default_factory=dict)

    @property
    def wants_key(self) -> bool:
        return self.key is None and type(self.node.value) is dict


class _Stop(Exception):
    """The rest of the text is not read."""


class Builder:
    """Builds the one document of a text; `strict` for contracts, else what a workflow may hold."""

    def __init__(self, text: str, *, strict: bool) -> None:
        self.text = text
        self.strict = strict
        self.faults: list[Fault] = []
        self.trusted = True
        self.broken = False
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.aliases = 0
        self.members = 0
        self.documents = 0
        self.handlers: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self.scalar,
            AliasEvent: self.alias,
            MappingStartEvent: self.start,
            SequenceStartEvent: self.start,
            MappingEndEvent: self.end,
            SequenceEndEvent: self.end,
            DocumentStartEvent: self.document,
        }

    def run(self) -> Any:
        """Return the document's data, None when it cannot be trusted."""
        try:
            for event in events(self.text):
                handler = self.handlers.get(type(event))
                if handler is not None:
                    handler(event)
        except SyntaxFault as error:
            self.broken = True
            self.fault(error.message, error.place)
        except _Stop:
            pass
        if not self.faults and (self.root is None or self.root.value is None):
            self.fault("the document is empty", (1, 1))
        return self.root.value if self.root is not None and self.trusted else None

    # Faults

    def fault(self, message: str, where: tuple[int, int]) -> None:
        self.trusted = False
        self.faults.append(Fault(message, *where, self.pointer()))

    def note(self, message: str, event: Event) -> None:
        """List a fault that leaves no data."""
        self.trusted = False
        self.report(message, event)

    def report(self, message: str, event: Event, first: Event | None = None) -> None:
        """List a fault; `first` is the event that it repeats."""
        # Places cost a walk over the text, so none is computed for nothing.
        if len(self.faults) > MAX_FAULTS:
            return
        if len(self.faults) == MAX_FAULTS:
            message = exceeded("further faults are not listed", "MAX_FAULTS", MAX_FAULTS)
        elif first is not None:
            message += f", the first is in line {place(self.text, first)[0]}"
        self.faults.append(Fault(message, *place(self.text, event), self.pointer()))

    def stop(self, message: str, event: Event) -> _Stop:
        self.fault(message, place(self.text, event))
        return _Stop()

    def pointer(self) -> str:
        """Return the pointer of the value that comes next."""
        path = []
        for level in self.open:
            if type(level.node.value) is list:
                path.append(f"/{len(level.node.value)}")
            elif level.key is not None:
                path.append(f"/{escape(level.key)}")
        return "".join(path)

    # Events

    def document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.stop("several documents in one file, only one is allowed", event)

    def scalar(self, event: ScalarEvent) -> None:
        if self.open and self.open[-1].wants_key:
            self.scalar_key(event)
            return
        node = Node(self.meaning(event))
        if event.anchor:
            self.anchors[event.anchor] = node
        self.put(node, event)

    def scalar_key(self, event: ScalarEvent) -> None:
        key = event.value if not self.strict else self.meaning(event)
        if event.value == "<<" and not event.style and event.tag is None:
            self.note("merge keys (<<) are not supported", event)
        if isinstance(key, str):
            if event.anchor:
                self.anchors[event.anchor] = Node(key)
            self.set_key(key, event)
        else:
            self.bad_key(f"key {quoted(event.value)} is not a string, quote it", event)

    def meaning(self, event: ScalarEvent) -> Any:
        """Return what a scalar means; a fault of it leaves None."""
        text = event.value
        try:
            if event.style and event.tag is None:
                value = text
            else:
                value = plain(text) if event.tag is None else tagged(event.tag, text)
        except KeyError:
            return self.unknown_tag(event)
        except NumberError as error:
            return self.bad_number(str(error), event)
        except ValueError:
            self.note("the value does not fit its tag", event)
            return None
        if type(value) is str and unencodable(value) >= 0:
            self.note("a string holds a lone surrogate", event)
        return value

    def bad_number(self, message: str, event: ScalarEvent) -> Any:
        if not self.strict:
            return event.value
        self.note(message, event)
        return None

    def unknown_tag(self, event: NodeEvent) -> Any:
        if not self.strict:
            return unknown(_OWN_TAG)
        self.note("an unknown tag, only the tags of the YAML core schema are allowed", event)
        return None

    def start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if len(self.open) == MAX_DEPTH:
            raise self.stop(exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH), event)
        container: type = dict if type(event) is MappingStartEvent else list
        hidden = False
        if event.tag not in (None, "!") and not is_container_tag(str(event.tag), container):
            hidden = self.unknown_tag(event) is not None
        if event.anchor:
            self.anchors[event.anchor] = None
        if self.open and self.open[-1].wants_key:
            self.bad_key("a key is a mapping or a list, it must be a string", event)
            self.open[-1].key = None
        self.open.append(_Open(Node(container(), 1), event.anchor, hidden=hidden))

    def end(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        level = self.open.pop()
        if level.hidden:
            level.node.value = unknown(_OWN_TAG)
        if level.anchor:
            self.anchors[level.anchor] = level.node
        if self.open and self.open[-1].wants_key:
            self.open[-1].key = "?"
        else:
            self.put(level.node, event)

    def alias(self, event: AliasEvent) -> None:
        name = event.anchor or ""
        if name not in self.anchors:
            raise self.stop(f"alias {quoted(name)} has no anchor before it", event)
        node = self.anchors[name]
        if node is None:
            raise self.stop(f"alias {quoted(name)} is inside its own anchor, a cycle", event)
        self.spend(node, event)
        copy = Node(_copy(node.value), node.height, node.aliases + 1, node.members)
        if not (self.open and self.open[-1].wants_key):
            self.put(copy, event)
        elif isinstance(node.value, str):
            self.set_key(node.value, event)
        else:
            self.bad_key(f"key *{quoted(name)} is not a string", event)

    def spend(self, node: Node, event: Event) -> None:
        """Charge the expansion of an alias to the limits."""
        self.aliases += node.aliases + 1
        if self.strict and self.aliases > MAX_ALIASES:
            message = exceeded("too many alias expansions", "MAX_ALIASES", MAX_ALIASES)
            raise self.stop(message, event)
        if len(self.open) + node.height > MAX_DEPTH:
            raise self.stop(exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH), event)
        self.members += node.members - 1
        self.check_members(event)

    def check_members(self, event: Event) -> None:
        if self.members > MAX_MEMBERS:
            raise self.stop(exceeded("too many values", "MAX_MEMBERS", MAX_MEMBERS), event)

    # Values

    def bad_key(self, message: str, event: Event) -> None:
        self.note(message, event)
        self.open[-1].key = "?"
        self.open[-1].dropped = True

    def set_key(self, key: str, event: Event) -> None:
        level = self.open[-1]
        level.key = key
        first = level.keys.setdefault(key, event)
        if first is not event:
            level.dropped = True
            self.report(f"duplicate key {quoted(key)}", event, first)
        elif len(level.keys) > MAX_KEYS:
            message = exceeded("a mapping has too many keys", "MAX_KEYS", MAX_KEYS)
            raise self.stop(message, event)

    def put(self, node: Node, event: Event) -> None:
        """Give a finished value to the container around it."""
        self.members += 1
        self.check_members(event)
        if not self.open:
            self.root = node
            return
        level = self.open[-1]
        self.attach(level, node.value)
        around = level.node
        around.height = max(around.height, node.height + 1)
        around.aliases += node.aliases
        around.members += node.members

    @staticmethod
    def attach(level: _Open, value: Any) -> None:
        container = level.node.value
        if type(container) is list:
            container.append(value)
            return
        if not level.dropped:
            container[level.key] = value
        level.key = None
        level.dropped = False


def _copy(value: Any) -> Any:
    """Return a value that shares no container with the one given."""
    if isinstance(value, dict):
        return {key: _copy(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_copy(child) for child in value]
    return value
