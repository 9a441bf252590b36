"""Built-ins for certificates and private keys. They need the package cryptography."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

from samakia_policy.rego.builtins import private_keys, x509_fields
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.encodings import decode_base64
from samakia_policy.rego.builtins.jwt_keys import needs_cryptography, pem_block, pem_blocks
from samakia_policy.rego.builtins.operands import integer64, obj, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.builtins.x509_chains import Options, verified
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import Set, Value, pairs
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

_PEM = "-----BEGIN"
_REQUEST = "-----BEGIN CERTIFICATE REQUEST-----"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNVERIFIED: list[Value] = [False, []]
_PURPOSES = {
    name: number
    for number, name in enumerate(
        (
            "KeyUsageAny",
            "KeyUsageServerAuth",
            "KeyUsageClientAuth",
            "KeyUsageCodeSigning",
            "KeyUsageEmailProtection",
            "KeyUsageIPSECEndSystem",
            "KeyUsageIPSECTunnel",
            "KeyUsageIPSECUser",
            "KeyUsageTimeStamping",
            "KeyUsageOCSPSigning",
            "KeyUsageMicrosoftServerGatedCrypto",
            "KeyUsageNetscapeServerGatedCrypto",
            "KeyUsageMicrosoftCommercialCodeSigning",
            "KeyUsageMicrosoftKernelCodeSigning",
        )
    )
}


@builtin("crypto.x509.parse_certificates")
def parse_certificates(text: Value) -> list[Value]:
    """Return the certificates in PEM text, or in base64 of PEM or DER."""
    return [_extended(found) for found in _certificates(string(text, 1))]


def _extended(found: Any) -> dict[str, Any]:
    return {**x509_fields.certificate(found), "URIStrings": x509_fields.uri_strings(found)}


def _certificates(text: str) -> list[Any]:
    needs_cryptography()
    if text.startswith(_PEM):
        return _of_pem(text)
    data = decode_base64(text)
    return _of_pem(to_text(data)) if data.startswith(_PEM.encode()) else _of_der(data)


def _of_pem(text: str) -> list[Any]:
    data = bytearray()
    for block in pem_blocks(text):
        if block.kind != "CERTIFICATE":
            raise BuiltinFault(f"PEM block type is '{block.kind}', expected CERTIFICATE")
        data += block.data
    return _of_der(bytes(data))


def _of_der(data: bytes) -> list[Any]:
    from cryptography import x509

    found = []
    while data:
        size = _element(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                certificate = x509.load_der_x509_certificate(data[:size])
            x509_fields.certificate(certificate)
        except ValueError:
            raise BuiltinFault("x509: malformed certificate") from None
        found.append(certificate)
        data = data[size:]
    return found


def _element(data: bytes) -> int:
    """Return the length of the sequence at the start of DER, its head included; 0 if there is none."""
    if data[:1] != b"\x30" or len(data) < 2:  # noqa: PLR2004 - a tag and a length
        raise BuiltinFault("x509: malformed certificate")
    if data[1] < 0x80:  # noqa: PLR2004 - a length in one byte
        return 2 + data[1]
    more = data[1] & 0x7F
    return 2 + more + int.from_bytes(data[2 : 2 + more])


@builtin("crypto.x509.parse_and_verify_certificates", context=True)
def parse_and_verify(context: Context, text: Value) -> list[Value]:
    """Return whether the last certificate is vouched for by the first, and the chain between them."""
    chain = _chain(string(text, 1), Options(_now(context)))
    return _UNVERIFIED if chain is None else [True, [_extended(found) for found in chain]]


@builtin("crypto.x509.parse_and_verify_certificates_with_options", context=True)
def parse_and_verify_with_options(context: Context, text: Value, given: Value) -> list[Value]:
    """Return the same, for a name, purposes and a time."""
    certificates, chosen = string(text, 1), obj(given, 2)
    try:
        _certificates(certificates)
    except BuiltinFault:
        return _UNVERIFIED
    chain = _chain(certificates, _options(context, chosen))
    return _UNVERIFIED if chain is None else [True, [x509_fields.certificate(found) for found in chain]]


def _now(context: Context) -> datetime:
    return _EPOCH + timedelta(microseconds=context.now_ns // 1000)


def _chain(text: str, options: Options) -> list[Any] | None:
    try:
        found = _certificates(text)
    except BuiltinFault:
        return None
    return verified(found, options) if len(found) > 1 else None


def _options(context: Context, given: dict[Any, Value]) -> Options:
    time, name = _now(context), ""
    purposes: tuple[int, ...] = ()
    for key, value in pairs(given):
        if not isinstance(key, str):
            continue
        if key == "DNSName":
            if not isinstance(value, str):
                raise BuiltinFault("'DNSName' should be a string")
            name = value.strip('"')
        elif key == "CurrentTime":
            time = _EPOCH + timedelta(microseconds=_integer(value, key, "a valid int64 number") // 1000)
        elif key == "MaxConstraintComparisons":
            _integer(value, key, "a valid number")
        elif key == "KeyUsages":
            purposes = _purposes(value)
        else:
            raise BuiltinFault("invalid key option")
    return Options(time, name, purposes)


def _integer(value: Value, name: str, wanted: str) -> int:
    if type_name(value) != "number":
        raise BuiltinFault(f"'{name}' should be a number")
    try:
        return integer64(value, 2)
    except OperandFault:
        raise BuiltinFault(f"'{name}' should be {wanted}") from None


def _purposes(value: Value) -> tuple[int, ...]:
    if not isinstance(value, (list, Set)):
        raise BuiltinFault("'KeyUsages' should be an Array or Set")
    names = [name.strip('"') for name in value if isinstance(name, str)]
    unknown = [name for name in names if name not in _PURPOSES]
    if unknown:
        raise BuiltinFault(f"invalid entries for 'KeyUsages' found: [{' '.join(unknown)}]")
    return tuple(_PURPOSES[name] for name in names)


@builtin("crypto.x509.parse_certificate_request")
def parse_request(text: Value) -> dict[str, Any]:
    """Return a certificate signing request in PEM text, or in base64 of PEM or DER."""
    from cryptography import x509

    given = string(text, 1)
    needs_cryptography()
    data = to_bytes(given) if given.startswith(_REQUEST) else decode_base64(given)
    block = pem_block(to_text(data))
    if block is not None and block.kind != "CERTIFICATE REQUEST":
        raise BuiltinFault("invalid PEM-encoded certificate signing request")
    try:
        return x509_fields.request(x509.load_der_x509_csr(block.data if block else data))
    except ValueError as error:
        raise BuiltinFault(f"asn1: structure error: {error}") from None


@builtin("crypto.parse_private_keys")
def parse_private_keys(text: Value) -> list[Value] | None:
    """Return the private keys in PEM text, or in base64 of it."""
    given = string(text, 1)
    if not given:
        return None
    needs_cryptography()
    return [private_keys.as_object(key) for key in private_keys.all_keys(given)]


@builtin("crypto.x509.parse_rsa_private_key")
def parse_private_key(text: Value) -> dict[str, Any] | None:
    """Return the first private key as a JSON Web Key."""
    given = string(text, 1)
    if not given:
        raise BuiltinFault("input PEM data was empty")
    needs_cryptography()
    if not given.startswith(_PEM):
        given = to_text(decode_base64(given))
    found = private_keys.all_keys(given)
    return private_keys.as_web_key(found[0]) if found else None


@builtin("crypto.x509.parse_keypair")
def parse_keypair(certificates: Value, key: Value) -> dict[str, Any]:
    """Return certificates and the private key of the first."""
    needs_cryptography()
    found = _certificates(string(certificates, 1))
    if not found:
        raise BuiltinFault("tls: failed to find any PEM data in certificate input")
    keys = _pair_keys(_as_pem(string(key, 1)))
    made = [x509_fields.certificate(certificate) for certificate in found]
    if x509_fields.public_key(keys[0].public_key()) != made[0]["PublicKey"]:
        same = type(keys[0].public_key()) is type(found[0].public_key())
        detail = "does not match public key" if same else "type does not match public key type"
        raise BuiltinFault(f"tls: private key {detail}")
    return {
        "Certificate": [certificate["Raw"] for certificate in made],
        "Leaf": made[0],
        "OCSPStaple": None,
        "PrivateKey": private_keys.as_object(keys[0]),
        "SignedCertificateTimestamps": None,
        "SupportedSignatureAlgorithms": None,
    }


def _pair_keys(text: str) -> list[Any]:
    try:
        keys = private_keys.all_keys(text)
    except BuiltinFault:
        raise BuiltinFault("tls: failed to parse private key") from None
    if keys:
        return keys
    if pem_block(text):
        raise BuiltinFault("tls: found a certificate rather than a key in the PEM for the private key")
    raise BuiltinFault("tls: failed to find any PEM data in key input")


def _as_pem(text: str) -> str:
    if text.startswith(_PEM):
        return text
    data = decode_base64(text)
    if data.startswith(_PEM.encode()):
        return to_text(data)
    from base64 import b64encode

    return f"{_PEM} PRIVATE KEY-----\n{b64encode(data).decode()}\n-----END PRIVATE KEY-----\n"
