"""Decide a packet's decision again, offline, and compare byte for byte."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samakia_policy.configuration import Configuration
from samakia_policy.errors import Error, EvaluationError, PackError
from samakia_policy.evidence.packet import layout
from samakia_policy.evidence.packet.facts import PLACES, load_facts, load_places
from samakia_policy.evidence.packet.read import Packet
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.model.canonical import canonical
from samakia_policy.model.decision import PLAIN, RUNS_DIFFER, Location
from samakia_policy.model.fact import Origin
from samakia_policy.model.values import Number
from samakia_policy.model.waiver import Waiver
from samakia_policy.packs.load import Catalogue, load
from samakia_policy.pipeline import Request, World, judge
from samakia_policy.selection import Selection

REPRODUCED, DIVERGED, NOT_REPLAYABLE = "REPRODUCED", "DIVERGED", "NOT_REPLAYABLE"
CONTEXT = "facts/context.json"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay ended; `reason` says what is missing, `pointer` and both values where it diverged."""

    outcome: str
    reason: str = ""
    rule: str = ""
    pointer: str = ""
    recorded: Any = None
    replayed: Any = None

    def to_json(self) -> dict[str, Any]:
        """Return the result as it is written."""
        found = {"kind": "Replay", "outcome": self.outcome, "reason": self.reason or None}
        if self.outcome != DIVERGED:
            return found
        values = {"recorded": self.recorded, "replayed": self.replayed}
        return {**found, "rule": self.rule or None, "pointer": self.pointer, **values}


class RecordedPlaces:
    """Locations as they were found when the packet was made: no input is read again."""

    def __init__(self, places: Mapping[tuple[str, str], tuple[int | None, int | None]]) -> None:
        self.found = dict(places)

    def __call__(self, origin: Origin) -> Location:
        """Return the recorded location; a place that nobody looked up has a path alone."""
        if origin.line:
            return Location(origin.path, origin.line, origin.column, origin.pointer)
        place = self.found.get((origin.path, origin.pointer))
        return Location(origin.path) if place is None else Location(origin.path, *place, origin.pointer)


def replay(
    packet: Packet, engine: str = "native", cache: str = "", *, trust_python: bool = False
) -> Replayed:
    """Return how a packet's decision replays; raises EvaluationError when a runtime cannot start."""
    try:
        recorded = json.loads(packet.read(layout.DECISION))
        request, world = read_world(packet, engine, cache)
        catalogue = catalogue_of(packet, recorded, trust_python=trust_python)
        again = judge(catalogue, world, request).decision.to_json()
    except EvaluationError:
        raise
    except (Error, ValueError, KeyError, TypeError) as error:
        return Replayed(NOT_REPLAYABLE, _sentence(error))
    return compare(recorded, json.loads(canonical(again)))


def read_world(packet: Packet, engine: str, cache: str) -> tuple[Request, World]:
    """Return what was asked and what was known; raises Refusal, ValueError, KeyError or TypeError without."""
    stated = json.loads(packet.read(CONTEXT), parse_float=Number)
    names = [name for name in packet.digests if name.startswith("facts/") and name != CONTEXT]
    graph = load_facts({name: packet.read(name) for name in names})
    given = [(rule, key, value) for rule, key, value in stated["given"]]
    selection = Selection(stated["phases"], stated["packs"], stated["domains"], given, stated["gates"])
    request = Request(
        estate="",
        as_of=stated["as_of"],
        environment=stated["environment"],
        fail_on=stated["fail_on"],
        engine=engine,
        selection=selection,
        cache=cache,
        action=stated["action"],
        requester=stated["requester"],
    )
    waivers = [Waiver(**waiver) for waiver in stated["waivers"]]
    configuration = Configuration(stated["parameters"], stated["environments"], waivers=waivers)
    places = RecordedPlaces(load_places(packet.read(PLACES)))
    world = World(graph, configuration, places, stated["estate"], stated["fabric"], scopes=stated["scopes"])
    plain = None
    if "plain" in stated:
        from samakia_policy.plain_packet import load_plain

        plain = load_plain(stated["plain"], packet.read)
    world.plain, world.packs = plain, stated.get("packs_judge", True)
    return request, world


