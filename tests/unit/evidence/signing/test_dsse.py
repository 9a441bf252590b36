"""Envelopes: the vector of the specification, another library on the other side, and broken texts."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.encodings import to_pem
from samakia_policy.evidence.signing.keys import ECDSA_P256, ED25519, generate, private_key

TYPE = "application/x.test"
ANN, BEN = generate(ED25519), generate(ECDSA_P256)
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as raised:
        dsse.parse(data)
    return raised.value.code


def test_the_vector_of_the_specification_verifies() -> None:
    """The "hello world" of protocol.md; its signature is r||s, which we turn into DER first."""
    secret = 97358161215184420915383655311931858321456579547487070936769975997791359926199
    key = private_key(ec.derive_private_key(secret, ec.SECP256R1()))
    point = ec.EllipticCurvePublicNumbers(
        46950820868899156662930047687818585632848591499744589407958293238635476079160,
        5640078356564379163099075877009565129882514886557779369047442380624545832820,
        ec.SECP256R1(),
    )
    assert key.secret.public_key().public_numbers() == point
    sig = base64.b64decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    pae = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    kind = "http://example.com/HelloWorld"
    assert pae == dsse.pae(kind, b"hello world")
    der = utils.encode_dss_signature(int.from_bytes(sig[:32], "big"), int.from_bytes(sig[32:], "big"))
    envelope = dsse.Envelope(kind, b"hello world", (dsse.Signature("", der),))
    assert dsse.verify(envelope, [key.public], payload_type=kind).payload == b"hello world"


def test_an_envelope_comes_back_and_names_who_signed() -> None:
    data = dsse.dump(dsse.make(TYPE, b"payload", [ANN, BEN]))
    verified = dsse.verify(dsse.parse(data), [BEN.public, ANN.public], payload_type=TYPE)
    assert verified.payload == b"payload"
    assert sorted([ANN.public.keyid, BEN.public.keyid]) == [key.keyid for key in verified.keys]
    assert data == dsse.dump(dsse.parse(data))


def test_the_payload_is_read_from_the_bytes_that_were_verified() -> None:
    envelope = dsse.make(TYPE, b'{"a":1}\n', [ANN])
    assert dsse.verify(envelope, [ANN.public], payload_type=TYPE).json() == {"a": 1}
    twice = dsse.make(TYPE, b'{"a":1,"a":2}', [ANN])
    with pytest.raises(Refusal, match=r"x\.json: an object has a key twice"):
        dsse.verify(twice, [ANN.public], payload_type=TYPE).json(where="x.json")


def test_a_signature_is_added_once() -> None:
    once = dsse.make(TYPE, b"p", [ANN])
    assert once == dsse.add_signature(once, ANN)
    assert len(dsse.add_signature(once, BEN).signatures) == 2


def test_a_false_signature_under_a_key_id_does_not_keep_its_key_from_signing() -> None:
    false = dsse.Envelope(TYPE, b"p", (dsse.Signature(ANN.public.keyid, b"false"),))
    signed = dsse.add_signature(false, ANN)
    assert (ANN.public,) == dsse.verify(signed, [ANN.public], payload_type=TYPE).keys


def test_both_forms_of_one_ecdsa_signature_count_once() -> None:
    envelope = dsse.make(TYPE, b"p", [BEN])
    r, s = utils.decode_dss_signature(envelope.signatures[0].value)
    other = dsse.Signature("other", utils.encode_dss_signature(r, ORDER_P256 - s))
    both = envelope._replace(signatures=(*envelope.signatures, other))
    assert (BEN.public,) == dsse.verify(both, [BEN.public, BEN.public], payload_type=TYPE).keys


def test_the_key_id_is_only_a_hint() -> None:
    signed = dsse.make(TYPE, b"p", [ANN])
    for hint in ("", "something else", BEN.public.keyid):
        changed = signed._replace(signatures=(dsse.Signature(hint, signed.signatures[0].value),))
        assert (ANN.public,) == dsse.verify(changed, [BEN.public, ANN.public], payload_type=TYPE).keys


def test_another_payload_type_is_refused() -> None:
    with pytest.raises(Refusal) as raised:
        dsse.verify(dsse.make(TYPE, b"p", [ANN]), [ANN.public], payload_type=dsse.IN_TOTO)
    assert raised.value.code == "envelope-payload-type"


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e._replace(payload=b"q"),
        lambda e: e._replace(signatures=()),
        lambda e: e._replace(signatures=(dsse.Signature("", e.signatures[0].value[:-1]),)),
    ],
)
def test_what_nobody_signed_is_refused(change) -> None:
    with pytest.raises(Refusal) as raised:
        dsse.verify(change(dsse.make(TYPE, b"p", [ANN])), [ANN.public], payload_type=TYPE, where="f")
    assert raised.value.code == "signature-invalid"
    assert str(raised.value) == "f: no signature is by a key that counts (signature-invalid)"


def test_a_signature_over_another_payload_type_does_not_count() -> None:
    signed = dsse.make("application/x.other", b"p", [ANN])._replace(payload_type=TYPE)
    with pytest.raises(Refusal):
        dsse.verify(signed, [ANN.public], payload_type=TYPE)


def test_broken_texts_are_refused() -> None:
    good = {"payloadType": TYPE, "payload": "cA==", "signatures": [{"keyid": "", "sig": "cA=="}]}

    def text(**changes: object) -> bytes:
        merged = {**good, **changes}
        return json.dumps({name: value for name, value in merged.items() if value is not None}).encode()

    malformed = [
        b"", b"[]", b"{", b"\xff", text()[:-1], text() + b"x", b"\xef\xbb\xbf" + text(),
        text(payload=None), text(payload=1), text(payload="cA"), text(payload="cA=\n="), text(payload="cB=="),
        text(payload="\u00e9"), text(payloadType=None), text(payloadType=""), text(payloadType=1),
        text(signatures=None), text(signatures=[]), text(signatures={}), text(signatures=[1]),
        text(signatures=[{"keyid": 1, "sig": "cA=="}]), text(signatures=[{"keyid": ""}]),
        text(signatures=[{"sig": ""}]), text(signatures=[{"sig": "A" * 4 * (dsse.MAX_SIGNATURE_BYTES // 2)}]),
        text()[:-1] + b',"payload":"cA=="}', text(extra=1.5), text(extra="e\u0301"),
    ]  # fmt: skip
    assert ["envelope-malformed"] * len(malformed) == [refused(data) for data in malformed]
    many = [{"sig": "cA=="}] * (dsse.MAX_SIGNATURES + 1)
    assert refused(text(signatures=many)) == "envelope-too-many-signatures"
    assert refused(b" " * (dsse.MAX_ENVELOPE_BYTES + 1)) == "envelope-too-large"


def test_members_that_dsse_does_not_name_are_ignored_and_both_base64_alphabets_are_read() -> None:
    data = {"payloadType": TYPE, "payload": "-_-_", "signatures": [{"sig": "+/+/", "x": 1}], "y": []}
    envelope = dsse.parse(json.dumps(data).encode())
    same = base64.b64decode("+/+/")
    assert dsse.Envelope(TYPE, same, (dsse.Signature("", same),)) == envelope
    data["payload"] = "-_+/"
    assert refused(json.dumps(data).encode()) == "envelope-malformed"


@given(st.data())
def test_a_flipped_bit_never_verifies_for_another_payload(data: st.DataObject) -> None:
    text = bytearray(dsse.dump(dsse.make(TYPE, b"the payload", [ANN])))
    at = data.draw(st.integers(0, len(text) * 8 - 1))
    text[at // 8] ^= 1 << at % 8
    try:
        verified = dsse.verify(dsse.parse(bytes(text)), [ANN.public], payload_type=TYPE)
    except Refusal:
        return
    assert verified.payload == b"the payload"


@given(st.lists(st.sampled_from([ANN, BEN]), max_size=3), st.data())
def test_taking_a_signature_or_key_away_never_adds_a_signer(signers: list, data: st.DataObject) -> None:
    envelope = dsse.make(TYPE, b"p", signers)
    keys = [ANN.public, BEN.public]

    def who(envelope: dsse.Envelope, keys: list) -> set[str]:
        try:
            return {key.keyid for key in dsse.verify(envelope, keys, payload_type=TYPE).keys}
        except Refusal:
            return set()

    kept = tuple(found for found in envelope.signatures if data.draw(st.booleans()))
    fewer = [key for key in keys if data.draw(st.booleans())]
    assert who(envelope._replace(signatures=kept), fewer) <= who(envelope, keys)


def test_another_library_reads_ours_and_we_read_its(tmp_path: Path) -> None:
    if os.environ.get("CI") != "true":
        pytest.importorskip("securesystemslib")
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner, SSlibKey

    for ours, scheme, kind in ((ANN, "ed25519", "ed25519"), (BEN, "ecdsa-sha2-nistp256", "ecdsa")):
        public = ours.public.raw.hex() if kind == "ed25519" else to_pem(ours.public).decode()
        theirs = SSlibKey(ours.public.keyid, kind, scheme, {"public": public})
        envelope = Envelope.from_dict(json.loads(dsse.dump(dsse.make(TYPE, b"payload", [ours]))))
        assert {ours.public.keyid: theirs} == envelope.verify([theirs], 1)
        made = Envelope(b"payload", TYPE, {})
        made.sign(CryptoSigner(ours.secret, theirs))
        read = dsse.parse(json.dumps(made.to_dict()).encode())
        assert (ours.public,) == dsse.verify(read, [ours.public], payload_type=TYPE).keys
