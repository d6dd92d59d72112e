# SPDX-License-Identifier: Apache-2.0
"""Creating reports through the open interface: once, by scope, and never a 5xx for rubbish."""

import json

import pytest

from tongguan.doors.testing import Door
from tongguan.intake.testing import told as all_told
from tongguan.people import api as people

TOLD = {"source": "hotline", "external_id": "H-1", "text": "路灯不亮", "lon": 121.2, "lat": 31.0}


def test_a_report_is_created_once_and_its_receipt_given_again(partner):
    first = partner.post("/reports", TOLD)
    again = partner.post("/reports", TOLD | {"text": "又报一次"})
    assert (first.status_code, again.status_code) == (201, 200)
    one, two = first.json(), again.json()
    assert (two["tracking"], two["secret"], two["repeated"]) == (one["tracking"], one["secret"], True)
    assert len(all_told()) == 1


def test_the_idempotency_key_takes_the_place_of_a_missing_number(partner):
    told = {key: value for key, value in TOLD.items() if key != "external_id"}
    one = partner.post("/reports", told, Idempotency_Key="k1").json()
    two = partner.post("/reports", told, Idempotency_Key="k1").json()
    three = partner.post("/reports", told, Idempotency_Key="k2").json()
    assert one["tracking"] == two["tracking"] != three["tracking"]
    assert len(all_told()) == 2


def test_the_payload_is_kept_without_the_reporter(partner):
    partner.post("/reports", TOLD | {"reporter": {"name": "钱女士", "phone": "13800000000", "secret": True}})
    (row,) = all_told()
    assert json.loads(row.payload) == TOLD
    assert row.reporter_secret is True


def test_a_token_without_the_scope_is_refused(people_cast):
    reader = Door(people.issue_token(people_cast.secadmin, "看板", ["reports:read"], "9901"))
    response = reader.post("/reports", TOLD)
    assert (response.status_code, response.json()["code"]) == (403, "token.scope")
    assert all_told() == []


@pytest.mark.parametrize("token", ["", "x", "tg_000000000000_" + "A" * 43])
def test_without_a_good_token_nothing_is_told(people_cast, token):
    response = Door(token).post("/reports", TOLD)
    assert (response.status_code, response.json()["code"]) == (401, "auth.required")
    assert response["Content-Type"] == "application/problem+json"


def test_a_client_sees_its_own_report_and_no_others(partner, people_cast):
    tracking = partner.post("/reports", TOLD).json()["tracking"]
    other = Door(people.issue_token(people_cast.secadmin, "邻区", ["reports:read"], "990102"))
    assert partner.get(f"/reports/{tracking}").json()["state"] == "waiting"
    assert other.get(f"/reports/{tracking}").status_code == 404


def test_a_batch_is_answered_one_by_one(partner):
    answer = partner.post(
        "/reports/batch", {"reports": [TOLD, TOLD | {"external_id": "H-2", "lat": None}]}
    ).json()
    assert (answer["accepted"], answer["refused"]) == (1, 1)
    assert answer["answers"][1]["field"] == "lat"


def body(**change: object) -> bytes:
    return json.dumps(TOLD | change).encode()


