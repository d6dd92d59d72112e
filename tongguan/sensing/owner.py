# SPDX-License-Identifier: Apache-2.0
"""The owner of readings: judges, keeps and passes on, frame after frame, many frames in one commit.

One thread commits what waits in groups, another calls the listeners with what was kept. Frames that come
while a group is synced go with the next one. Without threads (tests, the back-fill of a file) the caller's
own thread does all of it before ``take`` returns.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, Refusal, TooMany, Unavailable
from tongguan.kernel.frames import Frame
from tongguan.sensing.aside import Aside
from tongguan.sensing.contracts import Condition, Declared, Policy, Reason, Receipt
from tongguan.sensing.hearing import Hearing
from tongguan.sensing.quality import Judge, Register
from tongguan.series.contracts import FIRST_MS, LAST_MS, Behind, Mark, NoRoom, StoreError
from tongguan.series.spi import Store

_log = logging.getLogger(__name__)
#: A frame may hold so many readings; our own default.
MOST_ROWS: Final = 1_000_000
#: What is declared is asked for again after so long, and at once (not more often than each second) when a
#: stream is met that nobody declared.
_REGISTER_MS: Final = 60_000
_REGISTER_SOONEST_MS: Final = 1_000


@dataclass(slots=True, eq=False)
class _Asked:
    frame: Frame
    heard: NDArray[np.int64]
    mark: Mark | None
    answer: "Future[Receipt]" = field(default_factory=Future)


class Owner:
    """Takes frames for one store."""

    def __init__(
        self,
        store: Store,
        aside: Aside,
        policy: Policy,
        declared: Callable[[], Declared | None],
        *,
        threads: bool = True,
    ) -> None:
        """Go on where the store is; ``declared`` is asked again and again. Followers catch up first."""
        self.store, self.aside, self.policy = store, aside, policy
        self._declared = declared
        self._register = Register(declared())
        #: Streams asked for in vain the last time; a new one is asked for at once, it may just be declared.
        self._strangers: frozenset[int] = frozenset()
        self._asked_at = now_ms()
        #: Streams whose readings kept aside were let in, with when the last of them had come.
        self._let_in: dict[int, int] = {}
        self._judge = Judge(policy)
        self._judge.restore(store.latest())
        self._queue: deque[_Asked] = deque()
        self._rows = 0
        self._changed = threading.Condition()
        self._working = threading.Lock()
        self._closing = False
        self._trouble = ""
        self._hearing = Hearing(store, threads=threads)
        self._thread: threading.Thread | None = None
        if threads:
            self._thread = threading.Thread(target=self._work, name="readings", daemon=True)
            self._thread.start()

    def send(
        self, frame: Frame, mark: Mark | None = None, heard: NDArray[np.int64] | None = None
    ) -> "Future[Receipt]":
        """Hand in a frame; the future is done when the readings are durable.

        ``heard``: ms, when each reading came in, where that was not now. Raises Invalid, or TooMany when too
        much is waiting: come again after ``retry_after`` seconds.
        """
        if len(frame) > MOST_ROWS:
            raise Invalid(
                "readings.too_large", f"一批最多 {MOST_ROWS} 条读数", f"at most {MOST_ROWS} readings at once"
            )
        asked = _Asked(frame, np.full(len(frame), now_ms()) if heard is None else heard, mark)
        if self._thread is None:
            with self._working:
                self._commit([asked])
            return asked.answer
        with self._changed:
            if self._closing:
                raise Unavailable("readings.ending", "读数库正在关闭", "the owner is ending", retry_after=5)
            if self._rows > self.policy.waiting_rows or self._hearing.behind > self.policy.waiting_rows:
                raise TooMany(
                    "readings.busy",
                    "读数来得太快，请稍后再发",
                    "too many readings are waiting",
                    retry_after=1,
                )
            self._queue.append(asked)
            self._rows += len(frame)
            self._changed.notify()
        return asked.answer

    def take(self, frame: Frame, mark: Mark | None = None) -> Receipt:
        """Keep the readings; durable when this returns. Raises Invalid, TooMany, Unavailable."""
        return self.send(frame, mark).result()

    def condition(self) -> Condition:
        """Tell how the owner is."""
        return Condition(
            number=self.store.number(),
            streams=len(self.store.latest()),
            waiting=self._rows,
            aside=self.aside.count,
            flooding=len(self._judge.floods()),
            behind=self._hearing.behind,
            trouble=self._trouble,
        )

    def floods(self, limit: int) -> list[object]:
        """Give the streams that flooded since the start, the worst first."""
        return list(self._judge.floods()[:limit])

    def readmit(self, streams: NDArray[np.int64]) -> Receipt:
        """Take in what was kept aside of these streams; what is known already stays as it is.

        Raises TooMany, Unavailable. Who asks knows that they are registered now: the register is read anew,
        and what is being judged by the old one is waited for, or it would be put aside behind our back.
        """
        total = np.zeros(5, np.int64)
        self._asked_at = 0
        self.take(Frame.of([], [], []))
        for reason, frame in list(self.aside.readings(streams)):
            if reason == Reason.UNKNOWN:
                known = self._known(frame.stream)
                if known.any():
                    done = self.take(frame.taken(known))
                    total += [done.kept, done.flagged, done.again, done.aside, done.thinned]
        return Receipt(*total.tolist())

    def let_in(self) -> Receipt:
        """Take in what waits aside of streams that have become known, whoever forgot to ask or could not.

        What was let in once is not looked at again before more of its stream is put aside. Raises like
        ``readmit``.
        """
        waiting = {
            row.stream: row.last_heard
            for row in self.aside.rows()
            if row.reason == Reason.UNKNOWN and self._let_in.get(row.stream) != row.last_heard
        }
        streams = np.array(sorted(waiting), np.int64)
        if len(streams):
            self._asked_at = 0
            streams = streams[self._known(streams)]
        if not len(streams):
            return Receipt(0, 0, 0, 0, 0)
        receipt = self.readmit(streams)
        self._let_in.update((stream, waiting[stream]) for stream in streams.tolist())
        return receipt

    def quiet(self) -> None:
        """Wait until everything handed in so far is kept and has been heard by all listeners."""
        if self._thread is not None:
            self.take(Frame.of([], [], []))
            self._hearing.quiet()

    def close(self) -> None:
        """Finish what waits, let listeners finish, close the store."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._hearing.close()
        self.store.close()
        self.aside.close()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closing:
                    self._changed.wait()
                if not self._queue:
                    return
                group = self._group()
            self._commit(group)

    def _group(self) -> list[_Asked]:
        """Take the frames of the next commit: as many as fit; one that carries a mark goes alone."""
        group: list[_Asked] = []
        rows = 0
        while self._queue:
            first = self._queue[0]
            if group and (first.mark or group[-1].mark or rows + len(first.frame) > self.policy.group_rows):
                break
            group.append(self._queue.popleft())
            rows += len(first.frame)
        self._rows -= rows
        return group

    def _commit(self, group: list[_Asked]) -> None:
        try:
            receipts = self._keep(group)
        except Refusal as refusal:
            self._say(str(refusal))
            for asked in group:
                asked.answer.set_exception(refusal)
        except Exception as error:  # noqa: BLE001 - nobody may wait for ever; the next frame may be better
            _log.exception("readings could not be taken in")
            self._trouble = repr(error)
            for asked in group:
                asked.answer.set_exception(unavailable(repr(error)))
        else:
            self._say("")
            for asked, receipt in zip(group, receipts, strict=True):
                asked.answer.set_result(receipt)
            self._hearing.pass_on()

    def _keep(self, group: list[_Asked]) -> list[Receipt]:
        frame = Frame.joined([asked.frame for asked in group])
        sizes = [len(asked.frame) for asked in group]
        heard = np.concatenate([asked.heard for asked in group])
        request = np.repeat(np.arange(len(group)), sizes)
        mark = group[-1].mark
        if not len(frame) and mark is None:
            return [Receipt(0, 0, 0, 0, 0)] * len(group)
        try:
            taken = self._fit(frame, heard)
            aside = np.bincount(request[~taken], minlength=len(group))
            if not taken.all():
                frame, heard, request = frame.taken(taken), heard[taken], request[taken]
            judged = self._judge.judge(frame, heard, self._register.of(frame.stream))
            thinned = np.bincount(request[~judged.stays], minlength=len(group))
            frame = judged.frame
            if not judged.stays.all():
                frame, request = frame.taken(judged.stays), request[judged.stays]
            done = self.store.append(frame, mark)
        except NoRoom as error:
            raise Unavailable("readings.no_room", "磁盘已满，读数未收", str(error), retry_after=30) from error
        except Behind as error:
            raise Unavailable(
                "readings.behind", "读数入库落后，请稍后再发", str(error), retry_after=5
            ) from error
        except StoreError as error:
            raise unavailable(str(error)) from error
        if len(done.frame):
            self._hearing.add(done.number, done.frame)
        again = np.bincount(request[~done.which], minlength=len(group))
        request = request[done.which]
        kept = np.bincount(request, minlength=len(group))
        flagged = np.bincount(request[done.frame.quality > 0], minlength=len(group))
        columns = (kept, flagged, again, aside, thinned)
        return [Receipt(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def _fit(self, frame: Frame, heard: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which readings can be kept; put the others aside."""
        bounds = (frame.at >= FIRST_MS) & (frame.at < LAST_MS)
        known = self._known(frame.stream)
        gone = frame.at < self.store.oldest()
        fit = bounds & known & ~gone
        if not fit.all():
            now = int(heard[-1])
            for which, reason in (
                (~known, Reason.UNKNOWN),
                (known & ~bounds, Reason.TIME),
                (known & bounds & gone, Reason.GONE),
            ):
                if which.any():
                    self.aside.keep(frame.taken(which), reason, now)
        return fit

    def _known(self, streams: NDArray[np.int64]) -> NDArray[np.bool_]:
        known = self._register.known(streams)
        since = now_ms() - self._asked_at
        soon = since > _REGISTER_SOONEST_MS or not self._strangers.issuperset(streams[~known].tolist())
        if since > _REGISTER_MS or (soon and not known.all()) or since < 0:
            self._asked_at = now_ms()
            self._register = Register(self._declared())
            known = self._register.known(streams)
            self._strangers = frozenset(streams[~known].tolist())
        return known

    def _say(self, trouble: str) -> None:
        if trouble and not self._trouble:
            _log.error("readings are refused: %s", trouble)
        elif self._trouble and not trouble:
            _log.warning("readings are taken in again")
        self._trouble = trouble


def unavailable(why: str) -> Unavailable:
    """Give the refusal of an owner that is not there or cannot work."""
    return Unavailable("readings.unavailable", "读数库暂时不可用，请稍后再发", why, retry_after=5)


def now_ms() -> int:
    """Give the time in ms since 1970 (UTC)."""
    return round(clock.now().timestamp() * 1000)
