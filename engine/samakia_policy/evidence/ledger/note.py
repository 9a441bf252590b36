"""Signed notes (c2sp.org/signed-note): a text, and lines of signatures below it.

A signature that does not verify is passed over, as one by an unknown key is: taking it away must change
nothing. A note that is not well formed is refused whole.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import ED25519, PublicKey, Signer, public_key

MAX_NOTE_BYTES = 256 << 10
"""Bytes of one note."""
MAX_SIGNATURES = 64
"""Signatures of one note."""
LOG, WITNESS = 1, 4
"""Signature types: Ed25519 over the text, and cosignature/v1."""
_ID = 4
_TIME = 8
_SEPARATOR = "\n\n"
_DASH = "\u2014 "
_CONTROL = re.compile("[\0-\x09\x0b-\x1f]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)")


class NoteKey(NamedTuple):
    """An Ed25519 key with the name it signs notes as; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: PublicKey

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        text = self.name.encode() + b"\n" + bytes([self.kind]) + self.public.raw
        return hashlib.sha256(text).digest()[:_ID]

    @property
    def vkey(self) -> str:
        """The key as one word, as other programs read it."""
        raw = base64.b64encode(bytes([self.kind]) + self.public.raw).decode()
        return f"{self.name}+{self.id.hex()}+{raw}"


class Signature(NamedTuple):
    """One line below a note; nothing in it is verified."""

    name: str
    id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, without its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.value).decode()}"


class Note(NamedTuple):
    """A text that somebody may have signed."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The note as a file holds it."""
        return (self.text + "\n" + "".join(f"{found.line}\n" for found in self.signatures)).encode()

    def signed_by(self, key: NoteKey) -> bool:
        """Tell whether a LOG key signed the text."""
        message = self.text.encode()
        return any(key.public.verify(message, value) for value in self._by(key, LOG))

    def cosigned_by(self, key: NoteKey) -> int | None:
        """Return the newest time (seconds since 1970) at which a WITNESS key cosigned the text, or None."""
        times = []
        for value in self._by(key, WITNESS):
            time = int.from_bytes(value[:_TIME], "big")
            if key.public.verify(_cosigned(self.text, time), value[_TIME:]):
                times.append(time)
        return max(times, default=None)

    def _by(self, key: NoteKey, kind: int) -> list[bytes]:
        if key.kind != kind:
            return []
        return [found.value for found in self.signatures if (found.name, found.id) == (key.name, key.id)]

    def add(self, signature: Signature) -> Note:
        """Return the note with one more signature, or with another one by that key."""
        by_key = {found[:2]: found for found in (*self.signatures, signature)}
        return self._replace(signatures=tuple(by_key.values()))


def note_key(name: str, kind: int, public: PublicKey) -> NoteKey:
    """Return a key under a name; raises Refusal for a name or key that notes cannot hold."""
    if not _is_name(name):
        message = f"{name!r} cannot name a key: it must be printable, without spaces and plus signs"
        raise Refusal("note-key-malformed", message)
    if public.alg != ED25519:
        message = f"the key of {name} is {public.alg}: checkpoints are signed with ed25519"
        raise Refusal("note-key-algorithm", message, hint="make one with `policy keys new`")
    return NoteKey(name, kind, public)


def parse_vkey(text: str) -> NoteKey:
    """Return the key of a word NAME+ID+KEY; raises Refusal `note-key-...` or `key-...`."""
    match = _VKEY.fullmatch(text)
    if match is None:
        hint = "a verifier key reads NAME+8 hex digits+base64, as `policy ledger init` prints it"
        raise Refusal("note-key-malformed", f"{text!r} is not a verifier key", hint=hint)
    name, identity, encoded = match.groups()
    raw = base64_bytes(encoded, "note-key-malformed", f"the verifier key of {name}")
    kind = raw[0] if raw else 0
    if kind not in (LOG, WITNESS):
        message = f"the verifier key of {name} is of type {kind}, not {LOG} (log) or {WITNESS} (witness)"
        raise Refusal("note-key-algorithm", message)
    key = note_key(name, kind, public_key(ED25519, raw[1:]))
    if key.id.hex() != identity:
        raise Refusal("note-key-malformed", f"the verifier key of {name} does not have the ID it says")
    return key


def sign(text: str, key: NoteKey, signer: Signer) -> Signature:
    """Return a log's signature of a text."""
    return Signature(key.name, key.id, signer.sign(text.encode()))


def cosign(text: str, time: int, key: NoteKey, signer: Signer) -> Signature:
    """Return a witness's cosignature/v1 of a text at a time, in seconds since 1970."""
    return Signature(key.name, key.id, time.to_bytes(_TIME, "big") + signer.sign(_cosigned(text, time)))


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def parse_note(data: bytes, where: str = "") -> Note:
    """Return the note in a file; raises Refusal `note-malformed` or `note-too-large`."""
    if len(data) > MAX_NOTE_BYTES:
        message = f"the note has {len(data)} bytes (limit MAX_NOTE_BYTES = {MAX_NOTE_BYTES})"
        raise Refusal("note-too-large", message, where=where)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refusal("note-malformed", "the note is not UTF-8", where=where) from None
    head, separator, below = text.rpartition(_SEPARATOR)
    if _CONTROL.search(text) or not separator or not below.endswith("\n"):
        message = "the note is not a text, an empty line and lines of signatures"
        raise Refusal("note-malformed", message, where=where)
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        message = f"the note has {len(lines)} signatures (limit MAX_SIGNATURES = {MAX_SIGNATURES})"
        raise Refusal("note-too-large", message, where=where)
    return Note(head + "\n", tuple(_signature(line, where) for line in lines))


def _signature(line: str, where: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _is_name(name):
        raise Refusal("note-malformed", f"{line[:80]!r} is not a line of a signature", where=where)
    data = base64_bytes(encoded, "note-malformed", f"the signature of {name}", where)
    if len(data) <= _ID:
        raise Refusal("note-malformed", f"the signature of {name} is cut short", where=where)
    return Signature(name, data[:_ID], data[_ID:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(map(str.isspace, name))


def base64_bytes(text: str, code: str, what: str, where: str = "") -> bytes:
    """Return the bytes of base64 in its one canonical form; raises Refusal with a code."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refusal(code, f"{what} is not base64", where=where) from None
    if base64.b64encode(data).decode() != text:
        raise Refusal(code, f"{what} is not base64 in its canonical form", where=where)
    return data
