"""Random demands and observations, as plain values for the reference and as the gate's own types."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from samakia_policy.gate.demand import Approvals, Demand
from samakia_policy.gate.observed import Approval, Observed, Plan
from samakia_policy.model.decision import results_digest

SEVERITIES = ["low", "medium", "high", "critical"]
TIMES = [f"2026-03-0{day}T{hour:02}:00:00Z" for day in (1, 2) for hour in (0, 1, 2, 9, 23)]
DIGESTS = ["", "sha256:aa", "sha256:bb"]
PACKS = ["phase-00-foundation", "phase-10-tenants"]
PERSONS = ["ada", "ben", "cem"]

times = st.sampled_from(TIMES)
severities = st.sampled_from(SEVERITIES)


def rarely(strategy: Any, otherwise: Any) -> Any:
    """Return a strategy that mostly gives one value: worlds in which everything fails say little."""
    return st.one_of(*[st.just(otherwise)] * 4, strategy)


demands = st.fixed_dictionaries(
    {
        "ci": st.sampled_from(["allowed", "dry-run", "refused"]),
        "runner_mode": st.sampled_from(["any", "operator"]),
        "fail_on": severities,
        "packs": rarely(
            st.dictionaries(st.sampled_from(PACKS), st.sampled_from(["0.1.0", "0.9.0", "1.0.0"])), {}
        ),
        "evidence_minutes": st.sampled_from([0, 60, 1440]),
        "plan_minutes": st.sampled_from([0, 60, 1440]),
        "plan_digest": st.booleans(),
        "approvals": st.dictionaries(
            st.sampled_from(["approver", "legal"]), st.tuples(st.integers(1, 2), st.booleans()), max_size=2
        ),
        "window_minutes": st.sampled_from([0, 60, 120]),
        "reason": st.sampled_from([0, 1, 8]),
        "signing": st.booleans(),
        "variables": st.frozensets(st.sampled_from(["EXECUTE", "I_UNDERSTAND"])),
        "allow": rarely(
            st.dictionaries(
                st.sampled_from(["tenant", "consumer"]), st.frozensets(st.sampled_from(["birds", "canary"]))
            ),
            {},
        ),
        "markers": rarely(st.frozensets(st.sampled_from(["PHASE3", "PHASE4"])), frozenset()),
        "forbid": rarely(st.frozensets(st.sampled_from(["delete", "replace"])), frozenset()),
        "runtimes": rarely(st.just(2), 1),
        "refuses": rarely(st.just("another environment"), ""),
    }
)

_rules = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["terraform/plan-errored", "tenants/id-slug"]),
            "packs": st.lists(st.sampled_from(PACKS), min_size=1, unique=True),
            "severity": severities,
            "outcome": rarely(st.sampled_from(["fail", "unknown", "waived", "not_applicable"]), "pass"),
            "reason": st.sampled_from(["", "no-live", "no-plan", "no-facts: tenant", "no-fabric"]),
        }
    ),
    max_size=3,
)
_findings = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(["terraform/plan-errored", "tenants/id-slug"]),
            "subject": st.sampled_from(["tenant:birds", "tf_plan:samakia-dev"]),
            "severity": severities,
            "outcome": st.sampled_from(["fail", "waived"]),
            "effective": st.booleans(),
        }
    ),
    max_size=2,
)
_waivers = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.just("tenants/id-slug"),
            "subject": st.sampled_from(["tenant:birds", "tf_plan:samakia-dev"]),
            "signed": st.booleans(),
        }
    ),
    max_size=1,
)
_unknowns = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.just("tenants/quota-exceeded"),
            "subject": st.just("tenant:birds"),
            "severity": severities,
        }
    ),
    max_size=1,
)
decisions = st.fixed_dictionaries(
    {
        "outcome": rarely(st.sampled_from(["deny", "unknown"]), "allow"),
        "context": st.fixed_dictionaries(
            {"as_of": times, "environment": rarely(st.sampled_from([None, "samakia-prod"]), "samakia-dev")}
        ),
        "digests": st.fixed_dictionaries(
            {
                "packs": st.just("sha256:pp"),
                "engine": st.just("sha256:ee"),
                "runtime": st.sampled_from(["sha256:r1", "sha256:r2"]),
            }
        ),
        "packs": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(PACKS),
                    "version": st.sampled_from(["0.1.0", "0.9.0", "1.0.0"]),
                    "applicable": st.booleans(),
                }
            ),
            max_size=2,
        ),
        "rules": _rules,
        "findings": rarely(_findings, []),
        "unknowns": rarely(_unknowns, []),
        "waivers": _waivers,
    }
)


@st.composite
def observations(draw: Any) -> dict[str, Any]:
    """Draw what may have been observed, mostly consistent."""
    made = draw(st.lists(decisions, max_size=2))
    if len(made) == 2 and draw(st.booleans()):
        made[1] = {**made[0], "digests": {**made[0]["digests"], "runtime": "sha256:r9"}}
    subject = draw(st.sampled_from(DIGESTS))
    results = results_digest(made[0]) if made else "sha256:none"
    approvals = st.tuples(
        st.sampled_from(PERSONS),
        st.sampled_from(["approver", "legal"]),
        rarely(st.sampled_from(DIGESTS), subject),
        rarely(st.just("sha256:other"), results),
        rarely(st.just("sha256:other"), "sha256:pp"),
        rarely(times, "2027-01-01T00:00:00Z"),
    )
    return {
        "action": "terraform.apply",
        "environment": draw(rarely(st.just(""), "samakia-dev")),
        "environment_class": draw(rarely(st.sampled_from(["prod", "unknown"]), "dev")),
        "as_of": draw(times),
        "requester": draw(st.sampled_from(["", *PERSONS])),
        "execute": draw(rarely(st.just(False), True)),
        "ci": draw(st.booleans()),
        "runner_mode": draw(st.sampled_from(["ci", "operator"])),
        "reason": draw(st.sampled_from(["", "  short ", "replace the broken disk"])),
        "window": draw(st.tuples(st.sampled_from(["", *TIMES]), st.sampled_from(["", *TIMES]))),
        "signer": draw(st.sampled_from(["", "ada"])),
        "signing_error": draw(rarely(st.just("two keys"), "")),
        "dimensions": draw(
            st.dictionaries(st.sampled_from(["tenant", "consumer"]), st.sampled_from(["birds", "other"]))
        ),
        "variables": draw(
            st.dictionaries(
                st.sampled_from(["EXECUTE", "I_UNDERSTAND"]), st.sampled_from(["1", "true", "01"])
            )
        ),
        "decisions": made,
        "subject": subject,
        "decided": draw(rarely(st.sampled_from(DIGESTS), subject)),
        "made": draw(st.sampled_from(["", *TIMES])),
        "changes": draw(st.frozensets(st.sampled_from(["create", "delete", "replace"]))),
        "approvals": draw(st.lists(approvals, max_size=3)),
        "markers": draw(st.dictionaries(st.sampled_from(["PHASE3", "PHASE4"]), st.booleans())),
        "adapters": draw(rarely(st.just(frozenset()), frozenset({"terraform.apply"}))),
        "ledger": draw(rarely(st.just(False), True)),
        "mutates": draw(st.booleans()),
        "unratified": draw(rarely(st.just(("sha256:bg",)), ())),
    }


def demand_of(plain: dict[str, Any]) -> Demand:
    """Return a plain demand as the gate's type."""
    roles = {role: Approvals(*wanted) for role, wanted in plain["approvals"].items()}
    return Demand(**{**plain, "approvals": roles})


def observed_of(plain: dict[str, Any]) -> Observed:
    """Return a plain observation as the gate's type."""
    kept = {
        key: value for key, value in plain.items() if key not in {"subject", "decided", "made", "changes"}
    }
    plan = Plan(plain["subject"], plain["decided"], plain["made"], plain["changes"])
    given = tuple(Approval(*approval) for approval in plain["approvals"])
    return Observed(**{**kept, "plan": plan, "approvals": given, "decisions": tuple(plain["decisions"])})
