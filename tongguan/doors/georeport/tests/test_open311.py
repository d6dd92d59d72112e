# SPDX-License-Identifier: Apache-2.0
"""GeoReport v2: a telling in, a token, a public case; what stays hidden; errors in its own form."""

import io
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import xmltodict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.doors.georeport.answering import limit
from tongguan.doors.partner.auth import wrong_tokens
from tongguan.doors.testing import SCOPES
from tongguan.intake import api as intake
from tongguan.intake.testing import told as all_told
from tongguan.kernel import clock
from tongguan.people import api as people
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
HERE = {"lat": "30.805", "long": "121.005"}
ELSEWHERE = {"lat": "30.815", "long": "121.015"}
V2 = "/open311/v2"


@pytest.fixture
def city(people_cast):
    """The square city with the standard items, and a bucket that is full."""
    square_city()
    catalog.load_standards(PLATFORM)
    limit.clear()
    wrong_tokens.clear()
    return people_cast


@pytest.fixture
def key(city):
    """The key of an app."""
    return people.issue_token(city.secadmin, "市民报修 App", SCOPES, "9901")


@pytest.fixture
def door():
    return Client(raise_request_exception=False)


def tell(door, key, form="json", headers=None, **told):
    body = {"api_key": key, "service_code": "01003", "description": "井盖翻了", **HERE, **told}
    body = {name: value for name, value in body.items() if value is not None}
    kind = {} if "media" in body else {"content_type": "application/x-www-form-urlencoded"}
    return door.post(
        f"{V2}/requests.{form}", urlencode(body) if kind else body, headers=headers or {}, **kind
    )


