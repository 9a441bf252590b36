"""What a rule did about a subject, by construct: which literal failed, with which values and facts."""

from __future__ import annotations

from typing import Any

import pytest

from samakia_policy.cases import read_cases
from samakia_policy.model.canonical import exact
from samakia_policy.packs.load import load as load_catalogue
from samakia_policy.rego.trace import record
from samakia_policy.rego.trace.explain import Question, explain_rule
from samakia_policy.rego.values.json_text import load

FACTS = {
    "app": {
        "a": {"port": 80, "tls": True, "owner": "ops", "tags": ["x", "y"], "env": {"prod": True}},
        "b": {"port": 99999, "owner": "dev", "tags": []},
        "c/d": {"port": "80", "owner": "c", "kind": "d"},
    },
    "team": {"ops": {"name": "ops", "size": 3}},
}


def ask(body: str, subject: str = "a", facts: Any = None, **more: Any) -> dict[str, Any]:
    """Return what is told of an app by a rule with this body."""
    source = f"package p.q\n\n{body}\n"
    given = {"facts": FACTS if facts is None else facts, "params": {}, "context": {}, "edges": {}}
    names = [subject, f"app:{subject}"]
    question = Question([("p", "q", "findings")], names, ("app", subject), **more)
    return explain_rule({}, {"rule": source}, load(exact(given)), question)


def steps(level: list[dict[str, Any]]) -> list[str]:
    """Return literals in order, a failing one with a cross; of several turns, the first."""
    found = []
    while level:
        literal = level[0]
        if literal["text"]:
            found.append(("" if literal["held"] else "x ") + literal["text"])
        level = literal.get("next", [])
    return found


