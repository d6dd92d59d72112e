# SPDX-License-Identifier: Apache-2.0
"""Reading a body strictly: what no database or screen can keep never gets further than here."""

from typing import Any, Final

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from tongguan.kernel.errors import Invalid, Refusal

#: Bytes of a JSON body, at most; a batch of 1,000 reports of 4 KB fits.
MAX_BODY: Final = 5 * 1024 * 1024
#: Lists and objects within each other, at most.
MAX_DEPTH: Final = 16
_JSON_TYPES: Final = frozenset({"application/json", "application/merge-patch+json"})
_decode = msgspec.json.Decoder().decode


class WrongBody(Refusal):
    """The body as a whole cannot be read."""

    status = 400


class TooLarge(Refusal):
    """The body is larger than this door takes."""

    status = 413


class WrongType(Refusal):
    """The body is not of a kind this door reads."""

    status = 415


class StrictParser(Parser):
    """ninja's parser: UTF-8 JSON without NUL, NaN, lone surrogates or endless nesting, within a size."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Give the decoded body. Raises WrongBody, TooLarge, WrongType or Invalid with the field."""
        check_type(request)
        body = read_body(request)
        try:
            value = _decode(body)
        except RecursionError as error:
            raise _too_deep("") from error
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise WrongBody(
                "body.json",
                zh="请求体不是合法的 UTF-8 JSON",
                en="the body is not valid UTF-8 JSON",
                field="body",
            ) from error
        # Walking every value is dear; a body that escapes nothing and nests little cannot need it.
        if b"\\u0000" in body or body.count(b"[") + body.count(b"{") > MAX_DEPTH:
            _walk(value)
        return value


def check_type(request: HttpRequest) -> None:
    """Refuse a body that does not say it is UTF-8 JSON. Raises WrongType."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() not in _JSON_TYPES or charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise WrongType(
            "body.type",
            zh="请求体须为 application/json，UTF-8 编码",
            en="the body must be application/json in UTF-8",
            field="Content-Type",
        )


def read_body(request: HttpRequest) -> bytes:
    """Give the body's bytes. Raises TooLarge, or WrongBody when the connection broke."""
    if _announced(request) > MAX_BODY:
        raise too_large(MAX_BODY)
    try:
        return bytes(request.body)
    except RequestDataTooBig as error:
        raise too_large(MAX_BODY) from error
    except (OSError, RawPostDataException, MultiPartParserError) as error:
        raise WrongBody(
            "body.broken", zh="请求体不完整", en="the body is incomplete", field="body"
        ) from error


def read_form(request: HttpRequest) -> tuple[QueryDict, MultiValueDict]:
    """Give the fields and the files of a multipart form. Raises TooLarge, WrongBody, Invalid (NUL)."""
    try:
        posted, sent = request.POST, request.FILES
    except RequestDataTooBig as error:
        raise too_large(MAX_BODY) from error
    except (OSError, RawPostDataException, MultiPartParserError, SuspiciousOperation) as error:
        raise WrongBody(
            "body.broken", zh="请求体不完整", en="the body is incomplete", field="body"
        ) from error
    for name, values in posted.lists():
        for value in (name, *values):
            _no_nul(str(value), "body")
    return posted, sent


def too_large(most: int) -> TooLarge:
    """Give the refusal of a body above ``most`` bytes."""
    megabytes = most / 1024 / 1024
    return TooLarge(
        "body.too_large",
        zh=f"请求体超过 {megabytes:g} MB",
        en=f"the body is larger than {megabytes:g} MB",
        field="body",
    )


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


def _too_deep(field: str) -> Invalid:
    return Invalid(
        "body.deep",
        zh=f"嵌套超过 {MAX_DEPTH} 层",
        en=f"nested deeper than {MAX_DEPTH} levels",
        field=field.partition(".")[0] or "body",
    )


def _walk(value: Any) -> None:
    """Look at every value without recursion; refuse NUL in any text and nesting beyond the limit."""
    rest: list[tuple[Any, str, int]] = [(value, "", 0)]
    while rest:
        current, path, depth = rest.pop()
        if isinstance(current, str):
            _no_nul(current, path)
        elif isinstance(current, dict | list):
            if depth >= MAX_DEPTH:
                raise _too_deep(path)
            if isinstance(current, dict):
                for key, inner in current.items():
                    _no_nul(key, path)
                    rest.append((inner, f"{path}.{key}" if path else key, depth + 1))
            else:
                rest.extend(
                    (inner, f"{path}.{n}" if path else str(n), depth + 1) for n, inner in enumerate(current)
                )


def _no_nul(text: str, path: str) -> None:
    if "\x00" in text:
        raise Invalid("text.characters", zh="含有空字符", en="holds a NUL character", field=path or "body")
