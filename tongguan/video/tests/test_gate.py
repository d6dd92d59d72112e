# SPDX-License-Identifier: Apache-2.0
"""Findings wait for a person; many sightings are one finding; a proved camera's findings go through."""

import base64
import io
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel, ReportState
from tongguan.intake.testing import forget_pressure, told
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited
from tongguan.tellings.reading import json_bytes
from tongguan.video import api, queries
from tongguan.video.contracts import CameraIn
from tongguan.video.kinds import declared
from tongguan.video.models import Finding, Sighting

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ALGORITHM = Actor(None, "client:7", "视频平台", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
CAMERAS = [
    CameraIn(
        code="CAM-01",
        name="人民路口",
        division="990101001001",
        lon=121.005,
        lat=30.805,
        gb_id="99010100001320000001",
        url="rtsp://10.0.0.7:554/live",
    ),
    CameraIn(code="CAM-02", name="江南路口", division="990102001001", lon=121.025, lat=30.805),
]


def stage():
    forget_caches()
    forget_pressure()
    square_city()
    catalog.load_standards(PLATFORM)
    api.register_cameras(PLATFORM, CAMERAS)
    return cast()


@pytest.fixture
def city():
    """The square city with a camera in each district."""
    return stage()


def sighting(number, minutes=0.0, **other):
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return {
        "id": f"S-{number}",
        "camera": "CAM-01",
        "kind": "exposed_garbage",
        "time": at,
        "score": 0.9,
        **other,
    }


def send(*sightings, actor=ALGORITHM):
    return intake.accept(actor, "video", Parcel(json_bytes(list(sightings)), "application/json"))


def photo():
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "green").save(out, "JPEG")
    return base64.b64encode(out.getvalue()).decode()


def test_a_finding_waits_and_becomes_a_report_with_picture_and_place_when_accepted(city):
    (answer,) = send(sighting(1, picture=photo(), box=[0.1, 0.1, 0.5, 0.5]))
    assert answer.taken is not None
    assert told() == []
    (waiting,) = queries.findings(city.acceptor)
    assert (waiting.id, waiting.state, waiting.title, waiting.count) == (
        answer.taken.id,
        "waiting",
        "暴露垃圾",
        1,
    )
    assert "复核不足 100 条" in waiting.words
    done = api.accept(city.acceptor, waiting.id, "确有")
    (report,) = told()
    assert (done.state, done.reviewed_by, done.report_id) == ("accepted", "王受理", report.id)
    assert (report.source, report.item_code, report.lon, report.client) == (
        "video",
        "06010",
        121.005,
        "client:7",
    )
    assert report.attachments == [str(waiting.picture)]
    intake.triage_batch(10)
    report.refresh_from_db()
    assert report.state == ReportState.OPENED
    assert cases.case(city.acceptor, report.case_id).grid == "990101001001001"
    assert [act.verb for act in audited("finding.accept")] == ["finding.accept"]


def test_a_rejected_finding_becomes_nothing_and_needs_a_reason_of_the_list(city):
    (answer,) = send(sighting(1))
    with pytest.raises(Invalid) as refused:
        api.reject(city.acceptor, answer.taken.id, "bored")
    assert refused.value.field == "reason"
    done = api.reject(city.acceptor, answer.taken.id, "not_there", "是绿化带")
    assert (done.state, done.reason, told()) == ("rejected", "not_there", [])
    with pytest.raises(Conflict, match="judged"):
        api.accept(city.duty_chief, answer.taken.id)


def test_repeated_sightings_are_one_finding_with_a_count(city):
    for number in range(50):
        send(sighting(number, minutes=number))
    (one,) = queries.findings(city.acceptor)
    assert (one.count, one.seen_at, one.last_at) == (50, NOON, NOON + timedelta(minutes=49))
    send(sighting("other-kind", kind="burning"), sighting("later", minutes=49 + 61))
    assert Finding.objects.count() == 3


def test_after_a_person_has_said_no_the_window_is_not_prolonged_for_ever(city):
    (answer,) = send(sighting(1))
    api.reject(city.acceptor, answer.taken.id, "not_there")
    send(sighting(2, minutes=59))
    assert queries.findings(city.acceptor) == []
    send(sighting(3, minutes=61))
    assert [one.count for one in queries.findings(city.acceptor)] == [1]


def test_the_same_sighting_sent_again_is_the_same(city):
    first = send(sighting(1), sighting(1), sighting(2, minutes=1))
    again = send(sighting(1), sighting(2, minutes=1))
    assert len({answer.taken.id for answer in first + again}) == 1
    assert [answer.taken.repeated for answer in again] == [True, True]
    (one,) = queries.findings(city.acceptor)
    assert (one.count, Sighting.objects.count()) == (2, 2)
    other = Actor(None, "client:8", "另一平台", None, "", ALGORITHM.scope)
    send(sighting(1, minutes=2), actor=other)
    assert Sighting.objects.count() == 3


