"""Rules: default, complete, partial, functions, with `if` or braces, `else` and chained bodies."""

from __future__ import annotations

from samakia_policy.rego.syntax.copies import copy_head, place_all
from samakia_policy.rego.syntax.defaults import default_faults
from samakia_policy.rego.syntax.heads import Heads
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body, Expr, Head, Ref, Rule, Scalar, SetTerm, Var
from samakia_policy.rego.syntax.tokens import AND_WORD, IDENTIFIER, OR_WORD, SHOWN
from samakia_policy.rego.syntax.walk import is_ground

_NAMED = ("assign", "eq", "if", "contains", "(")
_NAME_FOLLOWERS = {
    **dict.fromkeys(("every", "if", "in", "some", "as"), _NAMED),
    **dict.fromkeys(("package", "import"), ("assign", "eq", "(")),
    **dict.fromkeys(("not", AND_WORD, OR_WORD), ("assign", "eq", "if", "contains")),
    "contains": ("if", "contains"),
}
"""By keyword, the tokens after which it can only have been meant as the name of a rule."""


def true_body(place: Location | None) -> Body:
    """Return the body of a rule written without one."""
    return [Expr(Scalar(True, location=place), generated=True, location=place)]


class Rules(Heads):
    """Statements that begin with a rule head and have a body, `contains` or `default`."""

    def keyword_as_name(self, default: bool = False) -> bool:
        """Refuse a keyword as the name of a rule; whether it was one."""
        followers = _NAME_FOLLOWERS.get(self.kind)
        if followers is None:
            return False
        if not default:
            following = self.kinds[self.at + 1] if self.at + 1 < len(self.kinds) else ""
            if following not in followers:
                return False
        self.fault(self.here(), f"{SHOWN.get(self.kind, self.kind)} keyword cannot be used for rule name")
        return True

    def rules(self) -> list[Rule] | None:
        """Parse one rule, or several if bodies are chained; None, without an error, if this is no rule."""
        start = self.at
        self.look_ahead_ref()
        default = self.kind == "default"
        if default:
            self.advance()
            self.look_ahead_ref()
        if self.kind is not IDENTIFIER:
            if default:
                self.keyword_as_name(default=True)
            return None
        head = self.head(default)
        if head is None:
            return None
        rule = Rule(head, [], default=default, location=self._token(start))
        if default:
            return self._default(rule)
        found = self._bodied(rule, start)
        if found is not None and self.kind == "{":
            return self._chain_bodies(found)
        return None if found is None else [found]

    def _default(self, rule: Rule) -> list[Rule] | None:
        faults = default_faults(rule.head)
        for message in faults:
            assert rule.location
            self.fault(rule.location, message)
        if faults:
            return None
        rule.body = true_body(rule.location)
        return [rule]

    def _bodied(self, rule: Rule, start: int) -> Rule | None:
        head, has_if = rule.head, self.kind == "if"
        contains = "contains" in head.keywords
        nameless = not contains and len(head.ref.path) == 1 and not isinstance(head.ref.head, Var)
        if nameless and (head.value is not None if has_if else head.args is None):
            return None
        keyed = self._shape_head(head, has_if) if not contains else True
        if has_if:
            head.keywords = (*head.keywords, "if")
            self.advance()
            body = self._body_after_if()
        elif self.kind == "{":
            body = self._braced_body()
        elif contains:
            rule.body, rule.generated_body, rule.location = true_body(rule.location), True, head.location
            return rule
        else:
            return None
        if body is None:
            return None
        rule.body = body
        if self.kind == "else" and not self.look_ahead_ref() and not self._else(rule, keyed):
            return None
        rule.location = self.since(start)
        return rule

    def _shape_head(self, head: Head, has_if: bool) -> bool:
        """Make `p[x] { }` a partial set; whether a key was written, which `else` does not allow."""
        path = head.ref.path
        if head.args or len(path) != 1:
            return False
        if has_if:
            if head.value is None:
                head.implicit_value = True
                head.value = Scalar(True, location=head.location)
            return not is_ground(path[0]) or isinstance(path[0], Ref)
        if self.kind == "{" and head.value is None:
            head.key = path[0]
            head.ref = Ref(head.ref.head, [], location=head.ref.location)
        return True

    def _body_after_if(self) -> Body | None:
        """Parse `{ body }` or one literal; a set or a comprehension first, but not a plain set."""
        state, braced = self.save(), self.kind == "{"
        literal = self.literal()
        if literal is not None and not (braced and isinstance(literal.terms, SetTerm)):
            return [literal]
        if not braced:
            return None
        self.restore(state)
        return self._braced_body()

    def _braced_body(self) -> Body | None:
        self.advance()
        body = self.body("}")
        if body is not None:
            self.advance()
        return body

    def _else(self, rule: Rule, keyed: bool) -> bool:
        head = rule.head
        if head.ref.path and not is_ground(head.ref):
            self.fault(self.here(), "else keyword cannot be used on rules with variables in head")
            return False
        if keyed:
            self.fault(self.here(), "else keyword cannot be used on multi-value rules")
            return False
        last = rule
        while self.kind == "else":
            following = self._one_else(head)
            if following is None:
                return False
            last.otherwise = following
            last = following
            if following.generated_body:
                break
        self._close_else(rule)
        return True

    def _one_else(self, original: Head) -> Rule | None:
        start = self.at
        head = copy_head(original, self.wildcard)
        head.keywords, head.implicit_value, head.location = (), False, self.here()
        rule = Rule(head, [], is_else=True, location=self.here())
        self.advance()
        if self.kind in ("{", "if"):
            head.implicit_value, head.value = True, Scalar(True)
        elif self.kind in ("assign", "eq"):
            head.assign = self.kind == "assign"
            self.advance()
            head.value = self.infix()
            if head.value is None:
                return None
            head.location = self.since(start)
        else:
            self.illegal("expected else value term or rule body")
            return None
        if self.kind not in ("if", "{"):
            rule.body, rule.generated_body = true_body(rule.location), True
        elif not self._else_body(rule):
            return None
        return rule

    def _else_body(self, rule: Rule) -> bool:
        if self.kind == "if":
            rule.head.keywords = ("if",)
            self.advance()
        if self.kind == "{":
            rule.body = self._braced_body() or []
        elif self.kind == "eof":
            self.illegal("rule body expected")
        else:
            literal = self.literal()
            rule.body = [] if literal is None else [place_all(literal, rule.location)]
        return bool(rule.body)

    def _close_else(self, rule: Rule) -> None:
        """Give each `else` the text up to the end of the last one."""
        end = self.ends[self.at - 1]
        following = rule.otherwise
        while following is not None:
            assert following.location
            following.location.end = end
            following = following.otherwise

    def _chain_bodies(self, first: Rule) -> list[Rule] | None:
        rules = [first]
        while self.kind == "{":
            if first.otherwise is not None:
                self.fault(self.here(), "expected else keyword")
                return None
            start = self.at
            body = self._braced_body()
            if body is None:
                return None
            place = self.since(start)
            head = copy_head(first.head, self.wildcard, place)
            rules.append(Rule(head, body, location=place))
        return rules
