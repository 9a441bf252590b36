"""What is told of an evaluation, in plain data: bodies, their turns, literals with values and facts read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.rego.trace.code import Body, Followed
from samakia_policy.rego.trace.reading import Places, Read, computed, reads, shown, taken
from samakia_policy.rego.trace.record import Call, Held, Try
from samakia_policy.rego.trace.select import MOST_TURNS, Chosen, Interest, Turn, some, turns
from samakia_policy.rego.trace.wording import ELEMENT, Wording, short
from samakia_policy.rego.values.collections import UNDEFINED, Value

_ATTRIBUTE = 3
_DEEPEST = 8
_LONGEST = 400
Told = dict[str, Any]
_KINDS = {"comp": "comprehension", "has": "condition"}


@dataclass(slots=True, eq=False)
class _Piece:
    """A literal as it was written, in one turn: the tries of its parts, each with the time it held."""

    leader: int
    steps: list[tuple[Try, Held | None]]

    @property
    def held(self) -> bool:
        return self.steps[-1][1] is not None


class Teller:
    """Tells turns of one evaluation."""

    def __init__(self, followed: Followed, wording: Wording, interest: Interest) -> None:
        self._followed = followed
        self._literals = followed.literals
        self._wording = wording
        self._interest = interest

    def body(self, call: Call, chosen: Chosen, depth: int = 0) -> Told:
        """Return one body: what it is, how it ended, and its chosen turns as a tree of literals."""
        told: Told = {**self._named(call.body), "turns": self._tree(chosen, call.body, depth)}
        if call.calls:
            # The elements of `every`: one that fails is all that matters.
            failed = [inner for inner in call.calls if not inner.result]
            told["elements"] = [
                self._inside(inner, depth + 1) for inner in (failed or call.calls)[:MOST_TURNS]
            ]
            told["others"] = len(call.calls) - len(told["elements"])
        if chosen.others:
            told["others"] = chosen.others
            told["ends"] = [self._end(number, count) for number, count in chosen.ends]
        if call.body.kind == "rule" and call.body.group in ("complete", "function"):
            told["result"] = _told_value(call.result, self._interest.places)
        return told

    def _end(self, number: int, count: int) -> Told:
        """Return in which literal so many of the turns that are not told ended."""
        leader = self._wording.leader(number)
        file, line, column = self._wording.place(number if leader == ELEMENT else leader)
        text = self._wording.text(number if leader == ELEMENT else leader)
        return {"file": file, "line": line, "column": column, "text": text, "turns": count}

    def _named(self, body: Body) -> Told:
        rule, place = body.rule, body.rule.location if body.rule is not None else None
        name = ".".join(body.path[-1:])
        kind = _KINDS.get(body.kind, body.kind)
        if body.kind == "rule":
            kind = "else" if rule is not None and rule.is_else else body.group
        file, line, column = (place.file, place.row, place.col) if place else ("", 0, 0)
        if body.within >= 0:
            file, line, column = self._wording.place(body.within)
        return {"kind": kind, "name": name, "file": file, "line": line, "column": column}

    def _tree(self, chosen: Chosen, body: Body, depth: int) -> list[Told]:
        """Return turns as a tree: literals that several have in common stand there once."""
        roots: list[Told] = []
        known: dict[tuple[int, ...], Told] = {}
        for turn in chosen.turns:
            path: tuple[int, ...] = ()
            level = roots
            for piece in self._pieces(turn):
                path = (*path, *[id(held or tried) for tried, held in piece.steps])
                if path not in known:
                    known[path] = self._literal(piece, body, depth)
                    level.append(known[path])
                level = known[path].setdefault("next", [])
        for told in known.values():
            if not told["next"]:
                del told["next"]
        return roots

    def _pieces(self, turn: Turn) -> Iterator[_Piece]:
        piece: _Piece | None = None
        for tried, held in turn.steps:
            leader = self._wording.leader(tried.number)
            if piece is None or leader != piece.leader:
                if piece is not None:
                    yield piece
                piece = _Piece(leader, [])
            piece.steps.append((tried, held))
        if piece is not None:
            yield piece

    def _literal(self, piece: _Piece, body: Body, depth: int) -> Told:
        last = piece.steps[-1][0].number
        number = piece.leader if piece.leader != ELEMENT else last
        file, line, column = self._wording.place(number)
        told: Told = {
            "file": file,
            "line": line,
            "column": column,
            "text": self._wording.text(number),
            "held": piece.held,
            "values": self._values(piece),
            "reads": [self._read(*read) for read in self._reads(piece)],
        }
        if piece.leader == ELEMENT and piece.held:
            told |= {"text": "", "values": {}}
        gave = piece.steps[-1][1].gave if piece.steps[-1][1] is not None else []
        if gave:
            told["gives"] = [_told_value(one, self._interest.places) for one in gave[0]]
        inside = [self._inside(call, depth + 1) for tried, _ in piece.steps for call in tried.calls]
        if found := [one for one in inside if one]:
            told["inside"] = found
        return told

    def _inside(self, call: Call, depth: int) -> Told | None:
        body = call.body
        if depth > _DEEPEST or (body.kind == "rule" and body.group != "function" and not _is_else(body)):
            return None  # documents are told for themselves
        chosen = self._interest.choose(call, body.path)
        if not chosen.turns and (body.kind != "comp" or chosen.others <= MOST_TURNS):
            found = list(turns(call))
            chosen = some(found, found)
        return self.body(call, chosen, depth)

    def _values(self, piece: _Piece) -> dict[str, Any]:
        before, after = self._around(piece)
        mentioned = {name for tried, _ in piece.steps for name in self._wording.mentioned(tried.number)}
        new = [name for name in after if name not in before]
        own = {name for name in new if self._wording.own(name)}
        known = [name for name in after if name in mentioned and name not in new]
        # A fact is named where it is bound, and where something of it is read.
        names = new + [name for name in known if self._interest.places.of(after[name]) is None]
        constants = {
            name
            for tried, _ in piece.steps
            if self._wording.constant(tried.number)
            for name in self._wording.mentioned(tried.number)
        }
        whole = self._wording.text(piece.leader) if piece.leader != ELEMENT else ""
        told: dict[str, Any] = {}
        for name in names:
            label = self._wording.label(name)
            if label and (
                self._wording.own(name)
                or (not (own and whole.endswith(f"= {label}")) and name not in constants and label != whole)
            ):
                told.setdefault(label, _told_value(after[name], self._interest.places))
        for tried, _ in piece.steps:
            expr = self._literals[tried.number].expr
            documents, places = self._followed.record.documents, self._interest.places
            for text, value in computed(expr, after, documents, places):
                if not whole.endswith(f"= {text}") or not own:
                    told.setdefault(short(text), _told_value(value, self._interest.places))
        return told

    def _around(self, piece: _Piece) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
        """Return the variables before a literal, and after it or where it failed."""
        first, (last, held) = piece.steps[0][0], piece.steps[-1]
        names = self._literals[last.number].after if held is not None else self._literals[last.number].before
        values = held.values if held is not None else last.values
        before = dict(zip(self._literals[first.number].before, first.values, strict=True))
        return before, dict(zip(names, values, strict=True))

    def _reads(self, piece: _Piece) -> list[Read]:
        found: dict[tuple[str | int, ...], Value] = {}
        for tried, _ in piece.steps:
            for path, value in reads(
                self._literals[tried.number].expr, self._around(piece)[1], self._interest.places
            ):
                if path[:1] == ("facts",) and len(path) >= _ATTRIBUTE:
                    found.setdefault(path, value)
        # Of an attribute and what holds it, only the attribute.
        return [
            (path, value)
            for path, value in found.items()
            if not any(len(other) > len(path) and other[: len(path)] == path for other in found)
        ]

    def _read(self, path: tuple[str | int, ...], value: Value) -> Told:
        told = {"kind": path[1], "id": path[2], "path": list(path[_ATTRIBUTE:])}
        if len(path) > _ATTRIBUTE or value is UNDEFINED:
            told["value"] = _told_value(value, None)
        return told

    def used(self, turn: Turn) -> Iterator[tuple[tuple[str, ...], list[Value]]]:
        """Yield the documents that a turn and the bodies inside looked into, with what they used."""
        for piece in self._pieces(turn):
            values = self._around(piece)[1]
            for tried, _ in piece.steps:
                yield from taken(self._literals[tried.number].expr, values)
                for call in tried.calls:
                    if call.body.kind != "rule" or call.body.group == "function":
                        chosen = self._interest.choose(call, call.body.path)
                        for inner in chosen.turns or some(list(turns(call)), []).turns:
                            yield from self.used(inner)


def _is_else(body: Body) -> bool:
    return body.rule is not None and bool(body.rule.is_else)


def _told_value(value: Value, places: Places | None) -> Any:
    """Return a value in plain data: a fact by its name, anything long cut off."""
    if value is UNDEFINED:
        return {"undefined": True}
    path = places.of(value) if places is not None else None
    if path is not None and path[:1] == ("facts",) and len(path) >= _ATTRIBUTE:
        return {"fact": f"{path[1]}:{path[2]}", "path": list(path[_ATTRIBUTE:])}
    plain = shown(value)
    text = json.dumps(plain, ensure_ascii=False)
    return {"value": plain} if len(text) <= _LONGEST else {"cut": f"{text[:_LONGEST]}…"}
