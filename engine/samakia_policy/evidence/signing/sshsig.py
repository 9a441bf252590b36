"""SSH signatures (OpenSSH's PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes and `-Y verify` reads them.

Keys of type ssh-ed25519 and ecdsa-sha2-nistp256, and both as security keys (FIDO), whose signatures must show
that somebody touched the key.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import encodings
from samakia_policy.evidence.signing.keys import (
    ECDSA_P256,
    ED25519,
    PrivateKey,
    PublicKey,
    key_id,
    public_key,
)
from samakia_policy.evidence.signing.ssh_wire import Reader, number, pack

SSH = "ssh"
NAMESPACE = "samakia-policy"
"""The namespace of our signatures: one made for mail, Git or a file is none of ours."""
_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4, "big")
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_MALFORMED = "ssh-signature-malformed"
_ARMOR = re.compile(
    rb"\s*-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*"
)
_LINE = re.compile(rb"([a-z0-9@.-]+) ([A-Za-z0-9+/]+=*)(?: [^\r\n]*)?\r?\n?")
_TOUCHED = 0x01
_P256_NAME = b"nistp256"
_SECURITY_KEYS = {
    b"sk-ssh-ed25519@openssh.com": ED25519,
    b"sk-ecdsa-sha2-nistp256@openssh.com": ECDSA_P256,
}
_INNER = {ED25519: b"ssh-ed25519", ECDSA_P256: b"ecdsa-sha2-nistp256"}


class SshKey(NamedTuple):
    """A sound public key of OpenSSH; made by `ssh_key` and `load_ssh` only.

    `application` is what a security key signs for, empty for others.
    """

    blob: bytes
    type_name: bytes
    inner: PublicKey
    application: bytes = b""

    @property
    def alg(self) -> str:
        """Always "ssh"."""
        return SSH

    @property
    def keyid(self) -> str:
        """64 hex digits: sha256 over "ssh" and the key's binary form."""
        return key_id(SSH, self.blob)

    @property
    def materials(self) -> tuple[bytes, ...]:
        """The raw key, so that it is the same one under another kind."""
        return self.inner.materials

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature (binary, not armored) is this key's, in our namespace."""
        try:
            verify(self, message, signature, NAMESPACE)
        except Refusal:
            return False
        return True


class SshSigner(NamedTuple):
    """Signs as OpenSSH does with a private key in memory."""

    private: PrivateKey

    @property
    def public(self) -> SshKey:
        """The key that verifies."""
        return ssh_key(encodings.ssh_blob(self.private.public))

    def sign(self, message: bytes) -> bytes:
        """Return a binary SSH signature in our namespace."""
        return sign(self.private, message, NAMESPACE)


class OpenSshSigner(NamedTuple):
    """Signs with `ssh-keygen`, which asks the agent, the security key or the file for the private part."""

    public: SshKey
    path: str

    def sign(self, message: bytes) -> bytes:
        """Return a binary SSH signature in our namespace; raises InputError when there is none."""
        program = shutil.which("ssh-keygen")
        if program is None:
            raise InputError("this key signs with ssh-keygen, and there is none", hint="install OpenSSH")
        command = [program, "-Y", "sign", "-n", NAMESPACE, "-f", self.path]
        done = subprocess.run(command, input=message, capture_output=True, check=False)  # noqa: S603
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise InputError(f"ssh-keygen did not sign: {said[-1] if said else 'no reason given'}")
        signature = dearmor(done.stdout)
        verify(self.public, message, signature, NAMESPACE)
        return signature


def load_ssh(line: bytes) -> SshKey:
    """Return the key in a line of OpenSSH; raises Refusal `key-...`."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise Refusal("key-malformed", "the text is no public key of OpenSSH")
    key = ssh_key(encodings.base64_bytes(match[2], "key-malformed", "the OpenSSH key"))
    if key.type_name != match[1]:
        raise Refusal("key-malformed", "the line names another kind of key than it holds")
    return key


def ssh_key(blob: bytes) -> SshKey:
    """Return the key in SSH's binary form; raises Refusal `key-...`."""
    reader = Reader(blob, "key-malformed")
    name = reader.string()
    if name not in _SECURITY_KEYS:
        return SshKey(blob, name, encodings.from_ssh_blob(blob))
    alg = _SECURITY_KEYS[name]
    if alg == ECDSA_P256 and reader.string() != _P256_NAME:
        raise Refusal("key-curve", "the curve of the key is not the one its type names")
    inner, application = public_key(alg, reader.string()), reader.string()
    reader.end()
    return SshKey(blob, name, inner, application)


