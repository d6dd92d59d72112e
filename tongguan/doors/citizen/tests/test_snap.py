# SPDX-License-Identifier: Apache-2.0
"""随手拍: hints of the photo, what is known nearby, telling with or without a name, "me too"."""

from datetime import timedelta

import pytest
from PIL import Image

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.doors.common.reply import seal
from tongguan.doors.testing import Door
from tongguan.intake import api as intake
from tongguan.intake.testing import told as all_told
from tongguan.kernel import clock
from tongguan.kernel.coordinates import from_wgs84
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.pictures.testing import from_camera
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
HERE = {"lon": 121.005, "lat": 30.805}
KEY = "5f1c7a52-9d1b-4c33-8f0e-1"


@pytest.fixture
def door(people_cast, settings):
    """Anybody's phone in the square city."""
    settings.RATES = dict.fromkeys(("snap", "snap_photo", "citizen"), (1e6, 1_000_000))
    square_city()
    catalog.load_standards(PLATFORM)
    return Door(base="/api/citizen")


def photo(*, gps=True):
    return from_camera(Image.new("RGB", (16, 16), "grey"), gps=gps)


def tell(door, key="", **told):
    body = {"text": "井盖破损", "item_code": "01003", **HERE, **told}
    return door.post("/reports", body, **({"Idempotency_Key": key} if key else {}))


def triaged():
    intake.triage_batch(100)
    return all_told()


def test_a_photo_gives_time_and_place_as_hints_and_comes_along(door):
    kept = door.put_file("/photos", "井盖.jpg", photo())
    hints = kept.json()
    assert (kept.status_code, hints["system"], hints["lon"], hints["lat"]) == (201, "WGS84", 121.005, 30.805)
    assert hints["taken_at"] == "2026-05-01T01:30:00Z"
    assert door.put_file("/photos", "x.jpg", photo(gps=False)).json()["lon"] is None
    assert tell(door, photos=[hints["photo"]], text="").status_code == 201
    (row,) = triaged()
    assert (len(row.attachments), row.text, row.state) == (1, "（见照片）", "opened")


def test_it_may_be_told_without_a_name_and_followed_by_its_receipt(door):
    receipt = tell(door).json()
    (row,) = triaged()
    assert (row.client, row.contact_seal, row.state) == ("citizen", "", "opened")
    track = door.post("/track", {"tracking": receipt["tracking"], "secret": receipt["secret"]})
    assert track.status_code == 200


def test_a_contact_needs_consent_and_secrecy_is_kept(door):
    who = {"name": "钱女士", "phone": "13800000000", "secret": True}
    refused = tell(door, reporter=who)
    assert (refused.status_code, refused.json()["field"]) == (422, "consent")
    assert tell(door, reporter=who, consent=True).status_code == 201
    (row,) = triaged()
    assert (row.reporter_secret, "13800000000" in row.payload, '"consent":true' in row.payload) == (
        True,
        False,
        True,
    )
    assert door.post("/nearby", HERE).json() == []


def test_what_is_known_nearby_is_shown_without_anybodys_words(door):
    tell(door, text="我是钱女士，人民路口雨水井盖破损翘起，有人摔倒")
    tell(door, text="路口另一处", item_code="01002", lon=121.006)
    tell(door, text="楼上漏水", item_code="A010101")
    tell(door, lon=121.015, text="远处的井盖")
    with clock.using(clock.ManualClock(clock.now() + timedelta(days=3))):
        triaged()
        answer = door.post("/nearby", {**HERE, "text": "人民路口雨水井盖破损翘起，有人摔倒", "item_code": ""})
    rows = answer.json()
    assert [(row["item_code"], row["likely"]) for row in rows] == [("01003", True), ("01002", False)]
    assert rows[0]["item_name"] == "雨水井盖异常"
    assert (rows[0]["metres"], rows[0]["people"]) == (0, 1)
    assert set(rows[0]) == {"matter", "item_code", "item_name", "metres", "days", "people", "likely"}
    assert not [word for word in ("钱女士", "摔倒", "人民路") if word in answer.content.decode()]


def test_the_place_of_a_draft_may_be_in_any_system(door):
    tell(door)
    triaged()
    lon, lat = from_wgs84(HERE["lon"], HERE["lat"], "GCJ02")
    (row,) = door.post("/nearby", {"lon": float(lon), "lat": float(lat), "system": "GCJ02"}).json()
    assert row["metres"] <= 1
    assert door.post("/nearby", {**HERE, "system": "MARS"}).json()["field"] == "system"


