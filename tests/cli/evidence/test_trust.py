"""`policy trust`: begun, changed, signed by several persons, published, looked at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]
ISSUED, LATER = "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"


class Desk:
    """A desk where several persons work on one trust root, each with a folder of keys."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy, self.folder = policy, folder
        self.root = folder / "root.json"

    def run(self, *words: object, code: int = 0) -> str:
        """Run `policy ...`; returns its standard output, or the error where another code is expected."""
        said = self.policy(*words)
        assert said.code == code, said.out + said.err
        return str(said.err if code else said.out)

    def key(self, person: str, *words: object) -> str:
        """Make a key; returns its id."""
        out = self.run("keys", "new", "--keys", self.folder / person, "-o", "json", *words)
        return str(json.loads(out)["keys"][0]["keyid"])

    def public(self, person: str, keyid: str) -> Path:
        """Write the public part of a key."""
        path = self.folder / f"{person}.pem"
        path.write_text(self.run("keys", "export", keyid, "--keys", self.folder / person))
        return path

    def trust(self, action: str, *words: object, code: int = 0, at: str = LATER) -> str:
        """Run `policy trust ACTION [WHAT] FILE ...` at a time."""
        what, rest = ((), words) if action in ("init", "rotate") else (words[:1], words[1:])
        return self.run("trust", action, *what, self.root, *rest, "--as-of", at, code=code)

    def sign(self, person: str, keyid: str, *words: object, code: int = 0) -> str:
        """Sign the version in preparation."""
        return self.trust("rotate", "--keys", self.folder / person, "--sign", keyid, *words, code=code)

    def show(self, *words: object, code: int = 0) -> dict[str, Any]:
        """Return what `policy trust show` says."""
        said = self.policy("trust", "show", self.root, "-o", "json", *words)
        assert said.code == code, said.err
        return dict(json.loads(said.out))


