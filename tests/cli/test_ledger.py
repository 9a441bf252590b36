"""`policy ledger`, as auditors, writers and witnesses run it."""

from __future__ import annotations

import base64
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.trusted import present
from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger.events import Event, event
from samakia_policy.evidence.ledger.log import Log
from samakia_policy.evidence.ledger.note import LOG, NoteKey, parse_vkey
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import ED25519, generate
from samakia_policy.evidence.signing.keystore import open_private
from samakia_policy.evidence.trust.model import FORMAT, PAYLOAD_TYPE

Policy = Callable[..., Any]
ORIGIN = "ledger.example/fabric"
ANN, BOB = "a" * 64, "b" * 64


class World:
    """A user with keys, a ledger, and what `policy ledger` says about it."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.run_policy, self.folder = policy, folder
        self.ledger = folder / "ledger"
        self.key = self.new_key("log")
        made = self.json("init", "--origin", ORIGIN, "--sign", self.key)
        self.log_key = made["log_key"]

    def new_key(self, name: str) -> str:
        said = self.run_policy("keys", "new", "--keys", self.folder / name, "-o", "json")
        keyid = json.loads(said.out)["keys"][0]["keyid"]
        return str(self.folder / name / f"{keyid}.pem")

    def run(self, action: str, *arguments: object, code: int = 0) -> Any:
        said = self.run_policy("ledger", action, "--ledger", self.ledger, *arguments)
        assert said.code == code, said.err + said.out
        return said

    def json(self, action: str, *arguments: object, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self.run(action, *arguments, "-o", "json", code=code).out))

    def check(self, action: str, *arguments: object, code: int = 0) -> dict[str, Any]:
        return self.json(action, "--log-key", self.log_key, *arguments, code=code)

    def append(self, *events: Event, ledger: Path | None = None) -> None:
        Log(str(ledger or self.ledger), ORIGIN, open_private(self.key)).append(events)

    def decide(self, count: int, first: int = 0, ledger: Path | None = None) -> None:
        self.append(*[decision(number) for number in range(first, first + count)], ledger=ledger)


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def make(kind: str, actor: str = ANN, **fields: Any) -> Event:
    return event(kind, at="2026-05-01T12:00:00Z", actor=actor, **fields)


def decision(number: int) -> Event:
    packet = f"sha256:{number:064x}"
    return make("decision", packet=packet, decision=digest("d"), outcome="deny", environment="samakia-prod")


@pytest.fixture
def world(policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    return World(policy, tmp_path)


def test_a_ledger_is_made_grows_and_verifies(world: World) -> None:
    first = world.check("verify")
    assert (first["checkpoint"]["size"], first["kinds"], first["remembered"]) == (0, {}, None)
    world.decide(3)
    world.append(make("consume", permit=digest("1")))
    found = world.check("verify")
    assert (found["verified"], found["kind"]) == (True, "LedgerVerification")
    assert found["kinds"] == {"consume": 1, "decision": 3}
    assert (found["checkpoint"]["origin"], found["checkpoint"]["size"]) == (ORIGIN, 4)
    assert found["remembered"] == first["checkpoint"]
    text = world.run("verify", "--log-key", world.log_key).out
    assert text.startswith(f"{ORIGIN}: 4 records verified, root sha256:")
    assert text.endswith("extends the 4 records that were remembered\n")


def test_what_is_seen_first_is_said_to_be(world: World) -> None:
    assert "first seen now" in world.run("verify", "--log-key", world.log_key).out


def test_init_prints_the_key_and_refuses_a_second_time(world: World, tmp_path: Path) -> None:
    said = world.run_policy(
        "ledger", "init", "--ledger", tmp_path / "two", "--origin", ORIGIN, "--sign", world.key
    )
    assert said.out.splitlines()[-1] == world.log_key
    assert world.json("init", "--origin", ORIGIN, "--sign", world.key, code=2)["code"] == "ledger-exists"


def test_the_key_may_be_in_a_file(world: World, tmp_path: Path) -> None:
    (tmp_path / "log.vkey").write_text(world.log_key + "\n")
    world.run("verify", "--log-key", tmp_path / "log.vkey")


def trust_root(path: Path, *ledgers: dict[str, Any]) -> Path:
    """Write a trust root of one person that names ledgers."""
    root = generate(ED25519)
    entry = {"alg": ED25519, "public": base64.b64encode(root.public.raw).decode(), "person": "ann"}
    entry |= {"custody": "software", "notBefore": "2020-01-01T00:00:00Z", "notAfter": "2099-01-01T00:00:00Z"}
    content = {
        "format": FORMAT,
        "version": 1,
        "issued": "2020-01-01T00:00:00Z",
        "expires": "2099-01-01T00:00:00Z",
        "persons": {"ann": {"name": "Ann", "org": "Example"}},
        "keys": {root.public.keyid: entry},
        "roles": {"root": {"keys": [root.public.keyid], "threshold": 1}},
        "ledgers": list(ledgers),
    }
    path.write_bytes(dsse.dump(dsse.make(PAYLOAD_TYPE, strict_json.canonical_line(content), [root])))
    return path


def test_the_trust_root_names_the_key_the_witnesses_and_the_quorum(world: World, tmp_path: Path) -> None:
    world.decide(2)
    sign = ["--name", "witness.example/w1", "--sign", world.new_key("w1")]
    witness = world.json("witness", "--show-key", *sign)["key"]
    own = {"origin": ORIGIN, "vkey": world.log_key, "witnesses": [witness], "quorum": 1}
    other_key = world.json("witness", "--show-key", "--name", "x", "--sign", world.new_key("x"))["key"]
    log = NoteKey("other.example/log", LOG, parse_vkey(other_key).public)
    other = {"origin": "other.example/log", "vkey": log.vkey}
    for trusted in (trust_root(tmp_path / "one", own), trust_root(tmp_path / "two", own, other)):
        shutil.rmtree(tmp_path / "state", ignore_errors=True)
        (world.ledger / "cosigned").unlink(missing_ok=True)
        given = ["--trust-root", trusted]
        assert world.json("verify", *given, code=5)["code"] == "ledger-quorum"
        world.json("witness", *sign, *given)
        assert world.json("verify", *given)["witnesses"] == ["witness.example/w1"]
        world.run("prove", 1, *given, "--cosigned", "--out", tmp_path / "proof")
        assert world.json("verify", *given, "--proof", tmp_path / "proof")["verified"]
        world.run("prove", "--request", 0, *given, "--out", tmp_path / "request")
        shutil.rmtree(tmp_path / "state")
        world.json("witness", *sign, *given, "--request", tmp_path / "request")


def test_a_trust_root_that_does_not_name_the_ledger_does_not_verify_it(world: World, tmp_path: Path) -> None:
    keys = [parse_vkey(world.log_key), NoteKey("b.example", LOG, generate(ED25519).public)]
    ledgers = [
        {"origin": f"{at}.example", "vkey": key._replace(name=f"{at}.example").vkey}
        for at, key in enumerate(keys)
    ]
    said = world.run("verify", "--trust-root", trust_root(tmp_path / "two", *ledgers), code=2)
    assert f"names no ledger '{ORIGIN}'" in said.err
    shutil.rmtree(tmp_path / "state")
    refused = world.json("verify", "--trust-root", trust_root(tmp_path / "one", ledgers[0]), code=5)
    assert refused["code"] in ("ledger-state-malformed", "checkpoint-origin")


def test_edits_are_refused_with_a_reason(world: World) -> None:
    world.decide(3)
    path = world.ledger / "tile/entries/000.p/3"
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"deny"', b'"allo"', 1))
    refused = world.check("verify", code=5)
    assert (refused["code"], refused["where"], refused["exit"]) == ("ledger-entry-edited", "record 0", 5)
    said = world.run("verify", "--log-key", world.log_key, code=5)
    assert "record 0: the record does not have its hash (ledger-entry-edited)" in said.err
    path.unlink()
    assert world.check("verify", code=5)["code"] == "ledger-truncated"
    assert world.check("show", code=5)["code"] == "ledger-truncated"


def test_a_ledger_that_was_put_back_whole_is_refused_by_who_remembers(world: World, tmp_path: Path) -> None:
    world.decide(3)
    shutil.copytree(world.ledger, tmp_path / "backup")
    (tmp_path / "old").write_bytes((world.ledger / "checkpoint").read_bytes())
    world.decide(2, 3)
    world.check("verify")
    (tmp_path / "newest").write_bytes((world.ledger / "checkpoint").read_bytes())
    shutil.rmtree(world.ledger)
    shutil.copytree(tmp_path / "backup", world.ledger)
    for action in ("verify", "show"):
        assert world.check(action, code=5)["code"] == "ledger-rolled-back"
    assert world.check("prove", 1, code=5)["code"] == "ledger-rolled-back"
    shutil.rmtree(tmp_path / "state")
    assert world.check("verify", "--since", tmp_path / "newest", code=5)["code"] == "ledger-rolled-back"
    world.check("verify", "--since", tmp_path / "old")


def test_a_fork_leaves_evidence_that_a_stranger_checks(world: World, tmp_path: Path) -> None:
    shutil.copytree(world.ledger, tmp_path / "other")
    world.decide(3)
    world.check("verify")
    world.decide(5, 100, tmp_path / "other")
    shutil.rmtree(world.ledger)
    (tmp_path / "other").rename(world.ledger)
    refused = world.check("verify", code=5)
    assert refused["code"] == "ledger-forked"
    evidence = refused["hint"].split(" proves it")[0]
    shutil.rmtree(world.ledger)
    shown = world.check("show", "--fork", evidence)
    assert (shown["proved"], shown["older"]["size"], shown["newer"]["size"]) == (True, 3, 5)
    assert "signed two histories" in world.run("show", "--log-key", world.log_key, "--fork", evidence).out
    Path(evidence).write_text(Path(evidence).read_text().replace('"LedgerFork"', '"Ledger"'))
    assert world.check("show", "--fork", evidence, code=5)["code"] == "ledger-fork-unproven"


def test_a_record_is_proved_and_its_proof_verified_without_the_ledger(world: World, tmp_path: Path) -> None:
    world.decide(5)
    world.run("prove", 3, "--log-key", world.log_key, "--out", tmp_path / "3.tlog-proof")
    printed = world.run("prove", 3, "--log-key", world.log_key)
    shape = world.check("prove", 3)
    assert shape["proof"] == (tmp_path / "3.tlog-proof").read_text()
    assert shape["entry"]["record"]["packet"] == f"sha256:{3:064x}"
    assert printed.code == 0
    shutil.rmtree(world.ledger)
    verified = world.check("verify", "--proof", tmp_path / "3.tlog-proof")
    assert (verified["verified"], verified["entry"]) == (True, shape["entry"])
    said = world.run("verify", "--log-key", world.log_key, "--proof", tmp_path / "3.tlog-proof").out
    assert f"record 3 of {ORIGIN}, among 5, verified" in said
    proof = tmp_path / "3.tlog-proof"
    proof.write_text(proof.read_text().replace("index 3", "index 2"))
    assert world.check("verify", "--proof", proof, code=5)["code"] == "ledger-proof-invalid"


def test_witnesses_cosign_and_a_quorum_is_asked_for(world: World, tmp_path: Path) -> None:
    world.decide(3)
    keys = []
    for number in (1, 2):
        sign = ["--name", f"witness.example/w{number}", "--sign", world.new_key(f"w{number}")]
        keys += ["--witness", world.json("witness", "--show-key", *sign)["key"]]
        if number == 1:
            made = world.check("witness", *sign)
            assert (made["checkpoint"]["size"], made["time"] <= present()) == (3, True)
            assert made["signature"].startswith("— witness.example/w1 ")
        else:
            assert world.check("verify", *keys, "--quorum", 1)["witnesses"] == ["witness.example/w1"]
            assert world.check("verify", *keys, code=5)["code"] == "ledger-quorum"
            assert world.check("prove", 1, "--cosigned", *keys, code=5)["code"] == "ledger-quorum"
            said = world.run("witness", "--log-key", world.log_key, *sign).out
            assert said.startswith("witness.example/w2 cosigned 3 records of ledger.example/fabric at 20")
    world.decide(1, 3)
    found = world.check("verify", *keys)
    assert (found["cosigned"]["size"], found["witnesses"]) == (
        3,
        ["witness.example/w1", "witness.example/w2"],
    )
    text = world.run("verify", "--log-key", world.log_key, *keys).out
    assert "cosigned at 3 records by witness.example/w1, witness.example/w2" in text
    proof = tmp_path / "1.tlog-proof"
    world.run("prove", 1, "--cosigned", "--log-key", world.log_key, *keys, "--out", proof)
    assert world.check("verify", "--proof", proof, *keys)["witnesses"] == found["witnesses"]
    world.run("prove", 3, "--log-key", world.log_key, "--out", proof)
    assert world.check("verify", "--proof", proof, *keys, code=5)["code"] == "ledger-quorum"


def test_a_proof_under_a_cosigned_checkpoint_needs_one(world: World) -> None:
    world.decide(1)
    assert world.check("prove", 0, "--cosigned", code=2)["code"] == "ledger-quorum"


def test_a_witness_may_write_elsewhere(world: World, tmp_path: Path) -> None:
    world.decide(1)
    before = (world.ledger / "checkpoint").read_bytes()
    sign = ["--name", "witness.example/w1", "--sign", world.new_key("w1")]
    world.check("witness", *sign, "--out", tmp_path / "cosigned")
    assert (world.ledger / "checkpoint").read_bytes() == before
    assert (tmp_path / "cosigned").read_bytes().startswith(before)


def test_a_witness_that_cannot_read_the_ledger_is_sent_a_request(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = tmp_path / "request"
    sign = ["--name", "witness.example/w1", "--sign", world.new_key("w1")]
    world.decide(3)
    world.run("prove", "--request", 0, "--log-key", world.log_key, "--out", request)
    assert request.read_text().startswith("old 0\n\n")
    assert world.check("witness", *sign, "--request", request)["signature"].startswith("— witness")
    world.decide(3, 3)
    world.run("prove", "--request", 1, "--log-key", world.log_key, "--out", request)
    refused = world.check("witness", *sign, "--request", request, code=5)
    assert (refused["code"], "--request 3" in refused["hint"]) == ("witness-conflict", True)
    world.run("prove", "--request", 3, "--log-key", world.log_key, "--out", request)

    class Input:
        buffer = io.BytesIO(request.read_bytes())

    monkeypatch.setattr(sys, "stdin", Input())
    answer = tmp_path / "answer"
    world.run("witness", "--log-key", world.log_key, *sign, "--request", "-", "--out", answer)
    assert answer.read_text().startswith("— witness.example/w1 ")


def test_records_are_shown(world: World) -> None:
    assert world.run("show", "--log-key", world.log_key).out == "no records\n"
    world.decide(30)
    world.append(make("consume", BOB, permit=digest("1")))
    lines = world.run("show", "--log-key", world.log_key, "--last", 2).out.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["29", "2026-05-01T12:00:00Z", "decision", ANN[:16]],
        ["30", "2026-05-01T12:00:00Z", "consume", BOB[:16]],
    ]

    def shown(*arguments: object) -> list[int]:
        return [entry["index"] for entry in world.check("show", *arguments)["entries"]]

    assert shown() == list(range(11, 31))
    assert shown("--from", 0, "--last", 3) == [0, 1, 2]
    assert shown("--from", 29) == [29, 30]
    assert shown("--from", -5, "--last", 1) == [0]
    assert shown("--last", 0) == shown("--last", -1) == []
    assert shown("--kind", "consume") == [30]
    assert shown("--kind", "consume", "--kind", "decision", "--last", 2) == [29, 30]
    assert shown("--about", f"sha256:{7:064x}") == [7]
    assert shown("--about", BOB, "--kind", "decision") == []
    assert shown("--about", ANN, "--from", 29) == [29]


def test_what_records_add_up_to_is_shown(world: World) -> None:
    statement = digest("5")
    world.append(
        make("hold-declare", hold="case-1", packet=digest("3"), statement=statement, review="2026-09-01"),
        make("key-revoke", key="c" * 64, reason="compromised", statement=statement),
        make("consume", permit=digest("1")),
        make(
            "break-glass",
            statement=statement,
            expires="2026-05-01T13:00:00Z",
            ratify_by="2026-05-02T12:00:00Z",
        ),
        make("trust-root-publish", version=1, digest=digest("7")),
    )

    def rows(view: str) -> list[dict[str, Any]]:
        return list(world.check("show", "--view", view)["rows"])

    assert rows("holds") == [
        {"hold": "case-1", "packet": digest("3"), "declared": 0, "review": "2026-09-01", "released": None}
    ]
    assert rows("revocations") == [{"key": "c" * 64, "at": 1}]
    assert rows("permits") == [{"permit": digest("1"), "at": 2}]
    assert [(row["at"], row["overdue"]) for row in rows("break-glass")] == [(3, True)]
    assert rows("trust-roots") == [{"at": 4, "version": 1, "digest": digest("7")}]
    said = world.run("show", "--log-key", world.log_key, "--view", "holds").out
    assert "hold=case-1" in said
    assert "released=null" in said


def test_an_empty_view_says_so(world: World) -> None:
    assert world.run("show", "--log-key", world.log_key, "--view", "holds").out == "no holds\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify"], "the key of the log is not named"),
        (["verify", "--witness", "x"], "--witness and --quorum go with --log-key"),
        (["verify", "--quorum", "1"], "--witness and --quorum go with --log-key"),
        (["prove", "--log-key", "{key}"], "name one of"),
        (["prove", "1", "--request", "1", "--log-key", "{key}"], "name one of"),
        (["verify", "--log-key", "{key}", "--since", "missing"], "missing: cannot be read"),
        (["verify", "--log-key", "{key}", "--proof", "missing"], "missing: cannot be read"),
        (["prove", "0", "--log-key", "{key}", "--out", "missing/file"], "cannot be written"),
        (["witness", "--name", "w", "--log-key", "{key}"], "0 keys are named"),
        (["verify", "--log-key", "{key}", "--since", "large"], "larger than"),
        (["verify", "--trust-root", "missing"], "missing"),
        (["verify", "--log-key", "gossip"], "'gossip' is not a verifier key"),
        (["verify", "--log-key", "{key}", "--quorum", "1"], "a quorum of 1 cannot be had of 0 witnesses"),
        (["show", "--log-key", "{key}", "--kind", "gossip"], "there is no kind 'gossip' of records"),
        (["prove", "1", "--log-key", "{key}"], "there is no record 1: the log has 1"),
        (["prove", "--request", "2", "--log-key", "{key}"], "there is no size 2: the log has 1"),
    ],
)
def test_wrong_usage_is_told(world: World, tmp_path: Path, arguments: list[str], said: str) -> None:
    world.decide(1)
    (tmp_path / "large").write_bytes(bytes((1 << 20) + 1))
    given = [word.replace("{key}", world.log_key) for word in arguments]
    assert said in world.run(*given, code=2).err


def test_a_ledger_must_be_named_and_be_one(world: World, tmp_path: Path) -> None:
    said = world.run_policy("ledger", "verify", "--log-key", world.log_key)
    assert (said.code, "no ledger is named" in said.err) == (2, True)
    said = world.run_policy(
        "ledger", "verify", "--log-key", world.log_key, "--ledger", tmp_path / "none", "-o", "json"
    )
    assert (said.code, json.loads(said.out)["code"]) == (2, "ledger-missing")
    (tmp_path / "none").mkdir()
    assert world.check("verify", "--ledger", tmp_path / "none", code=5)["code"] == "ledger-state-missing"


def test_the_ledger_may_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_LEDGER", str(world.ledger))
    assert world.run_policy("ledger", "verify", "--log-key", world.log_key).code == 0


def test_a_ledger_in_the_estate_is_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = world.check("verify", "--estate", tmp_path, code=2)
    assert said["code"] == "ledger-inside-estate"
    world.check("verify", "--estate", tmp_path / "log")
    (tmp_path / "link").symlink_to(world.ledger)
    estate = tmp_path / "estate"
    estate.mkdir()
    (estate / "within").symlink_to(world.ledger)
    said = world.run_policy(
        "ledger", "verify", "--ledger", estate / "within", "--log-key", world.log_key, "--estate", estate
    )
    assert said.code == 0, "where it really lies counts"
    (tmp_path / "policy.yaml").write_text("")
    assert world.check("verify", code=2)["code"] == "ledger-inside-estate"
    monkeypatch.chdir(tmp_path / "log")
    world.check("verify")


def test_names_in_records_cannot_reach_the_terminal(world: World) -> None:
    said = world.run_policy("ledger", "init", "--ledger", "x", "--origin", "a\x1b[31mb", "--sign", world.key)
    assert (said.code, "\x1b" in said.err + said.out) == (5, False)
