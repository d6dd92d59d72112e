# SPDX-License-Identifier: Apache-2.0
"""Refusals: what a verb says when it will not do something, in zh and en, with a stable code.

Doors turn a Refusal into problem+json; nothing else in the house knows HTTP.
"""

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error in the program
    """A verb declined. ``code`` is stable and dotted (``case.wrong_state``); ``field`` names the input."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, zh: str, en: str, *, field: str | None = None, **params: Any) -> None:
        """Keep the code, both texts, the input's name and machine-readable details."""
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.field = field
        self.params = params


class Invalid(Refusal):
    """The input does not hold."""

    status = 422


class Unauthenticated(Refusal):
    """Who are you? Wrong or missing credentials, an ended session, a token that no longer holds."""

    status = 401


class Forbidden(Refusal):
    """The actor's posts do not include this verb."""

    status = 403


class NotFound(Refusal):
    """No such thing, or not within the actor's scope: the two are never told apart."""

    status = 404


class Conflict(Refusal):
    """Somebody was faster, or the thing's state does not allow it."""

    status = 409


class Stale(Refusal):
    """The caller's version is not the current one (If-Match failed)."""

    status = 412


class TooMany(Refusal):
    """A limit was reached; ``params['retry_after']`` holds seconds."""

    status = 429


class Unavailable(Refusal):
    """Cannot now; ``params['retry_after']`` holds seconds."""

    status = 503
