# SPDX-License-Identifier: Apache-2.0
"""Names of what figures are split by, as the book and registers have them; an unknown key names itself."""

from collections.abc import Mapping
from typing import Final

from tongguan.casebook.queries import Book
from tongguan.insight import queries as insight

SOURCES: Final = {
    "grid": "网格上报", "hotline": "热线", "citizen": "市民", "desk": "坐席登记", "department": "部门移交",
    "video": "视频", "sensor": "物联感知", "partner": "外部系统", "snap": "随手拍", "email": "邮件",
    "chat": "群聊", "patrol": "采集巡查", "open311": "Open311", "cloudevents": "事件接口",
    "mapped": "数据导入",
}  # fmt: skip
KINDS: Final = {
    "complaint": "投诉", "help": "求助", "report": "举报", "consult": "咨询", "suggestion": "建议",
    "praise": "表扬", "": "未分类",
}  # fmt: skip
URGENCIES: Final = {"normal": "一般", "urgent": "紧急", "critical": "特急"}
_UNKNOWN: Final = "未登记"


class Names:
    """Names by dimension and key."""

    def __init__(self, known: Mapping[str, Mapping[str, str]]) -> None:
        """Take them as they were read."""
        self._known = known

    def of(self, by: str, key: str) -> str:
        """Give a key's name."""
        if by == "day":
            return f"{int(key[5:7])}-{int(key[8:])}" if key else ""
        if by == "hour":
            return f"{int(key)}时" if key else ""
        if by in {"weekday_hour", ""}:
            return key
        return self._known.get(by, {}).get(key) or key or _UNKNOWN


def read(book: Book) -> Names:
    """Read the names a book has: divisions, units, items."""
    places = dict(book.rows("SELECT code, name FROM divisions"))
    items = dict(book.rows("SELECT item, max(item_name) FROM cases WHERE item <> '' GROUP BY item"))
    items = dict(book.rows("SELECT code, name FROM items")) | items
    units = {str(key): name for key, name in book.rows("SELECT id, name FROM units")}
    return Names(
        {
            "district": places, "street": places, "hub": places, "division": places, "item": items,
            "unit": units, "stage": insight.names().stages, "source": SOURCES, "kind": KINDS,
            "urgency": URGENCIES,
        }
    )  # fmt: skip
