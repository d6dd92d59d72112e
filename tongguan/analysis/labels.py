# SPDX-License-Identifier: Apache-2.0
"""Chinese words for the values of dimensions that have no register."""

from typing import Final

NAMES: Final[dict[str, dict[str, str]]] = {
    "source": {
        "grid": "网格上报", "hotline": "热线", "citizen": "市民", "desk": "坐席登记",
        "department": "部门移交",
        "video": "视频", "sensor": "物联感知", "partner": "外部系统", "snap": "随手拍", "email": "邮件",
        "chat": "群聊", "open311": "Open311", "cloudevents": "事件接口", "mapped": "数据导入",
    },
    "kind": {
        "consult": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggestion": "建议",
        "praise": "表扬",
    },
    "urgency": {"normal": "一般", "urgent": "紧急", "critical": "特急"},
    "outcome": {
        "opened": "新开案件", "joined": "并入案件", "consulted": "当场答复", "quarantined": "待核对",
        "waiting": "待处理",
    },
    "voice": {"first": "首次", "further": "补充", "reminder": "催促"},
    "weekday": {str(n + 1): f"星期{day}" for n, day in enumerate("一二三四五六日")},
}  # fmt: skip
UNKNOWN: Final = "未注明"


def name_of(dimension: str, key: str) -> str:
    """Give a value in words where this room knows them, else as it is."""
    if not key:
        return UNKNOWN
    if dimension == "hour_of_day":
        return f"{key} 时"
    return NAMES.get(dimension, {}).get(key, key)
