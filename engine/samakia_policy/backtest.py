"""What would newer packs have said? Past decisions made again, and exactly what flips."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from samakia_policy.errors import Error, InputError
from samakia_policy.evidence.packet import layout
from samakia_policy.evidence.packet.read import open_packet
from samakia_policy.model.canonical import canonical
from samakia_policy.packs.load import Catalogue, load
from samakia_policy.pipeline import judge
from samakia_policy.replay import build_catalogue, read_world

ABSENT = "absent"
_WHOLE = "decision"


@dataclass(frozen=True, slots=True)
class Flip:
    """Something that would be said differently: by which rule (empty: the decision), on what, and why."""

    rule: str
    subject: str
    before: str
    after: str
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the flip as it is written."""
        return {name: getattr(self, name) or None for name in self.__slots__}


@dataclass(slots=True)
class Tested:
    """What became of one packet; `fault` says why it could not be decided again."""

    packet: str
    flips: list[Flip] = field(default_factory=list)
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result as it is written."""
        flips = [flip.to_json() for flip in self.flips]
        return {"packet": self.packet, "fault": self.fault or None, "flips": flips}


def find_packets(folders: Iterable[str]) -> list[str]:
    """Return the packets of decisions below folders, sorted; raises InputError for a folder without any."""
    found: set[str] = set()
    for folder in folders:
        below = {
            root
            for root, _, names in os.walk(folder)
            if layout.MANIFEST in names and layout.DECISION in names
        }
        if not below:
            raise InputError("there is no packet of a decision below it", where=folder)
        found |= below
    return sorted(found)


def backtest(packets: list[str], pack: str, engine: str, cache: str, processes: int) -> Iterator[Tested]:
    """Yield what became of each packet, in order. `pack`: a name, or a folder with policies/ and packs/.

    Raises InputError for a pack that there is not.
    """
    _names(_catalogue(pack), pack)
    test = partial(_test, pack=pack, engine=engine, cache=cache)
    if processes <= 1 or len(packets) <= 1:
        yield from map(test, packets)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(test, packets, chunksize=max(1, min(16, len(packets) // processes)))


def _catalogue(pack: str) -> Catalogue:
    """Return the rules to test with: once for each process."""
    if pack not in _KEPT:
        _KEPT[pack] = build_catalogue(Path(pack)) if os.path.isdir(pack) else load()
    return _KEPT[pack]


_KEPT: dict[str, Catalogue] = {}


def _names(catalogue: Catalogue, pack: str) -> set[str]:
    known = {found.name for found in catalogue.packs}
    names = known if os.path.isdir(pack) else known & {pack}
    if not names:
        hint = f"a folder, or one of {', '.join(sorted(known))}"
        raise InputError(f"no pack {pack!r}", where="--pack", hint=hint)
    return names


def _test(path: str, pack: str, engine: str, cache: str) -> Tested:
    catalogue = _catalogue(pack)
    names = _names(catalogue, pack)
    try:
        with open_packet(path) as packet:
            before = json.loads(packet.read(layout.DECISION))
            request, world = read_world(packet, engine, cache)
        after = json.loads(canonical(judge(catalogue, world, request).decision.to_json()))
        return Tested(path, list(flips(before, after, names)))
    except (Error, ValueError, KeyError, TypeError) as error:
        return Tested(path, fault=str(error).replace("\n", " ") or type(error).__name__)


def flips(before: Mapping[str, Any], after: Mapping[str, Any], packs: set[str]) -> Iterator[Flip]:
    """Yield what differs between two decisions in the rules of some packs, and in the whole."""
    if before["outcome"] != after["outcome"]:
        yield Flip("", _WHOLE, before["outcome"], after["outcome"])
    old, new = _said(before, packs), _said(after, packs)
    outcomes = [{rule["id"]: rule["outcome"] for rule in decision["rules"]} for decision in (before, after)]
    for rule, subject in sorted({*old, *new}):
        was = old.get((rule, subject), (_silent(outcomes[0], rule), ""))
        now = new.get((rule, subject), (_silent(outcomes[1], rule), ""))
        if was[0] != now[0]:
            yield Flip(rule, subject, was[0], now[0], now[1] or was[1])


def _said(decision: Mapping[str, Any], packs: set[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (rule, subject) -> (what was said, why) of every finding and unknown."""
    listed = {rule["id"] for rule in decision["rules"] if packs & set(rule["packs"])}
    said = {
        (unknown["rule"], unknown["subject"]): ("unknown", unknown["why"])
        for unknown in decision["unknowns"]
        if unknown["rule"] in listed
    }
    for finding in decision["findings"]:
        if finding["rule"] in listed:
            said[finding["rule"], finding["subject"]] = finding["outcome"], finding["message"]
    return said


def _silent(outcomes: Mapping[str, str], rule: str) -> str:
    """Return what silence about a subject means: the rule passed it, or did not run at all."""
    return "pass" if outcomes.get(rule, "not_applicable") != "not_applicable" else ABSENT