def listed(door, **asked):
    answer = door.get(f"{V2}/requests.json", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_telling_gets_a_token_and_later_its_number(door, key):
    answer = tell(door, key, first_name="女士", last_name="钱", phone="13800000000")
    (one,) = answer.json()
    assert (answer.status_code, set(one)) == (201, {"token", "service_notice", "account_id"})
    assert door.get(f"{V2}/tokens/{one['token']}.json").json() == [{"token": one["token"]}]
    intake.triage_batch(10)
    (resolved,) = door.get(f"{V2}/tokens/{one['token']}.json").json()
    number = resolved["service_request_id"]
    (shown,) = door.get(f"{V2}/requests/{number}.json").json()
    assert (shown["service_request_id"], shown["status"], shown["service_code"]) == (number, "open", "01003")
    assert (shown["lat"], shown["long"]) == (30.805, 121.005)
    assert shown["status_notes"] == "已登记，等待受理"
    assert shown["requested_datetime"].endswith("+08:00")


def test_everybody_sees_place_and_progress_but_nobody_elses_words(door, key):
    tell(
        door,
        key,
        description="我是钱女士 13800000000",
        last_name="钱",
        phone="13800000000",
        email="q@example.org",
        device_id="d-1",
        address_string="人民路12号3号楼402室",
    )
    intake.triage_batch(10)
    (row,) = all_told()
    assert row.address == "人民路12号3号楼402室"
    assert not [word for word in ("example.org", "d-1", "last_name", key) if word in row.payload]
    for form in ("json", "xml"):
        seen = door.get(f"{V2}/requests.{form}").content.decode()
        assert "雨水井盖异常" in seen
        for hidden in ("钱", "13800000000", "example.org", "402", "d-1"):
            assert hidden not in seen
    (mine,) = listed(door, api_key=key)
    assert mine["description"].startswith("我是钱女士")
    (public,) = listed(door)
    assert (public["description"], public["address"]) == ("雨水井盖异常", "人民路12号")


def test_another_apps_key_does_not_open_the_words(door, key, city):
    other = people.issue_token(city.secadmin, "另一 App", SCOPES, "9901")
    tell(door, key)
    intake.triage_batch(10)
    assert listed(door, api_key=other)[0]["description"] == "雨水井盖异常"


def test_a_secret_reporters_case_and_a_household_matter_are_not_public(door, key):
    tell(door, key, **{"attribute[secret]": "yes"})
    tell(door, key, service_code="A010101", description="楼上漏水")
    tell(door, key, description="路口")
    intake.triage_batch(10)
    rows = {row.text: row for row in all_told()}
    assert [row.state for row in rows.values()] == ["opened"] * 3
    (only,) = listed(door)
    secret = cases.case(PLATFORM, rows["井盖翻了"].case_id)
    assert rows["井盖翻了"].reporter_secret
    assert only["service_request_id"] == cases.case(PLATFORM, rows["路口"].case_id).number
    assert door.get(f"{V2}/requests/{secret.number}.json").status_code == 404
    assert listed(door, service_request_id=secret.number) == []
    assert listed(door, service_code="A010101") == []


def test_the_same_telling_sent_again_is_the_same_request(door, key, city):
    first = tell(door, key, headers={"idempotency-key": "k-1"})
    again = tell(door, key, headers={"idempotency-key": "k-1"})
    by_number = [tell(door, key, **{"attribute[external_id]": "A-1"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert [one.status_code for one in by_number] == [201, 200]
    intake.triage_batch(10)
    (done,) = tell(door, key, headers={"idempotency-key": "k-1"}).json()
    assert "service_request_id" in done
    other = people.issue_token(city.secadmin, "另一 App", SCOPES, "9901")
    assert tell(door, other, headers={"idempotency-key": "k-1"}).status_code == 201
    assert len(all_told()) == 3


def test_a_photo_comes_along_in_a_multipart_form(door, key):
    photo = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(photo, "JPEG")
    photo.seek(0)
    photo.name = "井盖.jpg"
    assert tell(door, key, media=photo).status_code == 201
    broken = io.BytesIO(b"no picture")
    broken.name = "x.jpg"
    refused = tell(door, key, media=broken)
    assert (refused.status_code, refused.json()[0]["description"][:5]) == (400, "media")
    (row,) = all_told()
    assert len(row.attachments) == 1


def test_the_answers_to_attributes_are_told_in_words(door, key):
    shown = door.get(f"{V2}/services/01003.json").json()
    assert [one["code"] for one in shown["attributes"]] == ["condition", "secret"]
    choice = shown["attributes"][0]["values"][1]
    assert tell(door, key, **{"attribute[condition]": choice["key"]}).status_code == 201
    assert all_told()[0].text == f"井盖翻了\n现场是哪一种情形：{choice['name']}"
    for wrong in ({"attribute[condition]": "999"}, {"attribute[colour]": "red"}):
        refused = tell(door, key, **wrong)
        assert (refused.status_code, next(iter(wrong)) in refused.json()[0]["description"]) == (400, True)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "xyz"}, 403, "api_key"),
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "00000"}, 404, "service_code"),
        ({"lat": None}, 400, "lat"),
        ({"lat": "north"}, 400, "lat"),
        ({"lat": "91"}, 400, "lat"),
        ({"lat": None, "long": None}, 400, "lat"),
        ({"jurisdiction_id": "nowhere"}, 404, "jurisdiction_id"),
        ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
        ({"description": "x" * 20_001}, 400, "description"),
        ({"email": "x" * 201}, 400, "reporter.email"),
    ],
)
def test_a_wrong_telling_is_refused_in_the_standards_form(door, key, change, status, field):
    told = {"key": key, **change}
    sent = told.pop("api_key", key) if "api_key" in told else key
    told.pop("key")
    answer = tell(door, sent, **told)
    (one,) = answer.json()
    assert (answer.status_code, one["code"]) == (status, status)
    assert one["description"].startswith(f"{field}: "), one
    page = xmltodict.parse(tell(door, sent, "xml", **told).content)
    assert page["errors"]["error"] == {"code": str(status), "description": one["description"]}
    assert all_told() == []


def test_a_key_without_the_scope_may_not_tell(door, key, city):
    reader = people.issue_token(city.secadmin, "只读", ["reports:read"], "9901")
    assert tell(door, reader).status_code == 403


