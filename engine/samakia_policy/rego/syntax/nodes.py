"""The syntax tree. Every node knows its place; terms and expressions are as OPA's documentation names them.

After parsing, an infix operator is a call (`x == y` is a Call of `equal`, `:=` of `assign`, `=` of `eq`,
`x in y` of `internal.member_2`), as in OPA. The compiler rewrites bodies in place into a smaller language,
described in `compiler/__init__.py`.
"""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.values.number import Number


@slotted(eq=False)
class Node:
    """What all nodes have."""

    location: Location | None = field(default=None, kw_only=True)


@slotted(eq=False)
class Scalar(Node):
    """null, true, a number or a string, as the value itself (see values/)."""

    value: bool | int | Number | str | None


@slotted(eq=False)
class Var(Node):
    """A variable. `_` becomes `$0`, `$1`... when parsed; the compiler names locals `__local0__`..."""

    name: str

    @property
    def wildcard(self) -> bool:
        """Whether it was written as `_`."""
        return self.name.startswith("$")


@slotted(eq=False)
class Ref(Node):
    """`head.a[b]`: head is a Var, or a Call, Array, Object, Set, comprehension; `a` is Scalar("a")."""

    head: Term
    path: list[Term]

    @property
    def terms(self) -> list[Term]:
        """The head and the path as one list."""
        return [self.head, *self.path]


@slotted(eq=False)
class Array(Node):
    """`[a, b]`."""

    items: list[Term]


@slotted(eq=False)
class Object(Node):
    """`{k: v}`, in the order written."""

    items: list[tuple[Term, Term]]


@slotted(eq=False)
class SetTerm(Node):
    """`{a, b}` or `set()`, in the order written."""

    items: list[Term]


@slotted(eq=False)
class Call(Node):
    """`f.g(a, b)` as a term; `operator` is a Ref (a plain name is a Ref with an empty path)."""

    operator: Ref
    args: list[Term]

    @property
    def name(self) -> str:
        """The dotted name of what is called."""
        return ref_name(self.operator)


@slotted(eq=False)
class ArrayComp(Node):
    """`[term | body]`."""

    term: Term
    body: Body


@slotted(eq=False)
class SetComp(Node):
    """`{term | body}`."""

    term: Term
    body: Body


@slotted(eq=False)
class ObjectComp(Node):
    """`{key: value | body}`."""

    key: Term
    value: Term
    body: Body


@slotted(eq=False)
class TemplateString(Node):
    """`$"a {x} b"`: text parts are Scalars, the others expressions (Expr, `with` allowed)."""

    parts: list[Scalar | Expr]
    multi_line: bool = False


Term = (
    Scalar | Var | Ref | Array | Object | SetTerm | Call | ArrayComp | SetComp | ObjectComp | TemplateString
)


@slotted(eq=False)
class Some(Node):
    """`some x, y` (symbols are Vars), or `some x in xs` (one symbol: the Call of internal.member_2/3)."""

    symbols: list[Term]


@slotted(eq=False)
class Every(Node):
    """`every key, value in domain { body }`; key may be None."""

    key: Term | None
    value: Term
    domain: Term
    body: Body


@slotted(eq=False)
class Not(Node):
    """`not { body }` (future keyword `not`); a plain `not x` is `Expr.negated`, or under that keyword this.

    explicit: it was written with braces.
    """

    body: Body
    explicit: bool = True


@slotted(eq=False)
class Logical(Node):
    """`left and right` / `left or right` (future keywords); explicit: that side was written in braces."""

    operator: str
    left: Body
    right: Body
    explicit_left: bool = False
    explicit_right: bool = False


@slotted(eq=False)
class With(Node):
    """`with target as value`; target is a Ref."""

    target: Ref
    value: Term


@slotted(eq=False)
class Expr(Node):
    """One literal of a body. `generated`: made by the compiler, unseen in traces.

    `assigned`: an equality that was written with `:=`.
    """

    terms: Term | Some | Every | Not | Logical
    negated: bool = False
    withs: list[With] = field(default_factory=list)
    generated: bool = False
    assigned: bool = False


Body = list[Expr]


@slotted(eq=False)
class Head(Node):
    """`name`, `f(args)`, `p contains key`, `p[key] := value`, `a.b[c] := value`.

    `ref` is the whole name as written, without args: a Ref whose head is a Var. `key` is set for `contains`
    only (a partial set); a partial object is a Ref whose last element is not the rule's name: `p[x] := y`
    has ref `p[x]` and value `y`. `value` is None only for `contains`; a bare head has value true
    (`implicit_value`). `assign`: written with `:=`; `keywords`: `if` and `contains`, where written.
    """

    ref: Ref
    args: list[Term] | None = None
    key: Term | None = None
    value: Term | None = None
    assign: bool = False
    implicit_value: bool = False
    keywords: tuple[str, ...] = ()


@slotted(eq=False)
class Rule(Node):
    """A rule. `otherwise` is its `else`, as a Rule.

    A rule without body has one generated literal `true` (`generated_body`, but for defaults).
    """

    head: Head
    body: Body
    otherwise: Rule | None = None
    default: bool = False
    is_else: bool = False
    annotations: list[Annotations] = field(default_factory=list)
    module: Module | None = None
    generated_body: bool = False


@slotted(eq=False)
class Import(Node):
    """`import path as alias`."""

    path: Ref
    alias: str | None = None
    alias_location: Location | None = None

    @property
    def name(self) -> str:
        """The name it binds."""
        last = self.path.terms[-1]
        return self.alias or str(last.value if isinstance(last, Scalar) else getattr(last, "name", ""))


@slotted(eq=False)
class Comment(Node):
    """`# text` with the text after the `#`."""

    text: str


@slotted(eq=False)
class Annotations(Node):
    """One METADATA block: its scope, its values as plain data, and the comment's place."""

    scope: str
    values: dict[str, Any]
    end_row: int = 0


@slotted(eq=False)
class Module(Node):
    """One file. `package.path` starts with `data`; `version` is 0 or 1; text is the source."""

    package: Ref
    imports: list[Import]
    rules: list[Rule]
    annotations: list[Annotations]
    comments: list[Comment]
    file: str
    text: str
    version: int = 1
    future: frozenset[str] = frozenset()


def ref_name(ref: Ref) -> str:
    """Return the dotted name of a ref of plain names; raises ValueError for any other.

    A step that has dots itself stands in brackets: `io["jwt.decode"]` is not `io.jwt.decode`.
    """
    name = ref.head.name if isinstance(ref.head, Var) else ""
    for term in ref.path:
        if not isinstance(term, Scalar) or not isinstance(term.value, str):
            raise ValueError("not a plain name")
        name += f'["{term.value}"]' if "." in term.value else f".{term.value}"
    return name
