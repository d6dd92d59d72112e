# SPDX-License-Identifier: Apache-2.0
"""The form in which a sealed value is stored. Pure.

::

    1 byte   version, 1
    1 + n    length and name of the cipher
    1 + n    length and id of the key
    12       nonce
    rest     ciphertext and tag

Everything before the nonce is authenticated with the value, so that none of it can be exchanged.
"""

from dataclasses import dataclass
from typing import Final

from tongguan.vault.ciphers import NONCE_BYTES

_VERSION: Final = 1
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """An envelope taken apart."""

    header: bytes
    cipher: str
    key: str
    nonce: bytes
    sealed: bytes


def header_of(cipher: str, key: str) -> bytes:
    """Give the bytes before the nonce. Raises ValueError for names that do not fit."""
    names = [name.encode("ascii") for name in (cipher, key)]
    if not all(0 < len(name) <= _LONGEST_NAME for name in names):
        message = f"cipher and key need names of 1 to {_LONGEST_NAME} letters"
        raise ValueError(message)
    return bytes([_VERSION]) + b"".join(bytes([len(name)]) + name for name in names)


def parts_of(envelope: bytes) -> Parts:
    """Take an envelope apart. Raises ValueError when it is none."""
    try:
        if envelope[0] != _VERSION:
            raise ValueError(envelope[0])
        first = 2 + envelope[1]
        second = first + 1 + envelope[first]
        cipher, key = envelope[2:first].decode("ascii"), envelope[first + 1 : second].decode("ascii")
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    nonce, sealed = envelope[second : second + NONCE_BYTES], envelope[second + NONCE_BYTES :]
    if header_of(cipher, key) != envelope[:second] or len(nonce) < NONCE_BYTES:
        message = "too short"
        raise ValueError(message)
    return Parts(envelope[:second], cipher, key, nonce, sealed)
