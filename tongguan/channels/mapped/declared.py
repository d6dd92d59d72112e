# SPDX-License-Identifier: Apache-2.0
"""Pure: another system's records become tellings by a declaration, without any code.

A declaration says where the records stand in the JSON (or that the body is a table), and which of their
fields is which of ours. Any field may be a path, several paths (the first that holds something), or a path
with a table of words.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import yaml

from tongguan.intake.contracts import Parcel, Piece
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.kernel.tables import read_table, text_of
from tongguan.tellings.reading import Fields, json_bytes, json_of, records_of, telling

#: What a declaration may fill.
OURS: Final = frozenset(
    {
        "external_id", "title", "text", "item_code", "lon", "lat", "system", "address", "division", "grid",
        "told_at", "reporter.name", "reporter.phone", "reporter.email", "reporter.secret",
    }
)  # fmt: skip
_ZIP: Final = b"PK\x03\x04"
_JSON_BEGINS: Final = (b"{", b"[")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one of our fields comes from: ``paths``, a strptime ``form``, a table of ``words``."""

    paths: tuple[str, ...]
    form: str = ""
    words: dict[str, str] = {}
    otherwise: str = ""


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One system's records. ``records`` is the path of the list, "" for the body itself."""

    title: str
    source: str
    fields: dict[str, str | tuple[str, ...] | Rule]
    records: str = ""
    constants: dict[str, str] = {}

    def rules(self) -> dict[str, Rule]:
        """Give every field's rule."""
        return {name: _rule(given) for name, given in self.fields.items()}


def read(text: str, name: str) -> Declaration:
    """Give the declaration. Raises ValueError naming it and what is wrong."""
    try:
        declaration = msgspec.convert(yaml.safe_load(text), Declaration)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        message = f"{name}: {error}"
        raise ValueError(message) from error
    unknown = sorted((set(declaration.fields) | set(declaration.constants)) - OURS)
    if unknown or not {"text", "title"} & set(declaration.fields):
        message = f"{name}: 不认识的字段或没有 text/title (unknown fields, or no text): {unknown}"
        raise ValueError(message)
    return declaration


def decode(declaration: Declaration, parcel: Parcel) -> list[Piece]:
    """Give one telling per record, each refused on its own. Raises Invalid for an unreadable body."""
    rules = declaration.rules()
    if parcel.body[:4] != _ZIP and parcel.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in _JSON_BEGINS:
        records = records_of(json_of(parcel.body), declaration.records)
    else:
        records = _table(rules, parcel.body)
    return [_piece(declaration, rules, record) for record in records]


def _rule(given: str | tuple[str, ...] | Rule) -> Rule:
    if isinstance(given, Rule):
        return given
    return Rule(paths=(given,) if isinstance(given, str) else tuple(given))


def _table(rules: Mapping[str, Rule], body: bytes) -> list[Fields]:
    headings = {path: (path,) for rule in rules.values() for path in rule.paths}
    table = read_table(body, headings, [])
    records = []
    for line in table.lines:
        cells = {name: text_of(cell) for name, cell in line.cells.items()}
        records.append(Fields(cells, f"第{line.row_no}行"))
    return records


def _piece(declaration: Declaration, rules: Mapping[str, Rule], record: Fields) -> Piece:
    alone = Parcel(json_bytes(_nested(record.record, declaration.records)), "application/json")
    try:
        if not isinstance(record.record, Mapping):
            raise Invalid("field.object", zh="记录应为对象", en="a record is an object", field="body")
        ours: dict[str, Any] = dict(declaration.constants)
        for name, rule in rules.items():
            value = _value(record, name, rule)
            if value not in (None, ""):
                ours[name] = value
        shaped = {name: value for name, value in ours.items() if "." not in name}
        shaped["reporter"] = {n.partition(".")[2]: v for n, v in ours.items() if n.startswith("reporter.")}
        shown = _without_contact(record.record, rules)
        return Piece(
            alone, report=telling(Fields(shaped), source=declaration.source, payload=json_bytes(shown))
        )
    except Refusal as refusal:
        return Piece(alone, fault=refusal)


def _value(record: Fields, name: str, rule: Rule) -> Any:
    if name in {"lon", "lat"}:
        return record.number(rule.paths[0])
    if name == "told_at":
        return record.moment(rule.paths[0], rule.form)
    found = record.text(*rule.paths)
    return rule.words.get(found, rule.otherwise or found) if rule.words else found


def _without_contact(record: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Leave the reporter out of what is kept as the telling's own words."""
    apart = {path for name, rule in rules.items() if name.startswith("reporter.") for path in rule.paths}
    return {key: value for key, value in record.items() if not any(_holds(key, path) for path in apart)}


def _holds(key: str, path: str) -> bool:
    return path == key or path.startswith(f"{key}.")


def _nested(record: Any, path: str) -> Any:
    """Put one record back to where the declaration looks for it, so that it can be read alone."""
    for step in reversed(path.split(".")) if path else ():
        record = {step: record}
    return record
