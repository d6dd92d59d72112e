# SPDX-License-Identifier: Apache-2.0
"""What others supply: ciphers, and the columns that hold sealed values."""

from collections.abc import Mapping
from typing import Final, Protocol

from tongguan.kernel.registry import Registry
from tongguan.vault.ciphers import AesGcm, Sm4Gcm
from tongguan.vault.contracts import Batch


class Cipher(Protocol):
    """An authenticated cipher. Its registry key is written into every envelope."""

    #: Bytes of the key it takes; derived for it alone, per kind of secret.
    key_bytes: int

    def seal(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Give ciphertext and tag. ``nonce`` has 12 bytes, ``bound`` is authenticated but not stored."""

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Give the plain bytes. Raises ValueError when anything differs from what was sealed."""


#: The cipher in use is the setting ``TONGGUAN_SEAL_CIPHER``; all others still open what they sealed.
ciphers: Final[Registry[Cipher]] = Registry("cipher")
ciphers.register("aes-256-gcm", AesGcm())
ciphers.register("sm4-gcm", Sm4Gcm())


class SealedColumn(Protocol):
    """A column of sealed values, so that keys can be counted and values sealed anew."""

    @property
    def title(self) -> str:
        """What is sealed, for operators."""

    def counts(self) -> Mapping[str, int]:
        """Count the rows by the id of their key (``plain``: not sealed yet)."""

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal up to ``limit`` rows behind ``after`` anew that are not under ``current``, in one transaction.

        Rows that cannot be opened stay as they are and are counted.
        """


columns: Final[Registry[SealedColumn]] = Registry("sealed column")
