# SPDX-License-Identifier: Apache-2.0
"""What the operator types: accounts, posts, units, calendars, tokens, rules, stage limits."""

from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.doors.testing import Door
from tongguan.kernel import clock
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, queries, testing
from tongguan.people.contracts import PLATFORM, NewShift, Post
from tongguan.rules import queries as rules
from tongguan.rules.evaluate import decide
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db


def user_of(username):
    return testing.user(queries.user_named(username).id)


@pytest.fixture
def typed(capsys):
    """Type a command and give the lines it prints."""

    def run(*words, **more):
        call_command(*words, **more)
        return capsys.readouterr().out.splitlines()

    return run


def test_a_system_gets_its_token_and_loses_it(people_cast, typed):
    _, token = typed(
        "tokens", "issue", "12345 热线", "--division", "9901", "--scopes", "reports:write, reports:read"
    )
    told = {"source": "hotline", "external_id": "A-1", "text": "井盖破损", "division": "990101001"}
    assert Door(token).post("/reports", told).status_code == 201
    (line,) = typed("tokens", "list")
    number, name, division, scopes, state = line.split("\t")
    assert (name, division, scopes, state) == ("12345 热线", "9901", "reports:read,reports:write", "长期")
    assert token not in line
    typed("tokens", "revoke", number)
    assert Door(token).post("/reports", told).status_code == 401
    assert typed("tokens", "list")[0].endswith("已吊销")
    assert [act.verb for act in audited() if act.verb.startswith("token.")] == ["token.issue", "token.revoke"]


def test_a_token_may_end_with_a_day_and_belong_to_a_unit(people_cast, typed):
    with clock.using(clock.ManualClock(datetime(2026, 11, 23, 12, tzinfo=BEIJING))) as hands:
        words = (
            "tokens",
            "issue",
            "水务",
            "--division",
            "990101",
            "--scopes",
            "cases:read",
            "--unit",
            "N-SZ",
        )
        _, token = typed(*words, "--until", "2026-11-24")
        hands.move_to(datetime(2026, 11, 24, 23, 59, tzinfo=BEIJING))
        actor, _ = api.authenticate_token(token)
        assert actor.unit_id == people_cast.unit("N-SZ").id
        hands.move_to(datetime(2026, 11, 25, tzinfo=BEIJING))
        assert Door(token).get("/cases").status_code == 401


@pytest.mark.parametrize(
    "words",
    [
        ("issue", "x", "--division", "99010", "--scopes", "cases:read"),
        ("issue", "x", "--division", "9901", "--scopes", "everything"),
        ("issue", "x", "--division", "9901", "--scopes", "cases:read", "--unit", "none"),
        ("issue", "x", "--division", "9901", "--scopes", "cases:read", "--until", "2020-01-01"),
        ("revoke", "999999"),
    ],
)
def test_a_wrong_token_command_is_refused_in_words(people_cast, words):
    with pytest.raises(CommandError):
        call_command("tokens", *words)
    assert audited() == []


def test_a_persons_account_posts_and_turns_are_looked_after(people_cast, typed):
    user = people_cast.user("duty_chief")
    start = datetime(2026, 11, 23, 8, tzinfo=BEIJING)
    with clock.using(clock.ManualClock(start)):
        shift = NewShift(user.id, people_cast.unit("N").id, Post.DUTY_CHIEF, start, start.replace(hour=20))
        api.roster(PLATFORM, [shift])
        head, post, turn = typed("staff", "show", user.username)
        assert head == f"{user.username} 赵值班长"
        assert post.split("\t")[1:] == ["江北区城市运行中心", "值班长", "990101", "在任"]
        assert turn.split("\t")[1] == "11-23 08:00 至 11-23 20:00"
        typed("staff", "off", turn.split("\t")[0].split()[1])
        assert queries.on_duty(Post.DUTY_CHIEF, "990101", start) == []
        typed("staff", "end", post.split("\t")[0].split()[1])
        assert typed("staff", "show", user.username)[1].endswith("已撤销")
        assert queries.actor_by_id(user.id).scope.posts() == {Post.CITIZEN}
    typed("staff", "disable", user.username)
    assert queries.actor_by_id(user.id) is None
    typed("staff", "enable", user.username)
    (line,) = typed("staff", "reset", user.username)
    assert user_of(user.username).check_password(line.rpartition("：")[2])
    for wrong in (("show", "nobody"), ("end", "999999"), ("off", "999999")):
        with pytest.raises(CommandError):
            call_command("staff", *wrong)