def test_requests_are_narrowed_by_code_status_and_date(door, key):
    with clock.using(clock.ManualClock(clock.now() - timedelta(days=100))):
        tell(door, key)
        intake.triage_batch(10)
    tell(door, key)
    tell(door, key, service_code="01002", **{"description": "路边电话亭玻璃碎了", **ELSEWHERE})
    intake.triage_batch(10)
    assert [one["service_code"] for one in listed(door)] == ["01002", "01003"]
    assert len(listed(door, service_code="01002,01003", status="open")) == 2
    assert listed(door, status="closed") == []
    assert len(listed(door, status="open,closed")) == 2
    old = clock.now() - timedelta(days=120)
    found = listed(door, start_date=old.isoformat(timespec="seconds").replace("+00:00", "Z"))
    assert len(found) == 1
    assert len(listed(door, page_size=1)) == 1
    assert [o["service_code"] for o in listed(door, page_size=1, page=2)] == ["01003"]
    assert len(listed(door, jurisdiction_id="990101")) == 2
    assert listed(door, jurisdiction_id="990102") == []
    both = ",".join(one["service_request_id"] for one in listed(door))
    assert len(listed(door, service_request_id=both, status="closed")) == 2


@pytest.mark.parametrize(
    "asked",
    [
        "start_date=2026-01-01T00:00:00Z&end_date=2026-05-01T00:00:00Z",
        "start_date=yesterday",
        "start_date=9999-12-31T00:00:00Z",
        "status=lost",
        "page=0",
        "page=1.5",
        "page_size=1001",
        "page=100000&page_size=1000",
        "service_request_id=" + "1," * 1_001,
    ],
)
def test_a_wrong_question_is_refused_with_its_field(door, city, asked):
    answer = door.get(f"{V2}/requests.json?{asked}")
    assert (answer.status_code, answer.json()[0]["code"]) == (400, 400)
    assert asked.partition("=")[0] in answer.json()[0]["description"]


def test_a_list_costs_the_same_however_long_it_is(door, key, django_assert_max_num_queries):
    def cost(n):
        for _ in range(n):
            tell(door, key)
        intake.triage_batch(100)
        limit.clear()
        listed(door)
        with django_assert_max_num_queries(20) as counted:
            listed(door)
        return len(counted)

    assert cost(1) == cost(10)


def test_what_is_offered_is_the_citys_own_choice(door, city, settings):
    everything = {one["service_code"] for one in door.get(f"{V2}/services.json").json()}
    assert {"01003", "A010101"} <= everything
    own = settings.HOME / "city" / "open311.yaml"
    own.parent.mkdir()
    own.write_text(
        "{report: {kinds: [component], without: ['0100']}, public: {kinds: []},"
        " jurisdictions: {city.gov: '9901'}}"
    )
    codes = {one["service_code"] for one in door.get(f"{V2}/services.json?jurisdiction_id=city.gov").json()}
    assert codes
    assert not codes & {"01003", "A010101"}
    own.write_text("report: nonsense")
    assert len(door.get(f"{V2}/services.json").json()) == len(everything)


def test_other_formats_methods_and_places_are_errors_too(door, city):
    assert door.get(f"{V2}/services.yaml").status_code == 404
    assert door.post(f"{V2}/services.json").status_code == 405
    assert door.get(f"{V2}/tokens/none.json").status_code == 404
    assert door.get(f"{V2}/services/none.xml").status_code == 404
    refused = door.post(f"{V2}/requests.json", "{}", content_type="application/json")
    assert refused.status_code == 415


def test_too_many_questions_are_told_to_wait(door, city, settings):
    settings.RATES = {"open311": (0.1, 2)}
    limit.clear()
    answers = [door.get(f"{V2}/services.json") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"]
    limit.clear()


@given(
    body=st.binary(max_size=300) | st.from_regex(r"(lat|long|service_code|attribute\[a\])=[^&]{0,9}(&.*)?")
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_breaks_it(door, key, settings, body):
    settings.RATES = {"open311": (1e6, 1_000_000), "wrong_token": (1e6, 1_000_000)}
    raw = f"api_key={key}&".encode() + (body.encode() if isinstance(body, str) else body)
    answer = door.post(f"{V2}/requests.json", raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {201, 400, 403, 404}
    json.loads(answer.content)
