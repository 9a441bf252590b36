"""A small organisation: an estate with a Terraform module, persons with keys, a trust root, a ledger."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main
from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger.log import create_log
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import ED25519, PrivateKey, generate
from samakia_policy.evidence.signing.keystore import add_private
from samakia_policy.evidence.trust.model import PAYLOAD_TYPE
from samakia_policy.model.canonical import digest

MODULE = """\
terraform {
  required_version = ">= 1.5"
  backend "local" { path = "%s" }
}
variable "label" {
  default = "host"
}
resource "terraform_data" "host" {
  count = 2
  input = { name = "${var.label}-${count.index}", port = 5432 }
}
check "named" {
  assert {
    condition     = alltrue([for host in terraform_data.host : host.input.name != ""])
    error_message = "every host has a name"
  }
}
"""
_CLEAN = Path(__file__).parents[2] / "fixtures" / "estates" / "canary-clean"
_ANYWHERE = {"env": "*", "tenant": "*", "action": "*"}
_NAMES = ("ann", "ben", "cat", "gate", "legal", "lead", "log", "mallory")


@dataclass
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def packet(self) -> Path:
        """The packet that it left."""
        lines = [line for line in self.err.splitlines() if line.startswith("evidence: ")]
        assert lines, self.err + self.out
        return Path(lines[-1].removeprefix("evidence: "))

    @property
    def guards(self) -> list[str]:
        """The guards that failed, of a refusal as JSON."""
        return [failed["guard"] for failed in json.loads(self.out)["failed_guards"]]


@dataclass
class Place:
    """Where everything lies, and who is who."""

    folder: Path
    terraform: str
    capsys: Any
    persons: dict[str, PrivateKey] = field(
        default_factory=lambda: {name: generate(ED25519) for name in _NAMES}
    )

    def __post_init__(self) -> None:
        for name, key in self.persons.items():
            add_private(str(self.folder / "keys" / name), key)
        self.estate.mkdir()
        shutil.copytree(
            Path(__file__).parents[2] / "fixtures/estates/canary-clean", self.estate, dirs_exist_ok=True
        )
        for env in ("samakia-dev", "samakia-staging", "samakia-prod"):
            module = self.module(env)
            module.mkdir(parents=True)
            state = self.folder / "state" / f"{env}.tfstate"
            (module / "main.tf").write_text(MODULE % state, encoding="utf-8")
        vkey = create_log(str(self.ledger), "example.org/ledger", self.persons["log"]).key.vkey
        self.root.write_bytes(self._trust_root(vkey))

    @property
    def estate(self) -> Path:
        """The checkout."""
        return self.folder / "estate"

    @property
    def ledger(self) -> Path:
        """The ledger's directory."""
        return self.folder / "ledger"

    @property
    def root(self) -> Path:
        """The trust root's file."""
        return self.folder / "trust-root.dsse.json"

    def module(self, env: str) -> Path:
        """The root module of an environment."""
        return self.estate / "terraform" / "envs" / env

    def plan(self, env: str = "samakia-dev", name: str = "plan.bin", *words: str) -> Path:
        """Make a saved plan, as an operator does."""
        saved = self.folder / name
        self.run(env, "init", "-input=false", "-no-color")
        self.run(env, "plan", "-input=false", "-no-color", f"-out={saved}", *words)
        return saved

    def run(self, env: str, *words: str) -> str:
        """Run terraform beside the product."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(
            [self.terraform, *words],
            cwd=self.module(env),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def policy(self, *words: object) -> Said:
        """Run a command of the product."""
        self.capsys.readouterr()
        code = main([str(word) for word in words])
        said = self.capsys.readouterr()
        return Said(code, said.out, said.err)

    def key(self, name: str) -> Path:
        """The private key of somebody."""
        return self.folder / "keys" / name / f"{self.persons[name].public.keyid}.pem"

    def ask(
        self, command: str, *words: object, env: str = "samakia-dev", who: str = "gate", **flags: object
    ) -> Said:
        """Run `policy gate` or `policy apply terraform.apply` with everything that it needs."""
        return self.policy(*self.words(command, *words, env=env, who=who, **flags))

    def words(
        self, command: str, *words: object, env: str = "samakia-dev", who: str = "gate", **flags: object
    ) -> list[str]:
        """Return the words of such a command."""
        given: dict[str, object] = {
            "reason": "two more hosts for the birds",
            "evidence": self.folder / "evidence",
            "trust-root": self.root,
            "ledger": self.ledger,
            "ledger-key": self.folder / "keys" / "log" / f"{self.persons['log'].public.keyid}.pem",
            "sign": self.folder / "keys" / who / f"{self.persons[who].public.keyid}.pem",
            "requester": "cat",
        }
        given |= {name.replace("_", "-"): value for name, value in flags.items()}
        pairs = [part for name, value in given.items() if value is not None for part in (f"--{name}", value)]
        return [str(word) for word in (command, "terraform.apply", self.estate, "--env", env, *pairs, *words)]

    def _trust_root(self, vkey: str) -> bytes:
        trusted = ("ann", "ben", "cat", "gate", "legal", "lead")
        ids = {name: self.persons[name].public.keyid for name in _NAMES}
        roles = {
            "root": {"keys": [ids["ann"]], "threshold": 1},
            "engine": {"keys": [ids["gate"]], "threshold": 1, "scopes": [_ANYWHERE]},
            "legal": {"keys": [ids["legal"]], "threshold": 1, "scopes": [_ANYWHERE]},
            "securityLead": {"keys": [ids["lead"]], "threshold": 1, "scopes": [_ANYWHERE]},
            "breakGlass": {"keys": [ids["gate"]], "threshold": 1, "scopes": [_ANYWHERE]},
            "waiver": {"keys": [ids["ann"]], "threshold": 1, "scopes": [_ANYWHERE]},
            "approver": {"keys": [ids["ann"], ids["ben"], ids["cat"]], "threshold": 1, "scopes": [_ANYWHERE]},
        }
        content = {
            "format": "samakia.policy/trust-root/v1",
            "version": 1,
            "issued": "2026-01-01T00:00:00Z",
            "expires": "2036-01-01T00:00:00Z",
            "persons": {name: {"name": name, "org": "Example"} for name in trusted},
            "keys": {ids[name]: self._entry(name) for name in trusted},
            "roles": roles,
            "ledgers": [{"origin": "example.org/ledger", "vkey": vkey, "witnesses": [], "quorum": 0}],
        }
        payload = strict_json.canonical_line(content)
        os.environ["POLICY_TRUST_FINGERPRINT"] = digest(payload)
        return dsse.dump(dsse.make(PAYLOAD_TYPE, payload, [self.persons["ann"]]))

    def _entry(self, name: str) -> dict[str, str]:
        key = self.persons[name].public
        return {
            "alg": key.alg,
            "public": base64.b64encode(key.raw).decode(),
            "person": name,
            "custody": "software",
            "notBefore": "2025-01-01T00:00:00Z",
            "notAfter": "2036-01-01T00:00:00Z",
        }


@pytest.fixture
def place(
    terraform: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Place:
    """Return a small organisation, on a person's machine."""
    for name in ("CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "RUNNER_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POLICY_TRUST_FINGERPRINT", "")
    return Place(tmp_path, terraform, capsys)
