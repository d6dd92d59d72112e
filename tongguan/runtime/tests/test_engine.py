# SPDX-License-Identifier: Apache-2.0
"""The real processes: engines killed in the middle, the supervisor and its children."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings

from tongguan.kernel.testing import free_port, until
from tongguan.runtime.supervisor import Child

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[3]
BELLS, ROWS = 500, 150


def answers(port: int) -> bool:
    """Tell whether the process that serves this port is well."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


class City:
    """A platform of its own: folder, database, processes."""

    def __init__(self, home: Path) -> None:
        """Make an empty database of the kind these tests run on."""
        self.running: list[subprocess.Popen[bytes]] = []
        self.web, self.stream = free_port(), free_port()
        self.environment = os.environ | {
            "TONGGUAN_HOME": str(home),
            "TONGGUAN_APPS": "tongguan.runtime.tests.ledger",
            "TONGGUAN_LEASE_SECONDS": "2",
            "TONGGUAN_PORT": str(self.web),
            "TONGGUAN_STREAM_PORT": str(self.stream),
            "TONGGUAN_DATABASE_URL": "",
        }
        database = settings.DATABASES["default"]
        self._sqlite = home / "tongguan.sqlite3"
        self.postgres = ""
        if "postgresql" in database["ENGINE"]:
            server = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
            self._name = f"{database['NAME']}_engine"
            self._server = f"{server}/postgres"
            self.drop()
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{self._name}"')
            self.postgres = self.environment["TONGGUAN_DATABASE_URL"] = f"{server}/{self._name}"

    def drop(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tongguan", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.running.append(process)
        return process

    def run(self, *command: str) -> str:
        process = self.start(*command)
        output = process.communicate(timeout=600)[0].decode()
        assert process.returncode == 0, output
        return output

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        if self.postgres:
            with psycopg.connect(self.postgres) as connection:
                return connection.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]
        connection = sqlite3.connect(self._sqlite, timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def counted(self, what: str) -> int:
        return len(self.ask(f"SELECT 1 FROM runtime_sequence WHERE key LIKE '{what}:%'"))

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self.postgres:
            self.drop()


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path)
    yield made
    made.end()


def test_engines_killed_in_the_middle_lose_and_double_nothing(city: City) -> None:
    city.run("migrate", "--verbosity", "0")
    city.run("ring", str(BELLS), "--rows", str(ROWS))
    engines = [city.start("engine", "--port", str(free_port()))]
    last = free_port()
    for goal, port in ((100, free_port()), (200, last)):
        engines.append(city.start("engine", "--port", str(port)))
        until(lambda goal=goal: city.counted("bell") >= goal and city.counted("row") >= goal // 4)
        victim = engines.pop(0)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    until(lambda: city.counted("bell") == BELLS and city.counted("row") == ROWS)
    until(lambda: city.ask("SELECT state FROM runtime_job") == [("done",)])

    assert city.ask("SELECT key FROM runtime_sequence WHERE key LIKE '%:%' AND value <> 1") == []
    assert city.ask("SELECT done, failed FROM runtime_job") == [(ROWS, 0)]
    until(lambda: city.ask("SELECT 1 FROM runtime_factrecord WHERE seq IS NULL") == [])
    seqs = [row[0] for row in city.ask("SELECT seq FROM runtime_factrecord ORDER BY seq")]
    assert seqs == list(range(1, BELLS + 2))  # and the job's end
    until(lambda: answers(last))
    engines[0].terminate()
    assert engines[0].wait(240) == 0, engines[0].stdout.read().decode()


def test_an_engine_ends_well_though_one_of_its_threads_does_not(city: City) -> None:
    city.run("migrate", "--verbosity", "0")
    city.environment["LEDGER_STAYS"] = "1"
    port = free_port()
    engine = city.start("engine", "--port", str(port))
    until(lambda: answers(port))
    engine.terminate()
    assert engine.wait(240) == 0


def _children(parent: int) -> set[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return {int(word) for word in found.stdout.split()}


def _alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def _family(parent: int) -> set[int]:
    """Give all descendants of a process."""
    family: set[int] = set()
    generation = _children(parent)
    while generation:
        family |= generation
        generation = set().union(*(_children(child) for child in generation))
    return family


def test_a_stranger_at_its_address_does_not_make_a_process_ready() -> None:
    whose = json.dumps({"ok": True, "installation": "another"}).encode()

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(whose)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", free_port()), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        child = Child("web", ["web"], f"http://127.0.0.1:{server.server_port}/health")
        assert not child.ready()
        whose = b"[]"
        assert not child.ready()
        whose = b"Not Found"
        assert not child.ready()
        whose = json.dumps({"installation": settings.INSTALLATION}).encode()
        assert child.ready()
        server.shutdown()
    assert not child.ready()


def test_up_lives_through_falls_and_leaves_nothing_behind(city: City) -> None:
    def ready() -> bool:
        return answers(city.web) and answers(city.stream)

    first = city.start("up", "--no-demo")
    until(ready)
    family = _family(first.pid)
    assert len(_children(first.pid)) == 2
    first.kill()
    first.wait()
    until(lambda: not any(_alive(pid) for pid in family), 60)

    second = city.start("up", "--no-demo")
    until(ready)
    third = city.start("up", "--no-demo")
    assert "已被占用" in third.communicate(timeout=600)[0].decode()
    assert third.returncode == 1
    fallen = min(_children(second.pid))
    os.kill(fallen, signal.SIGKILL)
    until(lambda: len(_children(second.pid) - {fallen}) == 2 and ready())

    family = _family(second.pid)
    second.terminate()
    output = second.communicate(timeout=600)[0].decode()
    assert second.returncode == 0
    assert "统管已就绪" in output
    assert "秒后重启" in output
    assert not any(_alive(pid) for pid in family)
