"""What v1 asks of rules: `if` before bodies, `contains` for partial sets, no keyword as a name."""

from __future__ import annotations

from collections.abc import Sequence

from samakia_policy.rego.errors import PARSE, Fault
from samakia_policy.rego.syntax.nodes import Expr, Rule, Var
from samakia_policy.rego.syntax.tokens import WORDS, WORDS_V1
from samakia_policy.rego.syntax.walk import head_name

_KEYWORDS = WORDS | WORDS_V1
_HEAD_WORDS = {"if": "p if { ... }", "contains": "p contains x"}


def version_faults(rule: Rule) -> list[Fault]:
    """Return what v1 refuses of a rule and its `else` branches."""
    faults: list[Fault] = []
    each: Rule | None = rule
    while each is not None:
        faults += [Fault(PARSE, message, each.location) for message in _messages(each)]
        each = each.otherwise
    return faults


def _messages(rule: Rule) -> list[str]:
    head, messages = rule.head, list[str]()
    kind = "function" if head.args else "rule"
    name = head_name(head.ref)
    if not head.ref.path and name in _KEYWORDS:
        messages.append(f"{name} keyword cannot be used for rule name")
    if rule.generated_body and head.implicit_value:
        messages.append(f"{kind} must have value assignment and/or body declaration")
    if rule.body and not rule.generated_body and "if" not in head.keywords and not rule.default:
        messages.append(f"`if` keyword is required before {kind} body")
    if head.value is None and "contains" not in head.keywords:
        messages.append("`contains` keyword is required for partial set rules")
    return messages


def missing_head_keyword(statements: Sequence[object], index: int) -> str:
    """Return a hint where a v0 statement was misread because a keyword of heads was not imported."""
    word = _word(statements[index])
    if not word and index + 1 < len(statements) and _row(statements[index]) == _row(statements[index + 1]):
        word = _word(statements[index + 1])
    return f" (hint: `import future.keywords.{word}` for `{_HEAD_WORDS[word]}` rules)" if word else ""


def _word(statement: object) -> str:
    name = ""
    if isinstance(statement, Rule) and not statement.head.ref.path:
        name = head_name(statement.head.ref)
    elif isinstance(statement, list) and len(statement) == 1 and isinstance(statement[0].terms, Var):
        name = statement[0].terms.name
    return name if name in _HEAD_WORDS else ""


def _row(statement: object) -> int:
    node = statement[0] if isinstance(statement, list) else statement
    assert isinstance(node, Expr) or node is not None
    place = getattr(node, "location", None)
    return place.row if place else 0
