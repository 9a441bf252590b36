"""The state file: the size and root that the writers of a ledger remember, beside the log itself."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger.checkpoint import MAX_SIZE
from samakia_policy.evidence.ledger.tiles import read_file
from samakia_policy.evidence.reasons import Refusal

STATE = "state"
_LIMIT = 4096
_ROOT = re.compile("sha256:([0-9a-f]{64})")


class State(NamedTuple):
    """How far a log was, when it was last written to."""

    origin: str
    size: int
    root: bytes

    @property
    def data(self) -> bytes:
        """The state as its file holds it."""
        value = {"origin": self.origin, "root": f"sha256:{self.root.hex()}", "size": self.size}
        return strict_json.canonical_line(value)


def read_state(root: str, origin: str) -> State:
    """Return the state of a log; raises Refusal `ledger-state-missing` or `ledger-state-malformed`.

    A missing file is refused, for whoever takes it away would make the log forget how long it was.
    """
    data = read_file(os.path.join(root, STATE), _LIMIT, STATE)
    if data is None:
        raise Refusal(
            "ledger-state-missing",
            "there is no state file: this is no ledger, or it was taken away",
            where=root,
        )
    try:
        value = strict_json.parse_canonical(data, where=STATE)
    except Refusal as refusal:
        raise Refusal("ledger-state-malformed", refusal.message, where=STATE) from None
    found = _state(value)
    if found is None or found.origin != origin:
        raise Refusal("ledger-state-malformed", f"the file is not the state of {origin}", where=STATE)
    return found


def _state(value: object) -> State | None:
    if not isinstance(value, dict) or value.keys() != {"origin", "root", "size"}:
        return None
    origin, size, match = value["origin"], value["size"], _ROOT.fullmatch(str(value["root"]))
    if type(size) is not int or not 0 <= size <= MAX_SIZE or match is None:
        return None
    return State(origin, size, bytes.fromhex(match[1]))
