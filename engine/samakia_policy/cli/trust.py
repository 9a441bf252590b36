"""`policy trust`: begin a trust root, prepare its next version, sign it, look at it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from samakia_policy.cli import trust_edit
from samakia_policy.cli.times import later, now
from samakia_policy.cli.trusted import add_signing, settings, signers, state_folder
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

_EXAMPLES = """\
examples:
  policy trust init root.json --person ann="Ann Lee" --key ann=1f0c2e7a --org Example --sign 1f0c2e7a
  policy trust add person root.json ben --name "Ben Roy" --org Example
  policy trust add key root.json ben.pem --person ben --role root
  policy trust add role root.json root --threshold 2
  policy trust rotate root.json --sign 1f0c2e7a    Ann signs; then Ben: the second one publishes
  policy trust show root.json                      persons, keys, roles, and the fingerprint
  policy trust show root.json --draft              what the next version changes, and who signed it
"""
_YEAR = 365


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="say whom to trust, for what and until when",
        description="Keep the trust root: persons, their keys, roles, and what needs two of them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_init(actions)
    trust_edit.add_arguments(actions)
    _add_rotate(actions)
    show = actions.add_parser("show", help="what it says, and who signed it")
    show.add_argument("file", metavar="FILE", help="the trust root")
    show.add_argument("--draft", action="store_true", help="the version in preparation, and what it changes")
    show.add_argument("-o", "--output", choices=["table", "json"], default="table")
    show.set_defaults(run=run_show, errors_as_json=True)


def _add_init(actions: Any) -> None:
    init = actions.add_parser("init", help="begin a trust root")
    init.add_argument("file", metavar="FILE", help="the trust root to write")
    init.add_argument(
        "--person", action="append", default=[], metavar="ID=NAME", help="a root person; repeatable"
    )
    init.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="ID=KEY",
        help="a root key of a person: a file or a key of --keys; repeatable",
    )
    init.add_argument("--org", required=True, metavar="TEXT", help="the organisation of the persons")
    init.add_argument(
        "--threshold",
        type=int,
        default=0,
        metavar="COUNT",
        help="how many persons sign each version; default 2, or 1 for one person",
    )
    _add_life(init)
    _add_time(init)
    _add_publishing(init)
    init.set_defaults(run=run_init)


def _add_rotate(actions: Any) -> None:
    rotate = actions.add_parser("rotate", help="prepare, sign and publish the next version")
    rotate.add_argument("file", metavar="FILE", help="the trust root")
    _add_life(rotate)
    _add_time(rotate)
    _add_publishing(rotate)
    rotate.add_argument("--abandon", action="store_true", help="drop the version in preparation")
    rotate.set_defaults(run=run_rotate)


def _add_life(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expires", default="", metavar="TIME", help="when this version ends; RFC 3339, or days as 365d"
    )


def _add_publishing(parser: argparse.ArgumentParser) -> None:
    add_signing(parser)
    parser.add_argument("--no-publish", action="store_true", help="sign, but leave the publishing to others")


def _add_time(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", default="", metavar="TIME", help="when it is issued; RFC 3339")


def run_init(arguments: argparse.Namespace) -> int:
    """Write version 1, and sign it where keys are named."""
    from samakia_policy.evidence.trust import draft, edit

    issued = now(arguments.as_of)
    content = edit.first(issued, _end(arguments, issued))
    for text in arguments.person:
        person, name = _pair(text, "--person", "ID=NAME")
        edit.add_person(content, person, name, arguments.org)
    keys = []
    for text in arguments.key:
        person, source = _pair(text, "--key", "ID=KEY")
        key = trust_edit.public_key(arguments, source)
        life = {"notBefore": issued, "notAfter": later(issued, trust_edit.KEY_DAYS)}
        keys.append(edit.add_key(content, key, person=person, custody="software", **life))
    persons = {entry["person"] for entry in content["keys"].values()}
    edit.add_role(content, "root", keys, arguments.threshold or min(2, len(persons)) or 1, [])
    return _proceed(arguments, draft.begin(arguments.file, content))


def run_rotate(arguments: argparse.Namespace) -> int:
    """Prepare the next version, or sign the one in preparation; publish it when enough have signed."""
    from samakia_policy.evidence.trust import draft

    if arguments.abandon:
        draft.abandon(arguments.file)
        sys.stdout.write("the version in preparation is dropped\n")
        return 0
    found = draft.read_draft(arguments.file)
    if found is None and arguments.sign and not arguments.expires:
        hint = f"policy trust rotate {arguments.file} begins one, without --sign"
        raise InputError("no version is in preparation", where=arguments.file, hint=hint)
    if found is None or arguments.expires:
        issued = now(arguments.as_of)
        content = draft.next_content(arguments.file, issued)
        if arguments.expires:
            content["expires"] = _end(arguments, content["issued"])
        found = draft.change(arguments.file, content)
    return _proceed(arguments, found)


def run_show(arguments: argparse.Namespace) -> int:
    """Show a trust root; exit code 5 where not enough persons have signed it."""
    from samakia_policy.cli.trust_show import report, text
    from samakia_policy.evidence.trust import draft

    found = draft.read_draft(arguments.file) if arguments.draft else draft.read_current(arguments.file)
    if found is None:
        what = "no version is in preparation" if arguments.draft else "there is no trust root"
        raise InputError(what, where=arguments.file)
    made = report(found if isinstance(found, draft.Draft) else draft.Draft(found, None))
    sys.stdout.write(text(made, arguments.output))
    return 0 if arguments.draft or made["complete"] else 5


def _proceed(arguments: argparse.Namespace, found: Any) -> int:
    """Sign with the keys that are named, publish where that is enough, and say how things stand."""
    from samakia_policy.cli.trust_show import report
    from samakia_policy.evidence.trust import draft

    makers = signers(arguments) if arguments.sign else []
    if makers:
        found = draft.sign(arguments.file, found, makers)
    made = report(found)
    for line in made["changes"] or []:
        sys.stdout.write(visible(f"  {line}") + "\n")
    who = ", ".join(made["signers"]) or "nobody yet"
    sys.stdout.write(visible(f"version {made['version']} of {arguments.file}: {made['fingerprint']}") + "\n")
    sys.stdout.write(visible(f"signed by {who}; {made['needed']}") + "\n")
    if makers and made["complete"] and not arguments.no_publish:
        draft.publish(arguments.file, found)
        _remember(arguments, made["fingerprint"])
        sys.stdout.write("published\n")
    return 0


def _remember(arguments: argparse.Namespace, fingerprint: str) -> None:
    """Trust what this person has just published: its next use is not the first."""
    from samakia_policy.evidence.trust.open import Asked, open_trust_root

    open_trust_root(Asked(arguments.file, state_folder(settings()), now(arguments.as_of), fingerprint))


def _end(arguments: argparse.Namespace, issued: str) -> str:
    text = arguments.expires or f"{_YEAR}d"
    if text[:-1].isdecimal() and text.endswith("d"):
        return later(issued, min(int(text[:-1]), 10 * _YEAR))
    return now(text, "--expires")


def _pair(text: str, flag: str, form: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not left or not equals or not right:
        raise InputError(f"{text!r} is not {form}", where=flag)
    return left, right
