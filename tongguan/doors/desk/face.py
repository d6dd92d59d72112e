# SPDX-License-Identifier: Apache-2.0
"""The desk's interface (中屏): /api/desk for signed-in people."""

from tongguan.doors.alarms import routes as alarms
from tongguan.doors.analysis import foreseeing
from tongguan.doors.analysis import projects as coming
from tongguan.doors.analysis import routes as analysis
from tongguan.doors.briefings import keeping as briefing_keeping
from tongguan.doors.briefings import routes as briefings
from tongguan.doors.common.faces import face
from tongguan.doors.common.limits import Bucket
from tongguan.doors.desk import (
    asking,
    bulk,
    cases,
    departments,
    files,
    handovers,
    hot,
    hotline,
    inbox,
    matters,
    models,
    operation,
    patrols,
    registers,
    reports,
    session,
    unread,
    video,
    working,
)
from tongguan.doors.desk.auth import Session
from tongguan.doors.insight import routes as insight
from tongguan.doors.maps import layers as maps
from tongguan.doors.office import (
    leaks,
    networks,
    processes,
    responsibilities,
    rules,
    sensors,
    streams,
    telling,
    views,
    workdays,
    worktimes,
)
from tongguan.doors.revisits import routes as revisits
from tongguan.doors.revisits import suspicions
from tongguan.doors.scoring import routes as scoring
from tongguan.doors.signs import routes as signs
from tongguan.doors.watching import routes as watching

api = face(
    name="desk",
    title="统管工作台接口",
    description="登录人员的案件、派遣、督办与登记接口。修改须带 X-CSRFToken；错误以 problem+json 给出。",
    auth=[Session()],
    throttle=[Bucket("desk", rate=20, burst=200)],
)
for part in (
    hotline, patrols, views, responsibilities, processes, worktimes, workdays,
    session, cases, working, asking, bulk, video, reports, unread, inbox, files, registers, operation,
    handovers, hot, departments, matters, models, rules, sensors, streams, networks, leaks, telling, maps,
    signs, watching, alarms, revisits, suspicions, insight, scoring, analysis, foreseeing, coming,
    briefings, briefing_keeping,
):  # fmt: skip
    api.add_router("", part.router)
