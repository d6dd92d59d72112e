# SPDX-License-Identifier: Apache-2.0
"""Pure: what a city offers by Open311: services, their definitions, and what everybody may see."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import yaml

from tongguan.catalog.contracts import FilingRule, ItemInfo, ItemKind
from tongguan.kernel.errors import Invalid

#: The attribute by which a reporter asks to stay secret from the party complained of.
SECRET: Final = "secret"  # noqa: S105 - the name of an attribute
CONDITION: Final = "condition"
_MOST_CONDITIONS: Final = 50


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice of items: of these kinds, without the codes that begin so."""

    kinds: tuple[ItemKind, ...]
    without: tuple[str, ...] = ()

    def holds(self, item: ItemInfo) -> bool:
        """Tell whether the item is among them."""
        return item.kind in self.kinds and not item.code.startswith(self.without)


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A city's declaration."""

    report: Choice
    public: Choice
    jurisdictions: dict[str, str] = {}
    contact: str = ""
    key_service: str = ""


def read(text: str, name: str) -> Offer:
    """Give the declaration in a YAML text. Raises ValueError naming what is wrong."""
    try:
        return msgspec.convert(yaml.safe_load(text), Offer)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        message = f"{name}: {error}"
        raise ValueError(message) from error


def service(item: ItemInfo) -> dict[str, Any]:
    """Give an item as a service. Tellings are triaged later: the answer is a token at first (batch)."""
    return {
        "service_code": item.code,
        "service_name": item.name,
        "description": item.name + (f"（{item.component_name}）" if item.component_name else ""),
        "metadata": True,
        "type": "batch",
        "keywords": ", ".join(item.aliases),
        "group": item.major_name,
    }


def definition(item: ItemInfo, rules: Sequence[FilingRule]) -> dict[str, Any]:
    """Give the attributes of a service: what is found on site, and whether the reporter stays secret."""
    attributes = [
        _attribute(
            SECRET,
            "是否要求对被反映方保密",
            "要求保密的上报不会公开",
            [{"key": "no", "name": "否"}, {"key": "yes", "name": "是"}],
        )
    ]
    if rules:
        found = [{"key": str(r.condition_no), "name": r.filing_condition} for r in rules[:_MOST_CONDITIONS]]
        attributes.insert(0, _attribute(CONDITION, "现场是哪一种情形", "据此判断是否立案", found))
    return {
        "service_code": item.code,
        "attributes": [{**one, "order": n} for n, one in enumerate(attributes, 1)],
    }


def answers(definition: Mapping[str, Any], told: Mapping[str, Iterable[str]]) -> str:
    """Give the answers to attributes in words, one a line. Raises Invalid naming the attribute."""
    known = {one["code"]: one for one in definition["attributes"]}
    lines = []
    for code, values in told.items():
        if code == "external_id":
            continue
        field = f"attribute[{code}]"
        if code not in known:
            raise Invalid("open311.attribute", zh="没有这个属性", en="no such attribute", field=field)
        names = {one["key"]: one["name"] for one in known[code]["values"]}
        chosen = [value for value in values if value.strip()]
        if any(value not in names for value in chosen):
            raise Invalid("open311.value", zh="不在可选值之中", en="not one of its values", field=field)
        if chosen and code != SECRET:
            lines.append(f"{known[code]['description']}：{'；'.join(names[value] for value in chosen)}")
    return "\n".join(lines)


def _attribute(code: str, asked: str, why: str, values: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": why,
        "order": 0,
        "description": asked,
        "values": values,
    }
