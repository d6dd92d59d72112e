# SPDX-License-Identifier: Apache-2.0
"""The open interface (开放接口): /api/partner/v1 with Bearer tokens."""

from tongguan.doors.alarms import exchange as cap
from tongguan.doors.common.faces import face
from tongguan.doors.common.limits import Bucket
from tongguan.doors.partner import cases, channels, departments, listening, reports
from tongguan.doors.partner.auth import Bearer

api = face(
    name="partner",
    title="统管开放接口",
    description="上报、查询与办理案件。令牌由安全管理员签发，权限按范围授予；错误以 problem+json 给出。",
    auth=[Bearer("reports:read")],
    throttle=[Bucket("partner", rate=1000, burst=2000)],
)
for part in (reports, channels, cases, listening, departments, cap):
    api.add_router("", part.router)
