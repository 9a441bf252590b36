"""The page of the language: keywords, operators and checks from the code; constructs with examples."""

from __future__ import annotations

from samakia_policy.rego import errors
from samakia_policy.rego.syntax import tokens
from samakia_policy.rego.syntax.metadata import FIELDS
from samakia_policy.rego.syntax.operators import LEVELS
from samakia_policy.rego.syntax.printer import INFIX
from samakia_policy.rego.tools.reference.limits import limits_table
from samakia_policy.rego.tools.reference.tables import code, table

# name in OPA's documentation: lines of a module that starts with `package example`
CONSTRUCTS: dict[str, str] = {
    "complete rules": "max_ports := 10",
    "rules with a body": 'allowed if input.user == "root"',
    "partial sets": "names contains user.name if some user in input.users",
    "partial objects": "by_id[user.id] := user if some user in input.users",
    "rules with references as names": "team.members[name] contains role if some name, role in input.roles",
    "functions": "double(x) := x * 2",
    "default values of rules": "default allow := false",
    "default values of functions": "default size(_) := 0",
    "else": "level := 1 if input.low else := 2 if input.middle else := 3",
    "references": 'port := input.servers[0].ports["http"]',
    "variables as keys": "found if input.servers[i].id == input.wanted[i]",
    "unification": 'pair if { [x, "b"] = ["a", y]; x != y }',
    "assignment": "sum := total if { total := input.a + input.b }",
    "some": "twice if { some i, j; input.xs[i] == input.xs[j]; i != j }",
    "some ... in": "big contains x if { some x in input.xs; x > 10 }",
    "every": "all_up if every server in input.servers { server.up }",
    "membership": 'known if "web" in input.names',
    "membership with a key": 'first if 0, "web" in input.names',
    "negation": "denied if not input.approved",
    "with": "mocked if allowed with input.user as input.deputy",
    "functions replaced by with": "fixed if time.now_ns() == 7 with time.now_ns as 7",
    "array comprehensions": "ids := [x.id | some x in input.xs]",
    "set comprehensions": "kinds := {x.kind | some x in input.xs}",
    "object comprehensions": "kind_of := {x.id: x.kind | some x in input.xs}",
    "raw strings": "pattern := `^a\\d+$`",
    "string interpolation": 'message := $"{input.user} may not"',
    "multi-line strings": "text := `one\ntwo`",
    "sets": 'colours := {"red", "green"} | set()',
    "keywords in references": "kept := input.default.package",
    "print": 'noted if print("seen", input.user)',
}
_CHECKS = (
    ("unsafe variables, recursion, conflicts between rules, arity, types", "always"),
    ("variables that `some` or `every` declares and nothing uses", "always"),
    ("imports that repeat, rules and variables that shadow `input` or `data`, deprecated built-ins",
     "in Rego v1, and with `--strict`"),
    ("imports, assigned variables and arguments that nothing uses", "with `--strict`"),
)  # fmt: skip
_CODES = {
    errors.PARSE: "the text is no module",
    errors.COMPILE: "a name, an import or a rule contradicts the rest",
    errors.TYPE: "no value could have the type that is wanted",
    errors.UNSAFE: "nothing binds a variable",
    errors.RECURSION: "a rule depends on itself",
    errors.CONFLICT: "two rules gave different values",
    errors.BUILTIN: "a built-in refused its operands, or is refused itself",
    errors.OPERAND: "an operand has the wrong type",
    errors.WITH_MERGE: "`with` puts a value below one that is no object",
    errors.CANCEL: "the time limit passed",
    errors.FUEL: "the limit of steps passed",
    errors.INTERNAL: "an evaluation that makes no sense",
}


def page() -> str:
    """Return the page."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## Constructs\n",
            table(("construct", "example"), ((name, code(_line(text))) for name, text in CONSTRUCTS.items())),
            "## Words\n",
            _words(),
            "## Operators\n\nFrom the loosest to the tightest:\n",
            _operators(),
            "## Metadata\n",
            f"Comments below `# METADATA` may hold {', '.join(code(name) for name in FIELDS)}.\n",
            "## Checks\n",
            table(("check", "made"), _CHECKS),
            "## Codes of errors\n",
            table(("code", "meaning"), ((code(name), text) for name, text in _CODES.items())),
            _LIMITS,
            limits_table(),
        ]
    )


_INTRODUCTION = """\
# Language

Generated from the code by `make generate`; do not edit. This is Rego v1 whole, as OPA 1.22.2 reads and
evaluates it, and with `--v0-compatible` (in Python `version=0`) Rego as it was before OPA 1.0. See also
[built-ins](builtins.md) and [differences](differences.md).
"""
_LIMITS = """\
## Limits

A caller may limit the steps of an evaluation (`fuel`), which are the same on every machine: each turn of a
loop is one, and a built-in whose work exceeds the size of its operands takes more. Time is limited by
`--timeout` of `policy rego eval` and `test`; `policy check` limits the time and memory of each rule.
"""


def _line(text: str) -> str:
    return text.replace("\n", "\\n")


def _words() -> str:
    rows = [
        ("always", tokens.WORDS),
        ("Rego v1, or `import rego.v1` or `future.keywords`", tokens.WORDS_V1),
        ("`import future.keywords.…` only", tokens.FUTURE_WORDS),
    ]
    return table(("known", "words"), ((name, ", ".join(map(code, words))) for name, words in rows))


def _operators() -> str:
    levels = {0: ["in"]}
    for name, level in LEVELS.items():
        levels.setdefault(level, []).append(INFIX[name])
    rows = [(str(level), " ".join(map(code, levels[level]))) for level in sorted(levels)]
    return table(("level", "operators"), rows)
