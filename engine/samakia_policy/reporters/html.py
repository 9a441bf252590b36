"""The decision as one page that needs nothing else: no network, no script, readable on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from samakia_policy.reporters.page_style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SEVERITIES = ("critical", "high", "medium", "low")
_WORDS = {
    "allow": ("Allowed", "Nothing that blocks was found."),
    "deny": ("Denied", "Findings stand against it."),
    "unknown": ("Undecided", "Something that decides could not be known."),
}


def report(decision: Mapping[str, Any], verified: str = "") -> str:
    """Return the page. `decision`: as it is written; `verified`: a sentence about its packet."""
    word, sentence = _WORDS[decision["outcome"]]
    parts = (
        _head(decision, word, sentence, verified),
        _counts(decision),
        _findings(decision["findings"]),
        _unknowns(decision["unknowns"]),
        _waivers(decision["waivers"]),
        _rules(decision["rules"]),
        _packs(decision["packs"]),
        _digests(decision),
    )
    body = "".join(part for group in parts for part in group)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{word}: policy decision of {_text(decision['context']['as_of'])}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _head(decision: Mapping[str, Any], word: str, sentence: str, verified: str) -> Iterator[str]:
    context = decision["context"]
    yield f'<header class="{_text(decision["outcome"])}">\n<h1>{word}</h1>\n<p>{sentence}</p>\n<dl>\n'
    for name, shown in (
        ("as_of", "decided as of"),
        ("environment", "environment"),
        ("action", "action"),
        ("requester", "requester"),
        ("fail_on", "decides from"),
    ):
        yield f"<dt>{shown}</dt><dd>{_text(context.get(name) or '-')}</dd>\n"
    yield f"<dt>packet</dt><dd>{_text(verified or 'not verified')}</dd>\n</dl>\n</header>\n"


def _counts(decision: Mapping[str, Any]) -> Iterator[str]:
    yield '<section aria-label="Summary">\n<h2>Summary</h2>\n<ul class="counts">\n'
    for name, number in decision["counts"].items():
        yield f"<li><b>{_text(number)}</b> {_text(name.replace('_', ' '))}</li>\n"
    yield "</ul>\n</section>\n"


def _findings(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"<section>\n<h2>Findings <small>{len(findings)}</small></h2>\n"
    if not findings:
        yield "<p>None.</p>\n"
    for severity in _SEVERITIES:
        of_one = [finding for finding in findings if finding["severity"] == severity]
        if of_one:
            yield '<details class="group" open>\n'
            yield f"<summary>{severity} <small>{len(of_one)}</small></summary>\n"
            yield from (part for finding in of_one for part in _finding(finding))
            yield "</details>\n"
    yield "</section>\n"


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    notes = [finding["outcome"]] if finding["outcome"] != "fail" else []
    notes += [] if finding["effective"] else ["not yet effective"]
    shown = "".join(f' <em class="note">{_text(note)}</em>' for note in notes)
    yield f'<article class="{_text(finding["severity"])}" id="f-{_text(finding["fingerprint"])}">\n'
    yield f"<h3><code>{_text(finding['rule'])}</code> {_text(finding['subject'])}{shown}</h3>\n<ul>\n"
    for detail in finding["details"]:
        yield f"<li>{_text(detail['message'])} <code>{_place(detail['location'])}</code></li>\n"
    todo = finding["remediation"]
    yield "</ul>\n" + (f"<p><b>What to do:</b> {_text(todo)}</p>\n" if todo else "")
    if finding["controls"]:
        yield f"<p><b>Controls:</b> {_text(', '.join(finding['controls']))}</p>\n"
    yield "</article>\n"


def _unknowns(unknowns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if unknowns:
        rows = [
            (u["severity"], u["rule"], u["subject"] + u["pointer"], u["why"], _place(u["location"]))
            for u in unknowns
        ]
        yield from _table("Unknown", ("severity", "rule", "subject", "why", "where"), rows)


def _waivers(waivers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if waivers:
        rows = [
            (
                *(w[name] for name in ("rule", "subject", "owner")),
                w["expires"] or "",
                w["state"],
                _yes(w.get("signed")),
            )
            for w in waivers
        ]
        yield from _table("Waivers", ("rule", "subject", "owner", "until", "state", "signed"), rows)


def _rules(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (rule["id"], rule["severity"], rule["outcome"].replace("_", " "), rule["facts"], rule["findings"],
         rule.get("reason", ""))
        for rule in rules
    ]  # fmt: skip
    yield from _table("Rules", ("rule", "severity", "outcome", "facts", "findings", "reason"), rows)


def _packs(packs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (pack["name"], pack["version"], _yes(pack["applicable"]), pack["selected_by"], pack["digest"])
        for pack in packs
    ]
    yield from _table("Packs", ("pack", "version", "applies", "selected by", "digest"), rows)


def _digests(decision: Mapping[str, Any]) -> Iterator[str]:
    yield from _table("Digests", ("of", "digest"), sorted(decision["digests"].items()))
    yield (
        "<footer>\n<p>This page is derived from <code>decision.json</code>. To know that it is what was "
        "decided, verify its packet (<code>policy evidence verify PACKET --trust-root FILE</code>) and "
        "replay it (<code>policy replay PACKET</code>).</p>\n</footer>\n"
    )


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f'<section>\n<h2>{title} <small>{len(rows)}</small></h2>\n<div class="wide"><table>\n<thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in head)
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>\n"
    yield "</tbody>\n</table></div>\n</section>\n"


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _place(location: Mapping[str, Any]) -> str:
    place = ":".join(str(part) for part in (location["path"], location["line"], location["column"]) if part)
    return _text(place or "-")


def _text(value: object) -> str:
    """Return text that is only ever text: no tag, no entity, no character that hides or turns others."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(value))
    return escape(shown)
