"""Template strings: `$"a {x} b"` and the raw form in backquotes."""

from __future__ import annotations

from samakia_policy.rego.syntax.bodies import Bodies
from samakia_policy.rego.syntax.location import Span
from samakia_policy.rego.syntax.nodes import Call, Every, Expr, Scalar, Some, TemplateString, Term
from samakia_policy.rego.syntax.terms import Terms, unquote
from samakia_policy.rego.syntax.tokens import END, PART, RAW_END, RAW_PART
from samakia_policy.rego.syntax.walk import head_name, is_binary


class Templates(Bodies):
    """Text parts and expressions in braces between them."""

    def template(self) -> Term | None:
        """Parse a template string."""
        place, raw = self.here(), self.kind in (RAW_PART, RAW_END)
        if self.version == 0:
            self.fault(place, "template strings are not supported by current capabilities")
            return None
        parts: list[Scalar | Expr] = []
        while True:
            text = self._text(raw)
            if text is None:
                return None
            if text:
                parts.append(Scalar(text, location=self.here()))
            if self.kind in (END, RAW_END):
                break
            part = self._expression()
            if part is None:
                return None
            parts.append(part)
            if self.kind not in (PART, RAW_PART, END, RAW_END):
                self.fault(self.here(), "expected template-string part")
                return None
        return TemplateString(parts, raw, location=Span(self.source, place.offset, self.ends[self.at]))

    def _text(self, raw: bool) -> str | None:
        lexeme = self.texts[self.at]
        inner = lexeme[1:-1]
        if "\\" not in inner:
            return inner
        inner = _without_brace_escapes(inner, raw)
        if raw or "\\" not in inner:
            return inner
        text = unquote(f'"{inner}"')
        if text is None:
            self.fault(self.here(), f"illegal template-string part: {lexeme}")
        return text

    def _expression(self) -> Scalar | Expr | None:
        before = self.ends[self.at]
        self.advance()
        commented = self.comments_between(before, self.starts[self.at])
        expr = self.literal()
        if expr is None:
            self.fault(self.here(), "invalid template-string expression")
            return None
        wrong = _refused(expr)
        if wrong:
            assert expr.location
            self.fault(expr.location, f"unexpected {wrong} in template-string expression")
            return None
        if self.kind != "}":
            self.fault(self.here(), "expected } to end template string expression")
            return None
        self.advance()
        return expr.terms if isinstance(expr.terms, Scalar) and not commented else expr


def _refused(expr: Expr) -> str:
    terms = expr.terms
    if expr.negated:
        return "negation ('not')"
    if isinstance(terms, Call) and is_binary(terms) and not terms.operator.path:
        name = head_name(terms.operator)
        found = {"eq": "unification ('=')", "assign": "assignment (':=')"}.get(name, "")
        if found:
            return found
    return "'every'" if isinstance(terms, Every) else "'some'" if isinstance(terms, Some) else ""


def _without_brace_escapes(text: str, raw: bool) -> str:
    """Drop the backslash of `\\{`; in a quoted string a backslash itself may be escaped."""
    if raw:
        return text.replace("\\{", "{")
    parts = text.split("\\\\")
    return "\\\\".join(part.replace("\\{", "{") for part in parts)


for _kind in (PART, END, RAW_PART, RAW_END):
    Terms.starters[_kind] = Templates.template  # type: ignore[assignment]
