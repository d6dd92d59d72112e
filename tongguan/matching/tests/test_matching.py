# SPDX-License-Identifier: Apache-2.0
"""Stories of one matter: joining, reminding, closing falsely, putting right, for good."""

import random
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases.facts import CaseClosed
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.matching import api, hotness, queries, strategies, subscribers, wording
from tongguan.matching.models import Fingerprint, MatchDecision
from tongguan.matching.strategy import FIRST, Reach, Strategy
from tongguan.matching.testing import LID, MORNING, PLANT, partition, told, triaged
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.models import AuditEntry
from tongguan.runtime.testing import published
from tongguan.runtime.transactions import atomic
from tongguan.texts.grams import Rarity

pytestmark = pytest.mark.usefixtures("people", "clock")


PLACE_OF_OTHERS = "990102001001"


def one(telling):
    return triaged([telling])[0]


def test_the_second_call_about_one_lid_joins_the_open_case_and_says_why(people):
    first, case = one(told(person="王"))
    again, same = one(told(hours=3, person="李", lon=121.20012))
    assert (first.zone, first.words, first.voice, first.people) == ("new", "未发现同一事项", "first", 1)
    assert (again.zone, same, again.voice, again.people) == ("join", case, "further", 2)
    assert again.compared_with == first.report_id
    shown = queries.decision(people.acceptor, again.report_id)
    assert shown.words.startswith("同一事项，相距 11 米，相隔 3 小时，文字相似 1.00")
    assert [d.zone for d in queries.decisions_of(people.acceptor, case)] == ["new", "join"]
    assert queries.people_of(people.acceptor, case) == (2, 2)


def test_ten_tellings_in_one_batch_are_one_case():
    placed = triaged([told(hours=n / 10, person=f"p{n}") for n in range(10)])
    assert len({case for _, case in placed}) == 1
    assert [d.zone for d, _ in placed].count("new") == 1
    assert max(d.people for d, _ in placed) == 10
    assert sum(d.crowd for d, _ in placed) == 6
    assert [payload["people"] for _, payload in published("CrowdFormed")] == [5]


def test_the_same_person_again_is_a_reminder_and_no_second_voice():
    _, case = one(told(person="王"))
    again, same = one(told(hours=20, person="王"))
    assert (same, again.voice, again.people) == (case, "reminder", 1)


def test_another_place_another_matter_and_no_place_goes_by_words():
    _, case = one(told(PLANT, item_code="02001"))
    _, far = one(told(PLANT, item_code="02001", lon=121.4))
    nowhere, same = one(told(PLANT, item_code="02001", lon=None, lat=None, hours=1, division=PLACE_OF_OTHERS))
    by_words, found = one(told(PLANT, item_code="02001", lon=None, lat=None, hours=2))
    assert far != case
    assert (nowhere.zone, same in {case, far}) == ("new", False)
    assert (by_words.zone, found in {case, far}) == ("join", True)


def test_told_twice_decided_once():
    telling = told()
    first, case = one(telling)
    again, same = one(telling)
    assert (again.recorded, same, again.report_id) == (True, case, first.report_id)
    assert MatchDecision.objects.count() == Fingerprint.objects.count() == 1


def test_a_telling_that_shows_two_cases_to_be_one_unites_their_matters():
    near, far = told(lon=121.2), told(lon=121.2 + 200 / 95_000)
    _, one_case = one(near)
    _, other_case = one(far)
    between, case = one(told(lon=121.2 + 60 / 95_000, hours=1))
    assert one_case != other_case
    assert between.unites
    assert case in {one_case, other_case}
    assert len(set(Fingerprint.objects.values_list("matter", flat=True))) == 1
    assert [p["report_id"] for _, p in published("MattersUnited")] == [str(between.report_id)]


def test_a_complaint_soon_after_closing_opens_a_case_tied_to_the_closed_one():
    _, case = one(told())
    closed = CaseClosed(division="990101001001", case_id=case, state="closed")
    subscribers.follow_closing([Delivered(seq=1, id=1, at=MORNING + timedelta(days=10), fact=closed)])
    both = triaged([told(hours=24 * 12), told(hours=24 * 12 + 1)])
    (soon, other), (next_, same) = both
    assert (soon.zone, soon.again, next_.zone) == ("again", case, "join")
    assert other == same != case
    third, joined = one(told(hours=24 * 13))
    assert (third.zone, joined) == ("join", other)
    matters = dict(Fingerprint.objects.values_list("report_id", "matter"))
    assert len(set(matters.values())) == 1
    assert queries.people_of(PLATFORM, case) == (4, 4)
    assert queries.decision(PLATFORM, soon.report_id).again == case
    late, last = one(told(hours=24 * 60, lon=121.3))
    assert (last != other, late.again, late.zone) == (True, None, "new")


