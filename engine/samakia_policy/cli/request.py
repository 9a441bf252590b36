"""Arguments that several commands share, and the request they make."""

from __future__ import annotations

import argparse
import os
from typing import Any

from samakia_policy.cache import cache_path
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import settings
from samakia_policy.errors import InputError
from samakia_policy.pipeline import Request
from samakia_policy.selection import Selection


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is read."""
    parser.add_argument("estate", nargs="?", default=".", metavar="ESTATE", help="root of the checkout")
    parser.add_argument(
        "--plan", action="append", default=[], metavar="[ENV=]FILE",
        help="output of `terraform show -json`, of the environment ENV, else of --env, else of the one whose "
        "root module fits; repeatable",
    )  # fmt: skip
    parser.add_argument("--runner", action="store_true", help="look at this machine too, at no content")
    parser.add_argument("--env", default="", metavar="E", help="judge findings of one environment")
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time to judge at, RFC 3339")
    parser.add_argument(
        "--engine", default="", help="Rego runtime: native (default), opa or opa-server (POLICY_ENGINE)"
    )


def request(arguments: argparse.Namespace, selection: Selection | None = None) -> Request:
    """Return what was asked for; raises InputError for a time that is no time."""
    return Request(
        plain=getattr(arguments, "plain", None),
        estate=arguments.estate,
        as_of=now(arguments.as_of),
        plans=[_plan(text) for text in arguments.plan],
        environment=arguments.env,
        fail_on=getattr(arguments, "fail_on", "high"),
        engine=settings().text("engine", arguments.engine, "native"),
        selection=selection or Selection(),
        cache=cache_path(dict(os.environ)),
        runner=dict(os.environ) if arguments.runner else None,
    )


def parameter(text: str) -> tuple[str, str, Any]:
    """Split RULE.KEY=VALUE; the value is JSON, else text. Raises InputError."""
    name, equals, value = text.partition("=")
    rule, dot, key = name.rpartition(".")
    if not equals or not dot:
        raise InputError(f"{text!r} is no parameter", where="--param", hint="RULE.KEY=VALUE")
    import json

    try:
        return rule, key, json.loads(value)
    except ValueError:
        return rule, key, value


def _plan(text: str) -> tuple[str, str]:
    env, equals, file = text.partition("=")
    return (env, file) if equals and "/" not in env else ("", text)
