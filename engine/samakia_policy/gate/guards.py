"""The guards about who asks, from where, for what: each returns what failed, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from samakia_policy.gate.demand import Demand
from samakia_policy.gate.observed import Observed
from samakia_policy.gate.refusal import Failed
from samakia_policy.gate.window import window_problem


def check_ci(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """CI never executes what is for people only."""
    refused = demand.ci == "refused" or (seen.execute and demand.ci == "dry-run")
    if seen.ci and refused:
        yield Failed("ci", "a person's machine, not CI", "running in CI")


def check_runner_mode(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """An operator is no CI job, and some actions need one."""
    if seen.ci and seen.runner_mode == "operator":
        yield Failed("runner-mode", "RUNNER_MODE=ci in CI", "RUNNER_MODE=operator")
    elif seen.execute and demand.runner_mode == "operator" and seen.runner_mode != "operator":
        yield Failed("runner-mode", "RUNNER_MODE=operator", f"RUNNER_MODE={seen.runner_mode}")


def check_environment(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """The environment is named, known, and one in which the action is ever permitted."""
    if not seen.environment:
        yield Failed("env-missing", "the environment that is acted on", "none was named")
    elif seen.environment_class == "unknown":
        yield Failed("env-missing", "an environment that the estate knows", seen.environment)
    elif demand.refuses:
        guard = "prod" if seen.environment_class == "prod" else "allowlist:environment"
        yield Failed(guard, demand.refuses, seen.environment)


def check_allowlists(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Each dimension that has a list has the one that was named, exactly."""
    for dimension, names in sorted(demand.allow.items()):
        value = seen.dimensions.get(dimension, "")
        if value not in names:
            listed = ", ".join(sorted(names)) or "nothing is listed"
            yield Failed(f"allowlist:{dimension}", listed, value or "none was named")


def check_variables(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Each guard variable is exactly 1; its value is never repeated, it may be somebody's secret."""
    for name in sorted(demand.variables) if seen.execute else ():
        value = seen.variables.get(name)
        if value != "1":
            yield Failed(
                f"guard:{name}", f"{name}=1", "not set" if value is None else "set to something else"
            )


def check_reason(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """There is a reason, and it is long enough to be one."""
    length = len(seen.reason.strip())
    if seen.execute and length < demand.reason:
        yield Failed("reason", f"a reason of at least {demand.reason} characters", f"{length} characters")


def check_window(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """The change window is open and not too long."""
    if seen.execute and demand.window_minutes:
        problem = window_problem(seen.window, seen.as_of, demand.window_minutes)
        if problem:
            yield Failed(
                "window", f"an open change window of at most {demand.window_minutes} minutes", problem
            )


def check_signing(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """A known person signs the evidence."""
    if seen.signing_error:
        yield Failed("signing", "one signing key, named on purpose", seen.signing_error)
    elif seen.execute and demand.signing and not seen.signer:
        yield Failed("signing", "a key of the trust root that signs the evidence", "no key was named")


def check_adapter(_: Demand, seen: Observed) -> Iterator[Failed]:
    """There is a part of the product that can do this."""
    if seen.action not in seen.adapters:
        yield Failed("adapter-missing", f"an adapter that can do {seen.action}", "none is built")