def test_a_unit_moves_closes_and_gets_hours_of_its_own(people_cast, typed):
    night = ("夜间养护", "--hours", "20:00-24:00 00:00-06:00", "--days", "1-7", "--no-holidays")
    typed("calendars", "save", "night", *night)
    assert typed("calendars", "list")[0].startswith("night\t夜间养护\t不随节假日\t20:00-24:00 00:00-06:00 |")
    unit = people_cast.unit("N-SZ")
    midnight = datetime(2026, 11, 22, 23, tzinfo=BEIJING)  # a Sunday
    before = queries.calendar_for(unit.id)
    typed("units", "calendar", "N-SZ", "night")
    after = queries.calendar_for(unit.id)
    assert (before.is_working(midnight), after.is_working(midnight)) == (False, True)
    typed("units", "calendar", "N-SZ")
    assert queries.calendar_for(unit.id) == before
    typed("units", "move", "N-SZ", "--under", "N-HW")
    assert queries.unit_by_code("N-SZ").path.startswith(queries.unit_by_code("N-HW").path)
    typed("units", "close", "N-SZ")
    assert queries.unit_by_code("N-SZ").active is False
    typed("units", "open", "N-SZ")
    assert queries.unit_by_code("N-SZ").active is True
    for wrong in (("units", "move", "N-HW", "--under", "N-SZ"), ("units", "calendar", "N-SZ", "none"),
                  ("units", "close", "none"), ("calendars", "save", "x", "夜", "--hours", "20:00"),
                  ("calendars", "save", "X Y", "夜", "--hours", "08:00-12:00"),
                  ("calendars", "save", "x", "夜", "--hours", "08:00-12:00", "--days", "mon")):  # fmt: skip
        with pytest.raises(CommandError):
            call_command(*wrong)


RULES = """
- no: R1
  name: 井盖
  when: {field: item, operator: eq, value: "01001"}
  then: {lead_duty: 排水}
"""


def test_officials_rules_come_from_a_file_into_force_and_back(people_cast, typed, tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")

    def lead():
        return decide(rules.active("routing", "990101"), {"item": "01001"}).outcome.get("lead_duty")

    (made,) = typed("rules", "import", str(file), "--division", "990101", "--note", "第一稿")
    first = made.rpartition(" ")[2]
    assert lead() is None
    typed("rules", "publish", first)
    assert lead() == "排水"
    assert "lead_duty: 排水" in "\n".join(typed("rules", "export", first))
    file.write_text(RULES.replace("排水", "供水"), encoding="utf-8")
    typed(
        "rules", "publish", typed("rules", "import", str(file), "--division", "990101")[0].rpartition(" ")[2]
    )
    assert lead() == "供水"
    typed("rules", "back", first)
    assert lead() == "排水"
    assert {line.split("\t")[4] for line in typed("rules", "list")} == {"已发布", "已替换"}


def test_a_miswritten_rule_is_told_by_its_place_and_nothing_is_stored(people_cast, typed, tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("operator: eq", "operator: equals"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"operator"):
        call_command("rules", "import", str(file))
    with pytest.raises(CommandError, match="无法读取"):
        call_command("rules", "import", str(tmp_path / "none.yaml"))
    assert typed("rules", "list") == []


def test_a_stage_gets_a_limit_and_loses_it(people_cast, typed):
    catalog.load_standards(PLATFORM)
    typed("stage_limits", "set", "accept", "30自然小时", "--kind", "event", "--division", "990101")
    assert items.stage_limit("accept", "06012", "990101001").zh() == "30自然小时"
    assert items.stage_limit("accept", "01001", "990101001") is None
    assert [line for line in typed("stage_limits", "list") if line.startswith("accept\tevent\t990101\t")]
    typed("stage_limits", "set", "accept", "", "--kind", "event", "--division", "990101")
    assert items.stage_limit("accept", "06012", "990101001") is None
    typed("stage_limits", "set", "dispatch", "1自然小时", "--urgency", "critical")
    assert "dispatch\t全部\t全域\tcritical\t1自然小时" in typed("stage_limits", "list")
    assert items.stage_limit("dispatch", "06012", "990101", "critical").zh() == "1自然小时"
    for wrong in (("sleep", "1小时"), ("accept", "尽快"), ("accept", "1自然小时", "--kind", "x"),
                  ("accept", "1自然小时", "--division", "99010"),
                  ("accept", "1自然小时", "--urgency", "x")):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("stage_limits", "set", *wrong)


def test_the_first_three_administrators_are_made_once(capsys):
    call_command("create_administrators", division="9901")
    told = dict(line.split()[1:] for line in capsys.readouterr().out.splitlines()[1:])
    assert set(told) == {"sysadmin", "secadmin", "auditor"}
    for username, password in told.items():
        user = user_of(username)
        assert user.check_password(password)
        assert user.must_change_password
        assert user.is_staff
        assert queries.actor_of(user).scope.posts() == {Post(username)}
    with pytest.raises(CommandError, match="账号重复"):
        call_command("create_administrators", division="9901")
    call_command("create_administrators", reset="secadmin")
    assert not user_of("secadmin").check_password(told["secadmin"])
    for wrong in ({}, {"division": "99010"}, {"reset": "nobody"}):
        with pytest.raises(CommandError):
            call_command("create_administrators", **wrong)