DEEP = b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}"
MALFORMED = {
    "empty body": (b"", "body"),
    "not json": (b"text=1", "body"),
    "half a json": (b'{"text": "a', "body"),
    "two values": (b'{"text": "a"} {}', "body"),
    "a list": (b"[]", "body"),
    "a text": (b'"text"', "body"),
    "null": (b"null", "body"),
    "gbk bytes": ('{"text": "路灯"}'.encode("gbk"), "body"),
    "utf-16": ('{"text": "a"}'.encode("utf-16"), "body"),
    "byte order mark": (b"\xef\xbb\xbf" + body(), "body"),
    "lone surrogate escaped": (b'{"text": "\\ud800"}', "body"),
    "lone surrogate raw": (b'{"text": "\xed\xa0\x80"}', "body"),
    "NUL escaped": (b'{"source": "hotline", "text": "a\\u0000b"}', "text"),
    "NUL raw": (b'{"text": "a\x00b"}', "body"),
    "NUL in a key": (b'{"te\\u0000xt": "a"}', "body"),
    "NaN": (b'{"text": "a", "lon": NaN, "lat": 1}', "body"),
    "Infinity": (b'{"text": "a", "lon": Infinity, "lat": 1}', "body"),
    "1e999": (b'{"text": "a", "lon": 1e999, "lat": 1}', "body"),
    "huge integer": (b'{"text": "a", "lon": ' + b"9" * 300 + b', "lat": 1}', "lon"),
    "longer than 64 bits": (b'{"text": "a", "lat": 1, "lon": 123456789012345678901234567890}', "lon"),
    "deep": (DEEP, "text"),
    "bottomless": (b"[" * 200_000, "body"),
    "text is a number": (body(text=5), "text"),
    "text is null": (body(text=None), "text"),
    "text is a list": (body(text=["a"]), "text"),
    "text is an object": (body(text={"a": 1}), "text"),
    "text too long": (body(text="长" * 20_001), "text"),
    "no text at all": (body(text=" "), "text"),
    "lon is text": (body(lon="121.2"), "lon"),
    "lon is true": (body(lon=True), "lon"),
    "lon outside": (body(lon=181), "lon"),
    "lat outside": (body(lat=-91), "lat"),
    "lat without lon": (body(lon=None), "lon"),
    "unknown system": (body(system="MARS"), "system"),
    "source in capitals": (body(source="Hotline"), "source"),
    "source like SQL": (body(source="'; drop table intake_report; --"), "source"),
    "division like SQL": (body(division="99' or 1=1"), "division"),
    "division of letters": (body(division="9901ab"), "division"),
    "time as a number": (body(told_at=1_700_000_000), "told_at"),
    "time without a zone": (body(told_at="2026-05-01T09:30:00"), "told_at"),
    "time in the future": (body(told_at="2999-01-01T00:00:00Z"), "told_at"),
    "time before there were computers": (body(told_at="0001-01-01T00:00:00+08:00"), "told_at"),
    "no time at all": (body(told_at="gestern"), "told_at"),
    "unknown field": (body(hacker=1), "hacker"),
    "attachment no id": (body(attachments=["a"]), "attachments.0"),
    "too many attachments": (body(attachments=["00000000-0000-7000-8000-000000000000"] * 21), "attachments"),
    "reporter is a text": (body(reporter="钱"), "reporter"),
    "secret is a word": (body(reporter={"secret": "yes"}), "reporter.secret"),
    "phone too long": (body(reporter={"phone": "1" * 41}), "reporter.phone"),
    "line break in the number": (body(external_id="1\n2"), "external_id"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_create_is_refused_by_the_name_of_its_field(partner, name):
    raw, field = MALFORMED[name]
    response = partner.post("/reports", raw)
    problem = response.json()
    assert 400 <= response.status_code < 500, problem
    assert response["Content-Type"] == "application/problem+json"
    assert problem["field"] == field
    assert problem["errors"][0]["pointer"].startswith("/")
    assert all_told() == []


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({"content_type": "application/json; charset=gbk"}, 415, "Content-Type"),
        ({"content_type": "text/plain"}, 415, "Content-Type"),
        ({"content_type": "multipart/form-data; boundary=x"}, 415, "Content-Type"),
        ({"Idempotency_Key": "钥匙"}, 422, "Idempotency-Key"),
        ({"Idempotency_Key": "k" * 201}, 422, "Idempotency-Key"),
    ],
)
def test_a_wrong_header_is_refused_by_name(partner, headers, status, field):
    response = partner.post("/reports", TOLD, **headers)
    assert (response.status_code, response.json()["field"]) == (status, field)


def test_a_body_too_large_is_refused_before_it_is_read(partner):
    response = partner.post("/reports", b'{"text": "' + b"a" * (5 * 1024 * 1024) + b'"}')
    assert (response.status_code, response.json()["field"]) == (413, "body")


@pytest.mark.parametrize("path", ["/reports/%00", "/reports/a?x=%00", "/reports/" + "a" * 9000])
def test_an_address_with_rubbish_is_refused(partner, path):
    assert partner.get(path).status_code in {400, 404}


def test_problems_speak_the_readers_language(partner):
    english = partner.post("/reports", TOLD | {"lon": 181}, Accept_Language="en").json()
    chinese = partner.post("/reports", TOLD | {"lon": 181}).json()
    assert (english["title"], chinese["title"]) == ("Invalid", "内容有误")
    assert english["errors"] == [
        {"field": "lon", "pointer": "/lon", "code": "less_than_equal", "detail": "must be at most 180.0"}
    ]


def test_an_unknown_address_is_a_problem_too(partner):
    response = partner.get("/nothing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    wrong = partner.delete("/reports")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "request.method")


def test_the_rate_limit_tells_when_to_come_back(partner, settings):
    settings.RATES = {"partner": (0.5, 1)}
    codes = [partner.get("/reports/A").status_code for _ in range(3)]
    response = partner.get("/reports/A")
    assert codes[-1] == 429
    assert (response.json()["code"], response["Retry-After"]) == ("rate.limit", "2")
