# SPDX-License-Identifier: Apache-2.0
"""The power fails again and again: nothing acknowledged is lost, nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings

from tongguan.kernel.testing import free_port

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[3]
REPORTS, AT_ONCE = 300, 10
#: The whole story costs some 50 s of CPU, shared by three programs; a crowded machine gets more time.
PATIENCE = 900.0

PREPARE = """
from tongguan.replay import city, mapping
source = mapping.load("sample")
city.prepare(source)
print(city.token_of(source))
"""
COUNT = """
import json
from collections import Counter
from django.apps import apps
model = apps.get_model
reports = list(model("intake", "Report").objects.values_list("external_id", "state", "case_id"))
facts = list(model("runtime", "FactRecord").objects.order_by("seq").values_list("seq", "name"))
lines = Counter(model("cases", "TimelineEntry").objects.values_list("case_id", flat=True))
print(json.dumps({
    "ids": sorted(one[0] for one in reports),
    "states": sorted({one[1] for one in reports}),
    "cases": model("cases", "Case").objects.count(),
    "cases_of_reports": len({one[2] for one in reports}),
    "lines": sorted(set(lines.values())),
    "seqs": [one[0] for one in facts],
    "facts": Counter(one[1] for one in facts),
    "counter": model("runtime", "Sequence").objects.get(key="facts").value,
}))
"""


@pytest.fixture
def environment(tmp_path):
    """Give a fresh database of the kind this pass runs on, as environment variables."""
    own = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tongguan.config.settings",
        "PYTHONWARNINGS": "ignore",
        "TONGGUAN_HOME": str(tmp_path),
        "TONGGUAN_PORT": str(free_port()),
        "TONGGUAN_STREAM_PORT": str(free_port()),
        "TONGGUAN_DATABASE_URL": "",
        "TONGGUAN_NATS_URL": "",
    }
    given = settings.DATABASES["default"]
    if "postgresql" not in given["ENGINE"]:
        yield own
        return
    name = f"tg_kill_{os.getpid()}"
    where = {"host": given["HOST"], "port": given["PORT"] or 5432, "user": given["USER"]}
    secret = {"password": given["PASSWORD"]} if given["PASSWORD"] else {}
    with psycopg.connect(dbname="postgres", autocommit=True, **where, **secret) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        word = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
        url = f"postgresql://{where['user']}{word}@{where['host']}:{where['port']}/{name}"
        yield {**own, "TONGGUAN_DATABASE_URL": url}
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(environment, *command):
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def script(environment, text):
    return ask(environment, "-c", f"import django; django.setup()\n{text}")


class Program:
    """A real child program in a process group of its own, killed as a whole and started again."""

    def __init__(self, name, environment, port):
        self.name, self.environment = name, environment
        self.url = f"http://127.0.0.1:{port}/health"
        self.child = None

    def start(self):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tongguan", self.name, "--parent", str(os.getpid())],
            env=self.environment,
            cwd=ROOT,
            process_group=0,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self):
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def ready(self, until):
        while time.monotonic() < until:
            if self.child.poll() is not None:
                self.start()  # the port was still held by the dead one's connections
            with suppress(httpx.HTTPError):
                if httpx.get(self.url, timeout=5).status_code == 200:
                    return True
            time.sleep(0.05)
        return False


def told(number):
    return {
        "source": "hotline",
        "external_id": f"kill-{number:04d}",
        "text": f"第 {number} 件：路灯不亮",
        "item_code": "01037",
        "division": "980401",
    }


class Teller(threading.Thread):
    """Tells all reports in batches and resends what was not acknowledged, until all are."""

    def __init__(self, url, token):
        super().__init__(daemon=True)
        self.url, self.token = url, token
        self.acknowledged, self.lost_answers, self.repeated = {}, 0, 0
        self.stop = threading.Event()

    def run(self):
        waiting = [list(range(n, n + AT_ONCE)) for n in range(0, REPORTS, AT_ONCE)]
        with httpx.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=240) as client:
            while waiting and not self.stop.is_set():
                body = {"reports": [told(number) for number in waiting[0]]}
                try:
                    answer = client.post(self.url, json=body)
                except httpx.HTTPError:
                    self.lost_answers += 1
                    time.sleep(0.05)
                    continue
                if answer.status_code != 200:
                    time.sleep(0.05)
                    continue
                for number, one in zip(waiting.pop(0), answer.json()["answers"], strict=True):
                    assert one["ok"], one
                    self.repeated += one["receipt"]["repeated"]
                    self.acknowledged[f"kill-{number:04d}"] = one["receipt"]["tracking"]
                time.sleep(0.05)


def test_web_and_engine_killed_again_and_again_lose_nothing_and_double_nothing(environment):
    ask(environment, "-m", "tongguan", "migrate", "--verbosity", "0")
    token = script(environment, PREPARE).strip()
    port = environment["TONGGUAN_PORT"]
    web = Program("web", environment, port)
    engine = Program("engine", environment, environment["TONGGUAN_STREAM_PORT"])
    teller = Teller(f"http://127.0.0.1:{port}/api/partner/v1/reports/batch", token)
    until = time.monotonic() + PATIENCE
    try:
        web.start()
        engine.start()
        assert web.ready(until)
        assert engine.ready(until)
        teller.start()
        for doomed in ((engine,), (web,), (web, engine)):
            time.sleep(0.4)
            for program in doomed:
                program.kill()
            for program in doomed:
                program.start()
            assert web.ready(until)
        assert engine.ready(until)
        teller.join(max(0.0, until - time.monotonic()))
        assert teller.lost_answers > 0
        assert len(teller.acknowledged) == REPORTS
        settle(environment, teller, until)
    finally:
        teller.stop.set()
        for program in (web, engine):
            program.kill()
    check(json.loads(script(environment, COUNT)))
    ask(environment, "-m", "tongguan", "audit", "verify")


def settle(environment, teller, until):
    """Wait until the engine has triaged all and numbered every fact."""
    base = f"http://127.0.0.1:{environment['TONGGUAN_PORT']}/api/partner/v1/reports/"
    with httpx.Client(headers={"Authorization": f"Bearer {teller.token}"}, timeout=240) as client:
        for tracking in teller.acknowledged.values():
            while (shown := client.get(base + tracking).json())["state"] == "waiting":
                assert time.monotonic() < until, "the engine does not triage"
                time.sleep(0.1)
            assert shown["state"] == "opened", shown
    while None in json.loads(script(environment, COUNT))["seqs"]:
        assert time.monotonic() < until, "the relay does not number"


def check(counted):
    assert counted["ids"] == sorted(f"kill-{n:04d}" for n in range(REPORTS))
    assert counted["states"] == ["opened"]
    assert counted["cases"] == counted["cases_of_reports"] == REPORTS
    assert counted["lines"] == [1]
    assert counted["seqs"] == list(range(1, len(counted["seqs"]) + 1))
    assert counted["counter"] == len(counted["seqs"])
    assert counted["facts"]["ReportOpened"] == REPORTS
    assert counted["facts"]["CaseOpened"] == REPORTS
