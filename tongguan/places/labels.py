# SPDX-License-Identifier: Apache-2.0
"""Words shown to officials."""

from django.db.models import TextChoices


class Level(TextChoices):
    """Levels of divisions, by length of code (2, 4, 6, 9, 12 digits)."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    DISTRICT = "district", "区县"
    STREET = "street", "街镇"
    COMMUNITY = "community", "社区"


class GridState(TextChoices):
    """Whether a unit grid is in use; codes are never reused."""

    ACTIVE = "active", "启用"
    RETIRED = "retired", "停用"


class DutyRole(TextChoices):
    """Roles of people in a duty grid."""

    GRID_HEAD = "grid_head", "网格长"
    COLLECTOR = "collector", "信息采集员"
    HANDLER = "handler", "处置人员"
    SUPERVISOR = "supervisor", "督查员"
    POLICE = "police", "社区民警"


class GazetteerKind(TextChoices):
    """Kinds of named places."""

    ADDRESS = "address", "标准地址"
    PLACE = "place", "地名"
    ROAD = "road", "道路"
    POI = "poi", "兴趣点"