@pytest.fixture
def desk(policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk without anything on it, which nobody takes for CI."""
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    return Desk(policy, tmp_path)


@pytest.fixture
def ann(desk: Desk) -> str:
    """Return the id of Ann's key; she alone has begun and published version 1."""
    keyid = desk.key("ann")
    words = ("--person", "ann=Ann Lee", "--key", f"ann={keyid}", "--org", "Example", "--expires", "365d")
    out = desk.trust("init", *words, "--keys", desk.folder / "ann", "--sign", keyid, at=ISSUED)
    assert out.splitlines()[-2:] == ["signed by ann; that is enough", "published"]
    return keyid


@pytest.fixture
def ben(desk: Desk, ann: str) -> str:
    """Return the id of Ben's key; with it he is to hold the role root together with Ann."""
    keyid = desk.key("ben", "--alg", "ecdsa-p256")
    desk.trust("add", "person", "ben", "--name", "Ben Roy", "--org", "Example")
    desk.trust("add", "key", desk.public("ben", keyid), "--person", "ben", "--role", "root")
    desk.trust("add", "role", "root", "--threshold", 2)
    return keyid


def test_one_person_begins_a_trust_root_in_one_step(desk: Desk, ann: str) -> None:
    shown = desk.show()
    assert (shown["version"], shown["signers"], shown["complete"]) == (1, ["ann"], True)
    assert shown["content"]["expires"] == "2027-01-01T00:00:00Z"
    assert not Path(f"{desk.root}.next").exists()


def test_two_persons_sign_one_after_another_and_the_second_publishes(desk: Desk, ann: str, ben: str) -> None:
    assert "needs 2 persons" in desk.sign("ann", ann)
    draft = desk.show("--draft")
    assert (draft["version"], draft["signers"], draft["complete"]) == (2, ["ann"], False)
    assert '+ /persons/ben/name "Ben Roy"' in draft["changes"]
    assert desk.show()["version"] == 1
    assert desk.sign("ben", ben).endswith("signed by ann, ben; that is enough\npublished\n")
    assert (desk.show()["version"], desk.show()["signers"]) == (2, ["ann", "ben"])
    assert json.loads(Path(f"{desk.root}.history/1.dsse.json").read_text())


def test_a_signature_may_wait_for_others_to_publish(desk: Desk, ann: str, ben: str) -> None:
    desk.sign("ann", ann)
    out = desk.sign("ben", ben, "--no-publish")
    assert "that is enough" in out
    assert "published" not in out
    assert desk.show()["version"] == 1
    assert "published" in desk.sign("ben", ben)


def test_ben_cannot_make_himself_a_root_person(desk: Desk, ann: str, ben: str) -> None:
    desk.trust("remove", "person", "ann", code=5)
    desk.trust("add", "role", "root", "--threshold", 1)
    desk.trust("remove", "role", "root", "--key", ann)
    out = desk.sign("ben", ben)
    assert "the role root of version 1 needs 1 persons" in out
    assert "published" not in out
    assert desk.show()["version"] == 1


def test_a_change_takes_signatures_away(desk: Desk, ann: str, ben: str) -> None:
    desk.sign("ann", ann)
    out = desk.trust("add", "person", "cat", "--name", "Cat", "--org", "Example")
    assert out.splitlines() == [
        '  + /persons/cat/name "Cat"',
        '  + /persons/cat/org "Example"',
        f"version 2 of {desk.root} is in preparation",
        "ann must sign it again",
    ]
    assert desk.show("--draft")["signers"] == []


def test_a_key_without_the_role_cannot_sign(desk: Desk, ann: str) -> None:
    other = desk.key("dan")
    desk.trust("rotate")
    assert "it holds no role root (trust-root-signer)" in desk.sign("dan", other, code=5)
    desk.trust(
        "add",
        "key",
        desk.public("dan", other),
        "--person",
        "ann",
        "--role",
        "root",
        "--not-before",
        "2026-04-01T00:00:00Z",
    )
    assert "key-not-yet-valid" in desk.sign("dan", other, code=5)


def test_a_plain_rotation_renews_the_life(desk: Desk, ann: str) -> None:
    assert "signed by nobody yet" in desk.trust("rotate")
    assert "published" in desk.sign("ann", ann)
    content = desk.show()["content"]
    assert (content["issued"], content["expires"]) == (LATER, "2027-03-01T00:00:00Z")


def test_an_end_may_be_given_with_the_signature(desk: Desk, ann: str) -> None:
    out = desk.sign("ann", ann, "--expires", "2026-12-24T00:00:00+01:00")
    assert "published" in out
    assert desk.show()["content"]["expires"] == "2026-12-23T23:00:00Z"


def test_a_version_in_preparation_may_be_dropped(desk: Desk, ann: str, ben: str) -> None:
    assert desk.trust("rotate", "--abandon") == "the version in preparation is dropped\n"
    assert "no version is in preparation" in desk.trust("rotate", "--abandon", code=2)
    assert "no version is in preparation" in desk.sign("ann", ann, code=2)
    assert "no version is in preparation" in desk.run("trust", "show", desk.root, "--draft", code=2)


def test_everything_can_be_added_and_removed(desk: Desk, ann: str, ben: str, policy: Policy) -> None:
    vkey = policy_vkey("ledger.example")
    desk.trust(
        "add",
        "role",
        "approver",
        "--key",
        ann[:12],
        "--key",
        ben[:12],
        "--scope",
        "env=*-prod,action=terraform.*",
    )
    desk.trust(
        "add", "role", "approver", "--scope", "env=*-prod,action=terraform.*", "--scope", "tenant=acme"
    )
    desk.trust(
        "add", "rule", "--role", "approver", "--match", "env=*-prod,severity=S3", "--tsa", "--in-ledger"
    )
    desk.trust("add", "rule", "--role", "approver", "--persons", 1, "--requester-counts")
    desk.trust("add", "ledger", vkey)
    desk.trust("add", "ledger", vkey)
    desk.trust("add", "pack", "phase-10-tenants", "--min-version", "1.2.0", "--key", ben[:12])
    for name, value in (("decision-ttl", 3600), ("waiver-max-days", 30), ("clock-skew", 5)):
        desk.trust("add", "limit", name, value)
    (desk.folder / "tsa.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    desk.trust("add", "tsa", "--root", desk.folder / "tsa.pem", "--leaf", "0" * 64, "--policy", "1.2.3")
    desk.trust(
        "add",
        "revocation",
        ben[:12],
        "--reason",
        "lost",
        "--position",
        7,
        "--origin",
        "ledger.example",
        code=5,
    )
    desk.trust("add", "role", "root", "--threshold", 1)
    desk.trust(
        "add", "revocation", ben[:12], "--reason", "lost", "--position", 7, "--origin", "ledger.example"
    )
    assert "revoked already" in desk.trust("add", "revocation", ben[:12], "--reason", "again", code=2)
    content = desk.show("--draft")["content"]
    assert content["roles"]["approver"]["scopes"] == [
        {"env": "*-prod", "tenant": "*", "action": "terraform.*"},
        {"env": "*", "tenant": "acme", "action": "*"},
    ]
    assert content["dualControl"][0] == {
        "match": {"env": "*-prod", "severity": "S3"}, "role": "approver", "persons": 2,
        "notRequester": True, "tsa": True, "ledger": True,
    }  # fmt: skip
    assert content["limits"] == {"decisionTtl": 3600, "waiverMaxDays": 30, "clockSkew": 5}
    assert content["packs"]["phase-10-tenants"] == {"minVersion": "1.2.0", "signers": [ben]}
    assert content["keys"][ben]["revoked"] == {
        "reason": "lost", "at": LATER, "ledgerIndex": 7, "origin": "ledger.example",
    }  # fmt: skip
    assert len(content["ledgers"]) == 1
    text = desk.run("trust", "show", desk.root, "--draft")
    for line in (
        "rule 1: env=*-prod severity=S3: 2 persons of approver, not the requester, tsa proof, ledger proof",
        "rule 2: everything: 1 persons of approver",
        "ledger ledger.example: 0 of 0 witnesses",
        "pack phase-10-tenants: 1.2.0 or later",
        "REVOKED from position 7: lost",
        "               env=* tenant=acme action=*",
    ):
        assert line in text
    desk.trust("remove", "rule", 1)
    desk.trust("remove", "role", "approver", "--key", ben)
    desk.trust("remove", "rule", 1)
    desk.trust("remove", "role", "approver")
    assert "not listed" in desk.trust("remove", "ledger", "ledger.example", code=5)
    desk.trust("remove", "key", ben[:12])
    desk.trust("remove", "ledger", "ledger.example")
    assert desk.show("--draft")["content"]["packs"]["phase-10-tenants"]["signers"] == []
    desk.trust("remove", "pack", "phase-10-tenants")
    desk.trust("remove", "person", "ben")
    left = desk.show("--draft")["content"]
    assert (set(left["persons"]), set(left["keys"]), set(left["roles"])) == ({"ann"}, {ann}, {"root"})
    assert (left["dualControl"], left["ledgers"], left["packs"]) == ([], [], {})


def policy_vkey(name: str) -> str:
    from samakia_policy.evidence.ledger.note import LOG, note_key
    from samakia_policy.evidence.signing.keys import ED25519, generate

    return note_key(name, LOG, generate(ED25519).public).vkey


def test_mistakes_are_told(desk: Desk, ann: str, ben: str) -> None:
    scope = ("add", "role", "approver", "--key", ann, "--scope")
    wrong = {
        ("init", "--person", "ann=A", "--org", "E"): "there is a trust root already",
        ("add", "key", desk.folder / "ben.pem", "--person", "ben"): "is listed already",
        ("add", "key", "0123456789", "--person", "ben"): "no key '0123456789'",
        ("add", "role", "boss"): "there is no role 'boss'",
        ("add", "role", "approver", "--key", "00"): "no listed key begins with '00'",
        ("add", "role", "approver", "--key", ""): "no listed key begins with ''",
        (*scope, "env"): "'env' is none of its parts",
        (*scope, "env=a,env=b"): "'env=b' is none of its parts",
        (*scope, "env="): "'env=' is none of its parts",
        (*scope, "severity=S3"): "'severity=S3' is none of its parts",
        ("add", "key", desk.folder / "none.pem", "--person", "ben"): "cannot be read",
        ("remove", "person", "zoe"): "there is no person 'zoe'",
        ("remove", "role", "waiver"): "there is no role 'waiver'",
        ("remove", "rule", "1"): "there is no '1' in dualControl",
        ("remove", "pack", "x"): "there is no 'x' in packs",
        ("rotate", "--expires", "soon"): "'soon' is no time",
        ("rotate", "--expires", "2027-01-01T00:00:00"): "has no offset",
    }
    for words, text in wrong.items():
        assert text in desk.trust(*words, code=2), words
    other = desk.folder / "other.json"
    for words, text in {
        ("--person", "ann", "--org", "E"): "'ann' is not ID=NAME",
        ("--person", "ann=A", "--org", "E", "--key", "ann="): "is not ID=KEY",
        ("--person", "ann=A", "--org", "E", "--key", "ann=0123456789"): "no key",
    }.items():
        assert text in desk.run("trust", "init", other, *words, code=2)
    assert "role root needs 1 persons" in desk.run(
        "trust", "init", other, "--person", "a=A", "--org", "E", code=5
    )
    desk.run("trust", "show", other, code=2)
    for action in (("rotate",), ("add", "person")):
        words = [other] if action == ("rotate",) else [other, "x", "--name", "X", "--org", "E"]
        assert "there is no trust root" in desk.run("trust", *action, *words, code=2)
    (desk.folder / "file").write_text("")
    words = ("--person", "ann=A", "--org", "E", "--keys", desk.folder / "ann", "--key", f"ann={ann}")
    assert "cannot be written" in desk.run("trust", "init", desk.folder / "file/root", *words, code=2)
    listing = ("trust", "add", "rule", desk.root, "--role", "root", "--persons", 1)
    assert desk.run(*listing).startswith("  + /dualControl")
    assert desk.run(*listing) == f"version 2 of {desk.root} is in preparation\n"


def test_what_is_not_signed_enough_is_shown_and_refused(desk: Desk, ann: str) -> None:
    envelope = json.loads(desk.root.read_text())
    envelope["signatures"] = []
    desk.root.write_text(json.dumps(envelope))
    shown = desk.show(code=5)
    assert (shown["complete"], shown["signers"]) == (False, [])
    assert "signed by nobody" in desk.policy("trust", "show", desk.root).out
    said = desk.policy("keys", "list", "--trust-root", desk.root, "-o", "json")
    assert (said.code, json.loads(said.out)["code"]) == (5, "trust-root-threshold")


def test_names_cannot_write_on_the_terminal(desk: Desk, ann: str) -> None:
    said = desk.policy("trust", "add", "person", desk.root, "eve", "--name", "\x1b[2J", "--org", "E")
    assert said.code == 5
    assert "\x1b" not in said.out + said.err
    desk.trust("add", "person", "eve", "--name", "a\u202eb", "--org", "E")
    assert "\u202e" not in desk.run("trust", "show", desk.root, "--draft")


def test_the_publisher_knows_it_and_a_stranger_in_ci_does_not(
    desk: Desk, ann: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listing = ("keys", "list", "--keys", desk.folder / "ann", "--trust-root", desk.root)
    monkeypatch.setenv("CI", "true")
    assert ann in desk.run(*listing)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "stranger"))
    assert "(trust-root-first-use)" in desk.run(*listing, code=5)
    assert "(trust-root-first-use)" in desk.run(*listing, code=5)
    pin = tmp_path / "pin"
    pin.write_text(desk.show()["fingerprint"] + "\n")
    monkeypatch.setenv("POLICY_TRUST_FINGERPRINT", str(pin))
    assert f"{ann}  ed25519     file     ann          root" in desk.run(*listing)
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("POLICY_TRUST_FINGERPRINT")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "third"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "(trust-root-first-use)" in desk.run(*listing, code=5)


def test_rotation_is_followed_and_rollback_refused(desk: Desk, ann: str, ben: str) -> None:
    old = desk.root.read_bytes()
    desk.sign("ann", ann)
    desk.sign("ben", ben)
    listing = ("keys", "list", "--keys", desk.folder / "ann", "--trust-root", desk.root)
    desk.run(*listing)
    desk.root.write_bytes(old)
    assert "(trust-root-rollback)" in desk.run(*listing, code=5)


def test_the_trust_root_is_named_by_the_users_configuration(
    desk: Desk, ann: str, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "config/samakia-policy").mkdir(parents=True)
    (tmp_path / "config/samakia-policy/config.yaml").write_text(
        f"trust_root: {desk.root}\nkeys: {desk.folder}/ann\n"
    )
    assert "ann          root" in desk.run("keys", "list")
    monkeypatch.setenv("POLICY_TRUST_ROOT", str(tmp_path / "none"))
    assert "trust-root-unreadable" in desk.run("keys", "list", code=2)


def test_people_with_openssh_and_gpg_keys_sign_too(
    desk: Desk, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cat's key stays with OpenSSH, Dan's with gpg; both sign version 2 and 3."""
    for name in ("ssh-keygen", "gpg"):
        if shutil.which(name) is None:
            assert os.environ.get("CI") != "true", f"CI must have {name}"
            pytest.skip(f"{name} is not installed")
    ssh = desk.folder / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ssh], check=True)
    (desk.folder / "gnupg").mkdir(0o700)
    monkeypatch.setenv("GNUPGHOME", str(desk.folder / "gnupg"))
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--faked-system-time", "20250101T000000!"]
    subprocess.run(
        [*make, "--quick-gen-key", "dan@example.org", "ed25519", "sign", "never"],
        check=True,
        capture_output=True,
    )
    cat = json.loads(desk.run("keys", "import", "--ssh", ssh, "--keys", desk.folder / "cat", "-o", "json"))[
        "keys"
    ][0]
    dan = json.loads(
        desk.run("keys", "import", "--gpg", "dan@example.org", "--keys", desk.folder / "dan", "-o", "json")
    )["keys"][0]
    certificate = desk.folder / "dan.asc"
    certificate.write_bytes(
        subprocess.run(
            ["gpg", "--armor", "--export", "dan@example.org"], check=True, capture_output=True
        ).stdout
    )
    for person in ("cat", "dan"):
        desk.trust("add", "person", person, "--name", person.title(), "--org", "Example")
    desk.trust(
        "add", "key", f"{ssh}.pub", "--ssh", "--person", "cat", "--role", "root", "--custody", "hardware"
    )
    desk.trust("add", "key", certificate, "--person", "dan", "--role", "root")
    desk.trust("add", "role", "root", "--threshold", 3)
    assert {cat["keyid"], dan["keyid"], ann} == set(desk.show("--draft")["content"]["keys"])
    desk.trust("rotate", "--expires", "3650d")
    desk.sign("cat", cat["keyid"])
    desk.sign("dan", dan["keyid"])
    assert "published" in desk.sign("ann", ann)
    assert desk.show()["signers"] == ["ann", "cat", "dan"]
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def test_a_signature_that_would_not_count_is_refused(
    desk: Desk, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate younger than the version cannot sign it."""
    if shutil.which("gpg") is None:
        assert os.environ.get("CI") != "true", "CI must have gpg"
        pytest.skip("gpg is not installed")
    (desk.folder / "gnupg").mkdir(0o700)
    monkeypatch.setenv("GNUPGHOME", str(desk.folder / "gnupg"))
    make = [
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "dan",
        "ed25519",
        "sign",
        "never",
    ]
    subprocess.run(
        [*make[:5], "--faked-system-time", "20260401T000000!", *make[5:]], check=True, capture_output=True
    )
    out = desk.run("keys", "import", "--gpg", "dan", "--keys", desk.folder / "dan", "-o", "json")
    dan = json.loads(out)["keys"][0]["keyid"]
    words = ("--person", "ann", "--role", "root", "--keys", desk.folder / "dan")
    desk.trust("add", "key", dan, *words, "--not-before", ISSUED)
    said = desk.sign("dan", dan, code=5)
    assert f"does not verify as of {LATER} (trust-root-signer)" in said
    assert desk.show("--draft")["signers"] == []
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def test_help_has_examples(policy: Policy) -> None:
    assert "policy trust rotate root.json --sign" in policy("trust", "--help").out
