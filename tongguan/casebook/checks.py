# SPDX-License-Identifier: Apache-2.0
"""What the doctor asks of the casebook: is it there, is it whole, how far behind is it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from tongguan.casebook import files, queries, store
from tongguan.casebook.contracts import Damaged
from tongguan.kernel import clock
from tongguan.runtime.health import Finding, Level, installation_checks

#: A book that took nothing in for so long lags; the engine takes in every second.
LATE: Final = timedelta(minutes=2)


def check_book() -> Iterator[Finding]:
    """Look at the manifest, at the files it names (their sizes), and at its time."""
    folder = queries.folder()
    try:
        state, building = files.manifest(folder), files.manifest(folder, files.BUILDING)
        missing = store.verify(folder, state, whole=False) if state else []
        at = files.read_at(folder, state)
    except Damaged as error:
        missing, state, building, at = [str(error)], None, None, None
    if missing:
        yield Finding(
            Level.BROKEN,
            f"案件台账损坏（{missing[0]}），引擎会从数据库重建，也可运行 tongguan casebook rebuild",
            f"the casebook is damaged ({missing[0]}): the engine builds it anew",
        )
        return
    if building is not None:
        yield Finding(Level.WARNING, "案件台账正在后台重建", "the casebook is being built in the background")
    if state is None:
        if building is None:
            yield Finding(
                Level.WARNING,
                "案件台账尚未建立，引擎启动后自动建立",
                "there is no casebook yet: the engine builds it",
            )
        return
    lag = clock.now() - at if at else None
    if lag is None or lag > LATE:
        since = f"{at:%Y-%m-%d %H:%M:%S}" if at else "—"
        yield Finding(
            Level.WARNING,
            f"案件台账只取至 {since}（UTC），请查看引擎是否在运行",
            f"the casebook lags, it is true up to {since} UTC: is an engine running?",
        )
    else:
        yield Finding(Level.GOOD, f"案件台账可用，落后 {lag.seconds} 秒", f"casebook, {lag.seconds} s behind")


def register() -> None:
    """Hang the check into the doctor's list."""
    installation_checks.register("台账 casebook", check_book)
