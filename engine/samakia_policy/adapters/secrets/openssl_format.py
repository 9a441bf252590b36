"""The format of `openssl enc -aes-256-cbc -pbkdf2`, so that a person needs nothing of ours to read it.

"Salted__", 8 bytes of salt, AES-256-CBC with PKCS #7 padding; key and IV from PBKDF2-HMAC-SHA256 with 10,000
iterations (`openssl enc`, crypto/evp: EVP_BytesToKey replaced by -pbkdf2).
"""

from __future__ import annotations

import hashlib
from typing import Any

_MAGIC = b"Salted__"
_ITERATIONS = 10_000
_SALT, _KEY, _BLOCK = 8, 32, 16


def encrypt(data: bytes, passphrase: bytes, salt: bytes) -> bytes:
    """Return the ciphertext of some bytes; `salt`: 8 random bytes."""
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(_BLOCK * 8).padder()
    cipher = _cipher(passphrase, salt).encryptor()
    padded = padder.update(data) + padder.finalize()
    return bytes(_MAGIC + salt + cipher.update(padded) + cipher.finalize())


def decrypt(data: bytes, passphrase: bytes) -> bytes:
    """Return the plaintext; raises ValueError for another format or (most often) a wrong passphrase."""
    from cryptography.hazmat.primitives.padding import PKCS7

    body = data[len(_MAGIC) + _SALT :]
    if not data.startswith(_MAGIC) or not body or len(body) % _BLOCK:
        raise ValueError("is not of the format of `openssl enc`")
    cipher = _cipher(passphrase, data[len(_MAGIC) : len(_MAGIC) + _SALT]).decryptor()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    return bytes(unpadder.update(cipher.update(body) + cipher.finalize()) + unpadder.finalize())


def _cipher(passphrase: bytes, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    made = hashlib.pbkdf2_hmac("sha256", passphrase, salt, _ITERATIONS, _KEY + _BLOCK)
    return Cipher(algorithms.AES256(made[:_KEY]), modes.CBC(made[_KEY:]))