def test_me_too_is_a_further_voice_of_the_case_and_gets_its_own_receipt(door):
    tell(door)
    (first,) = triaged()
    (row,) = door.post("/nearby", HERE).json()
    answers = [door.post("/reports", {"also": row["matter"], "text": words}) for words in ("", "很危险")]
    assert [one.status_code for one in answers] == [201, 201]
    rows = triaged()
    assert [one.state for one in rows] == ["opened", "joined", "joined"]
    assert {one.case_id for one in rows} == {first.case_id}
    assert cases.case(PLATFORM, first.case_id).reporter_count == 3
    assert len({one.json()["tracking"] for one in answers}) == 2
    assert (rows[1].item_code, rows[1].lon, rows[1].text) == ("01003", 121.005, "我也遇到同样的问题。")


def test_me_too_joins_the_named_case_even_where_words_alone_would_not(door):
    tell(door, text="井盖破损")
    tell(door, text="另一只井盖缺失，在学校门口", lon=121.0065)
    one, other = triaged()
    assert one.case_id != other.case_id
    chosen = [row for row in door.post("/nearby", HERE).json() if row["metres"] > 100]
    door.post("/reports", {"also": chosen[0]["matter"], "text": "完全不同的说法"})
    door.post("/reports", {"text": "完全不同的说法", "item_code": "01003", **HERE})
    rows = triaged()
    assert rows[2].case_id == other.case_id


@pytest.mark.parametrize("sealed", ["x", "photo", "matter"])
def test_only_what_this_door_gave_is_taken(door, sealed):
    told = seal(f"{sealed}:{new_id()}") if sealed != "x" else "x"
    for field, body in (("photos.0", {"photos": [told]}), ("also", {"also": told})):
        refused = door.post("/reports", {"text": "井盖", **body})
        named = refused.json()["field"]
        assert (refused.status_code, named in {field, "attachments"}) == (422, True)
    assert all_told() == []


def test_a_secret_or_household_matter_cannot_be_seconded(door):
    tell(door, reporter={"secret": True})
    (row,) = triaged()
    assert door.post("/reports", {"also": seal(f"matter:{row.case_id}")}).json()["field"] == "also"


def test_the_same_telling_sent_again_is_one_and_a_short_key_is_refused(door):
    first, again = tell(door, KEY), tell(door, KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["tracking"] == again.json()["tracking"]
    assert tell(door, "1").json()["field"] == "Idempotency-Key"
    assert len(all_told()) == 1


def test_nothing_at_all_is_no_telling_and_a_document_no_photo(door):
    assert door.post("/reports", {"text": " "}).json()["field"] == "text"
    assert door.put_file("/photos", "x.pdf", b"%PDF-1.4\n%%EOF\n").status_code == 422


def test_me_too_from_one_phone_or_device_counts_once_per_matter_and_is_not_tracked_across(door):
    tell(door)
    tell(door, text="另一只井盖缺失，在学校门口", lon=121.0065)
    first, second = triaged()
    near, far = (one["matter"] for one in door.post("/nearby", HERE).json())
    device = {"device": "a-random-value-of-a-phone"}
    votes = [door.post("/reports", {"also": one, **device}) for one in (near, near, far)]
    assert [one.status_code for one in votes] == [201, 200, 201]
    assert votes[0].json()["tracking"] == votes[1].json()["tracking"]
    mine = {"also": near, "reporter": {"phone": "13800000009"}, "consent": True, **device}
    for words in ("很危险", "一直没人修"):
        assert door.post("/reports", {**mine, "text": words}).status_code == 201
    triaged()
    assert cases.case(PLATFORM, first.case_id).reporter_count == 3  # the teller, the device, the number
    assert cases.case(PLATFORM, second.case_id).reporter_count == 2
    numbers = [row.external_id for row in all_told() if row.external_id.startswith("also:")]
    assert len(set(numbers)) == 2
    assert not [row for row in all_told() if device["device"] in row.payload + row.external_id]
    refused = door.post("/reports", {"also": near, "device": "short"})
    assert (refused.status_code, refused.json()["field"]) == (422, "device")
