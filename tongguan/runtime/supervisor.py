# SPDX-License-Identifier: Apache-2.0
"""The supervisor: keeps web and engine running as children of one foreground process."""

import json
import multiprocessing
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess

from django.conf import settings
from django.core.management import execute_from_command_line

from tongguan.runtime import backoff

_TICK = 0.1
#: A child that ran so many seconds is healthy: its next crash starts the back-off anew.
_HEALTHY = 60.0
_MOST_WAIT = 30.0
#: Seconds children get to finish before they are killed.
PATIENCE = 8.0
#: A forked child has every package loaded already; elsewhere than on Linux forking is not safe.
_processes = (
    multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
)


def _command(arguments: Sequence[str]) -> None:
    """Be one command in a process group of its own, so that Ctrl-C reaches only the supervisor."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    execute_from_command_line(["tongguan", *arguments])


def run_once(arguments: Sequence[str]) -> int:
    """Run one command in a child, packages loaded, and give its exit code. Close connections before."""
    process = _processes.Process(target=execute_from_command_line, args=(["tongguan", *arguments],))
    process.start()
    with suppress(KeyboardInterrupt):
        process.join()
    return 130 if process.exitcode is None else process.exitcode


class Child:
    """One child process and its restarts."""

    def __init__(self, name: str, arguments: Sequence[str], url: str) -> None:
        """Describe it; ``url`` answers with the name of this installation when it is ready."""
        self.name = name
        self.url = url
        self._arguments = [*arguments, "--parent", str(os.getpid())]
        self._process: BaseProcess | None = None
        self._started_at = 0.0
        self._next_start = 0.0
        self._crashes = 0

    def start(self) -> None:
        """Start it."""
        self._started_at = time.monotonic()
        self._process = _processes.Process(target=_command, args=(self._arguments,), name=self.name)
        self._process.start()

    def look(self, say: Callable[[str], None]) -> None:
        """Start it again, after a pause, when it has died."""
        now = time.monotonic()
        if self._process is not None and self._process.exitcode is not None:
            self._crashes = 1 if now - self._started_at > _HEALTHY else self._crashes + 1
            pause = backoff.wait(self._crashes, first=1.0, most=_MOST_WAIT).total_seconds()
            say(f"{self.name} 退出（{self._process.exitcode}），{pause:.0f} 秒后重启")
            self._process, self._next_start = None, now + pause
        if self._process is None and now >= self._next_start:
            self.start()

    def ready(self) -> bool:
        """Tell whether it answers at its address: it, not what another installation runs there."""
        try:
            with urllib.request.urlopen(self.url, timeout=2) as answer:  # noqa: S310 - our own address
                return bool(json.load(answer).get("installation") == settings.INSTALLATION)
        except (OSError, ValueError, AttributeError):
            return False

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end up to a moment of the monotonic clock, then kill it."""
        if self._process is None:
            return
        self._process.join(max(0.0, until - time.monotonic()))
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


class Supervisor:
    """Runs children until it is told to stop."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        """Take the children, not yet started."""
        self._children = children
        self._say = say
        self.stopping = False

    def obey_signals(self) -> None:
        """Stop on Ctrl-C and SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def run(self, welcome: Callable[[], None], patience: float = 180.0) -> bool:
        """Start all, say welcome when all answer, keep them running. False when they were never ready."""
        welcomed, began = False, time.monotonic()
        try:
            for child in self._children:
                child.start()
            while not self.stopping:
                for child in self._children:
                    child.look(self._say)
                if not welcomed and all(child.ready() for child in self._children):
                    welcomed = True
                    welcome()
                if not welcomed and time.monotonic() - began > patience:
                    self._say(f"{patience:.0f} 秒内未就绪，请查看上面的错误信息")
                    return False
                time.sleep(_TICK)
        finally:
            self._end()
        return True

    def _end(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        until = time.monotonic() + PATIENCE
        for child in self._children:
            child.wait(until)
