"""Operands for generated calls of the built-ins for certificates: made anew, as both sides see the same."""

from __future__ import annotations

import datetime
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_OIDS = NameOID
_START, _END = datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.datetime(2050, 6, 1)
_ROOT = [(_OIDS.COUNTRY_NAME, "CH"), (_OIDS.ORGANIZATION_NAME, "One"), (_OIDS.ORGANIZATION_NAME, "Two")]
_LEAF = [(_OIDS.LOCALITY_NAME, "Züri"), (_OIDS.ORGANIZATIONAL_UNIT_NAME, "U"), (_OIDS.COMMON_NAME, "leaf")]
_LEAF += [(_OIDS.SERIAL_NUMBER, "77"), (_OIDS.POSTAL_CODE, "8000"), (_OIDS.EMAIL_ADDRESS, "a@b.c")]
_URI = "spiffe://user:pw@ex.com:80/a%2Fb?q=1#f"


def _name(parts: list[Any]) -> x509.Name:
    return x509.Name([x509.NameAttribute(*part) for part in parts])


def _certificate(subject: Any, issuer: Any, key: Any, serial: int, extensions: list[Any]) -> Any:
    made = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    made = made.public_key(key).serial_number(serial).not_valid_before(_START).not_valid_after(_END)
    for extension, critical in extensions:
        made = made.add_extension(extension, critical)
    return made


def _names() -> x509.SubjectAlternativeName:
    addresses = [x509.IPAddress(ip_address("10.0.0.1")), x509.IPAddress(ip_address("fe80::1"))]
    texts = [x509.DNSName("leaf.example.com"), x509.DNSName("*.x.y"), x509.RFC822Name("a@b.c")]
    return x509.SubjectAlternativeName([*texts, *addresses, x509.UniformResourceIdentifier(_URI)])


def _leaf_extensions(root: Any) -> list[Any]:
    uri = x509.UniformResourceIdentifier
    purposes = [
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        x509.ObjectIdentifier("1.2.3"),
    ]
    access = AuthorityInformationAccessOID
    services = [(access.OCSP, "http://ocsp.x"), (access.CA_ISSUERS, "http://ca.x")]
    described = [x509.AccessDescription(method, uri(text)) for method, text in services]
    return [
        (x509.BasicConstraints(False, None), True),
        (x509.KeyUsage(True, True, False, True, False, False, False, False, False), True),
        (x509.ExtendedKeyUsage(purposes), False),
        (_names(), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(root), False),
        (x509.AuthorityInformationAccess(described), False),
        (x509.CRLDistributionPoints([x509.DistributionPoint([uri("http://c")], None, None, None)]), False),
        (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]), False),
    ]


def _odd_extensions() -> list[Any]:
    permitted = [x509.DNSName("ok.com"), x509.IPAddress(ip_network("10.0.0.0/8")), x509.RFC822Name("x.com")]
    return [
        (x509.BasicConstraints(True, 2), True),
        (x509.NameConstraints(permitted, [x509.UniformResourceIdentifier("u.com")]), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.9.9"), b"\x04\x01a"), True),
        (x509.InhibitAnyPolicy(3), True),
        (x509.PolicyConstraints(1, 0), True),
    ]


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Return certificates, a request and keys as PEM."""
    root, leaf, odd = (
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        _edwards(),
    )
    signing = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    extensions = [(x509.BasicConstraints(True, None), True), (signing, True)]
    extensions += [(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), False)]
    below = _leaf_extensions(root.public_key())
    found = {
        "root": _certificate(_ROOT, _ROOT, root.public_key(), 10**22, extensions).sign(root, hashes.SHA256()),
        "leaf": _certificate(_LEAF, _ROOT, leaf.public_key(), 7, below).sign(root, hashes.SHA384()),
        "odd": _certificate(_LEAF, _LEAF, odd.public_key(), 8, _odd_extensions()).sign(odd, None),
        "request": _request().sign(leaf, hashes.SHA256()),
    }
    made = {name: item.public_bytes(Encoding.PEM).decode() for name, item in found.items()}
    old, new = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
    forms = {
        "rsa": (root, old),
        "rsa8": (root, new),
        "ec": (leaf, old),
        "ec8": (leaf, new),
        "ed8": (odd, new),
    }
    for name, (key, form) in forms.items():
        made[name] = key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    return made


def _edwards() -> Any:
    return ed25519.Ed25519PrivateKey.generate()


def _request() -> Any:
    made = x509.CertificateSigningRequestBuilder().subject_name(_name(_LEAF))
    return made.add_extension(x509.SubjectAlternativeName([x509.DNSName("d.e")]), False)


def _in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _der(text: str) -> str:
    return "".join(text.splitlines()[1:-1])


def certificates(source: Random) -> Any:
    """Return certificates in one of the forms that are read."""
    found = texts()
    chains = ["root", "leaf", "odd", "rsa", "root leaf", "root odd leaf", "leaf root", "root root"]
    chain = "".join(found[name] for name in source.choice(chains).split())
    forms = [chain, chain, _in_base64(chain), _der(found["leaf"]), "foo", _der(found["root"]) + "A"]
    return source.choice(forms)


def options(source: Random) -> Any:
    """Return options for verification."""
    made = {
        "DNSName": source.choice(["leaf.example.com", "x", "a.x.y", "10.0.0.1", "LEAF.example.com."]),
        "CurrentTime": source.choice([0, 1_700_000_000_000_000_000, 3_000_000_000_000_000_000]),
        "KeyUsages": source.choice([["KeyUsageAny"], ["KeyUsageClientAuth"], ["KeyUsageCodeSigning"], ["x"]]),
    }
    return {name: item for name, item in made.items() if source.random() < 0.5}


def request(source: Random) -> Any:
    """Return a certificate request."""
    found = texts()["request"]
    return source.choice([found, _in_base64(found), _der(found), "x", texts()["root"]])


def keys(source: Random) -> Any:
    """Return private keys."""
    found = texts()
    text = found[source.choice(["rsa", "rsa8", "ec", "ec8", "ed8"])]
    return source.choice([text, _in_base64(text), text + found["ec"], "nope"])


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    "crypto.x509.parse_certificates": lambda source: [certificates(source)],
    "crypto.x509.parse_certificate_request": lambda source: [request(source)],
    "crypto.x509.parse_and_verify_certificates_with_options": lambda source: [
        certificates(source),
        {"CurrentTime": 1_700_000_000_000_000_000, **options(source)},
    ],
    "crypto.parse_private_keys": lambda source: [keys(source)],
    "crypto.x509.parse_rsa_private_key": lambda source: [keys(source)],
}
