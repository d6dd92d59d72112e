# SPDX-License-Identifier: Apache-2.0
"""Rate limits: a bucket per token, user or address, in the memory of each web process."""

import threading
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

_MOST_BUCKETS: Final = 20_000


def address(request: HttpRequest) -> str:
    """Give the client's address; behind trusted proxies (``TONGGUAN_PROXIES``), as the outermost saw it."""
    proxies = int(settings.PROXIES)
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not proxies:
        return remote
    seen = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    return seen[-min(proxies, len(seen))] if seen else remote


class Bucket(BaseThrottle):
    """So many requests per second, with a burst: cheap, exact within one process.

    ``name`` is the key under which ``settings.RATES`` (``TONGGUAN_RATES``) may hold another rate and burst.
    """

    def __init__(
        self, name: str, rate: float, burst: int, timer: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the rate in requests per second and how many may come at once."""
        self._name = name
        self._default = (rate, burst)
        self._timer = timer
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._wait = 1.0

    def allow_request(self, request: HttpRequest) -> bool:
        """Tell whether this request may pass."""
        return self.take(self.whose(request))

    def whose(self, request: HttpRequest) -> str:
        """Give the key the request counts for: the actor who was recognised, else the address."""
        actor = getattr(request, "auth", None)
        key = getattr(actor, "key", None)
        return str(key) if key else address(request)

    def take(self, key: str) -> bool:
        """Take one from the key's bucket; False when it is empty."""
        rate, burst = settings.RATES.get(self._name, self._default)
        now = self._timer()
        with self._lock:
            left, at = self._buckets.get(key, (float(burst), now))
            left = min(float(burst), left + (now - at) * rate)
            allowed = left >= 1
            if not allowed:
                self._wait = (1 - left) / rate
            if len(self._buckets) >= _MOST_BUCKETS and key not in self._buckets:
                self._forget(now, rate, burst)
            self._buckets[key] = (left - 1 if allowed else left, now)
        return allowed

    def wait(self) -> float | None:
        """Give the seconds until the next request may pass."""
        return self._wait

    def clear(self) -> None:
        """Start afresh; for tests."""
        with self._lock:
            self._buckets.clear()

    def _forget(self, now: float, rate: float, burst: int) -> None:
        """Drop the buckets that are full again; all of them when none is."""
        full = [key for key, (left, at) in self._buckets.items() if left + (now - at) * rate >= burst]
        for key in full or list(self._buckets):
            del self._buckets[key]


class AddressBucket(Bucket):
    """A bucket per address, whoever asks: for doors that need no sign-in."""

    def whose(self, request: HttpRequest) -> str:
        """Give the address."""
        return address(request)
