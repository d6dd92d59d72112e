# SPDX-License-Identifier: Apache-2.0
"""Every minute each mailbox is fetched, in threads: a slow mail server keeps nobody waiting."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import close_old_connections

from tongguan.mailboxes import fetching, queries
from tongguan.runtime import spi

_workers: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mailboxes")


@spi.every(60.0, "mailboxes.fetch")
def fetch_all() -> int:
    """Begin to fetch every active mailbox; give how many there are."""
    names = queries.active()
    for name in names:
        _workers.submit(_fetch, name)
    return len(names)


def _fetch(name: str) -> None:
    try:
        fetching.fetch(name)
    finally:
        close_old_connections()
