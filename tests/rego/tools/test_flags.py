"""Flags as OPA's command line takes them."""

from __future__ import annotations

import pytest

from samakia_policy.rego.tools.flags import Flag, UsageError, parse_flags

FLAGS = (
    Flag("data", "d", "list"),
    Flag("format", "f", "text", "json", ("json", "raw")),
    Flag("fail"),
    Flag("strict", "S"),
    Flag("ignore", kind="comma"),
    Flag("count", kind="int", default=1),
    Flag("timeout", kind="duration", default=0.0),
)
READ = {
    "long with a space": (["--data", "a"], "data", ["a"]),
    "long with an equals sign": (["--data=a=b"], "data", ["a=b"]),
    "short with a space": (["-d", "a"], "data", ["a"]),
    "short without one": (["-da"], "data", ["a"]),
    "short with an equals sign": (["-d=a"], "data", ["a"]),
    "repeated": (["-d", "a", "--data", "b"], "data", ["a", "b"]),
    "not given": ([], "data", []),
    "clustered": (["-Sd", "a"], "strict", True),
    "a switch that is off": (["--fail=false"], "fail", False),
    "a switch that is on": (["--fail=T"], "fail", True),
    "separated by commas": (["--ignore", "a,b", "--ignore", "c"], "ignore", ["a", "b", "c"]),
    "none of a list": (["--ignore="], "ignore", []),
    "a number": (["--count", "3"], "count", 3),
    "a duration": (["--timeout", "1m1.5s"], "timeout", 61.5),
    "the last of one": (["-f", "raw", "-f", "json"], "format", "json"),
    "after the arguments": (["x", "-f", "raw"], "format", "raw"),
    "after two dashes all are arguments": (["--", "-f"], "format", "json"),
}
WRONG = {
    "unknown flag": (["--nope"], "unknown flag: --nope"),
    "unknown letter": (["-xd"], "unknown shorthand flag: 'x' in -xd"),
    "no value": (["--data"], "flag needs an argument: --data"),
    "no value after a letter": (["-d"], "flag needs an argument: 'd' in -d"),
    "none of the choices": (
        ["-f", "xml"],
        'invalid argument "xml" for "-f, --format" flag: must be one of {json,raw}',
    ),
    "no truth": (
        ["--fail=no"],
        'invalid argument "no" for "--fail" flag: strconv.ParseBool: parsing "no": invalid syntax',
    ),
    "no duration": (
        ["--timeout", "5"],
        'invalid argument "5" for "--timeout" flag: time: invalid duration "5"',
    ),
}


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    """The value of one flag."""
    words, flag, wanted = READ[name]
    assert parse_flags(FLAGS, words)[flag] == wanted


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name: str) -> None:
    """What is said about a command line that is wrong."""
    words, message = WRONG[name]
    with pytest.raises(UsageError) as caught:
        parse_flags(FLAGS, words)
    assert str(caught.value) == message


def test_arguments() -> None:
    """What is no flag, in order; a lone dash is an argument."""
    assert parse_flags(FLAGS, ["a", "-S", "-", "b", "--", "--fail"]).arguments == ["a", "-", "b", "--fail"]
