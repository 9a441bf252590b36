"""`policy pack` and `policy docs`: which rules there are."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.packs.load import load


def add_arguments(commands: Any, name: str) -> None:
    """Add `policy pack` to the parser."""
    parser = commands.add_parser(name, help="list packs and their rules")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="every pack with its version")
    listed.set_defaults(run=run_list)
    show = actions.add_parser("show", help="the rules of a pack")
    show.add_argument("pack", metavar="PACK")
    show.set_defaults(run=run_show)


def run_list(_arguments: argparse.Namespace) -> int:
    """Print a line per pack."""
    for pack in load().packs:
        note = "" if pack.complete else "  incomplete"
        line = f"{pack.name:<24} {pack.version:<8} phase {pack.phase:<4} {len(pack.rules):>3} rules{note}"
        sys.stdout.write(line + "\n")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Print a pack and a line per rule."""
    catalogue = load()
    pack = next((pack for pack in catalogue.packs if pack.name == arguments.pack), None)
    if pack is None:
        known = ", ".join(pack.name for pack in catalogue.packs)
        raise InputError(f"no pack {arguments.pack!r}", hint=f"known: {known}")
    sys.stdout.write(f"{pack.name} {pack.version}: {pack.title}\n{pack.digest}\n")
    for entry in sorted(pack.rules, key=lambda entry: entry.id):
        rule = catalogue.rule(entry.id)
        severity = entry.severity or rule.severity
        sys.stdout.write(f"  {severity:<8} {rule.id:<38} {rule.title}\n")
    return 0


def _add_docs(commands: Any, name: str) -> None:
    parser = commands.add_parser(name, help="write the page of every rule, and of all gates")
    parser.add_argument("--directory", default="docs/reference", metavar="DIR")
    parser.add_argument("--check", action="store_true", help="only tell whether the pages are fresh")
    parser.set_defaults(run=run_docs)


def run_docs(arguments: argparse.Namespace) -> int:
    """Write the pages of rules and gates, or with --check name the stale ones and return 1."""
    from samakia_policy.gates import actions, load_gate
    from samakia_policy.reporters import gate_page
    from samakia_policy.reporters.rule_page import pages

    folder = Path(arguments.directory)
    wanted = {f"rules/{name}": text for name, text in pages(load()).items()}
    wanted["gates.md"] = gate_page.page(load_gate(action) for action in sorted(actions()))
    stale = [name for name, text in wanted.items() if _read(folder / name) != text]
    present = {path.relative_to(folder).as_posix() for path in folder.glob("rules/**/*.md")}
    stale += sorted(present - set(wanted))
    if arguments.check:
        sys.stdout.write("".join(f"stale: {folder / name}\n" for name in stale))
        return 1 if stale else 0
    for name in stale:
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            os.unlink(path)
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


docs = SimpleNamespace(add_arguments=_add_docs)
