# SPDX-License-Identifier: Apache-2.0
"""Chinese words for posts, kinds of units and kinds of days."""

from typing import Final

#: Posts as officials call them, in the order of a form (依据 workflow 角色通行名).
POSTS: Final = (
    ("acceptor", "受理员"),
    ("dispatcher", "派遣员"),
    ("duty_chief", "值班长"),
    ("department", "处置部门"),
    ("handler", "处置人员"),
    ("collector", "信息采集员"),
    ("supervisor", "督查员"),
    ("evaluator", "考核员"),
    ("leader", "领导"),
    ("citizen", "市民"),
    ("system", "系统"),
    ("sysadmin", "系统管理员"),
    ("secadmin", "安全管理员"),
    ("auditor", "审计员"),
)
POST_NAMES: Final = dict(POSTS)

UNIT_KINDS: Final = (
    ("centre", "运行中心"),
    ("department", "委办局"),
    ("street", "街道乡镇"),
    ("community", "社区村居"),
    ("company", "企业"),
    ("other", "其他"),
)
UNIT_KIND_NAMES: Final = dict(UNIT_KINDS)

DAY_KINDS: Final = (("holiday", "休息日"), ("makeup_workday", "调休上班"))
DAY_KIND_NAMES: Final = dict(DAY_KINDS)

#: Duty words of the responsibility columns in the standards' tables (处置部门类别).
DUTIES: Final = (
    "供水", "供热供气", "公交", "公安", "交警", "交通", "住建", "卫生健康", "园林绿化", "地名民政",
    "市容秩序", "市政公用", "平台中心", "建筑垃圾处置", "排水", "权属单位", "水务河道", "消防",
    "燃油燃气供电企业", "物业", "环卫", "生态环境", "电力", "线缆权属", "综合执法", "街道办事处",
    "规划", "通信", "邮政报业",
)  # fmt: skip
