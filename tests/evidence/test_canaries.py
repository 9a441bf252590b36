"""Secrets that are planted in every input appear in no output, in no form."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from samakia_policy.cli.main import main

_CLEAN = Path(__file__).parents[2] / "fixtures" / "estates" / "canary-clean"
_CANARIES = {
    "contract-key": "kLq8/Zr4T-0vXe&pPq",
    "contract-comment": "w9Xe5Zr4T-0vTpQm",
    "contract-url": "Bb7tr4T0vXeQz",
    "plan-sensitive": "Nn3sQx/r4T0vX+e7",
    "plan-variable": "Hh4sQr4T0vXe7kkk",
    "parameter": "Jj5sQr4T0vXe7mmm",
}


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield quote(secret, safe="").encode()
    yield json.dumps(secret)[1:-1].encode()
    for offset in range(3):
        # The same bytes at each offset of a longer text in base64, without its uncertain ends.
        yield base64.b64encode(b"x" * offset + raw)[4:-4]
    yield gzip.compress(raw)[10:-8]
    yield zlib.compress(raw)[2:-4]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Return an estate and a plan with a secret in every place that is read."""
    estate = Path(shutil.copytree(_CLEAN, tmp_path / "estate"))
    quotas = next(estate.glob("contracts/tenants/ferry*/quotas.yml"))
    text = quotas.read_text(encoding="utf-8")
    quotas.write_text(f"{text}\npassword: {_CANARIES['contract-key']}\n", encoding="utf-8")
    tenant = next(estate.glob("contracts/tenants/ferry*/tenant.yml"))
    text = tenant.read_text(encoding="utf-8")
    url = f"postgres://admin:{_CANARIES['contract-url']}@db.internal/x"
    tenant.write_text(
        f"# password: {_CANARIES['contract-comment']}\n{text}\nnotes: {url}\n", encoding="utf-8"
    )
    resource = {
        "address": "terraform_data.db",
        "mode": "managed",
        "type": "terraform_data",
        "name": "db",
        "provider_name": "terraform.io/builtin/terraform",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": {"input": {"login": _CANARIES["plan-sensitive"]}},
            "after_unknown": {},
            "before_sensitive": False,
            "after_sensitive": {"input": {"login": True}},
        },
    }
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": {"db_password": {"value": _CANARIES["plan-variable"]}},
        "planned_values": {"root_module": {}},
        "resource_changes": [resource],
        "configuration": {"root_module": {"variables": {"db_password": {"sensitive": True}}}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    parameters = {"tenants/slo-range": {"password": _CANARIES["parameter"]}}
    (tmp_path / "parameters").write_text(json.dumps({"parameters": parameters}), encoding="utf-8")
    return estate


def test_no_secret_reaches_any_output(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("json", "table", "html", "csv", "oscal")
    outputs = [part for name in names for part in ("-o", f"{name}={tmp_path / f'out.{name}'}")]
    words = ["check", str(estate), "--plan", f"samakia-dev={tmp_path / 'plan.json'}", *outputs]
    assert main([*words, "--evidence", str(tmp_path / "evidence")]) in {1, 3}
    packet = next((tmp_path / "evidence" / "check" / "all").iterdir())
    redacted = json.loads((packet / "redactions.json").read_bytes())
    assert {row["rule"] for row in redacted} >= {"key:password", "url_userinfo"}
    main(["facts", "show", "tf_resource", str(estate), "--plan", f"samakia-dev={tmp_path / 'plan.json'}"])
    main(["facts", "show", "tenant", str(estate)])
    (estate / "policy.yaml").write_bytes((tmp_path / "parameters").read_bytes())
    main(words)
    main(["replay", str(packet)])
    main(["report", str(packet), "-o", "html"])
    said = capsys.readouterr()
    written = {"screen": (said.out + said.err).encode()}
    written |= {str(path): path.read_bytes() for path in tmp_path.glob("out.*")}
    written |= {str(path): path.read_bytes() for path in packet.rglob("*") if path.is_file()}
    for name, secret in _CANARIES.items():
        for form in _forms(secret):
            leaks = [where for where, data in written.items() if form in data]
            assert leaks == [], f"{name} as {form!r}"


def test_the_search_would_find_them(estate: Path) -> None:
    """What is searched for is found in the inputs: a test that cannot fail proves nothing."""
    text = next(estate.glob("contracts/tenants/ferry*/quotas.yml")).read_bytes()
    assert next(_forms(_CANARIES["contract-key"])) in text
    for form in list(_forms("secret-in-base64"))[4:7]:
        assert any(form in base64.b64encode(b"y" * n + b"secret-in-base64" + b"zzz") for n in range(3))
