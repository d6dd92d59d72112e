# SPDX-License-Identifier: Apache-2.0
"""The key ring: a file in TONGGUAN_HOME made at the first need, or keys given by TONGGUAN_SEAL_KEYS.

The file is read again when it changes, so a running process takes up a new key by itself.
"""

import base64
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.vault.ciphers import MASTER_BYTES

FILE: Final = "seal.keys"
INDEX: Final = "index"
_LONGEST_ID: Final = 20


class Key(msgspec.Struct, frozen=True):
    """One key: ``secret`` has 32 bytes."""

    id: str
    secret: bytes
    made_at: datetime | None = None


class KeyRing(msgspec.Struct, frozen=True):
    """All keys, which one seals what is new, and the key of the blind indexes, which never changes."""

    current: str
    index: bytes
    keys: tuple[Key, ...]

    def secret(self, key_id: str) -> bytes | None:
        """Give a key's secret, None when the ring lacks it."""
        return next((key.secret for key in self.keys if key.id == key_id), None)


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: tuple[int, int, int]
    ring: KeyRing


_known: dict[Path, _Read] = {}
_given: dict[str, KeyRing] = {}


def ring() -> KeyRing:
    """Give the ring, made at the first call. Raises ValueError when the file cannot be understood."""
    if settings.SEAL_KEYS:
        if settings.SEAL_KEYS not in _given:
            _given[settings.SEAL_KEYS] = parsed(settings.SEAL_KEYS)
        return _given[settings.SEAL_KEYS]
    path = path_of_ring()
    try:
        stamp = _stamp(path)
    except FileNotFoundError:
        _write(path, _first(), replace=False)
        stamp = _stamp(path)
    known = _known.get(path)
    if known is None or known.stamp != stamp:
        known = _known[path] = _Read(stamp, _read(path))
    return known.ring


def path_of_ring() -> Path:
    """Give where the ring is kept."""
    return Path(settings.HOME) / FILE


def parsed(text: str) -> KeyRing:
    """Read ``index=BASE64,NEWEST=BASE64,OLDER=BASE64``: 32 bytes each, the first key seals what is new.

    Raises ValueError saying what is wrong, without showing a key.
    """
    found: dict[str, bytes] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, coded = part.partition("=")
        try:
            secret = base64.b64decode(coded, validate=True)
        except ValueError:
            secret = b""
        if not (name.isascii() and name.isprintable() and 0 < len(name) <= _LONGEST_ID) or name in found:
            message = "名称须唯一，不超过 20 个 ASCII 字符 (names must be unique, up to 20 ASCII characters)"
            raise ValueError(message)
        if len(secret) != MASTER_BYTES:
            message = f"{name} 须为 32 字节的 Base64 (must be 32 bytes in Base64: openssl rand -base64 32)"
            raise ValueError(message)
        found[name] = secret
    index = found.pop(INDEX, None)
    if index is None or not found:
        message = "须形如 index=…,k1=… (needs the index key and at least one key)"
        raise ValueError(message)
    return KeyRing(next(iter(found)), index, tuple(Key(name, secret) for name, secret in found.items()))


def add_key() -> Key:
    """Put a new key on the ring, which seals what is new from now on. Raises Conflict for given keys."""
    if settings.SEAL_KEYS:
        raise Conflict(
            "vault.keys_given",
            zh="密钥由 TONGGUAN_SEAL_KEYS 给定：请在其中把新密钥加到最前（openssl rand -base64 32）",
            en="the keys are given by TONGGUAN_SEAL_KEYS: put the new key first there",
        )
    with _alone():
        before = ring()
        key = _new_key({key.id for key in before.keys})
        _write(path_of_ring(), KeyRing(key.id, before.index, (*before.keys, key)), replace=True)
    return key


def _first() -> KeyRing:
    key = _new_key(set())
    return KeyRing(key.id, secrets.token_bytes(MASTER_BYTES), (key,))


def _new_key(taken: set[str]) -> Key:
    now = clock.now()
    while (name := f"k{now:%Y%m%d}-{secrets.token_hex(3)}") in taken:
        pass
    return Key(name, secrets.token_bytes(MASTER_BYTES), now)


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> KeyRing:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=KeyRing)
    except msgspec.DecodeError as error:
        message = f"密钥环文件已损坏，请从备份恢复：{path} (the key ring is damaged): {error}"
        raise ValueError(message) from error
    if found.secret(found.current) is None:
        message = f"密钥环缺少当前密钥，请从备份恢复：{path} (the key ring lacks its current key)"
        raise ValueError(message)
    return found


def _write(path: Path, content: KeyRing, *, replace: bool) -> None:
    """Write whole or not at all; without ``replace`` the first of several processes wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=path.parent)  # made with 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(content))
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(name).replace(path)
        else:
            with suppress(FileExistsError):
                os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time change the ring."""
    with (path_of_ring().parent / f".{FILE}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
