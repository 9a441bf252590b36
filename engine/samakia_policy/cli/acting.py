"""What `gate` and `apply` share: who asks for what, with which proofs, and where it is recorded."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from samakia_policy.cache import cache_path
from samakia_policy.cli.ledger_key import add_ledger_key, open_log
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import (
    add_signing,
    add_trust_root,
    settings,
    signers,
    trust_root,
)
from samakia_policy.cli.waive import add_waivers, signed_waivers
from samakia_policy.errors import InputError
from samakia_policy.gates import load_gate
from samakia_policy.reporters.escape import visible

if TYPE_CHECKING:
    from samakia_policy.adapters.private_copy import PrivateCopy
    from samakia_policy.adapters.terraform.tool import Tool
    from samakia_policy.authorise import Wish
    from samakia_policy.evidence.ledger.log import Log

_MODULES = ("terraform/envs", "fabric-core/terraform/envs")
_WINDOW = ("MAINT_WINDOW_START", "MAINT_WINDOW_END")
_LIFE = {"m": 60, "h": 3600}


def add_wish(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is wished for and what proves that it may be."""
    parser.add_argument("action", metavar="ACTION", help="what is to be done, such as terraform.apply")
    parser.add_argument("estate", nargs="?", default=".", metavar="ESTATE", help="root of the checkout")
    parser.add_argument("--env", default="", metavar="E", help="the environment that is acted on")
    parser.add_argument("--tenant", default="", metavar="T", help="the tenant that is acted on")
    parser.add_argument("--plan-file", default="", metavar="P", help="a plan saved by `terraform plan -out`")
    parser.add_argument("--chdir", default="", metavar="DIR", help="the root module of the plan")
    parser.add_argument("--requester", default="", metavar="PERSON", help="who asks (default: who signs)")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; people read it later")
    parser.add_argument(
        "--window", default="", metavar="START/END", help=f"change window, else {' and '.join(_WINDOW)}"
    )
    parser.add_argument(
        "--approvals", action="append", default=[], metavar="PATH",
        help="a packet or file with approvals; repeatable",
    )  # fmt: skip
    add_waivers(parser)
    parser.add_argument(
        "--break-glass",
        action="store_true",
        help="act without approvals and window, once",
    )
    parser.add_argument("--ticket", default="", metavar="ID", help="the incident, with --break-glass")
    parser.add_argument("--evidence", default="", metavar="DIR", help="write packets of evidence below DIR")
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time to judge at, RFC 3339")
    parser.add_argument("--engine", default="", help="Rego runtime: native (default), opa or opa-server")
    parser.add_argument(
        "--life", default="15m", metavar="TIME", help="how long a permit is good (default 15m)"
    )
    add_trust_root(parser)
    add_ledger_key(parser)
    add_signing(parser)
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")


@dataclass(slots=True)
class Proofs:
    """What a command was given to prove things with; what was not given is None or empty."""

    root: Any
    keys: list[Any]
    log: Log | None
    approvals: list[Any]
    now: str

    @property
    def person(self) -> str:
        """The person whose key signs, as the trust root names them."""
        trusted = self.root.keys.get(self.keys[0].public.keyid) if self.root and self.keys else None
        return trusted.person if trusted else ""

    @property
    def origin(self) -> str:
        """The name of the ledger."""
        return self.log.key.name if self.log else ""


def proofs(arguments: argparse.Namespace) -> Proofs:
    """Return what proves things; raises InputError and Refusal for what was named and cannot be used."""
    moment = now(arguments.as_of)
    root = trust_root(arguments, required=False, now=moment)
    log, approvals = open_log(arguments, root, arguments.estate), _approvals(arguments, root, moment)
    return Proofs(root, signers(arguments), log, approvals, moment)


def _approvals(arguments: argparse.Namespace, root: Any, moment: str) -> list[Any]:
    files = [(path, data) for named in arguments.approvals for path, data in _files(named)]
    if not files:
        return []
    if root is None:
        raise InputError("approvals mean nothing without a trust root", where="--approvals")
    from samakia_policy.evidence.approval import read_approvals
    from samakia_policy.evidence.approvers import agreed
    from samakia_policy.evidence.trust.persons import Place

    given, refused = read_approvals(files, root)
    for refusal in refused:
        sys.stderr.write(
            visible(f"{refusal.where} does not count: {refusal.message} ({refusal.code})") + "\n"
        )
    return agreed(root, given, Place(arguments.env, arguments.tenant, arguments.action), moment)


