"""Every case of the corpus: what is changed of the honest packet, and the reason it must be refused for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from accepted import ACCEPTED, TWO, Case, accepted
from organisation import IDS, ORIGIN, content, entry, role, signed
from packets import (
    EXPIRES,
    MADE,
    NOW,
    PLAN,
    PROOF,
    STATEMENT,
    about_this,
    append,
    approval,
    both,
    cut,
    edit,
    edit_payload,
    envelope,
    flip,
    flip_signature,
    honest,
    link,
    logged,
    other_index,
    payload,
    say,
    seal,
    shape,
    sign,
    signed_without_encoding,
    write,
)

from samakia_policy.evidence import statement
from samakia_policy.evidence.packet.attestations import Scope
from samakia_policy.evidence.signing import dsse

_D = "0" * 64


def files() -> Iterator[Case]:
    """Cases about files: every one changed, gone, cut; everything that is no plain file."""
    for path in ("decision.json", "metadata.json", "engine.json", "packs.lock.json", "redactions.json",
                 "facts/graph.json", "facts/estate.json"):  # fmt: skip
        name = path.replace("/", "-").replace(".", "-")
        yield Case(f"file-changed-{name}", "file-digest", lambda p, f=path: flip(p / f))
        yield Case(f"file-gone-{name}", "file-missing", lambda p, f=path: (p / f).unlink())
        yield Case(f"file-cut-{name}", "file-digest", lambda p, f=path: cut(p / f))
        yield Case(f"file-longer-{name}", "file-digest", lambda p, f=path: append(p / f))
    for name, path in (("root", "more.json"), ("hidden", ".more"), ("facts", "facts/more.json"),
                       ("folder", "inputs/x"), ("legacy-ca", "tsa-ca.pem"), ("legacy-key", "signer-publickey.asc"),
                       ("marker", "DUAL_CONTROL_REQUIRED"), ("space", " "), ("unicode", "\u202egpj.exe")):  # fmt: skip
        yield Case(f"file-unlisted-{name}", "file-unlisted", write(path, b"x"))
    yield Case("node-symlink-file", "packet-node", lambda p: link(p, "decision.json"))
    yield Case("node-symlink-folder", "packet-node", lambda p: (p / "proofs").symlink_to("/etc"))
    yield Case(
        "node-symlink-inside", "packet-node", lambda p: (p / "attestations/x").symlink_to("../decision.json")
    )
    yield Case("node-hardlink", "packet-node", lambda p: os.link(p / "decision.json", p.parent / "hard"))
    yield Case("node-fifo", "packet-node", lambda p: os.mkfifo(p / "attestations" / "fifo"))
    yield Case("path-control", "packet-path", write("attestations/a\nb", b""))
    yield Case("path-backslash", "packet-path", write("attestations/a\\b", b""))
    yield Case("path-deep", "packet-path", write("attestations/" + "d/" * 17 + "x", b""))
    yield Case("path-case", "packet-case-clash", both(write("proofs/a", b""), write("proofs/A", b"")))


def manifests() -> Iterator[Case]:
    """Cases about the manifest itself."""
    lines = {
        "gone": None, "empty": b"", "no-newline": b"%s  ./a" % _D.encode(), "not-utf8": b"\xff\n",
        "upper-case": b"%s  ./a\n" % (b"A" * 64), "one-space": b"%s ./a\n" % _D.encode(),
        "short-digest": b"00  ./a\n", "binary-mark": b"%s *./a\n" % _D.encode(), "comment": b"# x\n",
        "blank-line": b"%s  ./a\n\n" % _D.encode(), "carriage-return": b"%s  ./a\r\n" % _D.encode(),
        "absolute": b"%s  .//etc/passwd\n" % _D.encode(), "parent": b"%s  ./../a\n" % _D.encode(),
        "dot": b"%s  ./a/./b\n" % _D.encode(), "bare": b"%s  a\n" % _D.encode(),
        "own-name": b"%s  ./manifest.sha256\n" % _D.encode(), "attestation": b"%s  ./attestations/x\n" % _D.encode(),
        "twice": b"%s  ./a\n%s  ./a\n" % (_D.encode(), _D.encode()),
        "unsorted": b"%s  ./b\n%s  ./a\n" % (_D.encode(), _D.encode()),
    }  # fmt: skip
    codes = {
        "gone": "manifest-missing", "absolute": "manifest-path", "parent": "manifest-path", "dot": "manifest-path",
        "bare": "manifest-path", "own-name": "manifest-path", "attestation": "manifest-path",
        "carriage-return": "manifest-path", "twice": "manifest-duplicate", "unsorted": "manifest-order",
    }  # fmt: skip
    for name, data in lines.items():
        change = (
            (lambda p: (p / "manifest.sha256").unlink()) if data is None else write("manifest.sha256", data)
        )
        yield Case(f"manifest-{name}", codes.get(name, "manifest-malformed"), change)
    yield Case(
        "manifest-of-another", "subject-digest", edit("metadata.json", b"check", b"chekc", sealed=True)
    )


def envelopes() -> Iterator[Case]:
    """Cases about the envelope and who signed it."""
    yield Case("envelope-gone", "attestation-missing", lambda p: (p / STATEMENT).unlink())
    malformed = {
        "empty": b"", "no-json": b"{", "list": b"[]", "null": b"null", "byte-order-mark": b"\xef\xbb\xbf{}",
        "not-a-number": b'{"payload":NaN}', "two-keys": b'{"payload":"","payload":""}', "deep": b"[" * 100_000,
        "lone-surrogate": b'{"a":"\\ud800"}', "float": b'{"a":1.5}', "huge-number": b'{"a":99999999999999999999}',
    }  # fmt: skip
    for name, data in malformed.items():
        yield Case(f"envelope-{name}", "envelope-malformed", write(STATEMENT, data))
    yield Case("envelope-too-large", "file-too-large", write(STATEMENT, b" " * ((4 << 20) + 1)))
    yield Case("envelope-no-payload", "envelope-malformed", envelope(lambda e: e.pop("payload") and None))
    yield Case("envelope-no-type", "envelope-malformed", envelope(lambda e: e.pop("payloadType") and None))
    yield Case("envelope-unsigned", "envelope-malformed", envelope(lambda e: e.update(signatures=[])))
    yield Case("envelope-no-list", "envelope-malformed", envelope(lambda e: e.update(signatures={})))
    yield Case(
        "envelope-empty-sig", "envelope-malformed", envelope(lambda e: e["signatures"][0].update(sig=""))
    )
    yield Case("envelope-bad-base64", "envelope-malformed", envelope(lambda e: e.update(payload="!")))
    yield Case("envelope-loose-base64", "envelope-malformed", envelope(lambda e: e.update(payload="QQ==\n")))
    many = envelope(lambda e: e.update(signatures=e["signatures"] * 65))
    yield Case("envelope-many-signatures", "envelope-too-many-signatures", many)
    other = envelope(lambda e: e.update(payloadType="application/json"))
    yield Case("envelope-other-type", "envelope-payload-type", other)
    yield Case("signature-by-nobody", "signature-invalid", lambda p: sign(p, payload(p), "mallory"))
    yield Case("signature-by-approver", "signature-invalid", lambda p: sign(p, payload(p), "ann"))
    yield Case("signature-claims-engine", "signature-invalid", both(
        lambda p: sign(p, payload(p), "mallory"),
        envelope(lambda e: e["signatures"][0].update(keyid=IDS["engine"])),
    ))  # fmt: skip
    yield Case("signature-of-another-type", "signature-invalid", both(
        lambda p: sign(p, payload(p), payload_type="text/plain"),
        envelope(lambda e: e.update(payloadType=dsse.IN_TOTO)),
    ))  # fmt: skip
    yield Case("signature-flipped", "signature-invalid", envelope(flip_signature))
    yield Case("signature-of-payload-alone", "signature-invalid", signed_without_encoding)
    yield Case("signature-moved", "signature-invalid", edit_payload)
    engine = {"roles": {**content()["roles"], "engine": role("engine2")}}
    yield Case("signature-by-former-engine", "signature-invalid", root=engine)
    none = {"roles": {name: found for name, found in content()["roles"].items() if name != "engine"}}
    yield Case("role-engine-gone", "role-empty", root=none)
    two = {"roles": {**content()["roles"], "engine": role("ann", "ann2", threshold=1)}}
    yield Case("role-engine-other", "signature-invalid", root=two)


def statements() -> Iterator[Case]:
    """Cases about what was signed: of another type, about something else, saying something else."""
    for name, kind in (("vsa", statement.VSA), ("svr", statement.SVR), ("approval", statement.APPROVAL),
                       ("permit", statement.PERMIT), ("waiver", statement.WAIVER), ("unknown", "https://x/v1")):  # fmt: skip
        yield Case(f"statement-is-{name}", "statement-type", shape(predicateType=kind))
    yield Case(
        "statement-other-form", "statement-malformed", shape(_type="https://in-toto.io/Statement/v0.1")
    )
    yield Case("statement-no-subject", "statement-malformed", shape(subject=None))
    yield Case("statement-empty-subject", "subject-digest", shape(subject=[]))
    yield Case("statement-subject-md5", "statement-malformed",
               shape(subject=[{"name": "manifest.sha256", "digest": {"md5": "0" * 32}}]))  # fmt: skip
    yield Case("statement-other-manifest", "subject-digest",
               shape(subject=[{"name": "manifest.sha256", "digest": {"sha256": _D}}]))  # fmt: skip
    yield Case("statement-no-predicate", "statement-malformed", shape(predicate=None))
    yield Case("statement-not-json", "json-malformed", lambda p: sign(p, b"allow\n"))
    for field, value in (("decisionId", "sha256:" + _D), ("decisionId", None), ("verdict", "DENY"),
                         ("effectiveTime", NOW), ("packLock", "sha256:" + _D), ("factsDigest", "sha256:" + _D),
                         ("results", {"resultsDigest": "sha256:" + _D}), ("results", {})):  # fmt: skip
        yield Case(
            f"statement-{field}-{'none' if not value else 'other'}",
            "statement-mismatch",
            say(**{field: value}),
        )
    yield Case("statement-no-scope", "statement-malformed", say(scope=None))
    yield Case("statement-no-request", "statement-malformed", say(request=[]))
    denied = edit("decision.json", b'"outcome":"allow"', b'"outcome":"deny"', sealed=True)
    yield Case("decision-edited", "subject-digest", denied)
    for name, data in (("list", b"[]\n"), ("other-kind", b'{"kind":"Permit"}\n')):
        change = both(write("decision.json", data), seal, about_this)
        yield Case(f"decision-{name}", "decision-malformed", change)
    pretty = both(write("decision.json", b'{ "kind": "Decision" }\n'), seal, about_this)
    yield Case("decision-not-canonical", "json-not-canonical", pretty)


def times() -> Iterator[Case]:
    """Cases about time: of decisions, keys and the trust root."""
    yield Case("decision-expired", "decision-expired", now="2026-03-02T12:00:00Z")
    yield Case("decision-long-expired", "decision-expired", now="2026-06-01T00:00:00Z")
    yield Case("decision-from-future", "decision-from-future", now="2026-03-01T11:58:59Z")
    yield Case("decision-not-before", "decision-from-future", say(notBefore="2026-03-01T14:00:00Z"))
    yield Case("decision-lives-too-long", "decision-ttl", say(expires="2026-03-02T12:00:01Z"))
    yield Case("decision-short-limit", "decision-ttl", root={"limits": {"decisionTtl": 3600}})
    for name in ("timeVerified", "notBefore", "expires"):
        yield Case(f"time-{name}-none", "statement-malformed", say(**{name: None}))
        yield Case(f"time-{name}-naive", "statement-malformed", say(**{name: "2026-03-01T12:00:00"}))
    for name, change, code in (
        ("expired", {"notAfter": "2026-02-01T00:00:00Z"}, "key-expired"),
        ("not-yet", {"notBefore": "2026-03-01T12:00:01Z"}, "key-not-yet-valid"),
        ("revoked", {"revoked": {"reason": "stolen", "at": "2026-03-01T18:00:00Z"}}, "key-revoked"),
        ("revoked-before", {"revoked": {"reason": "stolen", "at": "2026-02-01T00:00:00Z"}}, "key-revoked"),
    ):
        yield Case(
            f"key-{name}",
            code,
            root={"keys": {**content()["keys"], IDS["engine"]: entry("engine", **change)}},
        )
    yield Case("root-expired", "trust-root-expired", now="2027-01-01T00:00:00Z")
    yield Case("root-from-future", "trust-root-not-yet-valid", root={"issued": "2026-04-01T00:00:00Z"})


def roots() -> Iterator[Case]:
    """Cases about the trust root."""
    yield Case("root-unsigned", "trust-root-threshold", signers=())
    yield Case("root-one-signature", "trust-root-threshold", signers=("ann",))
    yield Case("root-one-person-twice", "trust-root-threshold", signers=("ann", "ann2"))
    yield Case("root-by-others", "trust-root-threshold", signers=("cat", "engine"))
    keys = content()["keys"]
    yield Case("root-other-keyid", "trust-root-keyid", root={"keys": {**keys, IDS["mallory"]: entry("ann")}})
    low = entry("engine", public="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    yield Case("root-low-order-key", "key-low-order", root={"keys": {**keys, IDS["engine"]: low}})
    yield Case("root-unknown-algorithm", "trust-root-malformed",
               root={"keys": {**keys, IDS["engine"]: entry("engine", alg="rsa")}})  # fmt: skip
    yield Case("root-key-of-nobody", "trust-root-malformed",
               root={"keys": {**keys, IDS["engine"]: entry("engine", person="nobody")}})  # fmt: skip
    roles = content()["roles"]
    yield Case("root-role-unknown-key", "trust-root-malformed",
               root={"roles": {**roles, "approver": {**role("ann"), "keys": [_D]}}})  # fmt: skip
    yield Case(
        "root-role-unknown", "trust-root-malformed", root={"roles": {**roles, "superuser": role("ann")}}
    )
    yield Case("root-no-root", "trust-root-malformed",
               root={"roles": {name: found for name, found in roles.items() if name != "root"}})  # fmt: skip
    yield Case("root-out-of-reach", "trust-root-unreachable",
               root={"roles": {**roles, "approver": role("ann", "ann2", threshold=2)}})  # fmt: skip
    yield Case("root-extra-member", "trust-root-malformed", root={"trustEverybody": True})
    yield Case("root-other-format", "trust-root-malformed", root={"format": "samakia.policy/trust-root/v2"})
    elsewhere = {"roles": {**roles, "engine": role("engine", env="samakia-prod")}}
    yield Case("engine-of-elsewhere", "signer-scope", root=elsewhere)
    tenant = {"roles": {**roles, "engine": role("engine", tenant="canary")}}
    yield Case("engine-of-another-tenant", "signer-scope", root=tenant)
    action = {"roles": {**roles, "engine": role("engine", action="terraform.plan")}}
    yield Case("engine-of-another-action", "signer-scope", root=action)
    pair = {"roles": {**roles, "engine": role("engine", "ann", threshold=2)}}
    yield Case("engine-too-few", "persons-too-few", root=pair)


def agreements() -> Iterator[Case]:
    """Cases about people: too few, the wrong ones, about something else."""
    short = "persons-too-few"
    two = {"dualControl": TWO}
    ann = approval("ann")
    yield Case("approvals-none", short, root=two)
    yield Case("approvals-one", short, ann, root=two)
    yield Case("approvals-one-copied", short, both(ann, approval("ann", "copy")), root=two)
    yield Case("approvals-one-person-two-keys", short, both(ann, approval("ann2")), root=two)
    yield Case("approvals-by-requester", short, both(ann, approval("cat")), root=two)
    yield Case("approvals-by-nobody", short, both(ann, approval("mallory")), root=two)
    yield Case("approvals-by-engine", short, both(ann, approval("engine")), root=two)
    engines = {**two, "roles": {**content()["roles"], "approver": role("ann", "engine", "ben")}}
    yield Case("approvals-by-engine-approver", short, both(ann, approval("engine")), root=engines)
    for name, change in (
        ("another-plan", {"plan": "sha256:" + _D}), ("no-plan", {"plan": ""}),
        ("other-results", {"results": "sha256:" + _D}), ("other-packs", {"packs": "sha256:" + _D}),
        ("another-environment", {"environment": "samakia-prod"}), ("another-tenant", {"tenant": "canary"}),
        ("another-action", {"action": "terraform.destroy"}), ("expired", {"expires": "2026-03-01T12:59:59Z"}),
        ("from-future", {"issued": "2026-03-01T13:00:01Z"}),
    ):  # fmt: skip
        yield Case(f"approvals-of-{name}", short, both(ann, approval("ben", **change)), root=two)
    text = write("attestations/approvals/ben.dsse.json", b"not a signature")
    yield Case("approvals-as-text", short, both(ann, text), root=two)
    expired = entry("ben", notAfter="2026-02-01T00:00:00Z")
    keys = {**two, "keys": {**content()["keys"], IDS["ben"]: expired}}
    yield Case("approvals-by-expired-key", short, both(ann, approval("ben")), root=keys)
    unknown = both(ann, approval("ben"))
    yield Case("approvals-requester-unknown", "requester-unknown", unknown, root=two, made={"requester": ""})
    removed = {"dualControl": [*TWO, {"match": {"env": "samakia-dev"}, "role": "approver", "persons": 3}]}
    yield Case("approvals-two-rules", short, both(ann, approval("ben")), root=removed)


def purposes() -> Iterator[Case]:
    """Cases about what the caller expects."""
    for name, value in (("environment", "samakia-prod"), ("tenant", "canary"), ("action", "terraform.destroy"),
                        ("plan", "sha256:" + _D), ("nonce", "n-2"), ("requester", "ann")):  # fmt: skip
        yield Case(f"expected-another-{name}", f"expected-{name}", expect=f"{name}={value}")
    yield Case(
        "expected-plan-and-there-is-none", "expected-plan", expect=f"plan={PLAN}", made={"artifacts": {}}
    )
    everywhere = Scope(action="terraform.apply")
    yield Case(
        "expected-environment-of-all",
        "expected-environment",
        expect="env=samakia-dev",
        made={"scope": everywhere},
    )


def ledgers(folder: Path) -> Iterator[Case]:
    """Cases about the ledger; `folder`: where their logs are made."""
    needed = {"dualControl": [{**TWO[0], "persons": 1, "ledger": True}]}
    ann = approval("ann")
    yield Case("ledger-proof-gone", "ledger-proof-missing", ann, root=needed)
    yield Case(
        "ledger-proof-text",
        "ledger-proof-malformed",
        both(ann, write(PROOF, b"logged, I promise\n")),
        root=needed,
    )
    yield Case(
        "ledger-other-log",
        "checkpoint-signature",
        both(ann, logged(folder / "1", key="otherlog")),
        root=needed,
    )
    other = both(ann, logged(folder / "2", packet="sha256:" + _D))
    yield Case("ledger-other-packet", "ledger-proof-other", other, root=needed)
    decision = both(ann, logged(folder / "3", decision="sha256:" + _D))
    yield Case("ledger-other-decision", "ledger-proof-other", decision, root=needed)
    flipped = both(ann, logged(folder / "4"), other_index)
    yield Case("ledger-other-index", "ledger-proof-invalid", flipped, root=needed)
    half = both(ann, logged(folder / "5"), lambda p: cut(p / PROOF))
    yield Case("ledger-proof-cut", "ledger-proof-malformed", half, root=needed)
    unlisted = {**needed, "ledgers": []}
    yield Case("ledger-nobody-trusts", "ledger-proof-missing", both(ann, logged(folder / "6")), root=unlisted)
    revoked = {"reason": "stolen", "at": "2026-02-01T00:00:00Z", "ledgerIndex": 2, "origin": ORIGIN}
    keys = {"keys": {**content()["keys"], IDS["engine"]: entry("engine", revoked=revoked)}}
    yield Case("ledger-logged-after-revocation", "key-revoked", logged(folder / "7", before=2), root=keys)
    yield Case("ledger-logged-before-revocation", ACCEPTED, logged(folder / "8", before=1), root=keys)
    yield Case("accept-logged", ACCEPTED, both(ann, logged(folder / "9")), root=needed)


def all_cases(folder: Path) -> list[Case]:
    """Return every case, by name; `folder`: where ledgers may be made."""
    groups = (files(), manifests(), envelopes(), statements(), times(), roots(), agreements(), purposes())
    found = [case for group in (*groups, ledgers(folder), accepted()) for case in group]
    return sorted(found, key=lambda case: case.name)


def trust_root(case: Case) -> tuple[bytes, str]:
    """Return the trust root of a case and its fingerprint."""
    return signed(content(**case.root), *case.signers)


def arguments(case: Case) -> dict[str, str]:
    """Return the flags of a case, as its file states them."""
    return {"as-of": case.now, **({"expect": case.expect} if case.expect else {})}


def describe(case: Case) -> str:
    """Return the answer of a case as its file states it."""
    return json.dumps({"answer": case.answer, **arguments(case)}, sort_keys=True, indent=2) + "\n"


__all__ = ["EXPIRES", "MADE", "Case", "all_cases", "describe", "honest", "trust_root"]
