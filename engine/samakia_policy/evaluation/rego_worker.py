"""Runs Rego in a process of its own: rules and facts come over a pipe, no file is opened for them.

Started as a script without site-packages; only the engine and what it needs are importable. The first line
it is told says what it is for: the rules of packs, or plain packages that are compiled or asked.
"""

import base64
import gc
import json
import os
import re
import resource
import signal
import sys

# What a rule does wrong can hold values of facts, and every engine words it in its own way.
FAILED = "the rule broke or does not compile (`opa check --strict` and `policy test` say where)"
CONFLICT = "it cannot be evaluated on this document (`policy rego eval` says why)"


def main() -> None:
    """Read from standard input what is wanted, answer line by line on what was standard output."""
    gc.disable()  # facts are read once and live to the end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.extend(sys.argv[1].split(os.pathsep))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    header = json.loads(sys.stdin.buffer.readline())
    for line in {"compile": _compile, "ask": _ask}.get(header.get("mode"), _rules)(header):
        print(line, file=out, flush=True)


def _rules(header: dict) -> object:
    from samakia_policy.rego.batch import Rules

    rules = Rules(header["libraries"], {job["rule"]: job["source"] for job in header["jobs"]})
    code = rules.load(base64.b64decode(header["code"]))
    from samakia_policy.rego.values.json_text import load

    shared = load(sys.stdin.buffer.read())
    yield _code(code)
    for job in header["jobs"]:
        said = _run(rules, job, shared, header["fuel"])
        yield _explained(said, header, job, shared) if header.get("about") else said


def _code(code: bytes) -> str:
    return json.dumps({"code": base64.b64encode(code).decode()})


def _run(rules: object, job: dict, shared: dict, fuel: int) -> str:
    try:
        given = _given(job, shared)
        path = tuple(job["package"].split("."))
        hits = rules.document((*path, "findings"), given, fuel)  # type: ignore[attr-defined]
        unknowns = "[]"
        if job["reports_unknowns"]:
            unknowns = rules.document((*path, "unknowns"), given, fuel)  # type: ignore[attr-defined]
        return f'{{"hits": {hits}, "unknowns": {unknowns}, "error": ""}}'
    except Exception as error:  # whatever a rule does is that rule's answer
        return _failed(_why(error, fuel, FAILED))


def _failed(why: str) -> str:
    return json.dumps({"hits": [], "unknowns": [], "error": why})


def _why(error: Exception, fuel: int, otherwise: str) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than the limit memory_bytes"
    if getattr(error, "code", "") == "eval_fuel_error":
        return f"it needs more than {fuel} steps (limit fuel)"
    return otherwise


def _explained(said: str, header: dict, job: dict, shared: dict) -> str:
    """Run a rule again, now literal by literal, and add what it did about a subject."""
    from samakia_policy.rego.errors import RegoError
    from samakia_policy.rego.trace.explain import Question, explain_rule

    path, about = tuple(job["package"].split(".")), header["about"]
    documents = [
        (*path, name) for name in ("findings", "unknowns") if name == "findings" or job["reports_unknowns"]
    ]
    question = Question(documents, about["names"], tuple(about["fact"]), header["fuel"])
    try:
        told = explain_rule(header["libraries"], {job["rule"]: job["source"]}, _given(job, shared), question)
    except MemoryError:
        return _failed("to explain it needs more memory than the limit memory_bytes")
    except RegoError:  # that it does not compile was told already
        return said
    except Exception:
        return _failed("it could not be followed: a bug in the engine")
    decided = told.pop("documents")
    if "broken" not in told and not said.startswith(f'{{"hits": {decided[0]}, "unknowns"'):
        return _failed("what was followed is not what was decided: a bug in the engine")
    return f'{said[:-1]}, "told": {json.dumps(told)}}}'


def _given(job: dict, shared: dict) -> dict:
    return {
        "facts": {kind: shared["views"][view] for kind, view in job["views"].items()},
        "edges": {relation: shared["edges"][relation] for relation in job["relations"]},
        "reverse": {relation: shared["reverse"][relation] for relation in job["relations"]},
        "params": shared["params"].get(job["rule"], {}),
        "context": shared["context"],
    }


def _compile(header: dict) -> object:
    """Compile plain packages: one line with their code and what they hold, or with their faults."""
    from samakia_policy.rego.errors import RegoError
    from samakia_policy.rego.packages import Text, compile_packages, faults_json
    from samakia_policy.rego.values.json_text import load

    texts = {name: Text(*text) for name, text in header["modules"].items()}
    try:
        said = re.compile(header["said"]).fullmatch
        data = load(sys.stdin.buffer.read())
        code, held = compile_packages(texts, data, lambda name: bool(said(name)), code=header["code"])
    except RegoError as error:
        yield f'{{"faults": {faults_json(error.faults)}}}'
    else:
        yield json.dumps({"code": base64.b64encode(code).decode(), "held": held})


def _ask(header: dict) -> object:
    """Ask each document of plain packages for each input, from number `first` on."""
    from samakia_policy.rego.packages import Packages
    from samakia_policy.rego.values.json_text import load

    data, *inputs = sys.stdin.buffer.read().split(b"\n")
    packages = Packages.load(base64.b64decode(header["code"]), load(data))
    yield _code(b"")
    paths = [tuple(path) for path in header["paths"]]
    for number, text in enumerate(inputs):
        given = None
        for path in paths[header["first"] :] if number == 0 else paths:
            try:
                given = given or load(text)
                yield _answer(packages, path, given, header)
            except Exception as error:  # whatever a rule does is that rule's answer
                yield json.dumps({"error": _why(error, header["fuel"], CONFLICT)})


def _answer(packages: object, path: tuple, given: dict, header: dict) -> str:
    from samakia_policy.rego.builtins.context import Context
    from samakia_policy.rego.values.collections import UNDEFINED
    from samakia_policy.rego.values.json_text import dump

    context = Context(header["now_ns"], header["fuel"])
    own = {"conftest": {"file": given["file"]}}
    found = packages.ask(path, given["input"], context, own)  # type: ignore[attr-defined]
    return "{}" if found is UNDEFINED else f'{{"value": {dump(found, html=False)}}}'


main()