@given(order=st.permutations(range(8)), cut=st.integers(0, 8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_repetition_counts_the_same(city, order, cut):
    Sighting.objects.all().delete()
    Finding.objects.all().delete()
    many = [sighting(n, minutes=n * 5) for n in order]
    send(*many[:cut], *many[:1])
    send(*many)
    (one,) = Finding.objects.all()
    assert (one.count, one.seen_at, one.last_at) == (8, NOON, NOON + timedelta(minutes=35))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"camera": "nowhere"}, "camera"),
        ({"kind": "ufo"}, "kind"),
        ({"time": "2036-05-01T00:00:00Z"}, "time"),
        ({"picture": base64.b64encode(b"no picture").decode()}, "picture"),
        ({"id": "x" * 201}, "source_id"),
        ({"clip": "x" * 501}, "clip"),
        ({"score": 2}, "score"),
    ],
)
def test_what_is_wrong_with_one_sighting_is_named_and_stops_no_other(city, change, field):
    bad, good = send(sighting(1, **change), sighting(2))
    assert (bad.refusal.field, good.refusal) == (field, None)
    assert bad.kept is not None


def test_findings_of_a_camera_that_is_registered_later_are_read_again(city):
    (bad,) = send(sighting(1, camera="CAM-03"))
    api.register_cameras(PLATFORM, [replace(CAMERAS[0], code="CAM-03", gb_id="")])
    (answer,) = intake.replay(city.acceptor, bad.kept)
    assert queries.finding(city.acceptor, answer.taken.id).camera_code == "CAM-03"


def test_a_sender_of_another_district_knows_no_camera_here(city):
    far = Actor(None, "client:9", "外区", None, "", Scope((Grant(Post.SYSTEM, "990102", 0, ""),)))
    (answer,) = send(sighting(1), actor=far)
    assert answer.refusal.code == "camera.unknown"


def test_reviewers_see_and_judge_their_own_district_only(city):
    (answer,) = send(sighting(1))
    assert queries.findings(city.outside_acceptor) == []
    for verb in (
        lambda: api.accept(city.outside_acceptor, answer.taken.id),
        lambda: api.reject(city.outside_acceptor, answer.taken.id, "not_there"),
        lambda: queries.finding(city.outside_acceptor, answer.taken.id),
    ):
        with pytest.raises(NotFound):
            verb()
    with pytest.raises(Forbidden):
        api.accept(city.handler, answer.taken.id)
    assert queries.book(city.outside_acceptor) == []


def reviewed(right, wrong, *, days_ago=1):
    at = clock.now() - timedelta(days=days_ago)
    (camera,) = [c for c in queries.cameras(PLATFORM) if c.code == "CAM-01"]
    common = {
        "camera_id": camera.id, "kind": "exposed_garbage", "client": "client:7", "division": camera.division,
        "seen_at": NOON - timedelta(days=30), "last_at": NOON - timedelta(days=30), "score": 0.9,
        "reviewed_key": "user:1", "reviewed_by": "王受理", "reviewed_at": at,
    }  # fmt: skip
    Finding.objects.bulk_create(
        [Finding(state="accepted", **common) for _ in range(right)]
        + [Finding(state="rejected", wrong=True, **common) for _ in range(wrong)]
    )


def test_a_proved_cameras_findings_go_through_but_some_still_go_to_a_person(city):
    reviewed(150, 1)
    (line,) = queries.book(city.duty_chief)
    assert (line.reviewed, line.right, line.automatic) == (151, 150, True)
    sent = [sighting(n, minutes=n * 70) for n in range(60)]
    with clock.using(clock.ManualClock(NOON + timedelta(days=9))):
        send(*sent)
    states = [row.state for row in Finding.objects.filter(reviewed_at=None)]
    spots = [row for row in Finding.objects.filter(reviewed_at=None) if row.pk.int % 10 == 0]
    assert states.count("passed") == 60 - len(spots) == len(told())
    assert all("抽查" in row.words for row in spots)
    passed = queries.findings(city.acceptor, state="passed")[0]
    assert "达到要求的 95%，自动通过" in passed.words
    assert len(audited("finding.pass")) == len(told())
    overruled = api.reject(city.acceptor, passed.id, "not_there")
    assert (overruled.state, overruled.report_id) == ("rejected", passed.report_id)
    assert queries.book(city.duty_chief)[0].reviewed == 152


def test_few_old_or_unfair_reviews_prove_nothing(city):
    reviewed(200, 0, days_ago=200)
    reviewed(50, 0)
    (answer,) = send(sighting(1))
    api.reject(city.acceptor, answer.taken.id, "known")
    (line,) = queries.book(city.duty_chief)
    assert (line.reviewed, line.automatic) == (50, False)