def test_what_a_person_took_out_stays_out(people):
    first, case = one(told())
    second, _ = one(told(hours=1))
    _, fresh = one(told("别处的井盖", lon=121.3))
    api.unmerge(people.acceptor, second.report_id, fresh, "两个不同的井盖")
    third, placed = one(told(hours=2))
    assert not third.unites
    assert placed in {case, fresh}
    matters = dict(Fingerprint.objects.values_list("report_id", "matter"))
    assert matters[first.report_id] != matters[second.report_id]
    info = queries.decision(people.acceptor, second.report_id)
    assert (info.case_id, info.words) == (fresh, "人工认定：两个不同的井盖")
    old = next(d for d in queries.decisions_of(people.acceptor, case) if d.report_id == second.report_id)
    assert (old.overruled_by, old.reason) == (people.acceptor.name, "两个不同的井盖")
    assert AuditEntry.objects.filter(verb="matching.move").count() == 1
    with pytest.raises(Conflict):
        api.join(people.acceptor, second.report_id, case, "还是同一个")
    assert one(told(hours=1, report_id=second.report_id))[1] == fresh


def test_never_these_two(people):
    _, case = one(told(lon=121.2))
    _, other = one(told(lon=121.2 + 200 / 95_000))
    api.never(people.acceptor, case, other, "路两侧各有一个")
    api.never(people.acceptor, other, case, "路两侧各有一个")
    between, _ = one(told(lon=121.2 + 60 / 95_000, hours=1))
    assert not between.unites
    assert len(set(Fingerprint.objects.values_list("matter", flat=True))) == 2


def test_never_takes_apart_what_was_taken_for_one(people):
    _, case = one(told(lon=121.2))
    _, other = one(told(lon=121.2 + 200 / 95_000))
    one(told(lon=121.2 + 60 / 95_000, hours=1))
    api.never(people.acceptor, case, other, "不是同一个")
    matters = dict(Fingerprint.objects.values_list("case_id", "matter"))
    assert matters[case] != matters[other]
    again, _ = one(told(lon=121.2 + 60 / 95_000, hours=2))
    assert not again.unites


def test_a_person_may_join_what_was_left_apart(people):
    _, case = one(told())
    other, apart = one(told("路面坑洼", item_code="02001"))
    assert apart != case
    api.join(people.acceptor, other.report_id, case, "现场确认为同一处")
    assert queries.decision(people.acceptor, other.report_id).case_id == case


def test_only_who_runs_the_place_may_judge_and_only_with_a_reason(people):
    first, case = one(told())
    _, other = one(told(lon=121.3))
    with pytest.raises(Invalid):
        api.unmerge(people.acceptor, first.report_id, other, " ")
    with pytest.raises((Forbidden, NotFound)):
        api.unmerge(people.collector, first.report_id, other, "不同")
    with pytest.raises(NotFound):
        api.unmerge(people.acceptor, new_id(), other, "不同")
    with pytest.raises(Conflict):
        api.unmerge(people.acceptor, first.report_id, case, "不同")
    with pytest.raises(Invalid):
        api.never(people.acceptor, case, case, "同案")
    with pytest.raises(NotFound):
        queries.decision(people.collector, first.report_id)


def test_likely_duplicates_are_shown_while_typing_and_nothing_is_kept(people):
    _, case = one(told())
    found = api.alike(people.acceptor, told(hours=1))
    assert [a.case_id for a in found] == [case]
    assert found[0].score > 0.95
    assert api.alike(people.collector, told(hours=1)) == []
    assert Fingerprint.objects.count() == 1


def test_a_decision_is_replayed_under_the_strategy_of_its_day(people):
    one(told())
    again, _ = one(told(hours=3, lon=121.20012))
    with atomic():
        strategies.store(Strategy(version="2", near=0.1, join=0.9), Rarity.blank(), "test")
    shown, then = (
        queries.decision(people.acceptor, again.report_id),
        queries.replayed(people.acceptor, again.report_id),
    )
    assert (then.score, then.parts) == (shown.score, shown.parts)
    newer, _ = one(told(hours=4, lon=121.20012))
    assert newer.strategy == "2"
    with pytest.raises(NotFound):
        queries.replayed(people.acceptor, shown.compared_with)


