"""Programs: modules that belong together, with documents and queries to ask about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fuzz import bodies, faults, rules
from fuzz.chance import Chance
from fuzz.kinds import ANY, Kind, some_kind, some_object
from fuzz.scope import Known, Scope, Style
from fuzz.values import damaged, document

FUTURE = "import future.keywords"
BARE = Style(0, False, False, False, False, False, has_templates=False)
STYLES = [
    (12.0, ("", Style())),
    (2.0, ("import rego.v1", Style())),
    (0.5, ("import rego.v1", Style(0, has_templates=False))),
    (1.5, ("\n".join([f"{FUTURE}.{word}" for word in ("and", "or")]), Style(has_logic=True))),
    (2.5, ("", BARE)),
    (1.5, (FUTURE, Style(0, strict=False, has_templates=False))),
    (0.7, (f"{FUTURE}.in", replace(BARE, has_in=True))),
]


@dataclass(slots=True)
class Program:
    """Modules by file name, all below the package `name`; documents as JSON text.

    `data`: base documents by their path under `data`. `inputs`: the documents to evaluate with; an empty text
    is no input. `asked`: paths under `data`. `queries`: what else to ask.
    """

    name: str
    version: int
    modules: dict[str, str]
    data: dict[str, str] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    broken: bool = False


def program(seed: str, name: str) -> Program:
    """Return the program of a seed."""
    chance = Chance(seed)
    imports, style = chance.weighed(STYLES)
    given = some_object(chance, 3)
    base = some_object(chance, 3)
    made = Program(name, style.version, {})
    scope = Scope(chance, style, [Known("input", given, open=True)], mocks=[Known("input", given, open=True)])
    if chance.maybe(0.5):
        scope.documents.append(Known(f"data.{name}_base", base, open=True))
        scope.mocks.append(Known(f"data.{name}_base", base, open=True))
        made.data[f"{name}_base"] = document(base, chance)
    if chance.maybe(0.1):
        made.data[f"{name}/kept"] = document(base, chance)
        scope.documents.append(Known(f"data.{name}.kept", base, open=True))
    if chance.maybe(0.3):
        _library(made, scope, imports)
    _module(made, scope, imports, name, chance.randint(2, 7))
    made.inputs = _inputs(given, chance)
    made.queries = [_query(scope, style) for _ in range(2)]
    if chance.maybe(0.3):
        faults.spoil(made, chance)
    return made


def _library(made: Program, scope: Scope, imports: str) -> None:
    """Add a module of a package below, and name its rules as an import does."""
    package = f"{made.name}.lib"
    documents, functions = list(scope.documents), list(scope.functions)
    _module(made, scope, imports, package, 2)
    prefix = f"data.{package}."
    found = [known for known in scope.documents if known.text.startswith(prefix)]
    called = [known for known in scope.functions if known.text.startswith(prefix)]
    named = [known._replace(text=known.text.replace(prefix, "lib.")) for known in found]
    scope.documents = [*documents, *found, *named]
    scope.functions = [*functions, *called]
    scope.functions += [known._replace(text=known.text.replace(prefix, "lib.")) for known in called]


def _module(made: Program, scope: Scope, imports: str, package: str, count: int) -> None:
    chance = scope.chance
    names = chance.sample(rules.RULE_NAMES, count)
    functions = chance.sample(rules.FUNCTION_NAMES, len(rules.FUNCTION_NAMES))
    texts = []
    for name in names:
        if texts and functions and chance.maybe(0.3):
            texts.append(rules.function(scope, package, functions.pop()))
        else:
            texts.append(rules.rule(scope, package, name))
            made.asked.append(f"{package}.{name}".replace(".", "/"))
    if chance.maybe(0.3):
        texts = "\n\n".join(texts).split("\n\n")
        chance.shuffle(texts)
    head = [f"package {package}", *([imports] if imports else [])]
    used = f"import data.{made.name}.lib"
    if any("lib." in text for text in texts) and not package.endswith(".lib"):
        head.append(used)
    made.modules[f"{package}.rego"] = "\n\n".join([*head, *texts]) + "\n"


def _inputs(kind: Kind, chance: Chance) -> list[str]:
    """Return documents that match, one that does not quite, and one that may be anything."""
    strange = chance.choice(
        ["", document(ANY, chance), document(some_kind(chance, 2, sets=False), chance), "{}"]
    )
    return [document(kind, chance), document(kind, chance), damaged(kind, chance), strange]


def _query(scope: Scope, style: Style) -> str:
    """Return the text of a query about the program."""
    chance = scope.chance
    inner = Scope(chance, Style() if style.version else BARE, mocks=scope.mocks)
    inner.documents = [known for known in scope.documents if known.text.startswith(("data.", "input"))]
    inner.functions = [known for known in scope.functions if known.text.startswith("data.")]
    return "; ".join(bodies.body(inner, 1)).replace("\n", " ")
