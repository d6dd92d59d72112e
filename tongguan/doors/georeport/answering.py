# SPDX-License-Identifier: Apache-2.0
"""How GeoReport v2 answers: XML or JSON by the address, errors in its own form, limits by address."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tongguan.channels.open311.encode import FORMATS, encode
from tongguan.doors.common import problems
from tongguan.doors.common.limits import AddressBucket
from tongguan.kernel.errors import NotFound, Refusal, TooMany

limit = AddressBucket("open311", rate=5, burst=100)
#: The standard knows 400 for what is wrong and 403 for a key that does not hold.
_STATUS: Final = {401: 403, 422: 400, 412: 400, 428: 400}
#: Our names of the fields, where the standard has other ones.
_FIELDS: Final = {
    "lon": "long",
    "text": "description",
    "address": "address_string",
    "item_code": "service_code",
}
_PASSED_ON: Final = ("Retry-After", "Allow", "Content-Language")


class WrongMethod(Refusal):
    """This resource is not asked that way."""

    status = 405


def document(form: str, name: str, value: Any, status: int = 200) -> HttpResponse:
    """Give an answer; every page may read it, since it is public and no cookie counts here."""
    response = HttpResponse(encode(form, name, value), status=status, content_type=FORMATS[form])
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def resource(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view of GeoReport v2: it is given the request, the format and what else the address says."""

    def make(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def stand(request: HttpRequest, form: str, **named: str) -> HttpResponse:
            try:
                _may_ask(request, form, methods)
                return view(request, form, **named)
            except Exception as error:  # noqa: BLE001 - problems.answer logs what nobody expected
                return _errors(request, form if form in FORMATS else "xml", error)

        return stand

    return make


def _may_ask(request: HttpRequest, form: str, methods: tuple[str, ...]) -> None:
    if form not in FORMATS:
        raise NotFound("open311.format", zh="只有 xml 与 json", en="xml and json only", field="format")
    if request.method not in {*methods, "HEAD"}:
        raise WrongMethod("request.method", zh="不支持的方法", en="method not allowed")
    if not limit.allow_request(request):
        wait = max(1, round(limit.wait() or 1))
        raise TooMany(
            "rate.limit", zh=f"请求过多，请 {wait} 秒后再试", en=f"try again in {wait} s", retry_after=wait
        )


def _errors(request: HttpRequest, form: str, error: Exception) -> HttpResponse:
    told = problems.answer(request, error)
    body = msgspec.json.decode(told.content)
    field = _FIELDS.get(body.get("field", ""), body.get("field", ""))
    status = _STATUS.get(told.status_code, told.status_code)
    words = f"{field}: {body['detail']}" if field else body["detail"]
    response = document(form, "errors", [{"code": status, "description": words}], status)
    for name in _PASSED_ON:
        if name in told.headers:
            response[name] = told.headers[name]
    return response