def test_a_wrong_strategy_is_refused():
    for wrong in (
        Strategy(version="1"),
        Strategy(version="2", join=0.4),
        Strategy(version="2", reaches={"01": Reach(metres=2001)}),
    ):
        with pytest.raises(Invalid), atomic():
            strategies.store(wrong, Rarity.blank(), "test")
    with pytest.raises(Invalid):
        strategies.named("nine")


def test_a_batch_costs_the_same_statements_however_many():
    triaged([told(hours=n, lon=121.2 + n / 100) for n in range(3)])

    def cost(batch):
        with (
            atomic(),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            api.match_many(batch)
        return len(seen)

    few = cost([told(lon=121.2 + n / 100, hours=n) for n in range(3)])
    many = cost([told(lon=121.2 + n / 100, hours=n) for n in range(60)])
    assert few == many <= 8


def test_a_leader_without_a_case_is_refused_and_nothing_is_kept():
    with pytest.raises(Invalid), atomic():
        api.record(api.match_many([told()]), {})
    assert not Fingerprint.objects.exists()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_tellings_end_in_the_same_matters(seed):
    rng = random.Random(seed)
    spots = [(f"{LID}{n}", 121.2 + n / 50) for n in range(6)]
    tellings = [told(title, lon=lon, hours=h) for title, lon in spots for h in range(4)]
    expected = partition({t.report_id: new_id_of(n // 4) for n, t in enumerate(tellings)})
    deliveries = tellings * 2
    rng.shuffle(deliveries)
    while deliveries:
        size = rng.randint(1, 7)
        batch = list({t.report_id: t for t in deliveries[:size]}.values())
        triaged(batch)
        deliveries = deliveries[size:]
    assert partition(dict(Fingerprint.objects.values_list("report_id", "matter"))) == expected


def new_id_of(n):
    return UUID(int=n)


def test_rarity_is_learned_from_the_citys_own_cases(people):
    assert wording.learn_when_grown() == 0
    triaged([told(f"{LID}{n}", lon=121.2 + n / 100) for n in range(5)])
    assert wording.learn("test") == 5
    assert wording.learn("test") == 5
    strategy, rarity = strategies.current()
    assert (strategy.version, rarity.texts) == ("1+5.1", 5)
    assert replace_version(strategy) == FIRST


def replace_version(strategy):
    return msgspec.structs.replace(strategy, version="1", rarity="")


def test_a_hot_matter_of_many_cases_has_a_name_a_place_and_evidence(people):
    for n in range(6):
        one(told(f"丽发新城旁搅拌站{word(n)}", lon=121.2 + n / 50, hours=n, person=f"p{n}"))
    for n in range(6):
        one(told(f"洪山公园第{n}座厕所脏乱", lon=121.5 + n / 50, hours=n, item_code="02001", person="王"))
    assert hotness.find_all() == 1
    assert hotness.find_all() == 0
    hottest, *_ = queries.hot(PLATFORM)
    assert (hottest.people, hottest.tellings, hottest.place) == (6, 6, "丽发新城、搅拌站")
    assert hottest.name.startswith("丽发新城旁搅拌站")
    assert hottest.words == "6 人 6 次反映，最集中时一周 6 次"
    assert len(hottest.evidence) == 6
    assert queries.hot(people.acceptor)[0] == hottest
    assert queries.hot(PLATFORM, division="9902") == []
    assert queries.hot(people.collector) == []


def word(n):
    return ["噪音扰民", "粉尘污染", "彻夜施工", "违规建设", "噪音和粉尘", "影响睡眠"][n]


def test_the_same_words_in_two_ends_of_the_district_are_two_hot_matters():
    here, there = {"lon": 121.20, "lat": 31.00}, {"lon": 121.25, "lat": 31.00}
    for spot in (here, there):
        for n in range(4):
            shift = n * 400 / 95_000  # too far from each other for one case
            one(
                told(
                    "夜里施工吵得睡不着", hours=n, item_code="02001", lon=spot["lon"] + shift, lat=spot["lat"]
                )
            )
    hotness.find_all()
    assert [matter.tellings for matter in queries.hot(PLATFORM)] == [4, 4]
