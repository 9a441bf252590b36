"""Rules: heads, bodies, `else`, `default`, and what older Rego writes without `if` and `contains`."""

from __future__ import annotations

from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.literals import Literals
from samakia_policy.rego.syntax.tokens import IDENT


class Rules(Literals):
    """A parser of rules. `version`: 0 knows partial sets written `p[x]` and bodies without `if`."""

    version = 1

    def rules(self) -> list[n.Rule]:
        """Parse one rule; older Rego chains bodies, each a rule of its own."""
        start, default = self.at, False
        if self.kind == "default" and not self.ref_follows():
            self.at += 1
            default = True
        if self.kind != IDENT and not (self.tokens.texts[self.at][:1].isalpha() and self.ref_follows()):
            raise self.unexpected("expected rule name" if default else "")
        begin = self.tokens.starts[start]
        head, contains = self._head()
        if default:
            return [self._default(head, begin)]
        made = self._with_body(head, begin, contains=contains)
        rules = [made]
        while self.kind == "{":
            if made.otherwise is not None:
                raise self.fail("expected else keyword")
            place = self.tokens.starts[self.at]
            body = self._braces_body()
            rules.append(n.Rule(self._copied(head), body, location=self.span(place)))
        return rules

    def _head(self) -> tuple[n.Head, bool]:
        start = self.tokens.starts[self.at]
        term = self.finish(self.variable(), start, spaced=True)
        args = None
        if isinstance(term, n.Call):
            args, term = term.args, term.operator
        if isinstance(term, n.Var):
            term = n.Ref(term, [], location=term.location)
        if not isinstance(term, n.Ref) or not isinstance(term.head, n.Var):
            raise self.unexpected("rule head ref invalid")
        head = n.Head(term, args)
        contains = self.kind == "contains" and "contains" in self.words
        if contains:
            if args is not None:
                raise self.unexpected("the contains keyword can only be used with multi-value rule definitions")
            self.at += 1
            head.key = self.infix()
        elif self.kind in (":=", "="):
            head.assign = self.kind == ":="
            self.at += 1
            head.value = self.infix()
        head.location = self.span(start)
        return head, contains

    def _default(self, head: n.Head, start: int) -> n.Rule:
        if head.value is None:
            head.value, head.implicit_value = n.Scalar(True, location=head.location), True
        rule = n.Rule(head, [], default=True, location=self.span(start))
        rule.body = _true(rule.location)
        return rule

    def _with_body(self, head: n.Head, start: int, *, contains: bool) -> n.Rule:
        rule = n.Rule(head, [])
        if self.kind == "if" and "if" in self.words:
            self.at += 1
            rule.body = self._if_body()
        elif self.kind == "{":
            self._older(head, contains=contains)
            rule.body = self._braces_body()
        else:
            if not contains and head.value is None:
                self._older(head, contains=contains)
            rule.location = self.span(start)
            rule.body = _true(rule.location)
        if head.value is None and head.key is None:
            head.value, head.implicit_value = n.Scalar(True, location=head.location), True
        if self.kind == "else" and not self.ref_follows():
            if head.key is not None:
                raise self.fail("else keyword cannot be used on multi-value rules")
            rule.otherwise = self._else(head)
        rule.location = self.span(start)
        return rule

    def _older(self, head: n.Head, *, contains: bool) -> None:
        """Read `p[x]` without value as the partial set that older Rego means."""
        if self.version == 0 and not contains and head.args is None and head.value is None and len(head.ref.path) == 1:
            head.key = head.ref.path[0]
            head.ref = n.Ref(head.ref.head, [], location=head.ref.head.location)

    def _if_body(self) -> n.Body:
        """Parse what follows `if`: a literal, or a body in braces; `{x}` alone is a body, never a set."""
        if self.kind != "{":
            return [self.literal()]
        before = self.at
        try:
            expr = self.literal()
        except RegoError:
            expr = None
        if expr is not None and not isinstance(expr.terms, n.SetTerm):
            return [expr]
        self.at = before
        return self._braces_body()

    def _braces_body(self) -> n.Body:
        self.at += 1
        body = self.body("}")
        self.at += 1
        return body

    def _else(self, head: n.Head) -> n.Rule:
        start = self.tokens.starts[self.at]
        self.at += 1
        made = self._copied(head)
        made.value, made.implicit_value = n.Scalar(True, location=self.here()), True
        if self.kind in (":=", "="):
            made.assign, made.implicit_value = self.kind == ":=", False
            self.at += 1
            made.value = self.infix()
        made.location = self.span(start)
        rule = n.Rule(made, [], is_else=True)
        if self.kind == "if" and "if" in self.words:
            self.at += 1
            rule.body = self._if_body()
        elif self.kind == "{":
            rule.body = self._braces_body()
        elif made.implicit_value:
            raise self.unexpected("expected else value term or rule body")
        rule.location = self.span(start)
        rule.body = rule.body or _true(rule.location)
        if self.kind == "else" and not self.ref_follows():
            rule.otherwise = self._else(head)
            rule.location = self.span(start)
        return rule

    def _copied(self, head: n.Head) -> n.Head:
        args = head.args
        if args is not None:
            args = [self._renewed(argument) for argument in args]
        return n.Head(head.ref, args, head.key, head.value, head.assign, head.implicit_value, location=head.location)

    def _renewed(self, argument: n.Term) -> n.Term:
        if isinstance(argument, n.Var) and argument.wildcard:
            self.wildcards += 1
            return n.Var(f"${self.wildcards - 1}", location=argument.location)
        return argument


def _true(place: n.Location | None) -> n.Body:
    return [n.Expr(n.Scalar(True, location=place), location=place)]
