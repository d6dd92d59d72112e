# SPDX-License-Identifier: Apache-2.0
"""Packages reach each other through their faces, and foreign keys point down."""

from collections.abc import Iterator

from django.apps import apps

from tests.house.source import FLOOR, Module, imports, modules

FACES = {"api", "queries", "facts", "contracts", "spi"}
#: The cellar and the engines are tools: what they offer is more than verbs and reads, and so are pure rooms.
#: A channel that is also a door of its own shares how its bytes are read and written.
MORE_FACES = {
    "runtime": {
        "transactions",
        "outbox",
        "subscribers",
        "chain",
        "audit",
        "sequences",
        "files",
        "lookalikes",
        "idempotency",
        "health",
        "processes",
        "supervisor",
    },
    "tables": {"registers"},
    "rules": {"evaluate"},
    "tellings": {"reading", "checks", "wants"},
    "texts": {"grams", "names"},
    "limits": {"deadlines", "escalation"},
    "forecasts": {"learned"},
    "patterns": {"survival"},
    "channels": {"open311"},
    "openly": {"nearby"},
    "detection": {
        "balance",
        "batches",
        "compound",
        "grading",
        "groups",
        "kinds",
        "segments",
        "settings",
        "states",
    },
    "marks": {"bases", "counting", "takes"},
    "industry": {"lifeline"},
    "simulation": {"city", "faults", "hydraulics", "physics", "plants", "streets"},
}


def allowed(module: Module, package: str, file: str) -> bool:
    """Tell whether ``module`` may import that file of another package."""
    if package == "kernel" or file in FACES | MORE_FACES.get(package, set()):
        return True
    if module.is_test:  # a test may read the rows that a verb of a lower floor wrote
        return file in {"testing", "models", "stamps", "seed", "jobruns", "leases"}
    return file == "seed" and (module.path.name == "seed.py" or "demo" in module.path.parts)


def trespasses(module: Module) -> Iterator[str]:
    """Give each import past another package's faces."""
    for line, target in imports(module):
        _, package, *rest = target.split(".")
        if package in {module.package, "doors"} or package not in FLOOR or module.package == "config":
            continue
        if not rest or not allowed(module, package, rest[0]):
            yield f"{module.name}:{line} {target}"


def test_other_packages_are_met_at_their_faces():
    assert not [one for module in modules() if module.package for one in trespasses(module)]


def test_foreign_keys_point_down_or_stay_inside():
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOOR
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        if field.related_model._meta.app_label in FLOOR
        and FLOOR[field.related_model._meta.app_label] > FLOOR[model._meta.app_label]
    ]
    assert not upward
