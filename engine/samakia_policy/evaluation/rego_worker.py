"""Runs Rego rules in a process of its own: rules and facts come over a pipe, no file is opened for them.

Started as a script without site-packages; only the engine and what it needs are importable.
"""

import base64
import gc
import json
import os
import resource
import signal
import sys

# What a rule does wrong can hold values of facts, and every engine words it in its own way.
FAILED = "the rule broke or does not compile (`opa check --strict` and `policy test` say where)"


def main() -> None:
    """Read a batch from standard input, answer rule by rule on what was standard output."""
    gc.disable()  # facts are read once and live to the end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.extend(sys.argv[1].split(os.pathsep))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    header = json.loads(sys.stdin.buffer.readline())
    from samakia_policy.rego.batch import Rules

    rules = Rules(header["libraries"], {job["rule"]: job["source"] for job in header["jobs"]})
    code = rules.load(base64.b64decode(header["code"]))
    from samakia_policy.rego.values.json_text import load

    shared = load(sys.stdin.buffer.read())
    print(json.dumps({"code": base64.b64encode(code).decode()}), file=out, flush=True)
    for job in header["jobs"]:
        print(_run(rules, job, shared, header["fuel"]), file=out, flush=True)


def _run(rules: object, job: dict, shared: dict, fuel: int) -> str:
    try:
        given = _given(job, shared)
        path = tuple(job["package"].split("."))
        hits = rules.document((*path, "findings"), given, fuel)  # type: ignore[attr-defined]
        unknowns = "[]"
        if job["reports_unknowns"]:
            unknowns = rules.document((*path, "unknowns"), given, fuel)  # type: ignore[attr-defined]
        return f'{{"hits": {hits}, "unknowns": {unknowns}, "error": ""}}'
    except MemoryError:
        return json.dumps(_error("it needs more memory than the limit memory_bytes"))
    except Exception as error:  # whatever a rule does is that rule's answer
        if getattr(error, "code", "") == "eval_fuel_error":
            return json.dumps(_error(f"it needs more than {fuel} steps (limit fuel)"))
        return json.dumps(_error(FAILED))


def _error(why: str) -> dict:
    return {"hits": [], "unknowns": [], "error": why}


def _given(job: dict, shared: dict) -> dict:
    return {
        "facts": {kind: shared["views"][view] for kind, view in job["views"].items()},
        "edges": {relation: shared["edges"][relation] for relation in job["relations"]},
        "reverse": {relation: shared["reverse"][relation] for relation in job["relations"]},
        "params": shared["params"].get(job["rule"], {}),
        "context": shared["context"],
    }


main()
