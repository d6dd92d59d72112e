# SPDX-License-Identifier: Apache-2.0
"""Words shown to officials."""

from django.db.models import TextChoices


class ComponentState(TextChoices):
    """States of a component (GB/T 47678.5 GLBJZT)."""

    INTACT = "完好", "完好"
    BROKEN = "破损", "破损"
    LOST = "丢失", "丢失"
    ABANDONED = "废弃", "废弃"
    REMOVED = "移除", "移除"


class SurveySource(TextChoices):
    """Where the position comes from (GB/T 47678.5 SJLY)."""

    MEASURED = "实测", "实测"
    TOPOGRAPHIC = "地形图", "地形图"
    BASE = "基础地理数据", "基础地理数据"
    OTHER = "其他", "其他"


class RunState(TextChoices):
    """States of an import run."""

    RUNNING = "running", "进行中"
    DONE = "done", "完成"
