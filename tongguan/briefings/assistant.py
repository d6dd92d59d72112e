# SPDX-License-Identifier: Apache-2.0
"""An OpenAI-compatible endpoint that may polish sentences. Off unless ``TONGGUAN_ASSISTANT_URL`` is set.

It gets one sentence at a time, never a case, and is believed nothing: see ``proof``.
"""

import json
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx
from django.conf import settings

_MOST_BYTES: Final = 64_000
_ASK: Final = (
    "你是城市运行管理中心的文字编辑。请把用户给出的一句话改写得更通顺、正式、简洁。"
    "不得增删或改写任何数字、单位、日期、地名、机构名称，不得改变升降、是否等原意，"
    "不得添加评论、标记或换行。只输出改写后的这一句。"
)


class Silent(Exception):  # noqa: N818 - the assistant gave no usable answer: the source stays
    """The assistant did not answer as it should; the words say how."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where it is: address up to ``/v1``, key, model's name, seconds it may take."""

    url: str
    key: str
    model: str
    seconds: float


def endpoint() -> Endpoint | None:
    """Give the endpoint of the settings; None when none is set."""
    if not settings.ASSISTANT_URL:
        return None
    return Endpoint(
        settings.ASSISTANT_URL.rstrip("/"), settings.ASSISTANT_KEY, settings.ASSISTANT_MODEL,
        float(settings.ASSISTANT_SECONDS),
    )  # fmt: skip


def polished(where: Endpoint, sentence: str) -> str:
    """Give what the endpoint makes of a sentence. Raises Silent."""
    body = {
        "model": where.model,
        "temperature": 0,
        "messages": [{"role": "system", "content": _ASK}, {"role": "user", "content": sentence}],
    }
    headers = {"Authorization": f"Bearer {where.key}"} if where.key else {}
    try:
        told = _answered(where, body, headers)
        found = told["choices"][0]["message"]["content"]
    except httpx.TimeoutException as error:
        message = "未在限定时间内答复"
        raise Silent(message) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"无法连接或答复异常：{type(error).__name__}"
        raise Silent(message) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        message = "答复格式不对"
        raise Silent(message) from error
    if not isinstance(found, str):
        message = "答复格式不对"
        raise Silent(message)
    return found.strip()


def _answered(where: Endpoint, body: dict[str, Any], headers: dict[str, str]) -> Any:
    """Read the answer, never more than it may be long, within the seconds altogether."""
    until = time.monotonic() + where.seconds
    read = bytearray()
    with (
        httpx.Client(timeout=where.seconds, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", f"{where.url}/chat/completions", json=body, headers=headers) as answer,
    ):
        answer.raise_for_status()
        for part in answer.iter_bytes():
            read += part
            if len(read) > _MOST_BYTES:
                message = "答复过长"
                raise Silent(message)
            if time.monotonic() > until:
                message = "未在限定时间内答复"
                raise Silent(message)
    return json.loads(read)