def catalogue_of(packet: Packet, recorded: Mapping[str, Any], *, trust_python: bool) -> Catalogue:
    """Return the rules of a decision: the product's own where they are the same, else the packet's.

    Raises Refusal `pack-digest` when the packet's packs are not those of the decision, and
    `pack-python-untrusted` for Python that the product does not ship.
    """
    shipped = load()
    if _is_of(shipped, recorded):
        return shipped
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        for name in packet.digests:
            if name.startswith("packs/"):
                path = os.path.join(folder, name.removeprefix("packs/"))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                Path(path).write_bytes(packet.read(name))
        catalogue = build_catalogue(Path(folder))
    if not _is_of(catalogue, recorded):
        raise Refusal("pack-digest", "the packs of the packet are not those of the decision", where="packs")
    known = {rule.digest for rule in shipped.rules.values()}
    foreign = [
        rule.id for rule in catalogue.rules.values() if rule.language == "python" and rule.digest not in known
    ]
    if foreign and not trust_python:
        message = f"holds Python rules that the product does not ship: {', '.join(sorted(foreign)[:3])}"
        raise Refusal("pack-python-untrusted", message, where="packs", hint="read them, then --trust-python")
    return catalogue


def build_catalogue(folder: Path) -> Catalogue:
    """Return the rules and packs below a folder that holds policies/ and packs/; raises PackError."""
    from samakia_policy.packs.index import build_index

    index = json.loads(build_index(folder))
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in _files(folder)}

    def read(*parts: str) -> str:
        try:
            return texts["/".join(parts)]
        except KeyError:
            raise PackError("is not in the packet", where="/".join(parts)) from None

    return Catalogue(index, read)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _is_of(catalogue: Catalogue, recorded: Mapping[str, Any]) -> bool:
    """Tell whether every pack that the decision looked at is here with the same digest."""
    digests = {pack.name: pack.digest for pack in catalogue.packs}
    packs = [pack for pack in recorded["packs"] if pack["selected_by"] != PLAIN]
    return all(digests.get(pack["name"]) == pack["digest"] for pack in packs)


def compare(recorded: Any, replayed: Any) -> Replayed:
    """Return whether two decisions are the same but for engine and runtime, and the first difference."""
    one, other = _comparable(recorded), _comparable(replayed)
    if canonical(one) == canonical(other):
        return Replayed(REPRODUCED)
    pointer, was, now = next(iter(_differences(one, other, "")))
    return Replayed(DIVERGED, "the decision is another", _rule_at(one, other, pointer), pointer, was, now)


def _comparable(decision: Mapping[str, Any]) -> dict[str, Any]:
    digests = {name: value for name, value in decision["digests"].items() if name not in RUNS_DIFFER}
    return {**decision, "digests": digests}


def _differences(one: Any, other: Any, pointer: str) -> list[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(f"{pointer}/{key}", one.get(key), other.get(key)) for key in sorted({*one, *other})]
    elif isinstance(one, list) and isinstance(other, list):
        longest = max(len(one), len(other))
        padded = [items + [None] * (longest - len(items)) for items in (one, other)]
        pairs = [(f"{pointer}/{n}", a, b) for n, (a, b) in enumerate(zip(*padded, strict=True))]
    else:
        return [(pointer, one, other)]
    return [found for path, a, b in pairs if a != b for found in _differences(a, b, path)]


def _rule_at(one: Any, other: Any, pointer: str) -> str:
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] not in {"rules", "findings", "unknowns"}:  # noqa: PLR2004 - "", list, index
        return ""
    for decision in (one, other):
        rows = decision[parts[1]]
        if int(parts[2]) < len(rows):
            return str(rows[int(parts[2])].get("rule") or rows[int(parts[2])].get("id") or "")
    return ""


def _sentence(error: Exception) -> str:
    if isinstance(error, Error):
        return str(error).replace("\n", " ")
    return f"the packet lacks what a replay needs ({type(error).__name__}: {error})"
