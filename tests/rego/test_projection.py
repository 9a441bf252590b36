"""Reading only what is asked for: the same answers from the same documents, whatever their shapes."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.rego import compile as compile_policy
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.reads import reads
from samakia_policy.rego.tools.command import main
from samakia_policy.rego.values.collections import UNDEFINED
from samakia_policy.rego.values.json_text import dump, load, load_parts

RULES = """package m
found contains [r.name, r.at.zone, count(r.tags)] if {
	some r in input.things
	r.kind == "a"
	r.at.zone != "z0"
}
found contains ["tag", k] if { some r in input.things; some k, v in r.tags; v == 1 }
found contains ["no zone", r.name] if { some r in input.things; not r.at.zone }
found contains ["list", i, x] if { some i, x in input.things[_].list; is_number(x) }
found contains ["second", input.things[1].name]
found contains ["whole", input.meta] if input.meta.version > 1
found contains ["keys", object.keys(input.named)] if input.named.x.y
found contains ["deep", v] if { some v in input.named; v.y.z }
"""
THINGS: tuple[Any, ...] = (
    None,
    1,
    1.5,
    "text",
    True,
    [],
    [1, "b"],
    {},
    {"zone": "z1"},
    {"zone": None, "x": 1},
)


def _documents() -> list[Any]:
    """Documents of which every part is now and then of another type, or not there."""
    dice = random.Random(3)  # noqa: S311 - no secret
    made: list[Any] = [
        1,
        None,
        [],
        {},
        {"things": {"k": {"kind": "a", "at": {"zone": 1}, "tags": {}, "name": 1}}},
    ]

    def odd(usual: Any) -> Any:
        return dice.choice(THINGS) if dice.random() < 0.15 else usual

    for _ in range(200):
        things = [
            odd(
                {
                    "name": odd(f"n{number}"),
                    "kind": odd(dice.choice("ab")),
                    "at": odd({"zone": odd(f"z{number % 3}"), "skipped": [1, {"a": 2}]}),
                    "tags": odd({"t1": odd(1), "t2": 2}),
                    "list": odd([1, "x", 2.50, 1e400 if dice.random() < 0.02 else 3]),
                    "skipped": odd({"deep": [[[1]]]}),
                }
            )
            for number in range(dice.randrange(4))
        ]
        named = odd({"x": odd({"y": odd({"z": 1})}), "w": odd({"y": 3})})
        made.append({"things": odd(things), "meta": odd({"version": odd(2), "more": 1}), "named": named})
    return made


def test_parts_give_the_same_answers() -> None:
    """As the whole document does; often enough the parts are really all that was read."""
    policy = compile_policy(RULES)
    found = reads(policy.compiled, [("m", "found")])
    paths = (found.wholes, found.tops, found.sizes)
    query = policy.query("data.m.found")
    smaller = 0
    for document in _documents():
        text = json.dumps(document).replace("Infinity", "1e400").encode()
        whole, parts = load(text), load_parts(text, paths)
        if parts is UNDEFINED:
            continue
        smaller += b"skipped" in text and "skipped" not in dump(parts)
        assert _answer(query, parts) == _answer(query, whole), text
    assert smaller > 60


def _answer(query: Any, value: Any) -> str:
    return dump(query.solve(value, Context())[0].expressions[0].value)


@pytest.mark.parametrize(
    "text",
    [b'{"a": 1, "b": -0}', b'{"a": 1', b'{"a": 1} 2', b'{"a": "\xff"}', b'{"b": [1,], "a": 1}', b"[1]x", b""],
)
def test_what_must_be_read_otherwise(text: bytes) -> None:
    """Text that is no JSON, also where nothing of it is asked for; and -0, whose text is kept."""
    assert load_parts(text, ([("a",)], [], [])) is UNDEFINED


@pytest.mark.parametrize(
    "text", [b'{"b": "\xff", "a": 1}', b'{"a": 2, "b": [{"c": 1e9}], "a": 1}', b'{"a":1}']
)
def test_what_is_left_out_does_not_matter(text: bytes) -> None:
    """Bytes that are no UTF-8 become another character in OPA; nobody sees them here."""
    assert load_parts(text, ([("a",)], [], [])) == {"a": 1}


def test_members_have_the_names_of_the_code() -> None:
    """They are one object with the constants of compiled code: looking up compares no text."""
    name = "a_member_of_this_name"
    (found,) = load_parts(b'{"%s": 1}' % name.encode(), ([(name,)], [], []))
    assert found is name


def test_large_input_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opa: str
) -> None:
    """The first run compiles and reads all; the second reads parts; OPA says the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    listed = [document["things"] for document in _documents()[4:]]
    things = [thing for found in listed if isinstance(found, list) for thing in found]
    given = {"things": things * 30, "meta": {"version": 1}, "named": {}, "rest": ["x" * 100] * 9_000}
    (tmp_path / "input.json").write_text(json.dumps(given).replace("Infinity", "1e400"))
    (tmp_path / "m.rego").write_text(RULES)
    asked = ["eval", "-d", str(tmp_path / "m.rego"), "-i", str(tmp_path / "input.json"), "data.m.found"]
    said = []
    for _ in range(2):
        assert main(asked) == 0
        said.append(capsys.readouterr().out)
    theirs = subprocess.run([opa, *asked], capture_output=True, text=True, check=True).stdout
    assert said[0] == said[1] == theirs


def test_a_large_input_that_is_no_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said alike with and without a compiled program."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "m.rego").write_text("package m\np if input.a\n")
    (tmp_path / "good.json").write_text('{"a": 1}')
    (tmp_path / "bad.json").write_text('{"a": 1, "b": "' + "x" * (1 << 20))
    for name, code in (("bad", 2), ("good", 0), ("bad", 2)):
        asked = ["-d", str(tmp_path / "m.rego"), "-i", str(tmp_path / f"{name}.json"), "data.m.p"]
        assert main(["eval", *asked]) == code
        said = capsys.readouterr()
        if name == "bad":
            assert said.err.startswith("unable to parse input: ")
            assert not said.out
