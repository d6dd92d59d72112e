# SPDX-License-Identifier: Apache-2.0
"""How processes of one machine speak with the owner: length, then one msgpack message; arrays as bytes."""

import hashlib
import os
import socket
import struct
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany, Unavailable

_LENGTH: Final = struct.Struct("<I")
_ARRAY: Final = 1
_LONGEST: Final = 512 * 1024 * 1024
#: The kernel takes no longer names of local sockets.
_LONGEST_NAME: Final = 100
_KINDS: Final = {
    kind.__name__: kind for kind in (Invalid, NotFound, Conflict, Forbidden, TooMany, Unavailable)
}


class Ask(msgspec.Struct, array_like=True):
    """A verb with its arguments; ``number`` comes back with the answer."""

    number: int
    verb: str
    given: list[Any]


class Answer(msgspec.Struct, array_like=True):
    """What the owner answers: a result, or the refusal it raised."""

    number: int
    result: Any = None
    refused: dict[str, Any] | None = None


def address(folder: Path) -> Path:
    """Give where the owner of this folder listens: in it, or elsewhere when its name is too long."""
    path = folder / "owner.sock"
    if len(str(path)) < _LONGEST_NAME:
        return path
    short = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tongguan-{os.getuid()}-{short}" / "owner.sock"


def send(connection: socket.socket, message: Ask | Answer) -> None:
    """Send one message. Raises OSError."""
    body = _encoder.encode(message)
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> bytes | None:
    """Receive one message, None at the end. Raises OSError, ValueError for what is no message."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST:
        raise ValueError(f"a message of {length} bytes")
    return _exactly(connection, length)


def ask_of(body: bytes) -> Ask:
    """Read a question. Raises msgspec.DecodeError."""
    return _asks.decode(body)


def answer_of(body: bytes) -> Answer:
    """Read an answer. Raises msgspec.DecodeError."""
    return _answers.decode(body)


def refused(refusal: Refusal) -> dict[str, Any]:
    """Give a refusal as plain words."""
    return {
        "kind": type(refusal).__name__,
        "code": refusal.code,
        "zh": refusal.zh,
        "en": refusal.en,
        "field": refusal.field,
        "params": refusal.params,
    }


def refusal(words: dict[str, Any]) -> Refusal:
    """Give the refusal that was told."""
    kind = _KINDS.get(words["kind"], Refusal)
    return kind(words["code"], words["zh"], words["en"], field=words["field"], **words["params"])


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts = bytearray(length)
    view, at = memoryview(parts), 0
    while at < length:
        got = connection.recv_into(view[at:])
        if got == 0:
            return None
        at += got
    return bytes(parts)


def _packed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return msgspec.msgpack.Ext(
            _ARRAY, value.dtype.str.encode() + b"|" + np.ascontiguousarray(value).tobytes()
        )
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value)} does not travel")


def _unpacked(code: int, body: memoryview) -> Any:
    if code != _ARRAY:
        raise ValueError(f"extension {code} is not known")
    kind, _, content = bytes(body[:16]).partition(b"|")
    del content
    dtype = np.dtype(kind.decode())
    if dtype.kind not in "iuf":
        raise ValueError(f"{dtype} does not travel")
    return np.frombuffer(body[len(kind) + 1 :], dtype).copy()


_encoder = msgspec.msgpack.Encoder(enc_hook=_packed)
_asks = msgspec.msgpack.Decoder(Ask, ext_hook=_unpacked)
_answers = msgspec.msgpack.Decoder(Answer, ext_hook=_unpacked)
