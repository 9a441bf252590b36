"""What must hold of every rule, pack and module."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from samakia_policy.cases import run_case
from samakia_policy.evaluation import runtime
from samakia_policy.packs.load import load

ROOT = Path(__file__).parents[2]
CATALOGUE = load()
RULES = sorted(CATALOGUE.rules)


def test_engine_is_only_a_folder() -> None:
    """Importing it as a package would make every class twice."""
    assert "engine" not in sys.modules
    assert not (ROOT / "engine/__init__.py").exists()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_only_kinds_it_declares(name: str) -> None:
    """`reads`, `where` and the source name declared kinds alone."""
    rule = CATALOGUE.rule(name)
    source = CATALOGUE.source(rule)
    named = set(re.findall(r"input\.facts\.([a-z_]+)", source)) | set(
        re.findall(r'\.of\("([a-z_]+)"\)', source)
    )
    assert named <= set(rule.kinds)
    assert set(rule.reads) <= set(rule.kinds)
    assert set(rule.where) <= set(rule.kinds)


@pytest.mark.parametrize("name", [n for n in RULES if CATALOGUE.rule(n).absent == "fail"])
def test_a_rule_about_what_must_be_there_finds_its_absence(name: str) -> None:
    """With no fact at all it yields a finding, or cannot say; it never passes."""
    rule = CATALOGUE.rule(name)
    engine = runtime("native" if rule.language == "rego" else "python")
    assert run_case(CATALOGUE, rule, "nothing", {}, engine).outcome in {"fail", "unknown"}


@pytest.mark.parametrize("name", [n for n in RULES if CATALOGUE.rule(n).language == "python"])
def test_a_python_rule_has_no_clock(name: str) -> None:
    """Time is the run's as_of."""
    tree = ast.parse(CATALOGUE.source(CATALOGUE.rule(name)))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "utcnow", "today", "time", "monotonic"}


def test_every_rule_but_one_is_in_a_pack() -> None:
    """enabled-forbidden-by-phase is off by default: no pack lists it."""
    listed = {entry.id for pack in CATALOGUE.packs for entry in pack.rules}
    assert set(RULES) - listed == {"tenants/enabled-forbidden-by-phase"}


def test_ids_are_the_paths() -> None:
    """Nothing repeats a rule's id."""
    for rule in CATALOGUE.rules.values():
        folder, _, stem = rule.path.rpartition("/")
        wanted = f"{folder.rpartition('/')[2]}/{stem.partition('.')[0]}".replace("_", "-")
        assert rule.id == wanted


def test_files_and_functions_stay_small() -> None:
    """Files up to 400 lines, functions up to 50."""
    for path in (ROOT / "engine").rglob("*.py"):
        text = path.read_text()
        assert text.count("\n") <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, f"{path}: {node.name}"