def last(level: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the last literal of the first turn."""
    while level[0].get("next"):
        level = level[0]["next"]
    return level[0]


def values(literal: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a literal: plain, or the name of the fact."""
    return {name: _plain(value) for name, value in literal["values"].items()}


def _plain(value: dict[str, Any]) -> Any:
    if "fact" in value:
        return value["fact"] + "".join(f"/{step}" for step in value["path"])
    return value.get("value", value)


def reads(literal: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that a literal read, with what lies there."""
    return {
        "/".join([read["kind"], read["id"], *map(str, read["path"])]): _plain(read["value"])
        for read in literal["reads"]
        if "value" in read
    }


LOOP = "some id, app in input.facts.app"
HIT = 'findings contains {"subject": id} if {'


def test_a_test_that_fails_is_named_with_its_values_and_the_fact() -> None:
    """For a subject about which nothing was found."""
    (clause,) = ask(f"{HIT}\n\t{LOOP}\n\tlimit := 1024\n\tapp.port > limit\n}}")["clauses"]
    assert steps(clause["turns"]) == [LOOP, "limit := 1024", "x app.port > limit"]
    failing = last(clause["turns"])
    assert (failing["line"], failing["column"]) == (6, 2)
    assert values(failing) == {"app.port": 80, "limit": 1024}
    assert reads(failing) == {"app/a/port": 80}


def test_the_chain_of_a_finding_is_told_whole() -> None:
    """With the element that it gave."""
    (clause,) = ask(f"{HIT}\n\t{LOOP}\n\tapp.port > 1024\n}}", "b")["clauses"]
    assert steps(clause["turns"]) == [LOOP, "app.port > 1024"]
    assert last(clause["turns"])["gives"] == [{"value": {"subject": "b"}}]
    assert values(clause["turns"][0]) == {"id": "b", "app": "app:b"}


def test_a_missing_attribute_is_undefined_where_it_would_lie() -> None:
    """The fact and the attribute are named."""
    (clause,) = ask(f"{HIT}\n\t{LOOP}\n\tapp.tls == false\n}}", "b")["clauses"]
    assert reads(last(clause["turns"])) == {"app/b/tls": {"undefined": True}}


def test_literals_of_a_function_stand_inside_the_one_that_called_it() -> None:
    """With the arguments as the function sees them."""
    body = f"{HIT}\n\t{LOOP}\n\tnot good(app.port)\n}}\n\ngood(n) if {{\n\tn > 0\n\tn < 1000\n}}"
    failing = last(ask(body)["clauses"][0]["turns"])
    assert (failing["text"], failing["held"]) == ("not good(app.port)", False)
    (function,) = failing["inside"]
    assert (function["kind"], function["name"], _plain(function["result"])) == ("function", "good", True)
    assert steps(function["turns"]) == ["n > 0", "n < 1000"]
    assert values(function["turns"][0]) == {"n": 80}
    (other,) = last(ask(body, "b")["clauses"][0]["turns"][0]["next"])["inside"]
    assert steps(other["turns"]) == ["n > 0", "x n < 1000"]


def test_an_else_stands_inside_what_failed_before_it() -> None:
    """So that both are seen."""
    body = (
        f'{HIT}\n\t{LOOP}\n\tgrade(app.port) == "odd"\n}}\n\ngrade(n) := "fine" if n > 1000\n\nelse := "low"'
    )
    failing = last(ask(body)["clauses"][0]["turns"])
    (function,) = failing["inside"]
    assert (failing["held"], steps(function["turns"])) == (False, ["x n > 1000"])
    assert last(function["turns"])["inside"][0]["kind"] == "else"


def test_not_with_a_ref_tells_what_was_there() -> None:
    """What is negated holds or fails for itself."""
    failing = last(ask(f"{HIT}\n\t{LOOP}\n\tnot app.tls == true\n}}")["clauses"][0]["turns"])
    assert (failing["text"], failing["held"]) == ("not app.tls == true", False)
    (inside,) = failing["inside"]
    assert (inside["kind"], steps(inside["turns"])) == ("not", ["app.tls == true"])
    assert reads(inside["turns"][0]) == {"app/a/tls": True}


def test_the_element_that_breaks_every_is_told() -> None:
    """Those that hold do not matter then."""
    body = f'{HIT}\n\t{LOOP}\n\tevery tag in app.tags {{\n\t\tcount(tag) == 1\n\t\ttag != "y"\n\t}}\n}}'
    failing = last(ask(body)["clauses"][0]["turns"])
    assert not failing["held"]
    (every,) = failing["inside"]
    (element,) = every["elements"]
    assert steps(element["turns"]) == ["count(tag) == 1", 'x tag != "y"']
    assert values(last(element["turns"])) == {"tag": "y"}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ('[t | some t in app.tags; t != "x"]', "comprehension"),
        ('{t | some t in app.tags; t != "x"}', "comprehension"),
    ],
)
def test_turns_of_a_comprehension_are_told(written: str, kind: str) -> None:
    """Those that gave something, and those that did not."""
    failing = last(ask(f"{HIT}\n\t{LOOP}\n\tcount({written}) > 1\n}}")["clauses"][0]["turns"])
    (inside,) = failing["inside"]
    assert inside["kind"] == kind
    assert [steps([turn]) for turn in inside["turns"]] == [
        ["some t in app.tags", 'x t != "x"'],
        ["some t in app.tags", 't != "x"'],
    ]


def test_a_helper_that_leaves_the_subject_out_is_told() -> None:
    """No turn of the clause can be about it then."""
    body = f"{HIT}\n\tsome id, _ in large\n}}\n\nlarge[id] := app if {{\n\t{LOOP}\n\tapp.port > 1024\n}}"
    told = ask(body)
    assert told["clauses"][0]["turns"] == []
    (helper,) = told["helpers"]
    assert (helper["name"], steps(helper["turns"])) == ("large", [LOOP, "x app.port > 1024"])


def test_a_helper_without_turns_about_the_subject_is_told_where_its_results_were_used() -> None:
    """By the value that a literal took from it."""
    body = (
        f"{HIT}\n\t{LOOP}\n\tsizes[app.owner] > 2\n}}\n\n"
        "sizes := {team.name: team.size | some team in input.facts.team; team.size > 0}"
    )
    (helper,) = ask(body)["helpers"]
    (comprehension,) = helper["turns"][0]["inside"]
    assert steps(comprehension["turns"]) == ["some team in input.facts.team", "team.size > 0"]
    assert reads(comprehension["turns"][0]["next"][0]) == {"team/ops/size": 3}


def test_an_id_of_parts_is_found_by_its_parts() -> None:
    """A turn over what names the fact is about it."""
    body = (
        'findings contains {"subject": row} if {\n\tsome row in rows\n\trow[0] == "never"\n}\n\n'
        "rows contains [app.owner, app.kind] if some app in input.facts.app"
    )
    told = ask(body, "c/d")
    assert steps(told["clauses"][0]["turns"]) == ["some row in rows", 'x row[0] == "never"']
    assert values(last(told["clauses"][0]["turns"]))["row[0]"] == "c"


def test_turns_that_are_not_told_are_counted_with_where_they_failed() -> None:
    """No turn is left out in silence."""
    (clause,) = ask(f"{HIT}\n\t{LOOP}\n\tapp.port == 1\n}}", "nobody")["clauses"]
    assert (clause["turns"], clause["others"]) == ([], 3)
    assert [(end["text"], end["turns"]) for end in clause["ends"]] == [("app.port == 1", 3)]


def test_an_empty_collection_fails_where_it_is_looped_over() -> None:
    """There is no turn, but one literal that found nothing."""
    (clause,) = ask(f"{HIT}\n\t{LOOP}\n\tapp.port\n}}", facts={"app": {}})["clauses"]
    assert [end["text"] for end in clause["ends"]] == [LOOP]


def test_with_and_walk_are_followed() -> None:
    """What a `with` replaces is seen by the literals that it holds for."""
    body = (
        f"{HIT}\n\t{LOOP}\n\tlow with input.limit as 1\n\twalk(app, [path, value])\n\tvalue == 12345\n}}\n\n"
        "low if input.limit < 2"
    )
    (clause,) = ask(body)["clauses"]
    assert steps(clause["turns"])[:2] == [LOOP, "low with input.limit as 1"]
    assert steps(clause["turns"])[-1] == "x value == 12345"


def test_joins_take_every_turn() -> None:
    """Asked why, nobody wants to hear what an index left out."""
    body = f"{HIT}\n\t{LOOP}\n\tsome team in input.facts.team\n\tteam.name == app.owner\n\tteam.size > 5\n}}"
    told = ask(body, "b")
    assert steps(told["clauses"][0]["turns"])[-1] == "x team.name == app.owner"
    assert "planned" not in told


def test_a_long_evaluation_is_followed_as_it_was_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so; where even that is too long, it says how much is missing."""
    facts = {"app": {f"a{n:02}": {"owner": f"o{n}", "port": n} for n in range(40)}}
    tests = "some other in input.facts.app\n\tother.owner == app.owner\n\tother.port == 77"
    body = f"{HIT}\n\t{LOOP}\n\t{tests}\n}}"
    monkeypatch.setattr(record, "MOST_STEPS", 400)
    told = ask(body, "a07", facts)
    assert (told["planned"], "left_out" in told) == (True, False)
    monkeypatch.setattr(record, "MOST_STEPS", 50)
    assert ask(body, "a07", facts)["left_out"] > 0


def test_an_evaluation_that_breaks_tells_where() -> None:
    """The literal, and what was told before it."""
    told = ask(f"{HIT}\n\t{LOOP}\n\tto_number(app.owner) > 1\n}}")
    assert told["broken"]["text"] == "to_number(app.owner)"
    assert told["broken"]["line"] == 5
    assert steps(told["clauses"][0]["turns"]) == [LOOP, "x to_number(app.owner) > 1"]


def test_an_evaluation_without_fuel_tells_so() -> None:
    """It is broken, as the rule is."""
    body = f"{HIT}\n\t{LOOP}\n\tsome n in numbers.range(1, 5000)\n\tn > 5000\n}}"
    told = ask(body, fuel=100)
    assert (told["broken"]["code"], told["planned"]) == ("eval_fuel_error", True)


def test_what_is_hidden_is_not_shown() -> None:
    """Neither in values nor in reads nor in what is given."""
    secret = {"app": {"a": {"password": {"$redacted": "entropy"}, "port": {"$unknown": "a secret reason"}}}}
    tests = f'{LOOP}\n\tapp.password\n\tx := {{"y": app.port}}\n\tx'
    told = ask(f'findings contains {{"subject": id, "all": app}} if {{\n\t{tests}\n}}', facts=secret)
    text = str(told["clauses"])
    assert "<redacted>" in text
    assert "<unknown>" in text
    assert "entropy" not in text
    assert "a secret reason" not in text


def test_long_values_are_cut() -> None:
    """A value is no document."""
    facts = {"app": {"a": {"tags": ["x" * 100] * 50}}}
    (clause,) = ask(
        f"{HIT}\n\t{LOOP}\n\tall := array.concat(app.tags, app.tags)\n\tcount(all) == 1\n}}", facts=facts
    )["clauses"]
    assert len(last(clause["turns"])["values"]["all"]["cut"]) < 500


@pytest.mark.parametrize(
    "name", [name for name, rule in sorted(load_catalogue().rules.items()) if rule.language == "rego"]
)
def test_what_is_followed_is_what_is_decided(name: str) -> None:
    """For every case of every rule and every fact in it, the hits are the same, and something is told."""
    catalogue = load_catalogue()
    rule = catalogue.rule(name)
    path = ("policies", *name.replace("-", "_").split("/"), "findings")
    defaults = {key: declared["default"] for key, declared in rule.params.items()}
    for given in read_cases(rule).values():
        facts = {kind: (given.get("facts") or {}).get(kind) or {} for kind in rule.kinds}
        if "$unknown" in str(facts) or "$redacted" in str(facts):
            continue  # withheld before the rule runs
        edges = given.get("edges") or {}
        value = {
            "facts": facts,
            "edges": {relation: edges.get(relation, {}) for relation in rule.edges},
            "reverse": {relation: {} for relation in rule.edges},
            "params": {**defaults, **given.get("params", {})},
            "context": {
                "as_of": "2026-01-01T00:00:00Z",
                "environment": None,
                "environments": {},
                "incomplete": [],
            },
        }
        wanted = {str(hit["subject"]) for hit in given.get("findings", [])}
        for subject in sorted(wanted) or [f"{kind}:{one}" for kind in facts for one in list(facts[kind])[:1]]:
            kind, _, identity = subject.partition(":")
            names = [subject, identity] if kind == rule.subject else [subject]
            question = Question([path], names, (kind, identity))
            told = explain_rule(
                catalogue.libraries(), {name: catalogue.source(rule)}, load(exact(value)), question
            )
            assert "broken" not in told
            hits = {hit["subject"] for hit in load(told["documents"][0])}
            if subject in wanted:
                assert hits & set(names), subject
                assert any("gives" in last(clause["turns"]) for clause in told["clauses"] if clause["turns"])
