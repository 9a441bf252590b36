"""Runs Rego rules in a process of its own: the facts come over a pipe, no file is opened.

Started as a script without site-packages; only the embedded engine is importable.
"""

import json
import os
import re
import resource
import signal
import sys


def main() -> None:
    """Read a batch from standard input, answer rule by rule on what was standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.append(sys.argv[1])
    import regorus

    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    header = json.loads(sys.stdin.buffer.readline())
    text = sys.stdin.buffer.read().decode()
    params = json.dumps({job["rule"]: job["params"] for job in header["jobs"]})
    text = text[:-1] + ',"params":' + params + "}"
    shared = _engine(regorus, header["libraries"], header["jobs"], text)
    print("ready", file=out, flush=True)
    for job in header["jobs"]:
        said = _run(shared, job)
        if said["error"]:
            # Another rule's broken module fails every rule of a shared engine: ask again alone.
            said = _run(_engine(regorus, header["libraries"], [job], text), job)
        print(json.dumps(said), file=out, flush=True)


def _engine(regorus: object, libraries: dict, jobs: list, text: str) -> object:
    engine = regorus.Engine()  # type: ignore[attr-defined]
    engine.set_gather_prints(True)
    for name, source in libraries.items():
        engine.add_policy(f"lib/{name}.rego", source)
    for job in jobs:
        try:
            engine.add_policy(job["rule"] + ".rego", job["source"])
        except BaseException:  # noqa: BLE001, S112 - the engine panics with BaseException
            continue
    engine.set_input_json(text)
    return engine


def _run(engine: object, job: dict) -> dict:
    try:
        hits = _query(engine, job, "findings")
        asked = re.search(r"(?m)^unknowns contains ", job["source"]) is not None
        unknowns = _query(engine, job, "unknowns") if asked else []
    except MemoryError:
        return {"hits": [], "unknowns": [], "error": "it needs more memory than the limit memory_bytes"}
    except BaseException as error:  # noqa: BLE001 - the engine panics with BaseException
        return {"hits": [], "unknowns": [], "error": _line(error)}
    return {"hits": hits, "unknowns": unknowns, "error": ""}


def _query(engine: object, job: dict, name: str) -> list:
    facts = ",".join(f"{json.dumps(k)}: input.views.{v}" for k, v in sorted(job["views"].items()))
    edges = ",".join(f"{json.dumps(r)}: input.edges[{json.dumps(r)}]" for r in job["relations"])
    reverse = edges.replace("input.edges", "input.reverse")
    params = f"input.params[{json.dumps(job['rule'])}]"
    query = (
        f"x := data.{job['package']}.{name} with input as {{"
        f'"facts": {{{facts}}}, "edges": {{{edges}}}, "reverse": {{{reverse}}}, '
        f'"params": {params}, "context": input.context}}'
    )
    result = json.loads(engine.eval_query_as_json(query))  # type: ignore[attr-defined]
    if not result.get("result"):
        raise ValueError(f"{name} is undefined")
    value = result["result"][0]["bindings"]["x"]
    if not isinstance(value, list):
        raise ValueError(f"{name} is no set of hits")
    return value


def _line(error: BaseException) -> str:
    """The last line of what the engine said: no path, no source text of the rule."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    found = next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "")
    return "the rule failed: " + re.sub(r"^error:\s*", "", found)[:200]


main()
