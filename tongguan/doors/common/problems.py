# SPDX-License-Identifier: Apache-2.0
"""Refusals as problem+json (RFC 9457): a stable code, one sentence in the reader's language, the field."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from tongguan.doors.common.wording import wording
from tongguan.kernel.errors import Refusal, Unavailable
from tongguan.kernel.ids import new_id

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
_TITLES: Final = {
    400: ("请求有误", "Bad request"),
    401: ("请先登录", "Not signed in"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持的方法", "Method not allowed"),
    409: ("发生冲突", "Conflict"),
    412: ("内容已被他人更新", "Changed meanwhile"),
    413: ("内容过大", "Too large"),
    415: ("格式不支持", "Unsupported format"),
    422: ("内容有误", "Invalid"),
    428: ("缺少前提", "Precondition required"),
    429: ("请求过多", "Too many requests"),
    500: ("系统出错", "Internal error"),
    503: ("暂时不可用", "Unavailable"),
}
_RETRY_AFTER: Final = 2
_BAD, _FORBIDDEN = 400, 403


def english(request: HttpRequest) -> bool:
    """Tell whether the reader asked for English before Chinese; Chinese is the default."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("zh"):
            return False
        if tag.startswith("en"):
            return True
    return False


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    zh: str,
    en: str,
    *,
    field: str | None = None,
    errors: Iterable[Mapping[str, Any]] = (),
    params: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Give one problem document. ``errors`` lists every wrong field with its JSON pointer."""
    in_english = english(request)
    title = _TITLES.get(status, _TITLES[400])
    body: dict[str, Any] = {
        "type": f"urn:tongguan:problem:{code}",
        "title": title[1] if in_english else title[0],
        "status": status,
        "detail": en if in_english else zh,
        "code": code,
    }
    listed = list(errors) or ([_error(field, code, body["detail"])] if field else [])
    if listed:
        body["field"] = field or listed[0]["field"]
        body["errors"] = listed
    shown = {key: value for key, value in (params or {}).items() if key not in body}
    response = HttpResponse(
        msgspec.json.encode(body | shown, enc_hook=str), status=status, content_type=CONTENT_TYPE
    )
    response["Content-Language"] = "en" if in_english else "zh"
    response["Cache-Control"] = "no-store"
    if params and params.get("retry_after") is not None:
        response["Retry-After"] = str(int(params["retry_after"]) or 1)
    return response


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Give a Refusal as a problem."""
    return problem(
        request,
        refusal.status,
        refusal.code,
        refusal.zh,
        refusal.en,
        field=refusal.field,
        params=refusal.params,
    )


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Give any error as a problem. What nobody expected is logged under a number and never told."""
    if isinstance(error, Refusal):
        return refused(request, error)
    if isinstance(error, OperationalError):
        log.warning("database unavailable: %s", error)
        return refused(
            request,
            Unavailable(
                "database.busy",
                zh="系统繁忙，请稍后再试",
                en="the system is busy, please try again",
                retry_after=_RETRY_AFTER,
            ),
        )
    if isinstance(error, DataError | IntegrityError):
        log.error("the database refused a value", exc_info=error)
        return problem(request, 409, "database.refused", "数据库拒绝了该内容", "the database refused a value")
    number = str(new_id())
    log.error("unexpected error %s", number, exc_info=error)
    return problem(
        request,
        500,
        "internal",
        f"系统出错，编号 {number}",
        f"internal error, number {number}",
        params={"number": number},
    )


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Give wrong fields as a problem, all of them at once."""
    in_english = english(request)
    errors = []
    for wrong in error.errors:
        zh, en = wording(wrong)
        errors.append(_error(_place(wrong["loc"]), str(wrong["type"]), en if in_english else zh))
    first = errors[0]
    return problem(
        request,
        422,
        "invalid",
        f"{first['field']}：{first['detail']}",
        f"{first['field']}: {first['detail']}",
        errors=errors,
    )


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Give ninja's own errors as problems: no sign-in, CSRF, throttle, an unreadable body."""
    if isinstance(error.__cause__, Exception) and error.status_code == _BAD:
        return answer(request, error.__cause__)
    if isinstance(error, AuthenticationError):
        response = problem(request, 401, "auth.required", "请先登录或出示令牌", "sign in or present a token")
        response["WWW-Authenticate"] = "Bearer"
        return response
    if isinstance(error, Throttled):
        wait = max(1, round(error.wait or 1))
        return problem(
            request,
            429,
            "rate.limit",
            f"请求过多，请 {wait} 秒后再试",
            f"too many requests, try again in {wait} s",
            params={"retry_after": wait},
        )
    if error.status_code == _FORBIDDEN:
        return problem(
            request,
            403,
            "auth.csrf",
            "页面已过期，请刷新后再试",
            "the page expired, reload it",
            field="X-CSRFToken",
        )
    return problem(request, error.status_code, "request", "请求有误", "bad request")


def install(api: NinjaAPI) -> None:
    """Let every error of this API be told as a problem."""
    # ninja types its handlers as taking the exception or its class; it only ever passes the exception.
    api.add_exception_handler(ValidationError, invalid)  # type: ignore[arg-type]
    api.add_exception_handler(HttpError, http_error)  # type: ignore[arg-type]
    api.add_exception_handler(Http404, not_found)  # type: ignore[arg-type]
    api.add_exception_handler(Exception, answer)  # type: ignore[arg-type]


def not_found(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    """Give the problem for an address or thing that is not there."""
    del error
    return problem(request, 404, "not_found", "没有找到", "not found")


def _error(field: str | None, code: str, detail: str) -> dict[str, str]:
    name = field or ""
    return {
        "field": name,
        "pointer": "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/"),
        "code": code,
        "detail": detail,
    }


def _place(loc: tuple[Any, ...]) -> str:
    """Name the field: without the part of the request, and without the body's own parameter name."""
    source, *rest = loc
    if source == "body" and len(rest) > 1:
        rest = rest[1:]
    elif source == "body":
        return "body"
    return ".".join(str(part) for part in rest) or str(source)
