"""Which approvals count for whom: the persons and roles behind their keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from samakia_policy.evidence.approval import Given
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Moment, Place, covers, unusable


class Agreed(NamedTuple):
    """A person who agreed, in one of their roles, to what is bound; and the digest of the statement."""

    person: str
    role: str
    plan: str
    results: str
    packs: str
    expires: str
    digest: str


def agreed(root: TrustRoot, given: Iterable[Given], place: Place, now: str) -> list[Agreed]:
    """Return who agreed about a place, once for each role that their key holds there, sorted.

    The keys of engines do not count: a program agrees with itself. Neither does a key
    outside its time, nor what was signed at a time to come.
    """
    engines = {trusted.person for trusted in root.holders("engine")}
    found = []
    for approval in given:
        said = approval.said
        if Place(said["environment"], said["tenant"], said["action"]) != place or said["issued"] > now:
            continue
        for keyid in approval.keyids:
            trusted = root.keys[keyid]
            if trusted.person in engines or unusable(trusted, Moment(said["issued"]), now):
                continue
            bound = approval.bound
            found += [
                Agreed(
                    trusted.person,
                    name,
                    bound.plan,
                    bound.results,
                    bound.packs,
                    said["expires"],
                    approval.digest,
                )
                for name, role in root.content.roles.items()
                if keyid in role.keys and covers(role, place)
            ]
    return sorted(found)
