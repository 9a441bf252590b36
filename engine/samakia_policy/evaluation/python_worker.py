"""Runs Python rules in a process of its own: facts come over a pipe, no file is opened.

Started as a script without site-packages; a rule imports `samakia_policy.rules` and pure modules.
"""

import ast
import builtins
import gc
import importlib
import json
import os
import resource
import signal
import sys
from decimal import Decimal

PURE = frozenset(
    [
        "__future__",
        "base64",
        "bisect",
        "collections",
        "collections.abc",
        "dataclasses",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "heapq",
        "ipaddress",
        "itertools",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "typing",
        "unicodedata",
        "samakia_policy.rules",
    ]
)
# Events of the interpreter that no rule may cause.
_FORBIDDEN = (
    "open", "os.", "socket.", "subprocess.", "shutil.", "ctypes.", "pty.", "fcntl.",
    "sqlite3.", "urllib.", "ftplib.", "http.", "tempfile.", "glob.", "signal.", "mmap.", "sys.",
    "gc.", "builtins.input", "code.", "marshal.", "pickle.", "time.sleep",
)  # fmt: skip


class Refused(Exception):
    """A rule tried what rules may not do."""


def _import(name: str, *rest: object) -> object:
    if name not in PURE:
        raise Refused(f"rules may not import {name}")
    return builtins.__import__(name, *rest)


_FORBIDDEN_NAMES = ("open", "exec", "eval", "compile", "input", "breakpoint", "exit", "quit", "help")
_BUILTINS = {k: v for k, v in vars(builtins).items() if k not in _FORBIDDEN_NAMES}
_BUILTINS["__import__"] = _import


def main() -> None:
    """Read a batch from standard input, answer rule by rule on what was standard output."""
    gc.disable()  # facts are read once and live to the end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, sys.argv[1])
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    header = json.loads(sys.stdin.buffer.readline())
    text = sys.stdin.buffer.read()
    compiled = [_compile(job) for job in header["jobs"]]
    import samakia_policy.rules

    about = header["about"]
    reading = _reading() if about else None
    lines = _Lines(reading)
    if header["trace"] or about:
        sys.settrace(lines.entered)
    sys.addaudithook(_refuse)
    print("ready", file=out, flush=True)
    for job, code in zip(header["jobs"], compiled, strict=True):
        lines.follow(job["rule"])
        said = _run(job, code, text, samakia_policy.rules, reading)
        if reading is not None:
            said["told"] = reading.told(about["names"], tuple(about["fact"]), said["hits"])  # type: ignore[attr-defined]
        if header["trace"]:
            said["lines"] = sorted(lines.seen)
        print(json.dumps(said), file=out, flush=True)


class _Lines:
    """The lines that ran of the rule that is followed."""

    def __init__(self, reading: object) -> None:
        self.reading = reading
        self.follow("")

    def follow(self, rule: str) -> None:
        self.rule = rule
        self.seen: set = set()

    def entered(self, frame: object, _event: str, _argument: object) -> object:
        """Be told of a function that is called; tell whether its lines are of interest."""
        if frame.f_code.co_filename != self.rule:  # type: ignore[attr-defined]
            return None
        return self.passed(frame, "line", None)

    def passed(self, frame: object, event: str, _argument: object) -> object:
        if event == "line":
            self.seen.add(frame.f_lineno)  # type: ignore[attr-defined]
            if self.reading is not None:
                self.reading.line(frame.f_lineno)  # type: ignore[attr-defined]
        return self.passed


def _reading() -> object:
    from samakia_policy.rules.recording import Reading

    return Reading()


def _compile(job: dict) -> object:
    """Compile a rule and import what it may import, before the door is shut."""
    try:
        tree = ast.parse(job["source"])
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name not in PURE:
                    raise Refused(f"rules may not import {name}")
                importlib.import_module(name)
        return compile(tree, job["rule"], "exec")
    except Exception as error:  # whatever a rule's text does, it is that rule's answer
        return error


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise Refused(f"rules may not do {event}")


def _run(job: dict, code: object, text: bytes, rules: object, reading: object) -> dict:
    try:
        if isinstance(code, Exception):
            raise code
        # Read afresh, so that no rule can change what the next one sees.
        shared = json.loads(text, parse_float=Decimal)
        said = list(_function(job, code)(_facts(job, shared, rules, reading)))
        hits = [_plain(entry) for entry in said if not isinstance(entry, rules.Unknown)]
        unknowns = [_plain(entry) for entry in said if isinstance(entry, rules.Unknown)]
        return {"hits": hits, "unknowns": unknowns, "error": ""}
    except MemoryError:
        return {"hits": [], "unknowns": [], "error": "it needs more memory than the limit memory_bytes"}
    except BaseException as error:  # a rule may raise SystemExit too; it must not end the others
        kind = type(error).__name__
        text = str(error) if isinstance(error, (Refused, SyntaxError)) else ""
        return {"hits": [], "unknowns": [], "error": f"the rule failed: {kind} {text}".strip()[:200]}


def _function(job: dict, code: object) -> object:
    namespace: dict = {"__name__": job["package"], "__builtins__": _BUILTINS}
    exec(code, namespace)
    found = [value for value in namespace.values() if hasattr(value, "policy_rule")]
    if len(found) != 1:
        raise Refused("a rule file holds exactly one function decorated with @rule")
    return found[0]


def _facts(job: dict, shared: dict, rules: object, reading: object) -> object:
    views = {kind: shared["views"][view] for kind, view in job["views"].items()}
    if reading is not None:
        views = reading.facts(views)  # type: ignore[attr-defined]
    return rules.Facts(  # type: ignore[attr-defined]
        views,
        {relation: shared["edges"][relation] for relation in job["relations"]},
        {relation: shared["reverse"][relation] for relation in job["relations"]},
        job["params"],
        shared["context"],
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, (Decimal, float)) else value


main()
