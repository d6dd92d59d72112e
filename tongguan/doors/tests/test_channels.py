# SPDX-License-Identifier: Apache-2.0
"""Parcels over HTTP: samples, the official CloudEvents SDK, what is unreadable and its way back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from django.apps import apps

from tongguan.intake.contracts import Parcel, Piece
from tongguan.intake.models import Unread
from tongguan.intake.spi import channels
from tongguan.intake.testing import told as all_told
from tongguan.runtime.testing import settle

FOLDERS = Path(apps.get_app_config("channels").path)
WHOLE = ("mapped/samples/hotline-orders.push.json", "email/samples/photo.eml", "chat/samples/group.txt")


def event(number: str, **data: object) -> CloudEvent:
    attributes = {
        "id": number,
        "source": "/water/pump/3",
        "type": "cn.water.alarm",
        "specversion": "1.0",
        "time": datetime(2026, 5, 1, 1, 30, tzinfo=UTC),
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes=attributes, data={"text": "泵站水位超限", **data})


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_the_official_sdk_is_understood_in_both_modes_and_a_repetition_is_no_second_report(partner, write):
    message = write(event("1", lon=121.2, lat=31.0, item_code="01008"))
    kind = message.headers.get("content-type", "application/json")
    headers = {k.replace("-", "_"): v for k, v in message.headers.items() if k != "content-type"}
    for _ in range(2):
        answer = partner.post("/channels/cloudevents", message.body, content_type=kind, **headers)
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    (row,) = all_told()
    assert (row.source, row.external_id, row.text) == ("cloudevents", "/water/pump/3 1", "泵站水位超限")
    assert row.told_at == datetime(2026, 5, 1, 1, 30, tzinfo=UTC)


def test_a_batch_of_the_official_sdk_is_answered_one_by_one(partner):
    events = [json.loads(to_structured_event(event(str(n))).body) for n in range(3)]
    events[1]["data"] = {"level": 3}
    answer = partner.post(
        "/channels/cloudevents",
        json.dumps(events).encode(),
        content_type="application/cloudevents-batch+json",
    ).json()
    assert [one["ok"] for one in answer["answers"]] == [True, False, True]
    refused = answer["answers"][1]
    assert (refused["field"], bool(refused["kept"])) == ("data.text", True)
    assert [row.external_id for row in all_told()] == ["/water/pump/3 0", "/water/pump/3 2"]


@pytest.mark.parametrize("sample", WHOLE)
def test_a_parcel_cut_on_its_way_is_received_once_when_it_comes_again(partner, sample):
    channel = "hotline-orders" if "hotline" in sample else sample.split("/")[0]
    body = (FOLDERS / sample).read_bytes()
    partner.post(f"/channels/{channel}", body[: len(body) // 2], content_type="application/octet-stream")
    before = {row.external_id for row in all_told()}
    whole = partner.post(f"/channels/{channel}", body, content_type="application/octet-stream").json()
    after = {row.external_id for row in all_told()}
    again = partner.post(f"/channels/{channel}", body, content_type="application/octet-stream").json()
    assert whole["accepted"] == again["accepted"] >= 1
    assert {row.external_id for row in all_told()} == after
    assert before <= after


def test_a_mails_photo_and_sender_come_along_apart_from_the_telling(partner):
    body = (FOLDERS / "email/samples/photo.eml").read_bytes()
    assert partner.post("/channels/email", body, content_type="message/rfc822").status_code == 200
    (row,) = all_told()
    assert len(row.attachments) == 1
    assert "qian@example.org" not in row.payload + row.text


def test_what_cannot_be_read_is_kept_once_and_named(partner, desk):
    for _ in range(3):
        answer = partner.post("/channels/mapped", b"{half", content_type="application/json")
        assert (answer.status_code, answer.json()["answers"][0]["field"]) == (422, "body")
    (row,) = desk("acceptor").get("/unread").json()["rows"]
    assert (row["channel"], row["code"], row["times"]) == ("mapped", "body.json", 3)
    assert row["id"] == answer.json()["answers"][0]["kept"]


def test_an_official_opens_corrects_and_reads_it_again(partner, desk):
    partner.post("/channels/mapped", '{"text": "路灯不亮", "lon": "东经 121"}'.encode())
    acceptor = desk("acceptor")
    (row,) = acceptor.get("/unread").json()["rows"]
    assert "东经" in acceptor.post(f"/unread/{row['id']}/open").json()["text"]
    still = acceptor.post(f"/unread/{row['id']}/replay", {"text": '{"lon": 1}', "reason": "试"}).json()
    assert still == {"done": 0, "left": 1}
    refused = acceptor.post(f"/unread/{row['id']}/replay", {"text": '{"text": "路灯不亮"}'})
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    done = acceptor.post(
        f"/unread/{row['id']}/replay", {"text": '{"text": "路灯不亮"}', "reason": "去掉坐标"}
    )
    assert done.json() == {"done": 1, "left": 0}
    (report,) = all_told()
    assert report.text == "路灯不亮"
    assert report.client.startswith("client:")
    assert acceptor.get("/unread").json()["rows"] == []
    assert acceptor.post(f"/unread/{row['id']}/replay", {}).json()["code"] == "unread.done"


def test_what_is_set_aside_needs_a_reason_and_is_gone_from_the_list(partner, desk):
    partner.post("/channels/chat", "没有消息".encode())
    acceptor = desk("acceptor")
    (row,) = acceptor.get("/unread").json()["rows"]
    assert acceptor.post(f"/unread/{row['id']}/dismiss", {"reason": " "}).status_code == 422
    assert acceptor.post(f"/unread/{row['id']}/dismiss", {"reason": "测试消息"}).status_code == 204
    assert acceptor.get("/unread").json()["rows"] == []


@pytest.mark.parametrize("role", ["handler", "department", "collector", "auditor", "sysadmin"])
def test_nobody_else_sees_what_could_not_be_read(partner, desk, role):
    partner.post("/channels/mapped", b"{half")
    number = Unread.objects.get().id
    door = desk(role)
    for answer in (
        door.get("/unread"),
        door.post(f"/unread/{number}/open"),
        door.post(f"/unread/{number}/replay", {}),
        door.post("/unread/replay", {}),
        door.post(f"/unread/{number}/dismiss", {"reason": "x"}),
    ):
        assert answer.status_code == 403


def test_after_a_decoder_is_mended_hundreds_are_read_again_as_one_job(partner, desk):
    class Broken:
        title = "坏的渠道"

        def decode(self, parcel: Parcel) -> list[Piece]:
            raise ZeroDivisionError(parcel.name)

    with channels.temporarily("new-system", Broken()):
        for n in range(120):
            body = json.dumps({"external_id": str(n), "text": f"第 {n} 号路灯不亮"}).encode()
            assert partner.post("/channels/new-system", body).status_code == 422
        partner.post("/channels/new-system", b"{}")
    assert all_told() == []
    acceptor = desk("acceptor")
    with channels.temporarily("new-system", channels.get("mapped")):
        job = acceptor.post("/unread/replay", {"channel": "new-system"}).json()["job_id"]
        settle()
    shown = acceptor.get(f"/jobs/{job}").json()
    assert (shown["state"], shown["total"], shown["failed"]) == ("done", 121, 1)
    assert len(all_told()) == 120
    (left,) = acceptor.get("/unread?channel=new-system").json()["rows"]
    assert left["code"] == "field.missing"


def test_an_unknown_channel_and_an_empty_body_are_named(partner):
    assert partner.post("/channels/telegraph", b"x").json()["field"] == "channel"
    assert partner.post("/channels/mapped", b"").json()["field"] == "body"
    names = [one["name"] for one in partner.get("/channels").json()]
    assert {"cloudevents", "mapped", "hotline-orders", "email", "chat"} <= set(names)


def test_headers_that_may_hold_credentials_are_not_kept(partner):
    partner.post("/channels/cloudevents", b"{}", Ce_Specversion="1.0", X_Key="secret")
    row = Unread.objects.get()
    assert set(row.headers) == {"content-type", "ce-specversion"}


def test_parts_beyond_a_thousand_are_answered_in_their_order(partner):
    told = [{"external_id": str(n), "text": "路灯不亮"} if n % 7 else {"lon": 1} for n in range(1_500)]
    answers = partner.post("/channels/mapped", told).json()["answers"]
    assert [one["ok"] for one in answers] == [bool(n % 7) for n in range(1_500)]
    assert [one["index"] for one in answers] == list(range(1_500))
