"""The recipe: read the estate, build facts, run rules, decide. Only this joins the stages."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from samakia_policy import __version__
from samakia_policy.cache import Cache
from samakia_policy.configuration import Configuration, environment_class, read_configuration
from samakia_policy.decision.decide import keep_environment, outcome
from samakia_policy.decision.waive import honour, known_rules, settle
from samakia_policy.errors import InputError
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.plain.select import is_plain
from samakia_policy.evaluation.run import Run, evaluate
from samakia_policy.evaluation.stamp import SelectedRule
from samakia_policy.facts.build import build
from samakia_policy.facts.normalise import MAKES, NORMALISERS
from samakia_policy.facts.schema import schema_faults
from samakia_policy.facts.secrets import redact
from samakia_policy.inline import inline_waivers
from samakia_policy.locate import Locator
from samakia_policy.model.canonical import digest, digest_of
from samakia_policy.model.decision import Decision, Location, RuleResult, SelectedPack
from samakia_policy.model.document import Document, Fault
from samakia_policy.model.fact import Fact, FactGraph, Origin
from samakia_policy.model.waiver import Waiver
from samakia_policy.packs.data import read_text
from samakia_policy.packs.load import Catalogue, load
from samakia_policy.selection import Selection, choose
from samakia_policy.sources.estate import Estate, read_bytes, read_estate
from samakia_policy.sources.runner import runner_facts

if TYPE_CHECKING:
    from samakia_policy.plain import Plain, PlainRequest

_READER_VERSION = "1"


@dataclass(slots=True)
class Request:
    """What a person asked to be checked; without an estate, plain packages judge documents alone.

    `runner`: the variables of this machine, if it is looked at.
    """

    estate: str | None
    as_of: str
    plans: list[tuple[str, str]] = field(default_factory=list)
    environment: str = ""
    fail_on: str = "high"
    engine: str = "native"
    selection: Selection = field(default_factory=Selection)
    cache: str = ""
    action: str = ""
    requester: str = ""
    runner: Mapping[str, str] | None = None
    waivers: list[Waiver] = field(default_factory=list)
    waiver_files: dict[str, bytes] = field(default_factory=dict)
    plain: PlainRequest | None = None


class Places(Protocol):
    """Finds the line of an origin, and remembers what it found by path and pointer."""

    found: dict[tuple[str, str], tuple[int | None, int | None]]

    def __call__(self, origin: Origin) -> Location:
        """Return the location."""


@dataclass(slots=True)
class World:
    """What a decision is made on: facts, where they lie, the estate's own configuration, and its digest.

    `fabric`: whether the fixed file lists of a fabric checkout apply. `estate`: what was read, None where the
    facts come from a packet. `plain`: packages that judge documents. `packs`: whether packs judge the facts.
    """

    graph: FactGraph
    configuration: Configuration
    locate: Places
    digest: str
    fabric: bool
    estate: Estate | None = None
    inputs: dict[str, bytes] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    plain: Plain | None = None
    packs: bool = True


@dataclass(slots=True)
class Checked:
    """A decision with everything that it was made on and with."""

    decision: Decision
    world: World
    chosen: list[SelectedRule]
    catalogue: Catalogue
    request: Request
    waivers: list[Waiver] = field(default_factory=list)


def _fabric(estate: Estate) -> bool:
    """Tell whether this is a fabric checkout: it is where what cannot be read may be what shows it."""
    if any(file.path.startswith("fabric-core/") for file in estate.files):
        return True
    return any(not document.parsed or _of_fabric(document) for document in estate.documents)


def _of_fabric(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and str(data.get("apiVersion", "")).startswith("samakia.fabric/")


def read_world(request: Request) -> World:
    """Read everything and build the graph; raises InputError for what the user named."""
    if request.estate is None:
        return _documents_alone(request)
    estate = read_estate(request.estate)
    configuration = read_configuration(request.estate)
    _validate(estate, Cache(request.cache))
    for document in estate.documents:
        document.data, document.secrets = redact(document.data)
    plans, lines, named = _plans(request, configuration, estate)
    if request.runner is not None:
        plans = [*plans, *runner_facts(request.estate, request.runner)]
    graph = build(estate.documents, _repo_files(estate), plans)
    for folder in estate.unreadable_directories:
        _hide_everything(graph, folder)
    syntaxes = {document.path: document.syntax for document in estate.documents}
    syntaxes |= dict.fromkeys(named, "json")
    locate = Locator(request.estate, syntaxes, named)
    plain = None
    if request.plain is not None:
        from samakia_policy.plain import read_plain

        plain = read_plain(request.plain, request.estate, named)
        lines += plain.lines()
    read = digest("".join(sorted({*estate.lines(), *lines})).encode())
    scopes = [] if request.runner is None else ["runner"]
    world = World(graph, configuration, locate, read, _fabric(estate), estate, named, scopes)
    world.plain = plain
    return world


def _documents_alone(request: Request) -> World:
    """Read what plain packages judge where no estate is named; a plan is a document like any other."""
    from samakia_policy.plain import PlainRequest, read_plain
    from samakia_policy.plan_environment import UNNAMED

    configuration = Configuration()
    plans = {}
    for given, file in request.plans:
        _known_environment(given, configuration, "--plan")
        name = f"@plan/{given or request.environment or UNNAMED}/{os.path.basename(file)}"
        if name in plans:
            raise InputError(f"two plans would be called {name}", where=file, hint="name ENV=FILE")
        plans[name] = read_bytes("", file)
    plain = read_plain(request.plain or PlainRequest(), None, plans)
    read = digest("".join(sorted(plain.lines())).encode())
    return World(FactGraph(), configuration, Locator("", {}, {}), read, False, plain=plain, packs=False)


def check(request: Request) -> Decision:
    """Check an estate; raises InputError, PackError or EvaluationError when it cannot be decided."""
    return examine(request).decision


def examine(request: Request) -> Checked:
    """Check an estate and return what the decision was made on too; raises as `check` does."""
    return judge(load(), read_world(request), request)


def judge(catalogue: Catalogue, world: World, request: Request) -> Checked:
    """Decide on a world that was read; raises InputError, PackError or EvaluationError."""
    _known_environment(request.environment, world.configuration, "--env")
    parameters = world.configuration.parameters
    packs: list[SelectedPack] = []
    chosen: list[SelectedRule] = []
    if world.packs:
        packs, chosen = choose(catalogue, world.graph, request.selection, parameters)
    run = make_run(catalogue, world, request)
    results = evaluate(run, chosen)
    excepted, documents = _ask_plain(world, request, packs, results)
    waivers = _waivers(catalogue, world, request, results)
    states = honour(results, [*waivers, *excepted], request.as_of)
    keep_environment(results, request.environment)
    settle(results)
    decision = Decision(
        outcome=outcome(results, packs, request.fail_on),
        context={
            "as_of": request.as_of,
            "environment": request.environment or None,
            "action": request.action or None,
            "requester": request.requester or None,
            "fail_on": request.fail_on,
        },
        digests=_digests(world, packs, chosen, run),
        facts=len(world.graph) + documents,
        packs=packs,
        rules=results,
        unread=_unread(world.estate) if world.estate else 0,
        waivers=states,
    )
    return Checked(decision, world, chosen, catalogue, request, waivers)


def _ask_plain(
    world: World, request: Request, packs: list[SelectedPack], results: list[RuleResult]
) -> tuple[list[Waiver], int]:
    """Add what plain packages say; returns their exceptions, and how many documents they were asked about."""
    if world.plain is None:
        return [], 0
    from samakia_policy.plain import ask_plain

    said, documents = ask_plain(world.plain, request.engine, os.path.dirname(request.cache), request.as_of)
    packs += world.plain.packs()
    results += said.results
    results.sort(key=lambda result: result.id.encode())
    return said.waivers, documents


def _waivers(
    catalogue: Catalogue, world: World, request: Request, results: Sequence[RuleResult]
) -> list[Waiver]:
    """Return the waivers of the estate, of its lines, and those that were given; raises InputError."""
    inline: list[Waiver] = []
    if world.estate is not None and world.configuration.inline_waivers:
        inline = inline_waivers(world.estate.root, results)
    stated = [*world.configuration.waivers, *request.waivers, *inline]
    try:
        plain = (waiver.rule for waiver in stated if is_plain(waiver.rule))
        return known_rules(stated, catalogue.aliases, {*catalogue.rules, *plain})
    except ValueError as error:
        raise InputError(str(error), where="waivers") from None


def _known_environment(name: str, configuration: Configuration, flag: str) -> None:
    """Refuse a misspelt name: it would leave out what belongs to the environment that was meant."""
    if name and environment_class(name, configuration.environments) == "unknown":
        hint = f"known: {', '.join(sorted(configuration.environments))}"
        raise InputError(f"unknown environment {name!r}", where=flag, hint=hint)


def make_run(catalogue: Catalogue, world: World, request: Request) -> Run:
    """Return a run of rules over a world that was read."""
    context: dict[str, Any] = {
        "as_of": request.as_of,
        "environment": request.environment or None,
        "environments": world.configuration.environments,
    }
    cache = os.path.dirname(request.cache)
    return Run(
        graph=world.graph,
        context=context,
        source=catalogue.source,
        libraries=catalogue.libraries(),
        locate=world.locate,
        runtimes={"rego": runtime(request.engine, cache), "python": runtime("python")},
        scopes=frozenset(["static", *(["plan"] if world.graph.of("tf_plan") else []), *world.scopes]),
        fabric=world.fabric,
    )


def _validate(estate: Estate, cache: Cache) -> None:
    for document in estate.documents:
        name = estate.schemas.get(document.path)
        if name is None or not document.parsed:
            continue
        text = read_text("contracts", name, "v1alpha1", "schema.json")
        key = f"{digest(text.encode())[7:39]}{document.digest[7:39]}"
        kept = cache.get(key)
        if kept is None:
            kept = [[fault.pointer, fault.message] for fault in schema_faults(document.data, text)]
            cache.put(key, kept)
        document.faults.extend(Fault(message, pointer=pointer) for pointer, message in kept)
    cache.save()


def _repo_files(estate: Estate) -> list[Fact]:
    return [
        Fact(
            "repo_file",
            file.path,
            {"path": file.path, "size": file.size, "executable": file.executable},
            Origin(file.path, "", f"sha256:{file.digest}"),
        )
        for file in estate.files
    ]


def _hide_everything(graph: FactGraph, folder: str) -> None:
    made = {name for key in NORMALISERS for name in MAKES.get(key, [key])}
    for kind in sorted({*made, "document", "repo_file", "secret_hit"}):
        graph.mark_incomplete(kind, folder)


def _plans(
    request: Request, configuration: Configuration, estate: Estate
) -> tuple[list[Fact], list[str], dict[str, bytes]]:
    if not request.plans:
        return [], [], {}
    from samakia_policy.facts.terraform import plan_facts, plan_secrets
    from samakia_policy.plan_environment import environment_of
    from samakia_policy.sources.terraform_plan import read_plan

    facts: list[Fact] = []
    named: dict[str, bytes] = {}
    lines: list[str] = []
    for given, file in request.plans:
        _known_environment(given, configuration, "--plan")
        data = read_bytes("", file)
        plan = read_plan(data, file)
        env = given or request.environment or environment_of(plan, estate)
        path = f"@plan/{env}/{file.rpartition('/')[2]}"
        if path in named or any(name.startswith(f"@plan/{env}/") for name in named):
            raise InputError(f"two plans for environment {env!r}", where=file, hint="name ENV=FILE")
        named[path] = data
        lines.append(f"{digest(data)[7:]} - {path}\n")
        env_class = environment_class(env, configuration.environments)
        facts.extend(
            plan_facts(plan, env, env_class, path, digest(data), redact=lambda value: redact(value)[0])
        )
        facts.extend(plan_secrets(plan, data, env, path, digest(data)))
    return facts, lines, named


def _digests(
    world: World, packs: Sequence[SelectedPack], chosen: Sequence[SelectedRule], run: Run
) -> dict[str, str]:
    lines = sorted(
        f"{fact.kind} {fact.id} {fact.origin.path} {fact.origin.pointer} {fact.origin.digest}\n"
        for fact in world.graph
    )
    plain = world.plain
    lines += [f"document {line}" for line in plain.lines()] if plain else []
    parameters: dict[str, Any] = {rule.rule.id: rule.params for rule in chosen if rule.params}
    rego = run.runtimes["rego"]
    return {
        "estate": world.digest,
        "facts": digest(f"{_READER_VERSION}\n{''.join(lines)}".encode()),
        "packs": digest_of([[pack.name, pack.version, pack.digest] for pack in packs]),
        "parameters": digest_of({**parameters, "plain": plain.parameters()} if plain else parameters),
        "engine": digest_of({"name": "samakia-policy", "version": __version__}),
        "runtime": digest_of({"name": rego.name, "version": rego.version()}),
    }


def _unread(estate: Estate) -> int:
    """Return how many files are of kinds that no rule reads yet."""
    read = sum(document.kind != "repo_file" for document in estate.documents)
    return len(estate.files) - read
