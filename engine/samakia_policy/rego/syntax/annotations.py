"""METADATA comments: YAML above a package or a rule."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.errors import PARSE, Fault, RegoError
from samakia_policy.rego.syntax import nodes as n

_SCOPES = ("package", "subpackages", "rule", "document")


def annotate(module: n.Module) -> None:
    """Attach a module's METADATA blocks to its package and rules; raises RegoError for broken YAML."""
    for block in _blocks(module.comments):
        made = _read(block)
        after = [rule for rule in module.rules if rule.location and rule.location.row > made.end_row]
        above = module.package.location is not None and module.package.location.row > made.end_row
        made.scope = made.scope or ("package" if above else "rule")
        if not above and made.scope in ("rule", "document") and after:
            after[0].annotations.append(made)
        module.annotations.append(made)


def _blocks(comments: list[n.Comment]) -> list[list[n.Comment]]:
    blocks: list[list[n.Comment]] = []
    last = -1
    for comment in comments:
        place = comment.location
        if place is None:
            continue
        if comment.text.strip() == "METADATA" and place.col == 1:
            blocks.append([comment])
        elif blocks and place.row == last + 1 and place.col == 1:
            blocks[-1].append(comment)
        elif blocks and len(blocks[-1]) and place.row != last + 1:
            last = -1
            continue
        last = place.row
    return blocks


def _read(block: list[n.Comment]) -> n.Annotations:
    import yaml

    text = "\n".join(comment.text for comment in block[1:])
    place, last = block[0].location, block[-1].location
    try:
        values: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RegoError([Fault(PARSE, f"yaml: {error}", place)]) from None
    if not isinstance(values, dict):
        raise RegoError([Fault(PARSE, "expected METADATA block, found whitespace", place)])
    scope = str(values.get("scope", ""))
    if scope and scope not in _SCOPES:
        raise RegoError([Fault(PARSE, f"invalid scope {scope!r}", place)])
    return n.Annotations(scope, values, last.row if last else 0, location=place)
