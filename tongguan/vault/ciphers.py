# SPDX-License-Identifier: Apache-2.0
"""The shipped ciphers and the deriving of their keys. Pure.

AES-256-GCM by NIST SP 800-38D; SM4-GCM by GB/T 32907 with the mode of GB/T 36624. Random nonces of
96 bits allow 2^32 values under one key: several centuries of a large city's reports.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_BYTES: Final = 32
NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_CHANGED: Final = "the authentication tag does not match"


@lru_cache(maxsize=256)
def derived(master: bytes, purpose: str, length: int) -> bytes:
    """Give the key of one purpose: HKDF-SHA256 (RFC 5869), so that no key serves two of them."""
    info = b"tongguan.vault/1 " + purpose.encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)


class AesGcm:
    """AES-256 in Galois/counter mode."""

    key_bytes = 32

    def seal(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Give ciphertext and tag."""
        return AESGCM(key).encrypt(nonce, plain, bound)

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Give the plain bytes. Raises ValueError when anything was changed."""
        try:
            return AESGCM(key).decrypt(nonce, sealed, bound)
        except InvalidTag as error:
            raise ValueError(_CHANGED) from error


class Sm4Gcm:
    """SM4 (国密) in Galois/counter mode."""

    key_bytes = 16

    def seal(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Give ciphertext and tag."""
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Give the plain bytes. Raises ValueError when anything was changed."""
        if len(sealed) < _TAG_BYTES:
            raise ValueError(_CHANGED)
        text, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(text) + decryptor.finalize()
        except InvalidTag as error:
            raise ValueError(_CHANGED) from error
