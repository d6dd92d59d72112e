# SPDX-License-Identifier: Apache-2.0
"""What the systems of 110, 119 and 120 answer: each once, never against what people were told."""

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st

from tongguan.exchange import api
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.deliver import Sender
from tongguan.exchange.testing import Service
from tongguan.exchange.tests.conftest import sent_unrecorded
from tongguan.handover import api as handovers
from tongguan.handover import queries as dangers
from tongguan.handover.contracts import Noticed
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.kernel.errors import Unauthenticated
from tongguan.kernel.ids import new_id
from tongguan.messaging import testing as messages
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db


def test_they_answer_before_it_is_recorded_that_they_have_it(night):
    one = night.told()
    settle()
    killed = Sender()
    sent_unrecorded(killed)
    assert night.say("accepted", one).order_state == "acknowledged"
    night.later(seconds=61)
    assert night.kinds(one) == ["noticed", "handed_over", "acknowledged"]
    assert night.now(one).state == "acknowledged"
    killed.close()


def test_what_they_give_back_is_never_closed_and_waits_again_for_people(night):
    one = night.told()
    night.turn()
    night.say("accepted", one)
    before = len(messages.told(night.people.duty_chief.id))
    assert night.say("returned", one).refusal.field == "data.reason"
    assert night.say("returned", one, reason="重复警情").order_state == "open"
    subject = messages.told(night.people.duty_chief.id)[before:]
    assert [words.partition("：")[0] for words in subject] == ["险情被退回 119 消防救援"]
    after = night.now(one)
    assert (after.handed_at, after.acknowledged_at, after.ended_at) == (None, None, None)
    night.later(minutes=2)
    assert night.kinds(one)[-2:] == ["returned", "overdue"]
    assert night.say("accepted", one).order_state == "acknowledged"


def test_what_people_were_told_by_telephone_outlasts_what_the_system_gives_back(night):
    one = night.told()
    night.turn()
    handovers.hand_over(night.people.acceptor, one.id, number="119")
    assert night.say("returned", one, reason="不属本系统").order_state == "handed_over"
    handovers.acknowledge(night.people.acceptor, one.id, person="接警员 12")
    assert night.say("returned", one, reason="不属本系统").order_state == "acknowledged"


def test_what_comes_twice_late_wrongly_or_after_the_end_is_answered_and_kept(night):
    one = night.told()
    night.turn()
    early = night.service.says("returned", one.id, reason="误报")
    accepted = night.service.says("accepted", one.id)
    assert [night.tell(accepted)[0].state for _ in range(2)] == ["done", "repeated"]
    assert night.tell(early)[0].refusal.code == "link.out_of_date"
    refused = {
        "progress": ({}, "data.text"),
        "done": ({}, "data.text"),
        "extension": ({"reason": "缺车"}, "type"),
    }
    for word, (data, field) in refused.items():
        assert night.say(word, one, **data).refusal.field == field
    photo = [{"name": "a.jpg", "base64": "bm90"}]
    assert night.say("progress", one, text="到场", files=photo).refusal.field == "data.files"
    assert night.say("done", one, text="已扑灭").order_state == "ended"
    late = night.say("progress", one, text="复查")
    assert (late.refusal.code, late.refusal.status) == ("handover.over", 409)
    assert night.kinds(one) == ["noticed", "handed_over", "acknowledged", "ended"]
    kept = reports.unread(night.people.acceptor, channel="department")
    assert len(kept) == 6
    assert {row.client for row in kept} == {"department:xf119"}


def test_one_alarm_of_theirs_may_be_several_hand_overs_of_ours(night):
    one, two = rung(night, 2)
    for each in (one, two):
        accepted = night.service.says("accepted", each.id)
        accepted["data"]["their_id"] = "119-0302-7"
        assert night.tell(accepted)[0].order_state == "acknowledged"
    assert [night.now(each).system_number for each in (one, two)] == ["119-0302-7"] * 2
    by_number = night.service.says("progress", "", text="到场") | {"subject": ""}
    by_number["data"]["their_id"] = "119-0302-7"
    (taken,) = night.tell(by_number)
    assert (taken.state, taken.order_id) == ("done", one.id)


def test_what_was_refused_as_out_of_date_is_used_when_a_person_says_so(night):
    one = night.told()
    night.turn()
    early = night.service.says("returned", one.id, reason="不属本市")
    night.say("accepted", one)
    (late,) = night.tell(early)
    assert late.refusal.code == "link.out_of_date"
    (answer,) = intake.replay(night.people.acceptor, late.kept)
    assert answer.refusal is None
    assert night.now(one).state == "open"
    assert night.lines(one)[-1] == ("returned", "system", "市消防接警系统")


def test_only_their_own_signature_counts_and_other_hand_overs_are_unknown(night):
    one = night.told()
    night.turn()
    other = Service("whsec_AAAA")
    with pytest.raises(Unauthenticated):
        night.tell(other.says("accepted", one.id), by=other)
    police = NewLink(
        code="ga110", name="市公安接警系统", service="police", division="9901", url=night.service.url
    )
    other.secrets = [api.link(night.people.sysadmin, police)]
    (taken,) = night.tell(other.says("accepted", one.id), code="ga110", by=other)
    assert (taken.refusal.code, taken.refusal.field) == ("handover.unknown", "data.handover_id")
    (taken,) = night.tell(other.says("accepted", ""), code="ga110", by=other)
    assert taken.refusal.field == "data.handover_id"
    assert night.now(one).state == "handed_over"


def rung(night, count: int) -> list:
    """Open hand-overs of 江北区 to 119 and let its system have them."""
    (danger,) = handovers.look(["三楼着火了"])
    tellings = [Noticed(report_id=new_id(), danger=danger, division="990101001") for _ in range(count)]
    with atomic():
        ids = handovers.open_for(tellings)
    night.turn()
    return [dangers.handover(PLATFORM, one) for one in ids]


@hypothesis.settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
@hypothesis.given(data=st.data(), last=st.booleans())
def test_whatever_the_order_and_however_often_their_events_end_as_once_in_order(night, data, last):
    kinds = data.draw(st.lists(st.sampled_from(["accepted", "progress", "returned"]), min_size=1, max_size=5))
    kinds += ["done"] if last else []
    shuffled = data.draw(st.permutations(range(len(kinds))))
    repeated = data.draw(st.lists(st.sampled_from(shuffled), max_size=4))
    straight, mixed = rung(night, 2)
    words = {"text": "到场", "reason": "不属本站"}
    in_order = [night.service.says(kind, straight.id, **words) for kind in kinds]
    anyhow = [night.service.says(kind, mixed.id, **words) for kind in kinds]
    for event in in_order:
        night.tell(event)
    for n in [*shuffled, *repeated]:
        night.tell(anyhow[n])
    for n in shuffled:
        night.tell(anyhow[n])
    assert night.now(mixed).state == night.now(straight).state
    lines = night.kinds(mixed)
    assert lines.count("handed_over") == 1
    assert all(lines.count(kind) <= kinds.count(kind) for kind in ("progress", "returned"))
    if not last:
        assert lines.count("progress") == kinds.count("progress")
