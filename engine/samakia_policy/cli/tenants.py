"""`policy apply tenants.*`: what is done for tenants, behind the same gates, permits and packets."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from typing import TYPE_CHECKING, Any

from samakia_policy import tenant_actions as tenants
from samakia_policy.cli.acting import Proofs, wish_of
from samakia_policy.cli.gate import record, tell
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

if TYPE_CHECKING:
    from samakia_policy.authorise import Judged, Wish
    from samakia_policy.model.fact import FactGraph

PLAN_FILE = "tenant-plan.json"
_READ_ONLY = frozenset((tenants.PLAN, tenants.INSPECT))
_NEEDS_STORE = frozenset((tenants.APPLY, tenants.ISSUE, tenants.ROTATE, tenants.REVOKE, tenants.INSPECT))


def run(arguments: argparse.Namespace, found: Proofs) -> int:
    """Judge, act where it is permitted and asked for, record, and return the exit code."""
    from samakia_policy.authorise import ask
    from samakia_policy.configuration import environment_class
    from samakia_policy.pipeline import Request, read_world

    if not arguments.tenant:
        raise InputError("names the tenant", where="--tenant")
    execute = arguments.execute or arguments.action in _READ_ONLY
    wish = wish_of(arguments, found, execute=execute)
    world = read_world(Request(arguments.estate, found.now, environment=arguments.env, cache=wish.cache))
    env_class = environment_class(arguments.env, world.configuration.environments)
    wish.tighter = tenants.tenant_demand(world.graph, arguments.tenant, arguments.consumer, env_class)
    wish.dimensions = {"consumer": arguments.consumer} if arguments.consumer else {}
    wish.plan = _plan(arguments, world.graph)
    judged = ask(wish)
    if judged.failed:
        tell(arguments, judged, None, record(arguments, found, judged, None))
        return 4
    if arguments.action == tenants.PLAN:
        return _write_plan(arguments, found, judged, world.graph)
    if not execute:
        return _preview(arguments, world.graph)
    return _execute(arguments, found, judged, world.graph, wish)


def _plan(arguments: argparse.Namespace, graph: FactGraph) -> Any:
    """Return the plan that would be executed: the named one for an apply, else the facts it acts on."""
    from samakia_policy.gate.observed import Plan
    from samakia_policy.model.canonical import digest

    if arguments.action != tenants.APPLY:
        subject = tenants.subject_of(arguments.action, arguments.tenant, arguments.consumer, graph)
        return Plan(subject, subject)
    now = digest(tenants.plan_of(graph, arguments.tenant))
    if not arguments.plan_file:
        return Plan("", now)
    from samakia_policy.evidence.packet.read import open_packet

    with open_packet(arguments.plan_file) as packet:
        made = json.loads(packet.read("metadata.json"))["timestamp_utc"]
        return Plan(digest(packet.read(PLAN_FILE)), now, str(made))


def _write_plan(arguments: argparse.Namespace, found: Proofs, judged: Judged, graph: FactGraph) -> int:
    from samakia_policy.execute import execution_files
    from samakia_policy.record import publish_packet, seal, sign_packet

    plan = tenants.plan_of(graph, arguments.tenant)
    sys.stdout.write(json.dumps(json.loads(plan), sort_keys=True, indent=2, ensure_ascii=False) + "\n")
    if arguments.evidence:
        files = seal({**execution_files(judged, None, None), PLAN_FILE: plan})
        if found.keys:
            sign_packet(judged.checks[0], files, found.keys)
        path = publish_packet(arguments.evidence, "tenants-plan", arguments.tenant, found.now, files)
        sys.stderr.write(visible(f"evidence: {path}") + "\n")
    return 0


def _preview(arguments: argparse.Namespace, graph: FactGraph) -> int:
    lines = [f"DRY RUN: {arguments.action} of {arguments.tenant} in {arguments.env}"]
    if arguments.action == tenants.APPLY:
        rows = json.loads(tenants.plan_of(graph, arguments.tenant))["actions"]
        lines += [f"  {row['consumer']}: {row['action']}" for row in rows]
    if arguments.action == tenants.DRILL:
        rows = tenants.do(tenants.DRILL, graph, _doing(arguments, ""))
        lines += [f"  {row['testcase']}: {row['status']}, would leave {row['evidence']}" for row in rows]
    lines.append("  --execute does it, if every guard of the gate passes")
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))
    return 0


def _execute(
    arguments: argparse.Namespace, found: Proofs, judged: Judged, graph: FactGraph, wish: Wish
) -> int:
    from samakia_policy.cli.apply import finish, permit_of
    from samakia_policy.evidence.permit import consume
    from samakia_policy.execute import check_permit, do_permitted

    doing = _doing(arguments, found.now)
    if arguments.action in _READ_ONLY:
        rows = tenants.do(arguments.action, graph, doing)
        sys.stdout.write(json.dumps(rows, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
        return 0
    permit = permit_of(arguments, found, judged)
    log = found.log
    assert log is not None, "the gate demands a ledger"
    check_permit(judged, permit, wish.plan.subject, found.origin, found.now)
    actor = found.keys[0].public.keyid
    executed = do_permitted(
        lambda: tenants.do(arguments.action, graph, doing),
        lambda: consume(log, permit.to_json(), actor, found.now),
    )
    return finish(arguments, found, judged, permit, executed)


def _doing(arguments: argparse.Namespace, moment: str) -> tenants.Doing:
    from samakia_policy.adapters.secrets.backend import tenant_store
    from samakia_policy.adapters.tenants.credentials import PASSWORD_BYTES
    from samakia_policy.sources.runner import credentials_path

    needs = arguments.action in _NEEDS_STORE
    file = credentials_path(os.environ, arguments.tenant)
    store = tenant_store(arguments.tenant, os.environ, outside=arguments.estate, file=file) if needs else None
    return tenants.Doing(
        arguments.tenant, arguments.consumer, store, lambda: secrets.token_urlsafe(PASSWORD_BYTES + 8), moment
    )
