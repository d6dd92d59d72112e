# SPDX-License-Identifier: Apache-2.0
"""A reporter's contact leaves the house by one audited operation only: every other answer is searched."""

import pytest

from tongguan.catalog import api as catalog
from tongguan.doors.citizen.face import api as citizen_api
from tongguan.doors.desk.face import api as desk_api
from tongguan.doors.field.face import api as field_api
from tongguan.doors.partner.face import api as partner_api
from tongguan.doors.testing import Door, one_connection
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
PHONE, EMAIL, NAME = "13812345678", "qian.xiaoming@example.com", "钱小明明"
SECRETS = (PHONE, EMAIL, NAME)
#: The one operation that opens a contact; it needs a reason and is audited.
OPENS = {"report_contact", "revisit_contact"}
FACES = {
    "desk": (desk_api, "/api/desk"),
    "partner": (partner_api, "/api/partner/v1"),
    "citizen": (citizen_api, "/api/citizen"),
    "field": (field_api, "/api/field"),
}


@pytest.fixture
def stage(people_cast, desk):
    """Two reports of one reporter, a case and a quarantined one, and a call of the same number."""
    square_city()
    catalog.load_standards(PLATFORM)
    who = ReporterIn(NAME, PHONE, EMAIL)
    filed = ReportIn(
        source="hotline", text="井盖破损", item_code="01001", lon=121.005, lat=30.805, reporter=who
    )
    open_ = intake.receive(PLATFORM, filed, open_now=True)
    asked = ReportIn(source="hotline", text="咨询居住证", division="990101001", reporter=who)
    waiting = intake.receive(PLATFORM, asked, open_now=True)
    call = desk("acceptor").post("/calls", {"phone": PHONE}).json()
    assert [one["report"]["reporter"]["phone"] for one in call["earlier"]] == ["138****5678"] * 2
    return {
        "case_id": str(open_.case_id),
        "report_id": str(waiting.report_id),
        "call_id": call["call"]["id"],
        "tracking": open_.tracking,
        "secret": open_.secret,
    }


def operations(face):
    api, base = FACES[face]
    for path, methods in api.get_openapi_schema(path_prefix="")["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method, base, path, operation


def filled(path, stage):
    for name in [part.split("}")[0] for part in path.split("{")[1:]]:
        path = path.replace("{" + name + "}", stage.get(name, "1" if name.endswith("_no") else str(new_id())))
    return path


def body_of(operation, stage):
    """Give the operation's own example, about the stage's telling."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return {}
    name = content["schema"]["$ref"].rpartition("/")[2]
    if name == "TrackTold":
        return {"tracking": stage["tracking"], "secret": stage["secret"]}
    if name in {"CallerTold", "StartTold"}:
        return {"phone": PHONE}
    return {"reason": "回访"}


def text_of(response):
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    with one_connection():
        response.close()
    return raw.decode("utf-8", "replace") + repr(dict(response.headers))


def queries_of(operation):
    wanted = {"lon": "121.005", "lat": "30.805", "text": "井", "division": "990101", "post": "handler"}
    named = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    given = [f"{name}={wanted[name]}" for name in named if name in wanted]
    return "?" + "&".join(given) if given else ""


@pytest.mark.parametrize("face", ["desk", "field"])
@pytest.mark.parametrize("role", ["acceptor", "duty_chief", "department", "handler", "collector", "sysadmin"])
def test_no_answer_to_anybody_holds_a_reporters_contact(people_cast, stage, face, role):
    door = Door(user=people_cast.user(role), base=FACES[face][1])
    seen = shortened = 0
    for name, method, _, path, operation in operations(face):
        if name in OPENS | {"sign_in", "sign_out", "change_password"} or method not in {"get", "post"}:
            continue
        address = filled(path, stage) + queries_of(operation)
        answer = door.get(address) if method == "get" else door.post(address, body_of(operation, stage))
        told = text_of(answer)
        assert [secret for secret in SECRETS if secret in told] == [], (name, role)
        seen += 1
        shortened += "138****5678" in told
    assert seen >= (3 if face == "field" else 60)
    assert (shortened >= 3) is (face == "desk" and role in {"acceptor", "duty_chief"})
    assert audited("report.open_contact") == []


def test_connected_systems_and_citizens_are_not_told_either(partner, stage):
    for face, door in (("partner", partner), ("citizen", Door(base="/api/citizen"))):
        for name, method, _, path, operation in operations(face):
            if method not in {"get", "post"}:
                continue
            address = filled(path, stage) + queries_of(operation)
            answer = door.get(address) if method == "get" else door.post(address, body_of(operation, stage))
            told = text_of(answer)
            assert [secret for secret in SECRETS if secret in told] == [], (face, name)


def test_every_opening_is_audited_with_its_reason_and_only_reviewers_open(people_cast, desk, stage):
    path = f"/reports/{stage['report_id']}/contact"
    opened = 0
    for role in ROLES:
        answer = desk(role).post(path, {"reason": f"{role} 回访"})
        if answer.status_code == 200:
            opened += 1
            assert answer.json()["phone"] == PHONE
        else:
            assert not any(secret in answer.content.decode() for secret in SECRETS), role
    assert opened == 3
    assert len(audited("report.open_contact")) == opened
    assert desk("acceptor").post(path, {"reason": ""}).status_code == 422
