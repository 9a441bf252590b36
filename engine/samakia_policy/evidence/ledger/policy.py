"""Which log is meant, by its key, and how many of which witnesses must have seen a checkpoint of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from samakia_policy.evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from samakia_policy.evidence.ledger.note import LOG, WITNESS, NoteKey
from samakia_policy.evidence.reasons import Refusal


class LogPolicy(NamedTuple):
    """A log's key, the keys of its witnesses, and how many of them must cosign; made by `log_policy`."""

    log: NoteKey
    witnesses: tuple[NoteKey, ...] = ()
    quorum: int = 0

    def open(self, data: bytes, where: str = "") -> Checkpoint:
        """Return a checkpoint that the log signed and enough witnesses cosigned.

        Raises Refusal `note-...`, `checkpoint-...` or `ledger-quorum`.
        """
        found = open_checkpoint(data, self.log, where)
        self.require_quorum(found, where)
        return found

    def seen_by(self, found: Checkpoint) -> list[str]:
        """Return the names of the witnesses that cosigned a checkpoint, sorted."""
        return sorted(key.name for key in self.witnesses if found.note.cosigned_by(key) is not None)

    def require_quorum(self, found: Checkpoint, where: str = "") -> None:
        """Refuse (`ledger-quorum`) a checkpoint that too few witnesses cosigned."""
        seen = self.seen_by(found)
        if len(seen) < self.quorum:
            message = f"{len(seen)} of {len(self.witnesses)} witnesses cosigned it, {self.quorum} must"
            hint = "run `policy ledger witness` on the machines of the witnesses"
            raise Refusal("ledger-quorum", message, where=where, hint=hint)


def log_policy(log: NoteKey, witnesses: Iterable[NoteKey] = (), quorum: int | None = None) -> LogPolicy:
    """Return a policy; without a quorum all witnesses must cosign.

    Raises Refusal `ledger-policy` for keys of the wrong kind, a key that stands for two, or a quorum that
    cannot be.
    """
    found = tuple(witnesses)
    if log.kind != LOG or any(key.kind != WITNESS for key in found):
        message = (
            "a log's verifier key and a witness's are of different kinds, and one is in the other's place"
        )
        raise Refusal("ledger-policy", message)
    if len({key.public.raw for key in (log, *found)}) <= len(found):
        raise Refusal("ledger-policy", "one key stands for two of the log and its witnesses")
    needed = len(found) if quorum is None else quorum
    if not 0 <= needed <= len(found):
        raise Refusal("ledger-policy", f"a quorum of {needed} cannot be had of {len(found)} witnesses")
    return LogPolicy(log, found, needed)