def line(key: SshKey) -> str:
    """Return the key as OpenSSH writes it, without a comment."""
    return f"{key.type_name.decode()} {base64.b64encode(key.blob).decode()}"


def sign(key: PrivateKey, message: bytes, namespace: str) -> bytes:
    """Return a binary SSH signature; raises Refusal for a key that OpenSSH does not have."""
    blob = encodings.ssh_blob(key.public)
    raw = key.sign(_signed(message, namespace, b"sha512"))
    if key.public.alg == ECDSA_P256:
        raw = _from_der(raw)
    signature = pack(_INNER[key.public.alg], raw)
    return _MAGIC + _VERSION + pack(blob, namespace.encode(), b"", b"sha512", signature)


def verify(key: SshKey, message: bytes, signature: bytes, namespace: str) -> None:
    """Refuse a binary SSH signature that is not this key's over this message in this namespace.

    Codes: `ssh-signature-malformed`, `ssh-key`, `ssh-namespace`, `ssh-not-touched`, `signature-invalid`.
    """
    reader = Reader(signature, _MALFORMED)
    if reader.take(len(_MAGIC)) != _MAGIC or reader.take(len(_VERSION)) != _VERSION:
        raise Refusal(_MALFORMED, "this is no SSH signature of version 1")
    if reader.string() != key.blob:
        raise Refusal("ssh-key", "the signature is by another key")
    if reader.string() != namespace.encode():
        raise Refusal("ssh-namespace", f"the signature was not made for the namespace {namespace!r}")
    reserved, hash_name, raw = reader.string(), reader.string(), reader.string()
    reader.end()
    if reserved or hash_name not in _HASHES:
        raise Refusal(_MALFORMED, "the signature uses an unknown hash or extension")
    if not _verify(key, _signed(message, namespace, hash_name), raw):
        raise Refusal("signature-invalid", "the signature is not over this message")


def armor(signature: bytes) -> bytes:
    """Return a binary SSH signature as text."""
    text = base64.b64encode(signature)
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])


def dearmor(text: bytes) -> bytes:
    """Return the binary SSH signature in a text; raises Refusal."""
    match = _ARMOR.fullmatch(text)
    if match is None:
        raise Refusal(_MALFORMED, "the text is not one SSH signature")
    return encodings.base64_bytes(re.sub(rb"\r?\n", b"", match[1]), _MALFORMED, "the SSH signature")


def _signed(message: bytes, namespace: str, hash_name: bytes) -> bytes:
    return _MAGIC + pack(namespace.encode(), b"", hash_name, _HASHES[hash_name](message).digest())


def _verify(key: SshKey, signed: bytes, raw: bytes) -> bool:
    reader = Reader(raw, _MALFORMED)
    if reader.string() != key.type_name:
        raise Refusal(_MALFORMED, "the signature names another algorithm than its key has")
    signature = reader.string()
    if key.type_name in _SECURITY_KEYS:
        flags, counter = reader.take(1), reader.take(4)
        if not flags[0] & _TOUCHED:
            raise Refusal("ssh-not-touched", "nobody touched the security key for this signature")
        signed = _digest(key.application) + flags + counter + _digest(signed)
    reader.end()
    return key.inner.verify(signed, _to_der(signature) if key.inner.alg == ECDSA_P256 else signature)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _to_der(signature: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    reader = Reader(signature, _MALFORMED)
    r, s = reader.integer(), reader.integer()
    reader.end()
    return encode_dss_signature(r, s)


def _from_der(signature: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    return pack(*map(number, decode_dss_signature(signature)))
