"""`policy ledger show`."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.ledger.named import (
    checkpoint_shape,
    ledger_folder,
    log_policy_of,
    memory,
    read,
    say,
)
from samakia_policy.cli.ledger.verify import entry_shape, origin_in
from samakia_policy.cli.times import present
from samakia_policy.errors import InputError

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.events import Entry
    from samakia_policy.evidence.ledger.snapshot import Snapshot

_COMMON = ("actor", "at", "kind", "prev")


def run(arguments: argparse.Namespace) -> int:
    """Show records, a view of them, or the evidence of a fork."""
    from samakia_policy.evidence.ledger.snapshot import open_snapshot

    if arguments.fork:
        return _fork(arguments)
    folder = ledger_folder(arguments)
    policy = log_policy_of(arguments, origin_in(folder))
    snapshot = open_snapshot(folder, policy.log)
    memory().check(snapshot, policy.log)
    if arguments.view:
        rows = _rows(arguments.view, snapshot)
        lines = ["  ".join(f"{name}={_text(value)}" for name, value in row.items()) for row in rows]
        shape = {"checkpoint": checkpoint_shape(snapshot.checkpoint), "view": arguments.view, "rows": rows}
        return say(arguments, "LedgerView", shape, lines or [f"no {arguments.view}"])
    entries = _entries(arguments, snapshot)
    shape = {"checkpoint": checkpoint_shape(snapshot.checkpoint), "entries": list(map(entry_shape, entries))}
    return say(arguments, "LedgerEntries", shape, list(map(_line, entries)) or ["no records"])


def _entries(arguments: argparse.Namespace, snapshot: Snapshot) -> list[Entry]:
    """Return the entries asked for; the whole log is read only where that must be searched."""
    from collections import deque

    from samakia_policy.evidence.ledger.events import KINDS
    from samakia_policy.evidence.ledger.history import about

    count = max(arguments.last, 0)
    if unknown := sorted(set(arguments.kind) - KINDS.keys()):
        raise InputError(f"there is no kind {unknown[0]!r} of records", hint=f"one of {', '.join(KINDS)}")
    if arguments.kind or arguments.about:
        first = arguments.first or 0
        kinds = arguments.kind
        found = about(snapshot, arguments.about, *kinds) if arguments.about else snapshot.entries(*kinds)
        return list(deque((entry for entry in found if entry.at >= first), maxlen=count))
    first = max(snapshot.size - count, 0) if arguments.first is None else max(arguments.first, 0)
    return [snapshot.entry(at) for at in range(first, min(first + count, snapshot.size))]


def _line(entry: Entry) -> str:
    fields = {name: value for name, value in entry.fields.items() if name not in _COMMON}
    words = " ".join(f"{name}={_text(value)}" for name, value in sorted(fields.items()))
    return f"{entry.at:>7}  {entry.fields['at']}  {entry.kind:<19}  {entry.fields['actor'][:16]}  {words}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _rows(view: str, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return what records add up to, as they stand: whether their actors had the right is not judged here."""
    from samakia_policy.evidence.ledger import history

    def anybody(_entry: Entry) -> bool:
        return True

    if view == "revocations":
        return [{"key": key, "at": at} for key, at in history.revocations(snapshot, anybody).items()]
    if view == "permits":
        return [{"permit": e.fields["permit"], "at": e.at} for e in history.permits_used(snapshot)]
    if view == "holds":
        return [hold._asdict() for hold in history.holds(snapshot, anybody)]
    if view == "trust-roots":
        return [root._asdict() for root in history.trust_roots(snapshot, anybody)]
    return [grant._asdict() for grant in history.break_glass_open(snapshot, anybody, present())]


def _fork(arguments: argparse.Namespace) -> int:
    from samakia_policy.evidence.ledger.fork import parse_fork

    fork = parse_fork(read(arguments.fork), log_policy_of(arguments).log, arguments.fork)
    older, newer = fork.older, fork.newer
    shape = {"proved": True, "older": checkpoint_shape(older), "newer": checkpoint_shape(newer)}
    lines = [
        f"proved: {older.origin} signed two histories",
        f"  once its first {older.size} records had the root sha256:{older.root.hex()}",
        f"  and among its {newer.size} they have sha256:{fork.prefix_root.hex()}",
    ]
    return say(arguments, "LedgerFork", shape, lines)
