"""Literals of the core form as text, with the variables that were written and without those that were not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.generate.free import walk
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.printer import INFIX, text_of

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_LOCAL = re.compile(r"__localq?\d+__|\$term\w*|\$\d+")
_SIGNS = {**INFIX, "internal.member_2": "in"}
_WIDEST = 90
_DEEPEST = 8


class Texts:
    """Texts of literals; a variable of the compiler's stands for the term it was made for."""

    def __init__(self, compiled: Compiled) -> None:
        self._written = dict(compiled.rewritten)
        self._meant: dict[str, str] = {}

    def learn(self, body: n.Body) -> None:
        """Remember what the variables of the compiler stand for in a body."""
        for node in walk(body):
            if node.__class__ is n.Expr and node.generated and node.terms.__class__ is n.Call:
                name, term = _defined(node.terms)
                if name and name not in self._written:
                    self._meant.setdefault(name, _text(term))

    def name_of(self, rule: n.Rule, path: tuple[str, ...]) -> str:
        """Return the name of a rule, with its arguments."""
        name = text_of(n.Ref(n.Var("data"), [n.Scalar(part) for part in path]))
        arguments = ", ".join(map(text_of, rule.head.args)) if rule.head.args else ""
        return self._named(f"{name}({arguments})" if rule.head.args else name)

    def show(self, variables: dict[str, str]) -> None:
        """Remember as what generated locals were written."""
        self._written |= variables

    def of(self, term: Any) -> str:
        """Return the text of a term."""
        return self._short(_text(term))

    def literal(self, expr: n.Expr) -> str:
        """Return the text of a literal."""
        term = expr.terms
        if expr.generated and term.__class__ is n.Call and (name := _defined(term)[0]) in self._meant:
            return self._short(self._meant[name])
        return self._short(_literal(expr))

    def _short(self, text: str) -> str:
        text = self._named(text)
        return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"

    def _named(self, text: str) -> str:
        for _ in range(_DEEPEST):
            found = _LOCAL.sub(self._name, text)
            if found == text:
                return text
            text = found
        return text

    def _name(self, found: re.Match[str]) -> str:
        name = found.group()
        written = self._written.get(name)
        if written is not None:
            return "_" if _LOCAL.fullmatch(written) else written
        return self._meant.get(name, "_")


def _defined(call: n.Call) -> tuple[str, Any]:
    """Return the variable that a generated literal defines, and what it stands for."""
    last = call.args[0] if call.name == "eq" else call.args[-1]
    if last.__class__ is not n.Var:
        return "", None
    return last.name, call.args[1] if call.name == "eq" else n.Call(call.operator, call.args[:-1])


def _literal(expr: n.Expr) -> str:
    withs = "".join(f" {text_of(one)}" for one in expr.withs)
    return f"{'not ' if expr.negated else ''}{_text(expr.terms)}{withs}"


def _body(body: n.Body) -> str:
    return "; ".join(_literal(expr) for expr in body if not expr.generated)


def _text(term: Any) -> str:
    return _TEXTS.get(term.__class__, text_of)(term)


def _call(term: n.Call) -> str:
    sign = _SIGNS.get(term.name)
    texts = [_text(argument) for argument in term.args]
    if sign and len(texts) == 2:  # noqa: PLR2004 - left and right
        kept = [text for text in texts if text != "_"] if sign == "=" else texts
        return f" {sign} ".join(kept)
    return f"{term.name}({', '.join(texts)})"


def _every(term: n.Every) -> str:
    names = [_text(part) for part in (term.key, term.value) if part is not None]
    shown = names if len(names) == 1 or not names[0].startswith("__local") else names[1:]
    return f"every {', '.join(shown)} in {_text(term.domain)} {{ {_body(term.body)} }}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    n.Call: _call,
    n.Every: _every,
    n.ArrayComp: lambda term: f"[{_text(term.term)} | {_body(term.body)}]",
    n.SetComp: lambda term: f"{{{_text(term.term)} | {_body(term.body)}}}",
    n.ObjectComp: lambda term: f"{{{_text(term.key)}: {_text(term.value)} | {_body(term.body)}}}",
}
