"""Arguments for plain OPA and Conftest packages, and the documents they judge."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from samakia_policy.errors import InputError

if TYPE_CHECKING:
    from samakia_policy.plain import PlainRequest

_REPEATABLE = (
    ("--policy", "DIR", "a package: its .rego files, but no tests"),
    ("--document", "FILE", "a JSON or YAML file to judge, a folder of them, or - for standard input"),
    ("--data", "PATH", "base documents: a JSON or YAML file, or a folder of them"),
    ("--namespace", "NS", "ask this package, or those that fit a pattern (default: main)"),
)
_VERSIONS = {"auto": None, "v0": 0, "v1": 1}


def add_packages(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name packages and documents."""
    group = parser.add_argument_group(
        "plain OPA and Conftest packages",
        "Rules deny, violation and warn judge each document; without ESTATE nothing else is judged.",
    )
    for flag, metavar, text in _REPEATABLE:
        group.add_argument(flag, action="append", default=[], metavar=metavar, help=f"{text}; repeatable")
    group.add_argument("--all-namespaces", action="store_true", help="ask every package")
    group.add_argument("--combine", action="store_true", help="hand over all documents as one list")
    group.add_argument(
        "--rego-version", choices=_VERSIONS, default="auto", help="version of the modules, else each tells"
    )


def packages(arguments: argparse.Namespace) -> PlainRequest | None:
    """Return what was named, None where no package was; raises InputError for flags that would do nothing."""
    if not arguments.policy:
        for name in ("document", "data", "namespace", "all_namespaces", "combine"):
            if getattr(arguments, name):
                flag = f"--{name.replace('_', '-')}"
                raise InputError("there is no package to judge it", where=flag, hint="--policy DIR")
        return None
    if arguments.all_namespaces and arguments.namespace:
        raise InputError("contradicts --all-namespaces", where="--namespace")
    from samakia_policy.plain import PlainRequest

    return PlainRequest(
        policies=arguments.policy,
        documents=arguments.document,
        data=arguments.data,
        namespaces=arguments.namespace,
        every_namespace=arguments.all_namespaces,
        combine=arguments.combine,
        version=_VERSIONS[arguments.rego_version],
    )
