# SPDX-License-Identifier: Apache-2.0
"""Who owns the readings: this process, or another one on this machine that is asked over its socket."""

import logging
import threading
from pathlib import Path
from typing import Any, Final

import duckdb
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from tongguan.kernel.errors import Refusal
from tongguan.sensing import spi, wire
from tongguan.sensing.aside import Aside
from tongguan.sensing.client import Client
from tongguan.sensing.contracts import Declared, Policy
from tongguan.sensing.owner import Owner, now_ms
from tongguan.sensing.server import Server
from tongguan.series.api import open_store
from tongguan.series.contracts import Plan, StoreError

_log = logging.getLogger(__name__)
_HOUSEKEEPING_SECONDS: Final = 3600.0
_here: list[Owner] = []
_clients: dict[Path, Client] = {}
_lock = threading.Lock()


def folder() -> Path:
    """Give where the readings lie."""
    return Path(settings.HOME) / "readings"


def plan() -> Plan:
    """Give how they are kept, from the settings."""
    return Plan(
        raw_days=settings.READINGS_RAW_DAYS,
        minute_days=settings.READINGS_MINUTE_DAYS,
        hour_days=settings.READINGS_HOUR_DAYS,
    )


def declared() -> Declared | None:
    """Give what is declared of streams by all who declare, None when nobody does."""
    told = [one() for one in spi.declarations.items().values()]
    if not told:
        return None
    if len(told) == 1:
        return told[0]
    rows = [
        row
        for one in told
        for row in zip(one.stream.tolist(), one.low, one.high, one.every_ms / 1000, strict=True)
    ]
    return Declared.of(rows, [still / 1000 for one in told for still in one.still_ms.tolist()])


def opened(
    where: Path, policy: Policy | None = None, keep: Plan | None = None, *, threads: bool = True
) -> Owner:
    """Become the owner of a folder. Raises series' StoreError when it has one."""
    store = open_store(where / "store", keep or plan())
    try:
        return Owner(store, Aside(where / "aside"), policy or Policy(), declared, threads=threads)
    except BaseException:
        store.close()
        raise


def here() -> Owner | None:
    """Give the owner when it lives in this process."""
    return _here[-1] if _here else None


def enter(owner: Owner) -> None:
    """Let this process's calls go to the owner directly."""
    _here.append(owner)


def leave(owner: Owner) -> None:
    """Undo ``enter``."""
    _here.remove(owner)


def part_folder(part: int) -> Path:
    """Give where the readings of a part lie, when workers share them.

    The part behind the last holds once more the readings of streams that are followed together.
    """
    return folder() / f"part-{part}"


def elsewhere(where: Path | None = None) -> Client:
    """Give the connection to the owner in another process, of the one folder (None) or of a part's."""
    path = wire.address(where or folder())
    with _lock:
        return _clients.setdefault(path, Client(path))


def ask(verb: str, *given: Any) -> Any:
    """Ask the owner in another process. Raises its refusal, or Unavailable."""
    return elsewhere().ask(verb, *given)


class Residence:
    """An owner as it lives in an engine or a worker: with its socket, and its housekeeping once an hour."""

    def __init__(self, where: Path | None = None) -> None:
        """Become the owner and listen; of the one folder (None) or of a part's.

        Raises series' StoreError while another process still is.
        """
        self.owner = opened(where or folder())
        try:
            self._server = Server(self.owner, wire.address(where or folder()))
        except OSError:
            self.owner.close()
            raise
        self._entered = where is None
        if self._entered:
            enter(self.owner)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep_house, name="readings-house", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take nothing more, finish, let go."""
        self._ending.set()
        if self._entered:
            leave(self.owner)
        self._server.close()
        self.owner.close()
        self._thread.join()

    def _keep_house(self) -> None:
        self._let_in()
        while not self._ending.wait(_HOUSEKEEPING_SECONDS):
            try:
                keep_house(self.owner)
            except (duckdb.Error, StoreError, OSError):
                _log.exception("readings: housekeeping failed; tried again in an hour")
            self._let_in()

    def _let_in(self) -> None:
        """Take in readings whose stream was made while no owner could be asked."""
        try:
            self.owner.let_in()
        except (Refusal, DatabaseError, InterfaceError, StoreError, OSError) as error:
            _log.warning("readings: what waits aside was not looked at: %s", error)
        finally:
            connections.close_all()


def keep_house(owner: Owner) -> None:
    """Seal days past, merge roll-ups, let go what is not kept any longer. Raises StoreError, duckdb.Error."""
    owner.store.seal(now_ms())
    owner.store.compact()
    owner.store.retain(now_ms())
