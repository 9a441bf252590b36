"""Where the variables of a reference get their values, for what is said about recursion."""

from __future__ import annotations

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.outputs import equation
from samakia_policy.rego.compiler.walk import is_constant
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import Array, Call, Expr, Object, Ref, Rule, SetTerm, Term, Var
from samakia_policy.rego.syntax.printer import text_of

INPUT, RULE, COLLECTION, BUILTIN, KEY, ARGUMENT = range(1, 7)
_INDEXED = 1


@slotted(frozen=True)
class Origin:
    """The kind of source, and the reference, the collection or the built-in's name that it is."""

    kind: int
    source: Term | None = None
    builtin: str = ""


def origins(rule: Rule, index: int, ref: Ref) -> dict[str, Origin]:
    """Return what is known about a reference's variables, from the head and the literals before `index`."""
    search = _Search(rule)
    for expr in rule.body[:index]:
        search.read(expr)
    found = {}
    for term in ref.path:
        if isinstance(term, Var):
            origin = search.resolve(term.name, 0)
            if origin is not None:
                found[term.name] = origin
    return found


@slotted()
class _Search:
    """What the literals of one rule bind, and how."""

    rule: Rule
    bindings: dict[str, Term] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def read(self, expr: Expr) -> None:
        if expr.negated or expr.withs:
            return
        call = equation(expr)
        if call is not None:
            self._equation(*call.args)
        elif isinstance(expr.terms, Call):
            self._output(expr.terms)

    def _equation(self, left: Term, right: Term) -> None:
        if isinstance(left, Var):
            self.bindings.setdefault(left.name, right)
        if isinstance(right, Var):
            self.bindings.setdefault(right.name, left)

    def _output(self, call: Call) -> None:
        name = text_of(call.operator)
        entry = signatures().get(name)
        if entry is not None and len(call.args) == len(entry["decl"].get("args") or ()) + 1:
            last = call.args[-1]
            if isinstance(last, Var):
                self.outputs[last.name] = name

    def resolve(self, name: str, depth: int) -> Origin | None:
        if depth > len(self.rule.body):
            return None
        if name in self.outputs:
            return Origin(BUILTIN, builtin=self.outputs[name])
        bound = self.bindings.get(name)
        if isinstance(bound, Var):
            return self.resolve(bound.name, depth + 1)
        found = self._reference(bound, depth) if isinstance(bound, Ref) else None
        return found or self._head(name)

    def _reference(self, ref: Ref, depth: int) -> Origin | None:
        head = ref.head
        if isinstance(head, Var) and head.name in ("input", "data"):
            kind = INPUT if head.name == "input" else RULE
            return Origin(kind, _constant_prefix(ref))
        if len(ref.path) == _INDEXED and not is_constant(ref.path[0]):
            collection = self._collection(head, depth)
            if collection is not None:
                return Origin(COLLECTION, collection)
        return None

    def _collection(self, term: Term, depth: int) -> Term | None:
        while depth <= len(self.bindings) and isinstance(term, Var):
            if term.name not in self.bindings:
                return None
            term = self.bindings[term.name]
            depth += 1
        return term if isinstance(term, Array | SetTerm | Object) and is_constant(term) else None

    def _head(self, name: str) -> Origin | None:
        head = self.rule.head
        if any(isinstance(arg, Var) and arg.name == name for arg in head.args or ()):
            return Origin(ARGUMENT)
        keys = [*head.ref.path, head.key]
        if any(isinstance(term, Var) and term.name == name for term in keys):
            return Origin(KEY)
        return None


def _constant_prefix(ref: Ref) -> Ref:
    for index, term in enumerate(ref.path):
        if not is_constant(term):
            return Ref(ref.head, ref.path[:index])
    return ref
