# SPDX-License-Identifier: Apache-2.0
"""Extension, suspension and timeout appeal as they are lived (F30 F43)."""

import io
from dataclasses import replace

import pytest

from tongguan.cases import queries as case_queries
from tongguan.dispatch import applications, approvals, citydata, jobs, reading, subscribers
from tongguan.dispatch.applications import NewApplication, decide, file, withdraw
from tongguan.dispatch.models import Application, Clock
from tongguan.dispatch.tests.conftest import at
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale
from tongguan.messaging.models import Message
from tongguan.runtime import files
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.models import FactRecord

EXTEND = NewApplication(kind="extend", text="须等专用配件")
STATES = frozenset({"pending_handle", "handling", "closed", "forced_close"})


def suspend(until: str, /, **more) -> NewApplication:
    return NewApplication(
        **{"kind": "suspend", "text": "春季补植", "reason": "季节性", "until": at(until)} | more
    )


def asked() -> list[str]:
    rows = Message.objects.filter(template="application.filed").order_by("created_at")
    return list(rows.values_list("to_user__username", flat=True))


def refused(code: str, kind: type[Refusal] = Conflict):
    return pytest.raises(kind, match=f"^{code}:")


def test_a_handlers_extension_passes_unit_and_dispatcher_and_adds_one_limit(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    asking = file(people.handler, info.id, EXTEND)
    assert (asking.state, asking.waits_for, asked()) == ("pending", "department", ["department"])
    stage.clock.move_to(at("2026-09-28 10:00"))
    passed = decide(people.department, asking.id, approve=True, expected_version=asking.version)
    assert (passed.state, passed.waits_for) == ("pending", "dispatcher")
    assert stage.read(info).due_at == at("2026-09-28 18:00")
    done = decide(people.dispatcher, asking.id, approve=True, note="同意")
    assert [(s["no"], s["by_name"], s["decision"]) for s in done.steps] == [
        (1, "张所长", "approved"), (2, "李派遣", "approved"),
    ]  # fmt: skip
    after = stage.read(info)
    assert (after.due_at, after.extensions, after.state) == (at("2026-09-29 18:00"), 1, "handling")
    moves = [line.move for line in case_queries.timeline(people.dispatcher, info.id)]
    assert moves[-4:] == ["extend_filed", "extend_passed", "extend", "extend_approved"]
    assert Application.objects.get().outcome == {
        "due_before": "2026-09-28T18:00+08:00",
        "due_after": "2026-09-29T18:00+08:00",
    }
    answer = Message.objects.get(template="application.decided")
    assert (answer.to_user.username, answer.subject) == ("handler", f"延期已批准：{info.number}")


def test_two_extensions_at_most_and_rejections_do_not_count(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    for _ in range(3):
        asking = file(people.department, info.id, EXTEND)
        assert asking.waits_for == "dispatcher"
        decide(people.dispatcher, asking.id, approve=False, note="理由不足")
    for _ in range(2):
        decide(people.dispatcher, file(people.department, info.id, EXTEND).id, approve=True)
    assert stage.read(info).due_at == at("2026-09-30 18:00")
    with refused("application.too_many"):
        file(people.department, info.id, EXTEND)
    assert stage.read(info).extensions == 2


def test_the_ladder_follows_the_new_due_time(stage):
    info = stage.assigned(stage.dispatched("8"))
    stage.clock.move_to(at("2026-09-28 17:00"))
    jobs.tell_due()
    asking = file(stage.people.department, info.id, EXTEND)
    decide(stage.people.dispatcher, asking.id, approve=True)
    row = stage.city_clock(info)
    assert (row.series, row.notice_step, row.next_notice_at) == (2, 0, at("2026-09-28 18:00"))
    stage.clock.move_to(at("2026-09-29 17:59"))
    jobs.tell_due()
    assert FactRecord.objects.filter(name="ClockOverdue").count() == 0


def test_what_stands_in_the_way_of_an_extension(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("2"))
    with refused("application.not_your_post", Forbidden):
        file(people.dispatcher, info.id, EXTEND)
    with refused("case.unknown", NotFound):
        file(people.outside_department, info.id, EXTEND)
    with refused("case.unknown", NotFound):
        file(people.second_department, info.id, EXTEND)
    with refused("application.needs", Invalid):
        file(people.handler, info.id, NewApplication(kind="extend", text="  "))
    with refused("application.unknown_kind", NotFound):
        file(people.handler, info.id, NewApplication(kind="holiday", text="x"))
    with refused("case.stale", Stale):
        file(people.handler, info.id, EXTEND, expected_version=1)
    file(people.handler, info.id, EXTEND)
    with refused("application.pending"):
        file(people.department, info.id, EXTEND)
    stage.clock.move_to(at("2026-09-28 10:01"))
    late = stage.assigned(stage.dispatched("2"))
    stage.clock.move_to(at("2026-09-28 14:02"))
    with refused("application.not_overdue"):
        file(people.handler, late.id, EXTEND)
    without = stage.assigned(stage.dispatched(None))
    with refused("application.limited"):
        file(people.handler, without.id, EXTEND)
    assert Application.objects.count() == 1


def test_who_may_decide(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    asking = file(people.handler, info.id, EXTEND)
    for stranger in (people.dispatcher, people.handler, people.leader):
        with refused("application.not_your_turn", Forbidden):
            decide(stranger, asking.id, approve=True)
    for outsider in (people.outsider, people.outside_department, people.second_department):
        with refused("application.unknown", NotFound):
            decide(outsider, asking.id, approve=True)
    with refused("application.note", Invalid):
        decide(people.department, asking.id, approve=False)
    with refused("application.stale", Stale):
        decide(people.department, asking.id, approve=True, expected_version=9)
    decide(people.department, asking.id, approve=False, note="自行克服")
    with refused("application.decided"):
        decide(people.department, asking.id, approve=True)
    assert stage.read(info).due_at == at("2026-09-28 18:00")


def test_the_applicant_may_withdraw_and_nobody_else(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    asking = file(people.handler, info.id, EXTEND)
    with refused("application.not_yours", Forbidden):
        withdraw(people.department, asking.id)
    assert withdraw(people.handler, asking.id).state == "withdrawn"
    assert file(people.handler, info.id, EXTEND).state == "pending"


def test_suspension_stops_the_clock_and_ends_by_itself_with_what_was_left(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    stage.clock.move_to(at("2026-09-28 11:00"))
    asking = file(people.department, info.id, suspend("2026-10-10 10:00"))
    decide(people.dispatcher, asking.id, approve=True)
    held = stage.read(info)
    assert (held.state, held.due_at, held.suspensions) == ("suspended", None, 1)
    stage.clock.move_to(at("2026-10-10 09:59"))
    assert (jobs.tell_due(), jobs.resume_due()) == (0, 0)
    stage.clock.move_to(at("2026-10-10 10:00"))
    assert jobs.resume_due() == 1
    again = stage.read(info)
    # five hours were left: two before lunch, three after
    assert (again.state, again.due_at) == ("handling", at("2026-10-10 17:00"))
    assert jobs.resume_due() == 0
    with refused("application.too_many"):
        file(people.department, info.id, suspend("2026-12-10 10:00"))
    order = Clock.objects.get(case_id=info.id, order__isnull=False)
    assert (order.due_at, order.order.due_at) == (at("2026-10-10 17:00"), at("2026-10-10 17:00"))


def test_a_suspension_may_be_ended_early_by_the_centre(stage):
    people = stage.people
    info = stage.dispatched("8")
    asking = file(people.department, info.id, suspend("2026-12-10 10:00"))
    decide(people.dispatcher, asking.id, approve=True)
    with refused("move.not_your_post", Forbidden):
        applications.resume(people.department, info.id, "条件具备")
    stage.clock.move_to(at("2026-09-30 09:00"))
    assert applications.resume(people.dispatcher, info.id, "条件具备").state == "pending_handle"
    # eight hours were left: seven on the last day before the holidays, one after them
    assert stage.read(info).due_at == at("2026-10-08 09:00")


@pytest.mark.parametrize(
    ("until", "more", "code"),
    [
        ("2026-09-28 07:00", {}, "application.until_past"),
        ("2027-09-29 08:00", {}, "application.until_far"),
        ("2026-10-10 10:00", {"reason": "天气好"}, "application.reason"),
        ("2026-10-10 10:00", {"reason": ""}, "application.needs"),
        ("2026-10-10 10:00", {"until": None}, "application.needs"),
    ],
)
def test_what_a_suspension_must_say(stage, until, more, code):
    info = stage.assigned(stage.dispatched("8"))
    with refused(code, Invalid):
        file(stage.people.handler, info.id, suspend(until, **more))


def test_a_timeout_appeal_needs_two_persons_and_keeps_the_fact(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("2"))
    stage.clock.move_to(at("2026-09-29 09:00"))
    with refused("application.wrong_state"):
        file(people.department, info.id, NewApplication(kind="timeout_appeal", text="台风停工"))
    stage.closed(stage.confirmed(info))
    appeal = file(people.department, info.id, NewApplication(kind="timeout_appeal", text="台风停工"))
    assert appeal.waits_for == "dispatcher"
    decide(people.dispatcher, appeal.id, approve=True, note="属实")
    with refused("application.not_your_turn", Forbidden):
        decide(people.dispatcher, appeal.id, approve=True)
    done = decide(people.acceptor, appeal.id, approve=True, note="同意豁免")
    row = stage.city_clock(info)
    assert (done.state, row.excluded_from_score, row.overdue_at) == ("approved", True, at("2026-09-28 10:00"))
    assert reading.excluded([info.id]) == {info.id}
    with refused("application.once"):
        file(people.department, info.id, NewApplication(kind="timeout_appeal", text="再申诉"))


def test_one_person_holding_both_posts_cannot_review_twice(stage):
    people = stage.people
    both = people.dispatcher
    grants = (*both.scope.grants, *(g for g in people.acceptor.scope.grants))
    both = type(both)(both.id, both.key, both.name, both.unit_id, both.unit_name, type(both.scope)(grants))
    info = stage.assigned(stage.dispatched("2"))
    stage.clock.move_to(at("2026-09-29 09:00"))
    stage.closed(stage.confirmed(info))
    appeal = file(people.department, info.id, NewApplication(kind="timeout_appeal", text="台风停工"))
    decide(both, appeal.id, approve=True)
    with refused("application.same_person", Forbidden):
        decide(both, appeal.id, approve=True)
    assert reading.excluded([info.id]) == set()


def test_no_appeal_without_a_timeout(stage):
    info = stage.confirmed(stage.assigned(stage.dispatched("8")))
    stage.closed(info)
    with refused("application.overdue"):
        file(stage.people.department, info.id, NewApplication(kind="timeout_appeal", text="x"))


def test_an_application_lapses_when_the_case_moves_on(stage):
    people = stage.people
    info = stage.dispatched("8")
    asking = file(people.department, info.id, EXTEND)
    stage.returned(info)
    record = FactRecord.objects.filter(name="CaseMoved").latest("id")
    fact = subscribers.CaseMoved(**{**record.payload, "case_id": info.id, "division": record.division})
    subscribers.lapse([Delivered(seq=1, id=record.pk, at=time.now(), fact=fact)])
    assert reading.applications_of(info.id)[0].state == "lapsed"
    with refused("application.decided"):
        decide(people.dispatcher, asking.id, approve=True)


def test_the_variant_asks_chief_and_leader_and_a_sealed_form_for_the_second_time(stage, tmp_path, settings):
    (tmp_path / "city").mkdir()
    variant = citydata.source("approvals_duty_chief.yaml").read_text(encoding="utf-8")
    (tmp_path / "city" / "approvals.yaml").write_text(variant, encoding="utf-8")
    settings.HOME = tmp_path
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    ordinary = NewApplication(kind="extend", text="配件", reason="一般")
    first = file(people.department, info.id, ordinary)
    assert first.waits_for == "duty_chief"
    with refused("application.not_your_turn", Forbidden):
        decide(people.dispatcher, first.id, approve=True)
    assert decide(people.duty_chief, first.id, approve=True).state == "approved"
    with refused("application.needs", Invalid):
        file(people.department, info.id, ordinary)
    sealed = NewApplication(kind="extend", text="配件", reason="一般", attachments=("f1",))
    with refused("file.unknown", Invalid):
        file(people.department, info.id, sealed)
    form = files.store(people.department, "申请.pdf", io.BytesIO(b"%PDF-1.4\n%EOF\n"), "attachment")
    second = file(people.department, info.id, replace(sealed, attachments=(str(form.id),)))
    # Who decides can read it, and the chain of the case covers it.
    assert second.attachments == (str(form.id),)
    assert case_queries.has_file(people.leader, info.id, form.id)
    assert decide(people.duty_chief, second.id, approve=True).waits_for == "leader"
    assert decide(people.leader, second.id, approve=True).state == "approved"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"effect": "forgive"}, "unknown effect"),
        ({"applicants": ["mayor"]}, "needs applicants"),
        ({"states": ["nowhere"]}, "unknown states"),
        ({"preconditions": ["sunny"]}, "unknown preconditions"),
        ({"ways": []}, "way without levels"),
        ({"ways": [{"levels": [{"by": "mayor", "at": "centre"}]}]}, "level without post"),
        (
            {"ways": [{"when": {"approved_before": 1}, "levels": [{"by": "leader", "at": "centre"}]}]},
            "last way",
        ),
        ({"max_approved": 0}, "above zero"),
        ({"colour": "red"}, "unknown keys"),
        ({"effect": "suspend"}, "longest duration"),
    ],
)
def test_wrong_rules_are_refused_by_name(change, fault):
    body = citydata.load("approvals.yaml")
    body["extend"] |= change
    with pytest.raises(ValueError, match=rf"^extend: .*{fault}"):
        approvals.parse(body, STATES)


def test_both_shipped_rule_files_hold():
    for name in ("approvals.yaml", "approvals_duty_chief.yaml"):
        rules = approvals.parse(citydata.load(name), STATES)
        assert set(rules) == {"extend", "suspend", "timeout_appeal"}
        assert rules["suspend"].max_days == 365
