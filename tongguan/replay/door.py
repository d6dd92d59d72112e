# SPDX-License-Identifier: Apache-2.0
"""Telling records through the open interface: by HTTP, or the whole WSGI stack in this very thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx
from django.core.wsgi import get_wsgi_application

from tongguan.kernel.errors import Unavailable
from tongguan.replay.mapping import Source
from tongguan.replay.records import Record

MOST_AT_ONCE: Final = 500
_PATH: Final = "/api/partner/v1/reports"
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What the platform said to one record; ``why`` is the refusal's code, field and words."""

    ok: bool
    tracking: str = ""
    repeated: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a report is."""

    state: str
    case_id: UUID | None
    why: str


class Door:
    """A partner system's side of the interface."""

    def __init__(self, source: Source, token: str, url: str = "") -> None:
        """Speak to a running platform at ``url``; without one to this process's own application."""
        transport = None if url else httpx.WSGITransport(app=get_wsgi_application())
        self._source = source
        self._client = httpx.Client(
            base_url=url or "http://localhost",
            transport=transport,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_PATIENCE,
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def tell(self, records: Sequence[Record]) -> list[Answered]:
        """Tell records in one request; give the answers in their order. Raises Unavailable."""
        body = {"reports": [self._shape(record) for record in records]}
        answers = self._asked("POST", f"{_PATH}/batch", body)["answers"]
        return [
            Answered(ok=True, tracking=a["receipt"]["tracking"], repeated=a["receipt"]["repeated"])
            if a["ok"]
            else Answered(ok=False, why=f"{a['code']} {a['field']} {a['detail']}")
            for a in answers
        ]

    def standing(self, tracking: str) -> Standing:
        """Ask how far a report is. Raises Unavailable."""
        shown = self._asked("GET", f"{_PATH}/{tracking}")
        case_id = shown["case_id"]
        why = f"{shown['error_code']} {shown['error']}".strip()
        return Standing(shown["state"], UUID(case_id) if case_id else None, why)

    def _asked(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unavailable(
                "replay.door", zh=f"无法连接平台：{error}", en=f"no connection: {error}"
            ) from error
        if not answer.is_success:
            words = f"{answer.status_code} {answer.text[:300]}"
            raise Unavailable("replay.door", zh=f"平台拒绝请求：{words}", en=f"the platform refused: {words}")
        shown: dict[str, Any] = answer.json()
        return shown

    def _shape(self, record: Record) -> dict[str, Any]:
        told: dict[str, Any] = {
            "source": record.channel,
            "external_id": f"{self._source.name}:{record.external_id}",
            "title": record.title,
            "text": record.text,
            "item_code": record.item_code,
            "division": record.division,
            "address": record.address,
            "told_at": record.told_at.isoformat(),
        }
        if record.lon is not None:
            told |= {"lon": record.lon, "lat": record.lat}
        return told
