# SPDX-License-Identifier: Apache-2.0
"""Pure: the protobuf messages of Sparkplug B, described field by field.

Source: Eclipse Sparkplug Specification 3.0.0, chapter 6 (payload definition, numbers and types of fields).
Parts that carry no readings (DataSet, Template, MetaData) are left out: protobuf passes unknown fields over.
"""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE: Final = "tongguan.sparkplug"
_FIELD: Final = descriptor_pb2.FieldDescriptorProto
_TYPES: Final = {
    "uint32": _FIELD.TYPE_UINT32,
    "uint64": _FIELD.TYPE_UINT64,
    "float": _FIELD.TYPE_FLOAT,
    "double": _FIELD.TYPE_DOUBLE,
    "bool": _FIELD.TYPE_BOOL,
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
}
#: Message -> field -> (number, type); ``*`` many, ``|value`` one of the values; other types are messages.
_MESSAGES: Final[Mapping[str, Mapping[str, tuple[int, str]]]] = {
    "PropertyValue": {
        "type": (1, "uint32"),
        "is_null": (2, "bool"),
        "int_value": (3, "uint32|value"),
        "long_value": (4, "uint64|value"),
        "float_value": (5, "float|value"),
        "double_value": (6, "double|value"),
        "boolean_value": (7, "bool|value"),
        "string_value": (8, "string|value"),
    },
    "PropertySet": {"keys": (1, "string*"), "values": (2, "PropertyValue*")},
    "Metric": {
        "name": (1, "string"),
        "alias": (2, "uint64"),
        "timestamp": (3, "uint64"),
        "datatype": (4, "uint32"),
        "is_historical": (5, "bool"),
        "is_transient": (6, "bool"),
        "is_null": (7, "bool"),
        "properties": (9, "PropertySet"),
        "int_value": (10, "uint32|value"),
        "long_value": (11, "uint64|value"),
        "float_value": (12, "float|value"),
        "double_value": (13, "double|value"),
        "boolean_value": (14, "bool|value"),
        "string_value": (15, "string|value"),
        "bytes_value": (16, "bytes|value"),
    },
    "Payload": {
        "timestamp": (1, "uint64"),
        "metrics": (2, "Metric*"),
        "seq": (3, "uint64"),
        "uuid": (4, "string"),
        "body": (5, "bytes"),
    },
}


def _described() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="tongguan/sparkplug.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, told) in fields.items():
            kind = told.rstrip("*").partition("|")[0]
            label = _FIELD.LABEL_REPEATED if told.endswith("*") else _FIELD.LABEL_OPTIONAL
            added = message.field.add(name=field, number=number, label=label)
            if kind in _TYPES:
                added.type = _TYPES[kind]
            else:
                added.type, added.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            if told.endswith("|value"):
                if not message.oneof_decl:
                    message.oneof_decl.add(name="value")
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


#: The class of a whole message; its parts are reached through it.
Payload: Final = _described()
