# SPDX-License-Identifier: Apache-2.0
"""A department's own system sees what its orders' reporters photographed, and nothing else (F36, F82)."""

import json
from io import BytesIO

import pytest
from django.core.management import call_command
from PIL import Image

from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.doors.partner.departments import wrong_signatures
from tongguan.doors.testing import Door
from tongguan.exchange.testing import Department, send_due
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.kernel import clock
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.people.contracts import PLATFORM
from tongguan.pictures.testing import from_camera, scene
from tongguan.places.testing import square_city
from tongguan.runtime import files
from tongguan.runtime.testing import audited, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(people_cast, capsys):
    """The system of 市政所, linked by the operator."""
    square_city()
    catalog.load_standards(PLATFORM)
    wrong_signatures.clear()
    with spi.senders.temporarily("webhook", patient_sender()), Department() as department:
        words = ("--name", "市政所系统", "--unit", "N-SZ", "--url", department.url, "--handler", "handler")
        call_command("department", "link", "shizheng", *words)
        department.secrets.append(capsys.readouterr().out.splitlines()[1])
        yield department


def order_of(cast, *, secret=False, name="王女士13812345678.jpg"):
    """Give the order of a case that a citizen told of with a photo and a paper."""
    photo = files.store(PLATFORM, name, BytesIO(from_camera(scene(1))), "attachment")
    paper = files.store(PLATFORM, "合同.pdf", BytesIO(b"%PDF-1.4\n%%EOF\n"), "attachment")
    report = ReportIn(
        source="hotline", external_id=f"H-{photo.id}", title="井盖破损", text="井盖破了", item_code="01003",
        lon=121.005, lat=30.805, attachments=(photo.id, paper.id),
        reporter=ReporterIn(name="王女士", phone="13812345678", secret=secret),
    )  # fmt: skip
    case = intake.receive(PLATFORM, report, open_now=True).case_id
    dispatch.perform(cast.acceptor, case, "accept")
    dispatch.perform(cast.acceptor, case, "register", {"filing_rule_id": items.filing_rules("01003")[0].id})
    unit = {"unit_id": cast.unit("N-SZ").id, "reason": "权责清单"}
    dispatch.perform(cast.dispatcher, case, "dispatch", unit)
    settle()
    send_due()
    return orders.orders_of([case])[0], photo


def ask(department, told):
    content = json.dumps(told).encode()
    signed = {name.replace("-", "_"): value for name, value in department.sign(content).items()}
    return Door().post("/departments/shizheng/photos", content, **signed)


def seen(url):
    answer = Door(base="").get(url)
    if answer.streaming:
        answer.whole = b"".join(answer.streaming_content)
        for close in answer._resource_closers:  # not close(): that would end the test's connection
            close()
    return answer


def test_the_event_carries_links_to_clean_copies_under_neutral_names(people_cast, department):
    order, photo = order_of(people_cast)
    (told,) = department.taken
    (file,) = told["data"]["files"]
    assert (file["id"], file["name"], file["kind"]) == (str(photo.id), "1.jpeg", "image/jpeg")
    assert not {
        word for word in ("13812345678", "王女士", "合同") if word in json.dumps(told, ensure_ascii=False)
    }
    answer = seen(file["url"])
    assert (answer.status_code, answer["content-type"]) == (200, "image/jpeg")
    assert "13812345678" not in answer["content-disposition"]
    with Image.open(BytesIO(answer.whole)) as given:
        assert not given.getexif(), "where and when it was taken stays inside"
    (act,) = [act for act in audited() if act.verb == "link.photo"]
    assert act.detail == {"file": str(photo.id), "order": str(order.id)}


def test_photos_of_a_secret_reporter_are_not_given(people_cast, department):
    order, _ = order_of(people_cast, secret=True)
    assert department.taken[0]["data"]["files"] == []
    assert ask(department, {"order_id": str(order.id)}).json() == []


def test_a_link_ends_and_a_new_one_is_asked_for_with_a_signature(people_cast, department):
    with clock.using(clock.ManualClock(clock.now())) as hands:
        order, _ = order_of(people_cast)
        url = department.taken[0]["data"]["files"][0]["url"]
        hands.advance(days=7)
        late = seen(url)
        assert (late.status_code, late.json()["code"]) == (403, "photo.too_late")
    (file,) = ask(department, {"order_id": str(order.id)}).json()
    assert seen(file["url"]).status_code == 200
    assert Door().post("/departments/shizheng/photos", {"order_id": str(order.id)}).status_code == 401
    assert ask(department, {"order_id": "x"}).json()["field"] == "order_id"
    assert ask(department, {"order_id": "0198a1c2-7b00-7000-8000-0000000000a1"}).status_code == 404


def test_what_is_no_longer_theirs_no_longer_opens(people_cast, department):
    order, _ = order_of(people_cast)
    url = department.taken[0]["data"]["files"][0]["url"]
    forged = url[:-3] + ("abc" if not url.endswith("abc") else "xyz")
    assert seen(forged).status_code == 404
    call_command("department", "stop", "shizheng")
    assert seen(url).status_code == 404
    call_command("department", "resume", "shizheng")
    assert seen(url).status_code == 200
    back = {"reason": "不属本单位职责", "clause": "三定方案第五条"}
    dispatch.perform(people_cast.department, order.case_id, "return_dispatcher", back)
    settle()
    assert seen(url).status_code == 404
    assert ask(department, {"order_id": str(order.id)}).status_code == 404


def test_replayed_events_are_the_same_bytes(people_cast, department):
    order_of(people_cast)
    call_command("department", "replay", "shizheng", "--from", "1")
    settle()
    send_due()
    assert all(len(bodies) == 1 for bodies in department.bodies.values())
    assert set(department.copies.values()) == {2}
