# SPDX-License-Identifier: Apache-2.0
"""Every file keeps the house's form. One test a rule, which names all files that break it."""

import ast
from collections import Counter

from tests.house.source import ROOT, Module, modules

MAX_FILE, MAX_FUNCTION, MAX_PACKAGE = 400, 60, 3000
#: Rooms above the limit, with the size they may not grow beyond; see docs/adr/0010. Only ever lower these.
RATCHET = {"dispatch": 4780, "catalog": 3040, "runtime": 3300, "people": 3100}
VAGUE = {
    "utils",
    "util",
    "helpers",
    "manager",
    "managers",
    "handler",
    "handlers",
    "process",
    "data",
    "event",
    "misc",
}

Functions = ast.FunctionDef | ast.AsyncFunctionDef


def test_every_file_says_its_licence_and_its_purpose():
    licence = "# SPDX-License-Identifier: Apache-2.0\n"
    assert not [one.name for one in modules() if not one.text.startswith(licence)]
    told = [one for one in modules() if one.path.name != "__init__.py"]
    assert not [one.name for one in told if not ast.get_docstring(one.tree)], "a module says what it is for"


def test_no_file_is_longer_than_a_reader_can_hold():
    assert not [one.name for one in modules() if one.text.count("\n") > MAX_FILE]
    assert not [
        f"{one.name}: {node.name}: {node.end_lineno - node.lineno + 1}"
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, Functions) and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]


def test_no_import_hides_in_a_function():
    # An AppConfig's ready() is Django's place for imports that register things.
    assert not [
        f"{one.name}:{node.lineno}"
        for one in modules()
        if one.path.name != "apps.py"
        for function in ast.walk(one.tree)
        if isinstance(function, Functions)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def test_no_error_is_swallowed():
    assert not [
        f"{one.name}:{node.lineno}"
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]


def test_no_story_waits_by_words_that_the_page_must_compile():
    # Our pages forbid that (script-src 'self'): such a wait passes only where it need not wait.
    assert not [
        f"{one.name}:{node.lineno}"
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and node.attr == "wait_for_function"
    ]


def test_no_file_is_called_something_vague():
    # A command is called what the operator types: 流程 is "process".
    named = [one for one in modules() if "commands" not in one.path.parts]
    assert not [one.name for one in named if one.path.stem in VAGUE]


def room(module: Module) -> str:
    """Give what one person must know: the package, or its face of the doors (ADR 0020)."""
    inside = module.path.relative_to(ROOT / "tongguan").parts
    if module.package == "doors" and len(inside) > 2:
        return f"doors.{inside[1]}"
    return module.package


def sizes() -> Counter[str]:
    """Give the lines of each room, its tests left out."""
    found: Counter[str] = Counter()
    for module in modules():
        found[room(module)] += 0 if module.is_test else module.text.count("\n")
    return found


def test_every_room_stays_small_enough_to_know():
    assert not {name: n for name, n in sizes().items() if name and n > RATCHET.get(name, MAX_PACKAGE)}


def test_the_ratchet_names_only_rooms_that_need_it():
    assert not {name for name in RATCHET if sizes()[name] <= MAX_PACKAGE}