def _files(named: str) -> Iterator[tuple[str, bytes]]:
    folder = os.path.join(named, "attestations", "approvals")
    paths = [named]
    if os.path.isdir(named):
        paths = (
            [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
            if os.path.isdir(folder)
            else []
        )
    for path in paths:
        try:
            with open(path, "rb") as file:
                yield path, file.read(5 << 20)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=path) from error


@contextmanager
def planned(
    arguments: argparse.Namespace, wish: Wish
) -> Iterator[tuple[PrivateCopy, Tool] | tuple[None, None]]:
    """Give the private copy of a plan and its tool, and tell the wish what the plan holds."""
    if not arguments.plan_file:
        yield None, None
        return
    from samakia_policy.adapters.private_copy import PrivateCopy
    from samakia_policy.adapters.terraform.plan import show_plan
    from samakia_policy.adapters.terraform.tool import find_tool
    from samakia_policy.gate.observed import Plan

    tool = find_tool(arguments.chdir or _module(arguments.estate, arguments.env), os.environ)
    with PrivateCopy(arguments.plan_file) as copy:
        plan = show_plan(tool, copy)
        wish.plan = Plan(copy.digest, copy.digest, plan.made, plan.changes)
        wish.plan_file = copy.beside("plan.json", plan.document)
        yield copy, tool


def _module(estate: str, env: str) -> str:
    folders = [os.path.join(estate, folder, env) for folder in _MODULES]
    return next(filter(os.path.isdir, folders), folders[0])


def wish_of(arguments: argparse.Namespace, found: Proofs, *, execute: bool) -> Wish:
    """Return what is wished for; raises InputError, and Refused for an action that no gate names."""
    from samakia_policy.authorise import Wish
    from samakia_policy.gate.observed import Approval

    load_gate(arguments.action)
    start, _, end = arguments.window.partition("/")
    if not arguments.window:
        start, end = (os.environ.get(name, "") for name in _WINDOW)
    waivers, files = signed_waivers(arguments.waiver, found.root, found.now)
    return Wish(
        waivers=waivers,
        waiver_files=files,
        action=arguments.action,
        estate=arguments.estate,
        environment=arguments.env,
        as_of=found.now,
        execute=execute,
        requester=arguments.requester or found.person,
        reason=arguments.reason,
        window=(start, end),
        tenant=arguments.tenant,
        variables=dict(os.environ),
        approvals=tuple(
            Approval(a.person, a.role, a.plan, a.results, a.packs, a.expires) for a in found.approvals
        ),
        signer=found.person,
        ledger=found.log is not None,
        unratified=_unratified(found),
        engine=settings().text("engine", arguments.engine, "native"),
        cache=cache_path(dict(os.environ)),
    )


def _unratified(found: Proofs) -> tuple[str, ...]:
    if found.log is None:
        return ()
    from samakia_policy.evidence.break_glass import counts
    from samakia_policy.evidence.ledger.history import break_glass_open
    from samakia_policy.evidence.ledger.snapshot import open_snapshot

    snapshot = open_snapshot(found.log.root, found.log.key)
    count = counts(found.root, found.now)
    return tuple(grant.statement for grant in break_glass_open(snapshot, count, found.now))


def expiry(moment: str, life: str) -> str:
    """Return when something that lives so long ends; raises InputError for what is no such time."""
    number, unit = life[:-1], life[-1:]
    seconds = int(number) * _LIFE[unit] if number.isascii() and number.isdigit() and unit in _LIFE else 0
    if not 0 < seconds <= 24 * 3600:
        raise InputError(f"{life!r} is no time of at most 24h", where="--life", hint="such as 15m or 2h")
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def say_refused(judged: Any) -> Sequence[str]:
    """Return the lines that tell a person everything that stands against an action."""
    seen = judged.observed
    head = f"REFUSED: {seen.action} in {seen.environment or 'no environment'}"
    rows = [f"  {f.guard}: needs {f.required}; observed: {f.observed}" for f in judged.failed]
    return [head, *rows]
