"""A permit is good for exactly one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samakia_policy.gate.permit import Permit, Use, misuses, read_permit

_PERMIT = Permit(
    action="terraform.apply",
    environment="samakia-dev",
    tenant="birds",
    subjects={"plan": "sha256:aa"},
    results="sha256:re",
    decision="sha256:de",
    packs="sha256:pp",
    gate="sha256:ga",
    approvals=("sha256:a2", "sha256:a1"),
    requester="ada",
    reason="replace the broken disk",
    ledger="example.org/ledger",
    issued="2026-03-01T00:00:00Z",
    expires="2026-03-01T00:15:00Z",
    nonce="0" * 32,
)
_USE = Use(
    action="terraform.apply",
    environment="samakia-dev",
    tenant="birds",
    subjects={"plan": "sha256:aa"},
    packs="sha256:pp",
    results="sha256:re",
    ledger="example.org/ledger",
    as_of="2026-03-01T00:10:00Z",
)


def test_the_permitted_use_is_no_misuse() -> None:
    assert list(misuses(_PERMIT, _USE)) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"action": "terraform.destroy"}, "permit-action"),
        ({"environment": "samakia-prod"}, "permit-environment"),
        ({"tenant": "canary"}, "permit-tenant"),
        ({"subjects": {"plan": "sha256:bb"}}, "permit-subject"),
        ({"subjects": {}}, "permit-subject"),
        ({"subjects": {"plan": "sha256:aa", "state": "sha256:cc"}}, "permit-subject"),
        ({"packs": "sha256:other"}, "permit-packs"),
        ({"results": "sha256:other"}, "permit-results"),
        ({"ledger": "example.org/other"}, "permit-ledger"),
        ({"as_of": "2026-03-01T00:15:00Z"}, "permit-expired"),
        ({"as_of": "2026-02-28T23:59:59Z"}, "permit-not-yet"),
        ({"as_of": "now"}, "permit-expired"),
    ],
)
def test_every_other_use_has_a_reason_of_its_own(changed: dict[str, Any], code: str) -> None:
    assert [found for found, _ in misuses(_PERMIT, replace(_USE, **changed))] == [code]


def test_a_permit_without_subjects_permits_nothing() -> None:
    empty = replace(_PERMIT, subjects={})
    assert [code for code, _ in misuses(empty, replace(_USE, subjects={}))] == ["permit-subject"]


def test_reading_returns_what_was_written() -> None:
    assert read_permit(_PERMIT.to_json()) == replace(_PERMIT, approvals=("sha256:a1", "sha256:a2"))
    assert read_permit(replace(_PERMIT, tenant="").to_json()).tenant == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "Refusal"}, "not a permit"),
        ({"expires": None}, "missing"),
        ({"tenant": 3}, "missing"),
        ({"subjects": {"plan": 1}}, "digests by name"),
        ({"approvals": None}, "no list"),
        ({"break_glass": 0}, "break_glass"),
        ({"expires": "2027-03-01T00:15:00Z"}, "id"),
        ({"more": 1}, "id"),
    ],
)
def test_anything_else_is_no_permit(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_permit({**_PERMIT.to_json(), **changes})
    with pytest.raises(ValueError, match="not a permit"):
        read_permit([])
