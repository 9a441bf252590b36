"""Certificates and requests as the objects that OPA makes of them: Go's fields, under Go's names."""

from __future__ import annotations

import warnings
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.builtins import url_parts

Object = dict[str, Any]
_ALGORITHMS = {
    "1.2.840.113549.1.1.2": 1,
    "1.2.840.113549.1.1.4": 2,
    "1.2.840.113549.1.1.5": 3,
    "1.2.840.113549.1.1.11": 4,
    "1.2.840.113549.1.1.12": 5,
    "1.2.840.113549.1.1.13": 6,
    "1.2.840.10040.4.3": 7,
    "2.16.840.1.101.3.4.3.2": 8,
    "1.2.840.10045.4.1": 9,
    "1.2.840.10045.4.3.2": 10,
    "1.2.840.10045.4.3.3": 11,
    "1.2.840.10045.4.3.4": 12,
    "1.3.101.112": 16,
}
_PSS = "1.2.840.113549.1.1.10"
_PSS_ALGORITHMS = {"sha256": 13, "sha384": 14, "sha512": 15}
PURPOSES = {
    "2.5.29.37.0": 0,
    "1.3.6.1.5.5.7.3.1": 1,
    "1.3.6.1.5.5.7.3.2": 2,
    "1.3.6.1.5.5.7.3.3": 3,
    "1.3.6.1.5.5.7.3.4": 4,
    "1.3.6.1.5.5.7.3.5": 5,
    "1.3.6.1.5.5.7.3.6": 6,
    "1.3.6.1.5.5.7.3.7": 7,
    "1.3.6.1.5.5.7.3.8": 8,
    "1.3.6.1.5.5.7.3.9": 9,
    "1.3.6.1.4.1.311.10.3.3": 10,
    "2.16.840.1.113730.4.1": 11,
    "1.3.6.1.4.1.311.2.1.22": 12,
    "1.3.6.1.4.1.311.61.1.1": 13,
}
"""Go's numbers of extended key usages, by object identifier."""
_HANDLED = {f"2.5.29.{number}" for number in (14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54)}
_HANDLED.add("1.3.6.1.5.5.7.1.1")
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
_NAMES = {
    6: "Country",
    10: "Organization",
    11: "OrganizationalUnit",
    7: "Locality",
    8: "Province",
    9: "StreetAddress",
    17: "PostalCode",
}


def certificate(found: Any) -> Object:
    """Return a certificate."""
    with warnings.catch_warnings():
        # Serial numbers that are not positive are no reason to stay silent about a certificate.
        warnings.simplefilter("ignore")
        return _certificate(found)


def _certificate(found: Any) -> Object:
    made = _common(found)
    made |= {
        "RawTBSCertificate": in_base64(found.tbs_certificate_bytes),
        "RawIssuer": in_base64(found.issuer.public_bytes()),
        "Version": found.version.value + 1,
        "SerialNumber": found.serial_number,
        "Issuer": _name(found.issuer),
        "NotBefore": f"{found.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
        "NotAfter": f"{found.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
    }
    made |= (
        _usage(found)
        | _basic(found)
        | _keys(found)
        | _services(found)
        | _policies(found)
        | _constraints(found)
    )
    extensions = list(found.extensions)
    unhandled = [ext for ext in extensions if ext.critical and ext.oid.dotted_string not in _HANDLED]
    made["UnhandledCriticalExtensions"] = [_numbers(ext.oid) for ext in unhandled] or None
    return made


def request(found: Any) -> Object:
    """Return a certificate signing request."""
    made = _common(found)
    extensions = [
        {"Type": _numbers(ext.oid), "Value": in_base64(ext.value.public_bytes())} for ext in found.extensions
    ]
    wanted = {"Type": [1, 2, 840, 113549, 1, 9, 14], "Value": [extensions]}
    made |= {
        "RawTBSCertificateRequest": in_base64(found.tbs_certrequest_bytes),
        "Version": 0,
        "Attributes": [wanted] if extensions else [],
    }
    return made


def _common(found: Any) -> Object:
    made = _alternatives(found)
    extensions = [
        {"Id": _numbers(ext.oid), "Critical": ext.critical, "Value": in_base64(ext.value.public_bytes())}
        for ext in found.extensions
    ]
    key = found.public_key()
    return made | {
        "Raw": in_base64(_der(found)),
        "RawSubject": in_base64(found.subject.public_bytes()),
        "RawSubjectPublicKeyInfo": in_base64(_key_info(key)),
        "Signature": in_base64(found.signature),
        "SignatureAlgorithm": _algorithm(found),
        "PublicKeyAlgorithm": _key_kind(key),
        "PublicKey": public_key(key),
        "Subject": _name(found.subject),
        "Extensions": extensions or None,
        "ExtraExtensions": None,
    }


