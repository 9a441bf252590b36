"""Command lines whose output and exit code are the ones of opa."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.rego.tools.command import main

_UNTOLD = {"stack_trace", "metrics", "description"}
_CONFLICT = re.compile(r"(?<=produced conflicting values):(\n  .* at \S+:\d+)+")
Said = tuple[Any, Any, int]
FILES = Path(__file__).parent / "files"
OPA = shutil.which("opa")

EVAL = {
    "a number": "eval 1+1",
    "false is a result": "eval false",
    "undefined": "eval input.x",
    "two expressions": "eval 'x := 1; y := [x, \"<a>\"]'",
    "several results": "eval 'x := [3, 1, 2][_]'",
    "bindings of several kinds": "eval 'some i; x := [3, 1][i]; x > 0; {x}'",
    "wildcards are no bindings": "eval '[1, 2][_] = x'",
    "numbers keep their text": "eval '[1.50, 1e3, 0.1 + 0.2, 1 / 3, 12345678901234567890, -0.0]'",
    "escapes": 'eval \'"<&>\\u2028\\t\\"\\\\ ž"\'',
    "keys that are no strings": "eval '{1: 2, [1]: 3, true: {null: 4}, \"s\": 5}'",
    "sets are arrays": "eval '{3, 1, \"x\", {2}}'",
    "empty collections": "eval '[[], {}, set()]'",
    "whole package": "eval -d authz.rego -d facts.json -i input.json data.authz",
    "one rule": "eval -d authz.rego -d facts.json -i input.json data.authz.deny",
    "input as YAML": "eval -d authz.rego -i input.yaml data.authz.allow",
    "all of data": "eval -d facts.json data",
    "two formats of data": "eval -d facts.json -d facts.yaml data",
    "data below a prefix": "eval -d a.b:array.json -d c:facts.yaml data",
    "a directory": "eval -d tree data",
    "a directory without hidden files": "eval --ignore '.*' -d tree data",
    "ignored names": "eval --ignore sub,top.json -d tree data",
    "the same file twice": "eval -d facts.json -d facts.json data.roles",
    "a bundle": "eval -b bundle data",
    "a bundle in an archive": "eval -b bundle.tar.gz data",
    "an archive as data": "eval -d bundle.tar.gz data.a",
    "a bundle of version 0": "eval -b v0bundle data.v0b.p",
    "data outside of the roots": "eval -b roots data",
    "no such bundle": "eval -b missing data",
    "package": "eval -d authz.rego --package authz 'double(4)'",
    "import": "eval -d authz.rego --import data.authz.limits 'limits.small'",
    "import with a name": "eval -d authz.rego --import 'data.authz as a' 'a.limits.large'",
    "version 0": "eval --v0-compatible -d old.rego -i input.json data.old",
    "version 0 is refused": "eval -d old.rego data.old",
    "print": "eval 'print(\"a\", 1); x := 1'",
    "raw": 'eval -f raw \'x := "<a>"; y := [1.0, {"a"}]; x; y\'',
    "raw string": "eval -f raw '\"a b\"'",
    "values": "eval -f values 'x := [1, 2][_]; x * 2'",
    "bindings": "eval -f bindings 'x := [1, 2][_]; y := x * 2'",
    "discard": "eval -f discard 'x := 1'",
    "discard undefined": "eval -f discard 'input.x'",
    "pretty value": "eval -f pretty -d facts.json data.roles",
    "pretty undefined": "eval -f pretty input.x",
    "pretty table": 'eval -f pretty \'x := [1, "ž", {"a": "<"}][_]; y := x\'',
    "pretty table of expressions": "eval -f pretty '1; \"a\"; true'",
    "pretty truths": "eval -f pretty 'true; 1 == 1'",
    "fail": "eval --fail input.x",
    "fail but defined": "eval --fail 1",
    "fail defined": "eval --fail-defined 1",
    "fail defined but undefined": "eval --fail-defined input.x",
    "an error of a built-in": "eval -d authz.rego -i input.json data.authz.broken",
    "strict errors of built-ins": "eval --strict-builtin-errors -d authz.rego -i input.json data.authz",
    "conflict": "eval -d authz_test.rego -d authz.rego data.authz_test.conflict",
    "query that does not parse": "eval '1 +'",
    "query with an unsafe variable": "eval x",
    "query with a type error": "eval '1 + \"a\"'",
    "unknown function": "eval 'nope(1)'",
    "modules with errors": "eval -d faulty.rego 1",
    "module that does not parse": "eval -d unparsed.rego 1",
    "text that is not UTF-8": "eval -d not_utf8.rego 1",
    "recursion": "eval -d loop.rego data.loop",
    "strict mode": "eval -S -d strict.rego data.strict",
    "no strict mode": "eval -d strict.rego data.strict",
    "no such file": "eval -d missing.rego 1",
    "JSON cut off": "eval -d cut.json 1",
    "YAML cut off": "eval -d cut.yaml 1",
    "clashing data": "eval -d facts.json -d clash.json data",
    "data that is no object": "eval -d array.json data",
    "rules where data is": "eval -d authz.rego -d authz:array.json data",
    "input that cannot be read": "eval -i missing.json input",
    "input cut off": "eval -i cut.json input",
    "no query": "eval",
    "two queries": "eval 1 2",
    "unknown flag": "eval --nope 1",
    "unknown format": "eval -f xml 1",
    "both kinds of fail": "eval --fail --fail-defined 1",
    "flags after the query": "eval 1 -f raw",
    "flags with an equals sign": "eval --format=raw --fail=false 1",
    "schema": "eval -s schemas -d typed.rego data.typed",
    "schema of the input": "eval -s schemas/input.json -d typed.rego data.typed",
    "capabilities": "eval --capabilities few.json 'count([1]) + 1'",
    "capabilities that lack a built-in": "eval --capabilities few.json 'sum([1])'",
    "coverage": "eval --coverage -d authz.rego -d facts.json -i input.json data.authz.allow",
    "coverage of many forms": "eval --coverage -d covered.rego -i input.json data.covered",
    "coverage of one set": "eval --coverage -d covered.rego -i input.json data.covered.s",
    "coverage of functions": "eval --coverage -d covered.rego data.covered.g",
    "coverage in words": "eval -f pretty --coverage -d covered.rego data.covered.s",
    "metrics": "eval --metrics 1",
    "notes": "eval --explain notes -f pretty -d noted.rego data.noted.p",
    "no notes": "eval --explain notes -f pretty -d authz.rego data.authz.limits.small",
    "failures": "eval --explain fails -f pretty -d noted.rego data.noted.p",
}
CHECK = {
    "fine": "check authz.rego",
    "directory": "check tree",
    "faulty": "check faulty.rego",
    "faulty as JSON": "check -f json faulty.rego",
    "unparsed": "check unparsed.rego",
    "version 0": "check old.rego",
    "version 0 allowed": "check --v0-compatible old.rego",
    "strict": "check -S strict.rego",
    "not strict": "check strict.rego",
    "recursion": "check loop.rego",
    "schema": "check -s schemas typed.rego",
    "bundle": "check -b bundle",
    "bundle of version 0": "check -b v0bundle",
    "no such file": "check missing.rego",
    "no file": "check",
    "only Rego is read": "check cut.json",
}
PARSE = {
    "pretty": "parse authz.rego",
    "pretty tests": "parse authz_test.rego",
    "JSON": "parse -f json authz.rego",
    "JSON with locations": "parse -f json --json-include locations,-comments authz.rego",
    "version 0": "parse --v0-compatible old.rego",
    "unparsed": "parse unparsed.rego",
    "no such file": "parse missing.rego",
    "no file": "parse",
}
TEST = {
    "pretty": "test authz.rego authz_test.rego",
    "verbose passes": "test -v passing_test.rego",
    "JSON": "test -f json authz.rego authz_test.rego",
    "verbose failures": "test -v authz.rego authz_test.rego",
    "cases of every form": "test cases_test.rego",
    "cases of every form as JSON": "test -f json cases_test.rego",
    "cases of every form, verbose": "test -v cases_test.rego",
    "passing": "test passing_test.rego",
    "passing as JSON": "test -f json passing_test.rego",
    "named": "test -r test_two passing_test.rego",
    "named by package": "test -f json -r 'authz_test.test_(alice|bob)' authz.rego authz_test.rego",
    "nothing is named so": "test -r nope passing_test.rego",
    "nothing is named so, and that fails": "test --fail-on-empty -r nope passing_test.rego",
    "skipped": "test -r later authz.rego authz_test.rego",
    "skipped is fine": "test -z -r later authz.rego authz_test.rego",
    "no tests": "test authz.rego",
    "does not compile": "test faulty.rego",
    "does not parse": "test unparsed.rego",
    "no such file": "test missing",
    "no file": "test",
    "coverage": "test --coverage passing_test.rego helper.rego",
    "threshold": "test --threshold 100 passing_test.rego helper.rego",
    "threshold that is reached": "test --threshold 10 passing_test.rego helper.rego",
    "threshold that makes no sense": "test --threshold 110 passing_test.rego",
}


def _all() -> list[Any]:
    groups = {"eval": EVAL, "check": CHECK, "parse": PARSE, "test": TEST}
    return [
        pytest.param(line, id=f"{group}: {name}")
        for group, lines in groups.items()
        for name, line in lines.items()
    ]


@pytest.fixture(scope="session")
def opa_said() -> dict[str, Future[Said]]:
    """What opa says to every line, asked for while the tests run."""
    if OPA is None and os.environ.get("CI") != "true":
        pytest.skip("opa is not installed")
    pool = ThreadPoolExecutor(2)
    return {line: pool.submit(_opa, line) for line in _lines()}


@pytest.mark.parametrize("line", _all())
def test_same_as_opa(
    line: str,
    opa_said: dict[str, Future[Said]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Standard output, standard error and the exit code."""
    monkeypatch.chdir(FILES)
    code = main(shlex.split(line))
    captured = capsys.readouterr()
    assert _said(captured.out, captured.err, code) == opa_said[line].result()


