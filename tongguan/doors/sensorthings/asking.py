# SPDX-License-Identifier: Apache-2.0
"""One question to the door and its answer, apart from HTTP: batches ask many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import Actor

READ: Final = "sensors:read"
DECLARE: Final = "sensors:write"
TELL: Final = "readings:write"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks what: ``root`` is the door's own address, ``path`` what comes behind it, ``body`` decoded."""

    actor: Actor
    scopes: frozenset[str]
    root: str
    method: str
    path: str
    told: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    patching: bool = False

    def need(self, scope: str) -> None:
        """Refuse without the scope. Raises Forbidden."""
        if scope not in self.scopes:
            raise Forbidden(
                "token.scope", zh=f"令牌没有 {scope} 权限", en=f"the token lacks the scope {scope}"
            )


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer: a JSON value, plain text, or nothing; ``location`` is where what was made stands."""

    body: Any = None
    status: int = 200
    location: str = ""
    plain: bool = False
