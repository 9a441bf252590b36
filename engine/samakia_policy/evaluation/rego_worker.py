"""Runs Rego rules in a process of its own: the facts come over a pipe, no file is opened.

Started as a script without site-packages; only the embedded engine is importable.
"""

import gc
import json
import os
import resource
import signal
import sys

# What an engine says can hold values of facts, and differs from engine to engine.
FAILED = "the rule broke or does not compile (`opa check --strict` and `policy test` say where)"


def main() -> None:
    """Read a batch from standard input, answer rule by rule on what was standard output."""
    gc.disable()  # facts are read once and live to the end
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
    base = regorus.Engine()
    base.set_gather_prints(True)
    for name, source in header["libraries"].items():
        base.add_policy(f"lib/{name}.rego", source)
    base.set_input_json(text)
    print("ready", file=out, flush=True)
    for job in header["jobs"]:
        print(json.dumps(_run(base, job)), file=out, flush=True)


def _run(base: object, job: dict) -> dict:
    """Run one rule on a copy of its own, so that no rule can see or forge another's findings."""
    try:
        engine = base.clone()  # type: ignore[attr-defined]
        engine.add_policy(job["rule"] + ".rego", job["source"])
        hits = _query(engine, job, "findings")
        unknowns = _query(engine, job, "unknowns") if job["reports_unknowns"] else []
    except MemoryError:
        return {"hits": [], "unknowns": [], "error": "it needs more memory than the limit memory_bytes"}
    except BaseException:  # the engine panics with BaseException; a broken rule is an answer
        return {"hits": [], "unknowns": [], "error": FAILED}
    return {"hits": hits, "unknowns": unknowns, "error": ""}


def _query(engine: object, job: dict, name: str) -> list:
    query = f"x := data.{job['package']}.{name} with input as {job['given']}"
    result = json.loads(engine.eval_query_as_json(query))  # type: ignore[attr-defined]
    if not result.get("result"):
        raise ValueError(f"{name} is undefined")
    value = result["result"][0]["bindings"]["x"]
    if not isinstance(value, list):
        raise ValueError(f"{name} is no set of hits")
    return value


main()