def _opa(line: str) -> Said:
    command = ["opa", *shlex.split(line)]
    done = subprocess.run(command, cwd=FILES, capture_output=True, text=True, check=False)
    return _said(done.stdout, done.stderr, done.returncode)


def _said(out: str, err: str, code: int) -> Said:
    """What must be the same; of a wrong command line only the first line, as the help below it is our own."""
    err = re.sub(r"\n\nTraceback:\n(  .*\n)+", "\n", err)
    if err.startswith("Error: "):
        err = err.split("\n")[0]
    return _mask(out), _mask(err), code


def _lines() -> list[str]:
    return [line for group in (EVAL, CHECK, PARSE, TEST) for line in group.values()]


def _mask(text: str) -> Any:
    """Leave out what no two runs share, and what only opa tells: stacks, conflicting values, texts."""
    if text.startswith(("{", "[")):
        try:
            return _mask_json(json.loads(text))
        except ValueError:
            return text
    text = re.sub(r"\((\d[\d.]*(ns|µs|ms|s|m|h))+\)", "(TIME)", text)
    text = _CONFLICT.sub("", text)
    text = re.sub(r"  Traceback:\n(    .*\n)+", "", text)
    if "\nFAILURES\n" in text:
        return sorted(text.split("\n"))
    parts = re.split(r"\n(?=\S+\.rego:\d+:\n)|\n(?=-{80}\n)", text)
    return sorted(part.strip() for part in parts)


def _mask_json(found: Any) -> Any:
    if isinstance(found, str):
        return _CONFLICT.sub("", found)
    if isinstance(found, list):
        return _in_order([_mask_json(item) for item in found])
    if not isinstance(found, dict):
        return found
    masked = {name: _mask_json(item) for name, item in found.items() if name not in _UNTOLD}
    if "duration" in masked:
        masked["duration"] = 0
    return masked


def _in_order(items: list[Any]) -> list[Any]:
    """Tests, and errors of one place, come in any order."""
    first = items[0] if items and isinstance(items[0], dict) else {}
    if "package" in first:
        return sorted(items, key=lambda item: item["location"]["row"])
    if "message" in first:
        return sorted(items, key=json.dumps)
    return items