def test_a_duty_chief_turns_it_off_and_back_with_a_reason(city):
    reviewed(150, 1)
    api.switch(city.duty_chief, "CAM-01", "", off=True, reason="镜头被遮挡")
    send(sighting(1))
    (one,) = queries.findings(city.acceptor)
    assert "值班长已关闭自动通过" in one.words
    assert queries.book(city.duty_chief)[0].automatic is False
    api.switch(city.duty_chief, "CAM-01", "", off=False, reason="已清理")
    assert queries.book(city.duty_chief)[0].automatic is True
    assert [act.detail["off"] for act in audited("video.switch")] == [True, False]
    with pytest.raises(Forbidden):
        api.switch(city.acceptor, "CAM-01", "", off=True, reason="x")
    with pytest.raises(NotFound):
        api.switch(city.duty_chief, "CAM-02", "", off=True, reason="x")
    with pytest.raises(Invalid):
        api.switch(city.duty_chief, "CAM-01", "", off=True, reason=" ")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gb_id": "123"}, "cameras.0.gb_id"),
        ({"gb_id": "99010100001180000001"}, "cameras.0.gb_id"),
        ({"url": "rtsp://admin:12345@10.0.0.7/live"}, "cameras.0.url"),
        ({"url": "http://10.0.0.7"}, "cameras.0.url"),
        ({"division": "990199"}, "cameras.0.division"),
        ({"name": " "}, "cameras.0.name"),
        ({"lat": 91.0}, "lat"),
        ({"unit_id": 10**6}, "cameras.0.unit_id"),
    ],
)
def test_a_camera_that_cannot_be_is_refused_with_its_field(city, change, field):
    usual = {"code": "CAM-03", "name": "路口", "division": "990101001001", "lon": 121.005, "lat": 30.805}
    with pytest.raises((Invalid, NotFound)) as refused:
        api.register_cameras(city.sysadmin, [CameraIn(**(usual | change))])
    assert refused.value.field == field


def test_cameras_are_changed_by_their_code_and_their_numbers_stay_theirs(city):
    moved = CameraIn(code="CAM-01", name="人民路新口", division="990101001001", lon=121.015, lat=30.805)
    assert api.register_cameras(city.sysadmin, [moved]) == 1
    (one,) = [c for c in queries.cameras(city.acceptor) if c.code == "CAM-01"]
    assert (one.name, one.grid, one.gb_id) == ("人民路新口", "990101001001002", "")
    api.register_cameras(city.sysadmin, CAMERAS[:1])
    other = replace(CAMERAS[0], code="CAM-09")
    with pytest.raises(Invalid, match="gb_id"):
        api.register_cameras(city.sysadmin, [other])
    with pytest.raises(Forbidden):
        api.register_cameras(city.acceptor, [moved])
    assert [c.code for c in queries.cameras(city.outside_acceptor)] == ["CAM-02"]


def test_every_declared_kind_is_an_item_of_the_catalogue(city):
    for kind in declared().kinds.values():
        assert items.item(kind.item).active_on(NOON.date())


def test_a_batch_costs_the_same_however_many(city, django_assert_max_num_queries):
    def cost(days, n):
        many = [sighting(f"{days}-{k}", minutes=k * 70 - days * 1440) for k in range(n)]
        with django_assert_max_num_queries(60) as counted:
            send(*many)
        return len(counted)

    cost(1, 1)
    assert cost(30, 40) <= cost(10, 10) + 2  # SQLite splits an insert by its limit of variables


@pytest.mark.django_db(transaction=True)
def test_of_many_reviewers_at_once_one_judges_and_many_senders_make_one_finding():
    people = stage()
    outcomes = []
    together = threading.Barrier(8)

    def at_once(run):
        def go(n):
            try:
                together.wait()
                outcomes.append(run(n))
            except Conflict as refused:
                outcomes.append(refused.code)
            finally:
                close_old_connections()
                connection.close()

        threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = list(outcomes)
        outcomes.clear()
        return found

    sent = at_once(lambda n: send(sighting(n, minutes=n), sighting("same"))[0].taken.id)
    assert len(set(sent)) == 1
    (finding,) = Finding.objects.all()
    assert (finding.count, Sighting.objects.count()) == (9, 9)
    judges = (people.acceptor, people.duty_chief)

    def judge(n):
        if n % 2:
            return api.accept(judges[n % 4 // 2], finding.pk).state
        return api.reject(judges[n % 4 // 2], finding.pk, "not_there").state

    judged = at_once(judge)
    assert judged.count("finding.judged") == 7
    finding.refresh_from_db()
    assert [o for o in judged if o != "finding.judged"] == [finding.state]
    assert len(told()) == (finding.state == "accepted")
