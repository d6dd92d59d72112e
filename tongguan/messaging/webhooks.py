# SPDX-License-Identifier: Apache-2.0
"""The webhook sender: signed CloudEvents to registered targets."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from tongguan.kernel import clock
from tongguan.messaging import signing, wire
from tongguan.messaging.spi import Envelope, Fate, Result

#: What a receiver says about this one message; all else is about the receiver and is tried again.
_REFUSING: Final = frozenset({400, 410, 413, 415, 422})


def judge(answer: wire.Answer) -> Result:
    """Turn an HTTP answer into a fate. A redirect is not followed: whoever moved must be entered anew."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own classes
        return Result(Fate.SENT, receipt=str(answer.status), status=answer.status)
    told = answer.body[:200].decode("utf-8", "replace").replace("\x00", "")
    error = f"HTTP {answer.status} {told}".strip()
    if answer.status in _REFUSING:
        return Result(Fate.REFUSED, error=error, status=answer.status)
    return Result(Fate.FAILED, error=error, retry_after=answer.retry_after, status=answer.status)


class WebhookSender:
    """Posts to one target at a time, in order; stops at the first sign that the target is in trouble."""

    batch = 20

    def __init__(self, *, seconds: float = 5.0, deadline: float = 20.0, private: bool = False) -> None:
        """Bound one request and the whole batch in seconds; ``private`` admits addresses of the intranet."""
        self.seconds = seconds
        self.deadline = deadline
        self.private = private

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Post each envelope to its ``url``, signed with its ``secret``."""
        return asyncio.run(self._send(envelopes))

    async def _send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        ends = time.monotonic() + self.deadline
        results: list[Result] = []
        failed = False
        async with wire.client(self.seconds) as http:
            for envelope in envelopes:
                left = ends - time.monotonic()
                if left <= 0 or failed:
                    results.append(Result(Fate.UNTRIED))
                    continue
                content = envelope.body.encode()
                message_id = str(envelope.id)
                try:
                    answer = await wire.post(
                        http,
                        envelope.url,
                        content,
                        signing.headers(message_id, envelope.secret, content, clock.now()),
                        seconds=min(self.seconds, left),
                        private=self.private,
                    )
                    results.append(judge(answer))
                except wire.WireError as error:
                    results.append(Result(Fate.FAILED, error=str(error)))
                failed = results[-1].fate is Fate.FAILED
        return results