def _der(found: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    data: bytes = found.public_bytes(Encoding.DER)
    return data


def _key_info(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    data: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


def in_base64(data: bytes) -> str:
    """Return bytes as Go's JSON has them."""
    return b64encode(data).decode()


def _numbers(identifier: Any) -> list[int]:
    return [int(part) for part in identifier.dotted_string.split(".")]


def _algorithm(found: Any) -> int:
    identifier = found.signature_algorithm_oid.dotted_string
    if identifier == _PSS:
        return _PSS_ALGORITHMS.get(found.signature_hash_algorithm.name, 0)
    return _ALGORITHMS.get(identifier, 0)


def _key_kind(key: Any) -> int:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

    kinds = ((rsa.RSAPublicKey, 1), (dsa.DSAPublicKey, 2), (ec.EllipticCurvePublicKey, 3))
    for kind, number in (*kinds, (ed25519.Ed25519PublicKey, 4)):
        if isinstance(key, kind):
            return number
    return 0


def public_key(key: Any) -> Any:
    """Return a public key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"N": numbers.n, "E": numbers.e}
    if isinstance(key, ec.EllipticCurvePublicKey):
        point = key.public_numbers()
        return {"Curve": {}, "X": point.x, "Y": point.y}
    return in_base64(key.public_bytes_raw()) if isinstance(key, ed25519.Ed25519PublicKey) else None


def _name(found: Any) -> Object:
    made: Object = dict.fromkeys(_NAMES.values())
    made |= {"CommonName": "", "SerialNumber": "", "ExtraNames": None, "Names": None}
    for attribute in found:
        numbers = _numbers(attribute.oid)
        made["Names"] = [*(made["Names"] or []), {"Type": numbers, "Value": attribute.value}]
        if numbers[:3] != [2, 5, 4]:
            continue
        if numbers[3] in _NAMES:
            field = _NAMES[numbers[3]]
            made[field] = [*(made[field] or []), attribute.value]
        elif numbers[3] in (3, 5):
            made["CommonName" if numbers[3] == 3 else "SerialNumber"] = attribute.value  # noqa: PLR2004
    return made


def extension(found: Any, name: str) -> Any:
    """Return an extension by the name of its class, or None."""
    from cryptography import x509

    try:
        return found.extensions.get_extension_for_class(getattr(x509, name))
    except x509.ExtensionNotFound:
        return None


def _alternatives(found: Any) -> Object:
    from cryptography import x509

    names = extension(found, "SubjectAlternativeName")

    def of(kind: Any) -> list[Any]:
        return list(names.value.get_values_for_type(kind)) if names else []

    uris = of(x509.UniformResourceIdentifier)
    return {
        "DNSNames": of(x509.DNSName) or None,
        "EmailAddresses": of(x509.RFC822Name) or None,
        "IPAddresses": [str(address) for address in of(x509.IPAddress)] or None,
        "URIs": [_uri(text) for text in uris] or None,
    }


def uri_strings(found: Any) -> list[str] | None:
    """Return the URIs among a certificate's names as text."""
    from cryptography import x509

    names = extension(found, "SubjectAlternativeName")
    return (names and names.value.get_values_for_type(x509.UniformResourceIdentifier)) or None


def _uri(text: str) -> Object:
    front, _, fragment = text.partition("#")
    parts = url_parts.parse(front)
    rest = front[len(parts.scheme) + 1 :] if parts.scheme else front
    opaque = rest.partition("?")[0] if parts.scheme and not rest.startswith("/") else ""
    decoded = url_parts.unescape(fragment, "fragment")
    return {
        "Scheme": parts.scheme,
        "Opaque": opaque,
        "User": {} if "@" in rest[2:].partition("/")[0] and rest.startswith("//") else None,
        "Host": parts.host,
        "Path": parts.path,
        "RawPath": parts.raw_path,
        "OmitHost": bool(parts.scheme) and rest.startswith("/") and not rest.startswith("//"),
        "ForceQuery": rest.endswith("?") and rest.count("?") == 1,
        "RawQuery": parts.query,
        "Fragment": decoded,
        "RawFragment": fragment if decoded != fragment else "",
    }


def _usage(found: Any) -> Object:
    usage, purposes = extension(found, "KeyUsage"), extension(found, "ExtendedKeyUsage")
    bits = 0
    if usage:
        bits = sum(1 << place for place, name in enumerate(_USAGES) if getattr(usage.value, name))
        if usage.value.key_agreement:
            bits |= usage.value.encipher_only << 7 | usage.value.decipher_only << 8
    listed = list(purposes.value) if purposes else []
    known = [PURPOSES[oid.dotted_string] for oid in listed if oid.dotted_string in PURPOSES]
    unknown = [_numbers(oid) for oid in listed if oid.dotted_string not in PURPOSES]
    return {"KeyUsage": bits, "ExtKeyUsage": known or None, "UnknownExtKeyUsage": unknown or None}


def _basic(found: Any) -> Object:
    basic = extension(found, "BasicConstraints")
    if basic is None:
        return {"BasicConstraintsValid": False, "IsCA": False, "MaxPathLen": 0, "MaxPathLenZero": False}
    length = -1 if basic.value.path_length is None else basic.value.path_length
    return {
        "BasicConstraintsValid": True,
        "IsCA": basic.value.ca,
        "MaxPathLen": length,
        "MaxPathLenZero": length == 0,
    }


def _keys(found: Any) -> Object:
    own, signer = extension(found, "SubjectKeyIdentifier"), extension(found, "AuthorityKeyIdentifier")
    identifier = signer.value.key_identifier if signer else None
    return {
        "SubjectKeyId": in_base64(own.value.digest) if own else None,
        "AuthorityKeyId": in_base64(identifier) if identifier is not None else None,
    }


def _services(found: Any) -> Object:
    access, lists = extension(found, "AuthorityInformationAccess"), extension(found, "CRLDistributionPoints")
    described = list(access.value) if access else []

    def of(method: str) -> list[str] | None:
        entries = [entry for entry in described if entry.access_method.dotted_string == method]
        return [entry.access_location.value for entry in entries] or None

    points = [name.value for point in lists.value for name in point.full_name or ()] if lists else []
    return {
        "OCSPServer": of("1.3.6.1.5.5.7.48.1"),
        "IssuingCertificateURL": of("1.3.6.1.5.5.7.48.2"),
        "CRLDistributionPoints": points or None,
    }


def _policies(found: Any) -> Object:
    policies, any_policy = extension(found, "CertificatePolicies"), extension(found, "InhibitAnyPolicy")
    limits = extension(found, "PolicyConstraints")
    identifiers = [policy.policy_identifier for policy in policies.value] if policies else []
    made: Object = {
        "Policies": [oid.dotted_string for oid in identifiers] or None,
        "PolicyIdentifiers": [_numbers(oid) for oid in identifiers] or None,
        "PolicyMappings": None,
    }
    values = {
        "InhibitAnyPolicy": any_policy.value.skip_certs if any_policy else None,
        "InhibitPolicyMapping": limits.value.inhibit_policy_mapping if limits else None,
        "RequireExplicitPolicy": limits.value.require_explicit_policy if limits else None,
    }
    for name, value in values.items():
        made |= {name: value or 0, f"{name}Zero": value == 0}
    return made


def _constraints(found: Any) -> Object:
    limits = extension(found, "NameConstraints")
    made: Object = {"PermittedDNSDomainsCritical": bool(limits and limits.critical)}
    sides = (("Permitted", "permitted_subtrees"), ("Excluded", "excluded_subtrees"))
    for side, attribute in sides:
        trees = (getattr(limits.value, attribute) if limits else None) or []
        made |= _subtrees(side, trees)
    return made


def _subtrees(side: str, trees: Iterable[Any]) -> Object:
    from cryptography import x509

    kinds: dict[Any, str] = {
        x509.DNSName: "DNSDomains",
        x509.RFC822Name: "EmailAddresses",
        x509.UniformResourceIdentifier: "URIDomains",
        x509.IPAddress: "IPRanges",
    }
    made: Object = {f"{side}{name}": None for name in kinds.values()}
    for tree in trees:
        name = kinds.get(type(tree))
        if name:
            value = tree.value
            if name == "IPRanges":
                value = {"IP": str(value.network_address), "Mask": in_base64(value.netmask.packed)}
            made[side + name] = [*(made[side + name] or []), value]
    return made
