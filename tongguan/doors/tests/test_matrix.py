# SPDX-License-Identifier: Apache-2.0
"""Who may do what over HTTP: every operation × every role, inside and outside of the scope.

A role that is not listed gets 403 or 404, and nothing changes. An operation that is missing here fails the
last test: nobody adds one without saying who may use it.
"""

import pytest
from django.db import transaction

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.dispatch import api as dispatch
from tongguan.doors.citizen.face import api as citizen_api
from tongguan.doors.desk.face import api as desk_api
from tongguan.doors.field.face import api as field_api
from tongguan.doors.partner.face import api as partner_api
from tongguan.doors.testing import SCOPES, Door, one_connection
from tongguan.doors.tests.watched import ALARMS, CAP
from tongguan.doors.tests.who import APART, DESK, FIELD, PARTNER, SIGNED, ZERO
from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.kernel.ids import new_id
from tongguan.people import api as people
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.transactions import atomic

pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
#: Operations of one test share a stage, which each finds as it was.
_PARTS = 24


@pytest.fixture
def stage(people_cast):
    """A case of 江北区 in the hands of 江北区市政所, and a report of 江北区 in quarantine."""
    square_city()
    catalog.load_standards(PLATFORM)
    new = NewCase(
        item_code="01003",
        title="井盖",
        text="破损",
        division="990101001001",
        source="hotline",
        lon=121.005,
        lat=30.805,
    )
    (case,) = cases.open_cases(people_cast.acceptor, [new])
    dispatch.perform(people_cast.acceptor, case.id, "accept")
    rule = Door(user=people_cast.user("acceptor"), base="/api/desk").get("/items/01003/rules").json()[0]["id"]
    dispatch.perform(people_cast.acceptor, case.id, "register", {"filing_rule_id": rule})
    unit = people_cast.unit("N-SZ").id
    dispatch.perform(people_cast.dispatcher, case.id, "dispatch", {"unit_id": unit, "reason": "就近"})
    receipt = intake.receive(
        PLATFORM,
        ReportIn(
            source="hotline", text="咨询", division="990101001", reporter=ReporterIn("钱女士", "13800000000")
        ),
        open_now=True,
    )
    (danger,) = handovers.look(["三楼着火了"])
    assert danger is not None
    with atomic():
        (handover,) = handovers.open_for([Noticed(report_id=new_id(), danger=danger, case_id=case.id)])
    version = cases.hold(PLATFORM, case.id).case.version
    return {
        "handover": str(handover),
        "case": str(case.id),
        "version": version,
        "report": str(receipt.report_id),
        "tracking": receipt.tracking,
        "zero": ZERO,
        "file": ZERO,
    }


def ask(door, method, path, body, stage):
    """Send one request with the stage's identifiers filled in."""
    address = path.format(**{k: v for k, v in stage.items() if k != "version"})
    if method == "GET":
        return door.get(address)
    case = stage["case"]
    filled = {k: [case] if v == ["{case}"] else case if v == "{case}" else v for k, v in body.items()}
    return door.post(address, filled, If_Match=f'"v{stage["version"]}"')


def settled(response):
    """Read a stream to its end and close it; give the status."""
    if response.streaming:
        b"".join(response.streaming_content)
    with one_connection():
        response.close()
    return response.status_code


@pytest.mark.parametrize("part", range(_PARTS))
def test_every_role_gets_what_its_post_and_scope_allow(desk, stage, part):
    for operation in list(DESK)[part::_PARTS]:
        with transaction.atomic():
            tried(desk, stage, operation)
            transaction.set_rollback(True)
        forget_caches()


def tried(desk, stage, operation):
    """Who may not is refused and changes nothing; who may is served."""
    method, path, body, may = DESK[operation]
    refused = set(ROLES) - may
    for role in sorted(refused):
        status = settled(ask(desk(role), method, path, body, stage))
        assert status in {403, 404}, (operation, role, status)
    before = desk("leader").get(f"/cases/{stage['case']}").json()["version"]
    assert before == stage["version"], "a refused request changed something"
    for role in sorted(may):
        response = ask(desk(role), method, path, body, stage)
        # Somebody before may have done it already: then it is a conflict or an old version, not a refusal.
        assert settled(response) in {200, 201, 202, 204, 409, 412}, (operation, role, response.status_code)


@pytest.mark.parametrize("operation", FIELD)
def test_the_field_is_for_collectors(people_cast, operation):
    method, path, body = FIELD[operation]
    for role in ROLES:
        door = Door(user=people_cast.user(role), base="/api/field")
        status = (door.get(path) if method == "GET" else door.post(path, body)).status_code
        assert status == (200 if role in {"collector", "outside_collector"} else 403), role
    stranger = Door(base="/api/field")
    assert (stranger.get(path) if method == "GET" else stranger.post(path, body)).status_code in {401, 403}


def test_a_stranger_gets_nothing(db):
    stage = {"case": ZERO, "report": ZERO, "zero": ZERO, "file": ZERO, "version": 1, "handover": ZERO}
    stranger = Door(base="/api/desk")
    for operation, (method, path, body, _) in DESK.items():
        assert ask(stranger, method, path, body, stage).status_code in {401, 403}, operation


@pytest.mark.parametrize("operation", PARTNER)
def test_a_token_needs_the_scope_and_the_division(people_cast, stage, operation):
    method, path, body, scope = PARTNER[operation]
    issue = people.issue_token
    lacking = Door(issue(people_cast.secadmin, "缺权限", [s for s in SCOPES if s != scope], "9901"))
    outside = Door(issue(people_cast.secadmin, "外区", SCOPES, "990102"))
    inside = Door(issue(people_cast.secadmin, "本区", SCOPES, "990101"))
    assert ask(lacking, method, path, body, stage).json()["code"] == "token.scope"
    far, near = (ask(door, method, path, body, stage).status_code for door in (outside, inside))
    if "{case}" in path:
        assert far == 404
        assert near in {200, 403}  # a system may see the case; some moves are for people only
    elif "{tracking}" in path:
        assert (far, near) == (404, 404)  # told by somebody else
    else:
        assert far in {200, 201}


@pytest.mark.parametrize(
    ("api", "known"),
    [
        (field_api, set(FIELD) | {"keep_photo"}),
        (desk_api, set(DESK) | APART | ALARMS),
        (partner_api, set(PARTNER) | {"keep_file"} | SIGNED | CAP),
        (
            citizen_api,
            {"snap_photo", "snap_nearby", "snap", "track", "survey", "answer_survey", "ask_reopening"},
        ),
    ],
)
def test_no_operation_is_missing_here(api, known):
    paths = api.get_openapi_schema()["paths"].values()
    assert {operation["operationId"] for methods in paths for operation in methods.values()} == known
