# SPDX-License-Identifier: Apache-2.0
"""Telling: with the change or not at all, once, to one's own inbox only."""

import pytest
from django.db import transaction

from tongguan.kernel.errors import Invalid
from tongguan.kernel.ids import new_id
from tongguan.messaging import api, queries, spi
from tongguan.messaging.contracts import MessageState, Notice
from tongguan.messaging.models import Message
from tongguan.messaging.testing import told
from tongguan.runtime.transactions import atomic


def tell(*notices):
    with atomic():
        api.notify(notices)


def test_a_message_lies_in_the_inbox_at_once(cast, time):
    case = new_id()
    tell(
        Notice(
            key="k1",
            to_user=cast.handler.id,
            template="case.assigned",
            params={"number": "江北-1", "title": "积水", "due": "11-23 18:00"},
            case_id=case,
            link=f"/cases/{case}",
        )
    )
    (line,) = queries.inbox(cast.handler)
    assert (line.subject, line.body) == (
        "请处置：江北-1 积水",
        "案件 江北-1“积水”已交由您处置，时限 11-23 18:00。",
    )
    assert (line.case_id, line.link, line.at, line.read_at) == (case, f"/cases/{case}", time.now(), None)
    assert queries.inbox(cast.dispatcher) == []
    assert (queries.unread(cast.handler), queries.unread(cast.dispatcher)) == (1, 0)


def test_what_is_rolled_back_is_never_told(cast):
    def change():
        with atomic():
            api.notify([Notice(key="k1", to_user=cast.handler.id, subject="甲", body="乙")])
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_telling_needs_the_callers_transaction():
    with pytest.raises(RuntimeError, match="open transaction"):
        api.notify([Notice(key="k", to_user=1, subject="甲")])


def test_the_same_key_tells_a_person_once_but_each_person_and_channel(cast):
    both = [Notice(key="k1", to_user=one.id, subject="甲") for one in (cast.handler, cast.department)]
    tell(*both, *both)
    tell(*both, Notice(key="k1", to_user=cast.handler.id, channel="mail", subject="甲"))
    assert told(cast.handler.id) == told(cast.department.id) == ["甲"]
    assert told(cast.handler.id, "mail") == ["甲"]


def test_paging_goes_by_key_and_is_bounded(cast):
    tell(*(Notice(key=f"k{n}", to_user=cast.leader.id, subject=f"第{n}条") for n in range(250)))
    first = queries.inbox(cast.leader, limit=100)
    second = queries.inbox(cast.leader, after=first[-1].id, limit=100)
    assert [line.subject for line in first[:2]] == ["第249条", "第248条"]
    assert second[0].subject == "第149条"
    assert len(queries.inbox(cast.leader, limit=10_000)) == 200


def test_only_ones_own_messages_can_be_marked_read(cast, time):
    tell(*(Notice(key=f"k{n}", to_user=cast.leader.id, subject="甲") for n in range(3)))
    lines = queries.inbox(cast.leader)
    assert api.mark_read(cast.outsider, [line.id for line in lines]) == 0
    assert api.mark_read(cast.leader, [lines[0].id]) == 1
    assert api.mark_read(cast.leader, [lines[0].id]) == 0
    assert queries.inbox(cast.leader)[0].read_at == time.now()
    assert len(queries.inbox(cast.leader, unread_only=True)) == 2
    assert api.mark_read(cast.leader) == 2
    assert queries.unread(cast.leader) == 0


@pytest.mark.parametrize(
    ("notice", "code"),
    [
        (Notice(key="k", to_user=1, channel="pigeon"), "messaging.unknown_channel"),
        (Notice(key="k", channel="mail"), "messaging.no_recipient"),
        (Notice(key="k", to_address="x"), "messaging.no_recipient"),
        (Notice(key="", to_user=1), "messaging.no_key"),
        (Notice(key="k", to_user=1, template="no.such"), "messaging.unknown_template"),
        (Notice(key="k", to_user=1, template="report.received"), "messaging.missing_parameter"),
    ],
)
def test_a_callers_mistake_is_told_to_the_caller(db, notice, code):
    with pytest.raises(Invalid) as refusal:
        tell(notice)
    assert refusal.value.code == code


def test_what_cannot_be_stored_never_stops_the_caller(cast):
    tell(
        Notice(
            key="k\x00\ud800",
            to_user=cast.handler.id,
            subject="甲\x00乙\ud800",
            body="x" * 200_000,
            link="/" * 999,
        )
    )
    row = Message.objects.get()
    assert (row.subject, len(row.body), len(row.link)) == ("甲乙?", 100_000, 300)


def test_a_webhook_that_nobody_registered_is_a_dead_letter(cast):
    tell(Notice(key="k", channel="webhook", to_address="nowhere", subject="甲", division="9901"))
    (letter,) = queries.dead_letters(cast.sysadmin)
    assert (letter.state, letter.attempts) == (MessageState.DEAD, 0)
    assert letter.error == "没有“nowhere”这个推送目标 (no such webhook target)"


def test_a_thousand_messages_take_few_statements(cast, django_assert_max_num_queries):
    notices = [Notice(key=f"k{n}", to_user=cast.handler.id, subject="甲") for n in range(1000)]
    with transaction.atomic(), django_assert_max_num_queries(30):  # SQLite: 45 rows each
        api.notify(notices)
    assert queries.unread(cast.handler) == 1000


def test_every_shipped_template_speaks_both_languages():
    for code, template in spi.templates.items().items():
        params = dict.fromkeys(template.placeholders, "某")
        zh, en = template.render(params, "zh"), template.render(params, "en")
        assert zh != en, code
        assert template.render(params, "fr") == zh
