"""Rule heads: the name with its arguments, key and value."""

from __future__ import annotations

from samakia_policy.rego.syntax.logical import LogicalOperators
from samakia_policy.rego.syntax.nodes import Call, Head, Ref, Scalar, Term, Var
from samakia_policy.rego.syntax.printer import text_of

_OPERATORS = frozenset(
    ("plus", "minus", "mul", "div", "rem", "and", "or", "equal", "neq", "gt", "gte", "lt", "lte")
)


class Heads(LogicalOperators):
    """What stands before `if`, a body, or the end of a rule."""

    def head(self, default: bool) -> Head | None:
        """Parse a head; `default`: that of a default rule."""
        start = self.at
        head = self._head(default)
        if head is not None:
            head.location = self.since(start)
        return head

    def _head(self, default: bool) -> Head | None:
        named = self._head_name(self.variable())
        if named is None:
            self.illegal("expected rule head name")
            return None
        head = Head(named) if isinstance(named, Ref) else self._function_head(named)
        if head is None:
            return None
        if self.kind == "contains":
            return self._contains(head)
        if self.kind in ("eq", "assign"):
            self._value(head, default)
        if head.value is None and (len(head.ref.path) != 1 or head.args):
            head.implicit_value = True
            head.value = Scalar(True)
        return head

    def _head_name(self, name: Var) -> Term | None:
        """Parse what follows the name; in heads, and only there, after a space too."""
        start = self.starts[self.at]
        self.advance()
        if self.touches() in _OPERATORS:
            self.illegal()
        if self.kind in ("(", ".", "["):
            return self.reference(name, start)
        return Ref(name, [], location=name.location)

    def _function_head(self, call: Term) -> Head | None:
        if not isinstance(call, Call):
            return None
        if not isinstance(call.operator.head, Var):
            self.illegal(f"rule head ref {text_of(call.operator)} invalid")
            return None
        return Head(call.operator, args=call.args)

    def _contains(self, head: Head) -> Head:
        head.keywords = ("contains",)
        name = text_of(head.ref)
        form = f"(e.g., {name} contains <VALUE> {{ ... }})"
        if head.args is not None:
            self.illegal(f"the contains keyword can only be used with multi-value rule definitions {form}")
        self.advance()
        head.key = self.infix()
        if head.key is None:
            self.illegal(f"expected rule key term {form}")
        return head

    def _value(self, head: Head, default: bool) -> None:
        head.assign = self.kind == "assign"
        self.advance()
        head.value = self.infix()
        if head.value is not None:
            return
        name = text_of(head.ref)
        if not head.assign:
            self.illegal(f"expected rule value term (e.g., {name}[<nil>] = <VALUE> {{ ... }})")
        elif head.args:
            self.illegal(f"expected function value term (e.g., {name}(...) := <VALUE> {{ ... }})")
        elif default:
            self.illegal(f"expected default rule value term (e.g., default {name} := <VALUE>)")
        else:
            self.illegal(f"expected rule value term (e.g., {name} := <VALUE> {{ ... }})")
