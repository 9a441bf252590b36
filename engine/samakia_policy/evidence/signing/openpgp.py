"""OpenPGP signatures, verified by the real gpg in an empty home that knows one certificate only.

The exit code of gpg says nothing (it is 0 for a revoked key): what counts are its status lines. A signature
is judged at a given time: a key that was valid then is valid, a revoked one never is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import openpgp_packets as packets
from samakia_policy.evidence.signing.keys import key_id

OPENPGP = "openpgp"
MAX_OPENPGP_SIGNATURES = 8
"""Signatures of one file."""
_BAD = {
    "REVKEYSIG": ("openpgp-key-revoked", "the key was revoked"),
    "EXPKEYSIG": ("openpgp-key-expired", "the key had expired"),
    "EXPSIG": ("openpgp-signature-expired", "the signature had expired"),
    "BADSIG": ("signature-invalid", "the signature is not over this message"),
    "ERRSIG": ("signature-invalid", "the signature cannot be checked with this certificate"),
}
_FLAGS = [
    "--batch", "--no-tty", "--no-options", "--no-autostart", "--disable-dirmngr", "--no-auto-key-locate",
    "--no-auto-key-retrieve", "--no-default-keyring", "--trust-model", "always", "--status-fd", "1",
]  # fmt: skip
_STRONG = {"8", "9", "10", "11"}  # SHA-256, SHA-384, SHA-512, SHA-224
_BINARY = "00"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SECONDS = 60


class Signed(NamedTuple):
    """Who signed and when the signature says it was made (UTC, which proves nothing)."""

    fingerprint: str
    created: str


class OpenPgpKey(NamedTuple):
    """One sound OpenPGP certificate; made by `openpgp_key` only.

    `at` is the time to judge the key at, RFC 3339 in UTC; without one nothing verifies. `until` is the latest
    time that a signature may claim, by default the same.
    """

    certificate: bytes
    primary: bytes
    materials: tuple[bytes, ...]
    at: str = ""
    until: str = ""

    @property
    def alg(self) -> str:
        """Always "openpgp"."""
        return OPENPGP

    @property
    def keyid(self) -> str:
        """64 hex digits: sha256 over "openpgp" and the primary key; new user ids or dates change nothing."""
        return key_id(OPENPGP, self.primary)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature was this certificate's at its time; raises InputError without gpg."""
        try:
            verify(self.certificate, message, signature, self.at, self.until)
        except Refusal:
            return False
        return True


class OpenPgpSigner(NamedTuple):
    """Signs with the person's own gpg and its agent."""

    public: OpenPgpKey
    fingerprint: str

    def sign(self, message: bytes) -> bytes:
        """Return a binary detached signature; raises InputError when gpg does not make one."""
        command = [
            _gpg(),
            "--no-tty",
            "--local-user",
            f"{self.fingerprint}!",
            "--output",
            "-",
            "--detach-sign",
        ]
        done = subprocess.run(command, input=message, capture_output=True, check=False)  # noqa: S603
        if done.returncode or not done.stdout:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise InputError(f"gpg did not sign: {said[-1] if said else 'no reason given'}", where="gpg")
        return done.stdout


def export_certificate(name: str) -> bytes:
    """Return the certificate that the person's own gpg has under a name; raises InputError."""
    command = [_gpg(), "--batch", "--no-tty", "--export-options", "export-minimal", "--export", "--", name]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    if done.returncode or not done.stdout:
        raise InputError(f"gpg has no key {name!r}", hint="gpg --list-secret-keys shows yours")
    return done.stdout


def openpgp_key(data: bytes, at: str = "") -> OpenPgpKey:
    """Return the key of one certificate, armored or not; raises Refusal `key-...`."""
    found = packets.binary(data, "key-malformed", b"PUBLIC KEY BLOCK")
    primary, materials = packets.certificate(found)
    return OpenPgpKey(found, primary, materials, at)


def verify(certificate: bytes, message: bytes, signature: bytes, at: str, until: str = "") -> Signed:
    """Return who signed; raises Refusal when no signature in the text is good at that time.

    Several signatures may lie in one text, armored or not: one good one is enough, so that taking another
    away changes nothing. Codes: `openpgp-...` and `signature-invalid`. Raises InputError without gpg.
    """
    if not at:
        raise Refusal("openpgp-no-time", "an OpenPGP signature is judged at a time, and none is known")
    data = packets.binary(signature, "openpgp-malformed", b"SIGNATURE")
    found = packets.packets(data, "openpgp-malformed")
    if not found or any(packet.tag != packets.SIGNATURE for packet in found):
        raise Refusal("openpgp-malformed", "the text holds something else than detached signatures")
    if len(found) > MAX_OPENPGP_SIGNATURES:
        message_text = f"{len(found)} signatures (limit MAX_OPENPGP_SIGNATURES = {MAX_OPENPGP_SIGNATURES})"
        raise Refusal("openpgp-malformed", message_text)
    refusals = []
    for packet in found:
        try:
            return _judge(_status(certificate, message, packet.whole, at), until or at)
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _status(certificate: bytes, message: bytes, signature: bytes, at: str) -> list[list[str]]:
    """Return the words of gpg's status lines."""
    moment = re.sub(r"[-:Z]", "", at) + "!"
    with tempfile.TemporaryDirectory(prefix="policy-gpg-") as home:
        files = {"certificate": certificate, "message": message, "signature": signature}
        for name, data in files.items():
            with open(os.path.join(home, name), "wb") as file:
                file.write(data)
        place = ["--homedir", home, "--keyring", os.path.join(home, "certificate")]
        what = ["--verify", os.path.join(home, "signature"), os.path.join(home, "message")]
        command = [_gpg(), *_FLAGS, *place, "--faked-system-time", moment, *what]
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": home}
        try:
            done = subprocess.run(  # noqa: S603
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Refusal("openpgp-timeout", f"gpg took longer than {_SECONDS} seconds") from None
    lines = done.stdout.decode(errors="replace").splitlines()
    return [line.split()[1:] for line in lines if line.startswith("[GNUPG:] ")]


def _judge(status: list[list[str]], until: str) -> Signed:
    said = {words[0]: words[1:] for words in status if words}
    for word, (code, message) in _BAD.items():
        if word in said:
            raise Refusal(code, message)
    valid = said.get("VALIDSIG", [])
    if "GOODSIG" not in said or len(valid) < 10:  # noqa: PLR2004 - the fields that gpg documents
        raise Refusal("signature-invalid", "gpg does not call the signature good")
    created, digest, kind, primary = int(valid[2]), valid[7], valid[8], valid[9]
    if digest not in _STRONG:
        raise Refusal("openpgp-weak-digest", "the signature uses a broken hash")
    if kind != _BINARY:
        raise Refusal("openpgp-text", "the signature is over text, whose line ends anybody may change")
    when = datetime.fromtimestamp(created, UTC).strftime(_TIME)
    if when > until:
        raise Refusal("openpgp-future", f"the signature says it was made at {when}, after {until}")
    return Signed(primary, when)


def _gpg() -> str:
    found = shutil.which("gpg")
    if found is None:
        raise InputError("OpenPGP signatures need gpg, and there is none", hint="install GnuPG")
    return found
