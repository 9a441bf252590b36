"""Every contract under contracts/ is sound, and its examples mean what their names say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema.validators import validator_for
from referencing import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator

CONTRACTS = Path(__file__).parents[2] / "contracts"
SCHEMAS = sorted(CONTRACTS.glob("*/*/schema.json"))
VALID = sorted([*CONTRACTS.glob("*/*/template.yaml"), *CONTRACTS.glob("*/*/examples/valid-*.yaml")])
INVALID = sorted(CONTRACTS.glob("*/*/examples/invalid-*.yaml"))

DRAFTS = {
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2020-12/schema",
}
# Keywords by what they hold; anything else in a schema is a typing error, which validators ignore.
PLAIN = {"$schema", "$id", "$ref", "title", "description", "default", "type", "enum", "const"}
LIMITS = {"required", "minimum", "minProperties", "maxProperties"}
NAMED_SCHEMAS = {"properties", "$defs", "definitions"}
ONE_SCHEMA = {"items", "additionalProperties"}
# Values that a rule judges. A schema that refused them too would report one defect twice.
LEFT_TO_RULES: list[tuple[str, str, Any]] = [
    ("tenant/v1alpha1/examples/valid-dev-only.yaml", "metadata/id", "Not_A_Slug"),
    ("tenant/v1alpha1/examples/valid-dev-only.yaml", "spec/slo/availability", 140),
    ("tenant/v1alpha1/examples/valid-dev-only.yaml", "spec/dr/rpo", "soon"),
    ("tenant/v1alpha1/examples/valid-dev-only.yaml", "spec/dr/required_testcases", []),
    ("tenant-policies/v1alpha1/template.yaml", "spec/allowed_consumers", ["mainframe"]),
    ("tenant-policies/v1alpha1/template.yaml", "spec/allowed_variants/database", ["ring"]),
    ("tenant-policies/v1alpha1/template.yaml", "spec/execute_guards/require_reason", False),
    ("tenant-quotas/v1alpha1/template.yaml", "spec/mainframe", {"instances": 1}),
    ("tenant-endpoints/v1alpha1/template.yaml", "spec/endpoints/0/port", 70000),
    ("tenant-endpoints/v1alpha1/template.yaml", "spec/endpoints/0/port", 0),
    ("tenant-networks/v1alpha1/template.yaml", "spec/segments", []),
    ("tenant-consumer-binding/v1alpha1/template.yaml", "spec/ha_ready", False),
    ("tenant-consumer-binding/v1alpha1/template.yaml", "spec/dr_testcases", []),
    ("tenant-dr-testcases/v1alpha1/template.yaml", "testcases/0/mode", "live"),
]
# The first words of an invalid example's name, and the JSON Schema keyword that must refuse it.
DEFECTS = {
    "required": "required",
    "type": "type",
    "bool": "type",
    "enum": "enum",
    "const": "const",
    "minimum": "minimum",
    "unknown-key": "additionalProperties",
    "nested-spec": "additionalProperties",
    "two-lists": "maxProperties",
    "empty-mapping": "minProperties",
}


def _name(path: Path) -> str:
    return str(path.relative_to(CONTRACTS))


def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


def _validator(path: Path) -> Validator:
    schema = _schema(path)
    # An empty registry: a reference that leaves the file is an error, never a download.
    return validator_for(schema)(schema, registry=Registry())


def _validator_of(example: Path) -> Validator:
    folder = example.parent if example.name == "template.yaml" else example.parent.parent
    return _validator(folder / "schema.json")


def _document(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _subschemas(schema: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(schema, dict):
        return
    yield at, schema
    for keyword in ONE_SCHEMA & schema.keys():
        yield from _subschemas(schema[keyword], f"{at}/{keyword}")
    for keyword in NAMED_SCHEMAS & schema.keys():
        for name, child in schema[keyword].items():
            yield from _subschemas(child, f"{at}/{keyword}/{name}")


def _resolve(schema: dict[str, Any], reference: str) -> Any:
    node: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_a_schema_is_valid_against_its_metaschema(path: Path) -> None:
    """Both drafts are in use, and each schema says which one it is written in."""
    schema = _schema(path)
    assert schema["$schema"] in DRAFTS
    validator_for(schema).check_schema(schema)


def test_both_drafts_are_exercised() -> None:
    """A reader that only knows one draft cannot pass these contracts."""
    assert {_schema(path)["$schema"] for path in SCHEMAS} == DRAFTS


def test_no_two_schemas_share_an_id() -> None:
    """Results are cached by schema; an id names one."""
    ids = [_schema(path)["$id"] for path in SCHEMAS]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_a_schema_is_identified_by_its_place(path: Path) -> None:
    """The id holds the contract's kind and version, as the folders do."""
    kind, version, _ = path.relative_to(CONTRACTS).parts
    assert _schema(path)["$id"] == f"urn:samakia-policy:contract:{kind}:{version}"


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_a_schema_uses_known_keywords_only(path: Path) -> None:
    """A misspelt keyword would be ignored in silence."""
    known = PLAIN | LIMITS | NAMED_SCHEMAS | ONE_SCHEMA
    unknown = {at: sorted(node.keys() - known) for at, node in _subschemas(_schema(path))}
    assert {at: words for at, words in unknown.items() if words} == {}


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_a_reference_stays_within_its_schema(path: Path) -> None:
    """Nothing is fetched, and no reference dangles."""
    schema = _schema(path)
    for at, node in _subschemas(schema):
        if "$ref" in node:
            assert node["$ref"].startswith("#/"), at
            assert isinstance(_resolve(schema, node["$ref"]), dict), at


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_every_property_is_described(path: Path) -> None:
    """Descriptions become the documentation of the contract; a reference may carry it."""
    schema = _schema(path)
    assert {"title", "description"} <= schema.keys()
    for at, node in _subschemas(schema):
        if at.split("/")[-2:-1] in (["properties"], ["$defs"], ["definitions"]):
            target = _resolve(schema, node["$ref"]) if "$ref" in node else {}
            assert node.get("description") or target.get("description"), at


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_a_contract_has_template_and_examples(path: Path) -> None:
    """A contract without an example of each sort shows nothing."""
    assert (path.parent / "template.yaml").is_file()
    assert list(path.parent.glob("examples/valid-*.yaml"))
    assert list(path.parent.glob("examples/invalid-*.yaml"))


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_a_valid_example_or_template_validates(path: Path) -> None:
    """What people copy is right."""
    errors = [error.message for error in _validator_of(path).iter_errors(_document(path))]
    assert errors == []


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_an_invalid_example_is_refused_for_the_reason_in_its_name(path: Path) -> None:
    """The name says what is broken, and the keyword that refuses it is the right one."""
    name = path.stem.removeprefix("invalid-")
    reason = next(keyword for word, keyword in DEFECTS.items() if name.startswith(word))
    keywords = {error.validator for error in _validator_of(path).iter_errors(_document(path))}
    assert reason in keywords
    if name != "nested-spec":
        assert keywords == {reason}


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_an_invalid_example_opens_with_what_is_wrong(path: Path) -> None:
    """The first line is a comment for the reader."""
    assert path.read_text("utf-8").startswith("# Invalid: ")


@pytest.mark.parametrize(("example", "place", "value"), LEFT_TO_RULES)
def test_what_a_rule_judges_passes_the_schema(example: str, place: str, value: object) -> None:
    """One defect gives one finding."""
    document = _document(CONTRACTS / example)
    *parents, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    node = document
    for step in parents:
        node = node[step]
    node[last] = value
    assert list(_validator_of(CONTRACTS / example).iter_errors(document)) == []


@pytest.mark.parametrize("word", ["required", "type", "bool", "enum", "minimum", "unknown-key"])
def test_each_sort_of_defect_has_an_example(word: str) -> None:
    """Every sort of fault the readers must report is shown at least once."""
    assert [path for path in INVALID if path.stem.startswith(f"invalid-{word}")]
