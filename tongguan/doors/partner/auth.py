# SPDX-License-Identifier: Apache-2.0
"""Bearer tokens of connected systems and what each may do."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from tongguan.doors.common.limits import AddressBucket
from tongguan.kernel.errors import Forbidden, Refusal, TooMany
from tongguan.people import api as people

#: Wrong tokens from one address: guessing 256 bits is hopeless, but it should not cost us either.
wrong_tokens = AddressBucket("wrong_token", rate=1, burst=20)


class Bearer(HttpBearer):
    """``Authorization: Bearer <token>``, with the scope the operation needs."""

    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        """Name the scope, e.g. ``reports:write``."""
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Give the actor; None when the token is not good. Raises Forbidden without the scope."""
        try:
            actor, scopes = people.authenticate_token(token)
        except Refusal:
            if not wrong_tokens.allow_request(request):
                raise TooMany(
                    "auth.wrong_tokens", zh="错误令牌过多", en="too many wrong tokens", retry_after=10
                ) from None
            return None
        if self.scope not in scopes:
            raise Forbidden(
                "token.scope", zh=f"令牌没有 {self.scope} 权限", en=f"the token lacks the scope {self.scope}"
            )
        return actor
