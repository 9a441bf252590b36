"""A page of documentation for every rule, made from its metadata."""

from __future__ import annotations

from typing import Any

from samakia_policy.model.rule import Rule


def pages(catalogue: Any) -> dict[str, str]:
    """Return file name -> Markdown for every rule, and README.md with the list."""
    listed: dict[str, list[str]] = {}
    for pack in catalogue.packs:
        for entry in pack.rules:
            listed.setdefault(entry.id, []).append(pack.name)
    rules = [catalogue.rules[name] for name in sorted(catalogue.rules)]
    written = {f"{rule.id}.md": _page(rule, listed.get(rule.id, [])) for rule in rules}
    rows = [f"| [{r.id}]({r.id}.md) | {r.severity} | {r.scope} | {r.title} |" for r in rules]
    head = ["# Rules", "", "| rule | severity | scope | must hold |", "| --- | --- | --- | --- |"]
    return written | {"README.md": "\n".join([*head, *rows]) + "\n"}


def _page(rule: Rule, packs: list[str]) -> str:
    rows = {
        "severity": rule.severity,
        "scope": rule.scope,
        "language": rule.language,
        "packs": ", ".join(packs) or "none",
        "subject": f"`{rule.subject}`",
        "reads": ", ".join(f"`{kind}`" for kind in rule.kinds),
        "unknown values": _UNKNOWN[rule.unknown],
        "without facts": rule.absent.replace("_", " "),
    }
    table = [f"| {name} | {value} |" for name, value in rows.items()]
    parameters = [
        f"- `{name}` (default `{declared['default']}`)" for name, declared in sorted(rule.params.items())
    ]
    lines = [
        f"# {rule.id}", "", rule.title, "", rule.description.strip(), "",
        "| | |", "| --- | --- |", *table, "",
        "## What it says", "", f"> {rule.message}", "",
        "## What to do", "", rule.remediation, "",
        *(["## Parameters", "", *parameters, ""] if parameters else []),
    ]  # fmt: skip
    return "\n".join(lines)


_UNKNOWN = {
    "subject": "the fact is withheld and listed as unknown",
    "rule": "the whole rule is unknown",
    "handled": "the rule reports them itself",
}
