# SPDX-License-Identifier: Apache-2.0
"""How values are written for PostgreSQL: a column at a time, as COPY's text and as an array's. No I/O.

One column has one type, so that is looked up once a column and not once a value: a row costs a third of what
the driver's own COPY takes. Formats: PostgreSQL manual, COPY (Text Format) and Arrays (8.15.6).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast
from uuid import UUID

import msgspec

#: A column's values as texts; None stays None.
Texts = list[str | None]
#: Types whose texts hold nothing that must be escaped or quoted.
_PLAIN: Final = frozenset({"uuid", "integer", "bigint", "smallint", "double", "boolean", "timestamp"})


def copied(kinds: Sequence[str], columns: Sequence[Sequence[Any]]) -> str:
    """Give the text that COPY reads: the columns side by side, each of a database type (``varchar(20)``)."""
    shown = [_for_copy(_kind(kind), values) for kind, values in zip(kinds, columns, strict=True)]
    return "".join(["\t".join(row) + "\n" for row in zip(*shown, strict=True)])


def array(kind: str, values: Sequence[Any]) -> str:
    """Give the values as the text of an array of ``array_type``."""
    name = _kind(kind)
    texts = _texts(name, values)
    if name in _PLAIN:
        return "{" + ",".join(["NULL" if text is None else text for text in texts]) + "}"
    quoted = ["NULL" if text is None else _quoted(text) for text in texts]
    return "{" + ",".join(quoted) + "}"


def _quoted(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def array_type(kind: str) -> str:
    """Give the type of an array of such values. A cast to a bounded text would cut what is too long."""
    return "text[]" if _kind(kind) == "varchar" else f"{kind}[]"


def _kind(kind: str) -> str:
    """Give the type without its bounds: ``varchar(20)`` is varchar."""
    return kind.partition("(")[0].partition(" ")[0]


def _for_copy(name: str, values: Sequence[Any]) -> list[str]:
    texts = _texts(name, values)
    if None in texts:
        return ["\\N" if text is None else _escaped(text) for text in texts]
    sure = cast("list[str]", texts)
    if name in _PLAIN:
        return sure
    whole = "".join(sure)
    if "\\" in whole or "\n" in whole or "\r" in whole or "\t" in whole:
        return [_escaped(text) for text in sure]
    return sure


def _escaped(text: str) -> str:
    # Four searches of the whole text are quicker than a look at each of its letters.
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _texts(name: str, values: Sequence[Any]) -> Texts:
    if name == "jsonb":  # equal is not the same there: 1 and true
        return _shared(_json, values)
    if values and values.count(values[0]) == len(values):
        return _each(name, values[:1]) * len(values)
    return _each(name, values)


def _each(name: str, values: Sequence[Any]) -> Texts:
    if name == "timestamp":
        return _shared(_moment, values)
    if name == "uuid":
        return _ids(values)
    known = _CHANGES.get(name, _text)
    return [None if v is None else known(v) for v in values]


def _ids(values: Sequence[Any]) -> Texts:
    try:
        numbers = [v.int for v in values]
    except AttributeError:
        return [None if v is None else v.hex if isinstance(v, UUID) else str(v) for v in values]
    # One call writes them all: a property of each would cost more than everything else here.
    return ("%032x " * len(numbers) % tuple(numbers)).split()  # type: ignore[return-value]


def _shared(change: Callable[[Any], str], values: Sequence[Any]) -> Texts:
    """Write a value once that many rows have in common: the moment of a batch, the plan of a kind."""
    known: dict[int, str] = {}
    texts: Texts = []
    for value in values:
        text = None if value is None else known.get(id(value))
        if text is None and value is not None:
            text = known[id(value)] = change(value)
        texts.append(text)
    return texts


def _moment(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _whole(value: Any) -> str:
    return str(int(value))


def _real(value: Any) -> str:
    return repr(float(value))


def _flag(value: Any) -> str:
    return "t" if value else "f"


def _bytes(value: Any) -> str:
    return "\\x" + bytes(value).hex()


_CHANGES: Final[dict[str, Callable[[Any], str]]] = {
    "integer": _whole,
    "bigint": _whole,
    "smallint": _whole,
    "double": _real,
    "boolean": _flag,
    "bytea": _bytes,
}
