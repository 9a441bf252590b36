"""What a decision proves to a gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samakia_policy.model.rule import at_least

# Scopes whose facts have to be given; `no-facts` and `no-fabric` say that there is nothing to look at.
_NOTHING_GIVEN = frozenset(
    f"no-{scope}" for scope in ("static", "plan", "change", "evidence", "live", "runner", "request")
)


def blocking(decision: Mapping[str, Any], fail_on: str) -> list[str]:
    """Return what stands against an action at a severity: findings, unknowns, rules that were given nothing.

    A rule without the facts it needs (`no-live`, `no-runner`) steps aside in a check; a gate does not know.
    A waived finding stands unless a signed waiver covers it.
    """
    signed = {(waiver["rule"], waiver["subject"]) for waiver in decision["waivers"] if waiver.get("signed")}
    left = [f"{f['rule']} on {f['subject']}" for f in decision["findings"] if _stands(f, signed, fail_on)]
    for unknown in decision["unknowns"]:
        if at_least(unknown["severity"], fail_on):
            left.append(f"{unknown['rule']} is unknown on {unknown['subject']}")
    for rule in decision["rules"]:
        absent = rule["outcome"] == "not_applicable" and rule.get("reason") in _NOTHING_GIVEN
        if at_least(rule["severity"], fail_on) and (absent or rule["outcome"] == "unknown"):
            left.append(f"{rule['id']} is unknown" + (f": {rule['reason']}" if rule.get("reason") else ""))
    if not left and decision["outcome"] != "allow":
        left.append(f"the decision is {decision['outcome']}")
    return left


def passed(decision: Mapping[str, Any], pack: str) -> int:
    """Return how many rules of a pack passed; a waived rule is not one."""
    return sum(pack in rule["packs"] and rule["outcome"] == "pass" for rule in decision["rules"])


def _stands(finding: Mapping[str, Any], signed: set[tuple[str, str]], fail_on: str) -> bool:
    waived = finding["outcome"] == "waived" and (finding["rule"], finding["subject"]) in signed
    return at_least(finding["severity"], fail_on) and finding["effective"] and not waived
