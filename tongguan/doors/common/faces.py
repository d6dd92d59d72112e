# SPDX-License-Identifier: Apache-2.0
"""One way to build an API: strict parser, problems, limits, no page from another house."""

from collections.abc import Callable, Sequence
from typing import Any

from ninja import NinjaAPI
from ninja.throttling import BaseThrottle

from tongguan import __version__
from tongguan.doors.common import problems
from tongguan.doors.common.document import with_headers
from tongguan.doors.common.shapes import Problem
from tongguan.doors.common.strict import StrictParser

#: The statuses every operation may answer with, for the OpenAPI file.
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503), Problem)


def answers(shape: Any, status: int = 200) -> dict[int, Any]:
    """Give the answers of an operation: its own and the problems."""
    return {status: shape, **PROBLEMS}


class Face(NinjaAPI):
    """ninja's API, whose OpenAPI file also tells the headers that every door reads."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take what ninja takes; no document is made yet."""
        super().__init__(*given, **named)
        self._documents: dict[tuple[Any, ...], Any] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        """Give the OpenAPI document: made once, it takes seconds; not to be altered."""
        key = (path_prefix, tuple((path_params or {}).items()))
        if key not in self._documents:
            made = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            self._documents[key] = with_headers(made)
        return self._documents[key]


def face(
    *,
    name: str,
    title: str,
    description: str,
    auth: Sequence[Callable[..., Any]] | None,
    throttle: list[BaseThrottle],
) -> NinjaAPI:
    """Give an API with the house's manners. ``name`` is its URL namespace."""
    api = Face(
        title=title,
        version=__version__,
        description=description,
        urls_namespace=name,
        parser=StrictParser(),
        auth=auth,
        throttle=throttle,
        docs_url=None,
        openapi_url="/openapi.json",
    )
    problems.install(api)
    return api
