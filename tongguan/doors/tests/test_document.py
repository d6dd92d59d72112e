# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI files: valid 3.1, each body with an example the door takes, headers told, names unique."""

import jsonschema_rs
import pytest
import schemathesis
from ninja.openapi.schema import OpenAPISchema

from tongguan.doors.citizen.face import api as citizen
from tongguan.doors.common.shapes import Told
from tongguan.doors.desk.face import api as desk
from tongguan.doors.field.face import api as field
from tongguan.doors.partner.face import api as partner

FACES = {"desk": desk, "partner": partner, "citizen": citizen, "field": field}
each_face = pytest.mark.parametrize("face", FACES)
#: What may be sent twice without harm, or asks and changes nothing.
PLAIN = {"sign_in", "change_password", "bulk_preview", "cancel_job", "inbox_read", "report_contact", "track"}
PLAIN |= {
    "snap_photo",
    "snap_nearby",
    "department_events",
    "department_replay",
    "department_photos",
    "survey",
    "answer_survey",
    "ask_reopening",
}
SEEN = {"word_briefing_template", "sign_supervision", "answer_supervision", "end_supervision"}
VERSIONED = {
    "case_move", "decide_application", "withdraw_application", "alter_sign", "retire_sign",
    "alter_watch_rule", "retire_watch_rule", "set_limit_terms", "approve_limit", "reject_limit",
    "draft_evaluation_set", "decide_project", "reword_briefing", "polish_briefing", "review_briefing",
    "return_briefing", "sign_briefing", "withdraw_briefing",
}  # fmt: skip
PLAIN |= {"revisit_contact", "resume_detector", "preview_briefing"}
PLAIN |= {"call_help", "submit_entries", "sync_tasks", "try_sign", "try_evaluation_set"}


def document(face):
    return FACES[face].get_openapi_schema(path_prefix="")


def operations(face):
    for path, methods in document(face)["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def below(kind):
    for found in kind.__subclasses__():
        yield found
        yield from below(found)


@each_face
def test_the_document_is_openapi_3_1_and_holds(face):
    found = document(face)
    assert found["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(found).validate()
    for _, path, operation in operations(face):
        assert operation["summary"], path
        assert operation["description"], path


@each_face
def test_every_json_body_has_an_example_that_fits_its_schema_and_its_door(face):
    found = document(face)
    schemas = found["components"]["schemas"]
    classes = {kind.__name__: kind for kind in below(Told)}
    seen = 0
    for method, path, operation in operations(face):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        name = body["schema"]["$ref"].rpartition("/")[2]
        fields = {k: v["examples"][0] for k, v in schemas[name]["properties"].items() if "examples" in v}
        examples = schemas[name].get("examples") or [fields]
        assert any(examples), f"{method} {path}: {name} has no example"
        whole = {"$ref": f"#/components/schemas/{name}", "components": found["components"]}
        for told in examples:
            jsonschema_rs.validate(whole, told)
            classes[name].model_validate(told)
        seen += 1
    assert seen


@each_face
def test_every_create_tells_its_key_and_every_versioned_change_its_version(face):
    for method, path, operation in operations(face):
        headers = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "header"}
        wanted = set()
        if method == "post" and operation["operationId"] not in PLAIN:
            wanted.add("Idempotency-Key")
        if operation["operationId"] in VERSIONED | SEEN:
            wanted.add("If-Match")
            assert headers["If-Match"]["required"] is (operation["operationId"] in VERSIONED)
        assert set(headers) == wanted, path


@each_face
def test_a_refusal_is_told_as_a_problem_with_an_example(face):
    schemas = document(face)["components"]["schemas"]
    (told,) = schemas["Problem"]["examples"]
    jsonschema_rs.validate({"$ref": "#/components/schemas/Problem", "components": {"schemas": schemas}}, told)
    assert told["type"] == f"urn:tongguan:problem:{told['code']}"


@each_face
def test_one_name_is_one_shape(face, monkeypatch):
    """Two shapes of one name would silently take each other's place in the document."""
    told, other = {}, set()

    def kept(_, definitions):
        other.update(name for name, shape in definitions.items() if told.setdefault(name, shape) != shape)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", kept)
    OpenAPISchema(FACES[face], path_prefix="").get_components()
    assert told
    assert not other
