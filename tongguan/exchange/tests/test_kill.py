# SPDX-License-Identifier: Apache-2.0
"""The power fails while events are on their way: a real sender is killed again and again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tongguan.exchange.testing import Department

ROOT = Path(__file__).resolve().parents[3]
CASES, EVENTS, KILLS = 6, 60, 3
#: A process needs some seconds to begin on a crowded machine.
PATIENCE = 900.0
BEGIN = "import django\ndjango.setup()\n"
PREPARE = """
import sys
from uuid import UUID
from django.core.management import call_command
from tongguan.exchange import api
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.models import CaseQueue, Link, OutgoingEvent
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
call_command("migrate", verbosity=0)
cast()
url, cases, events = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
secret = api.link(PLATFORM, NewLink(code="shizheng", name="市政所工单系统", unit="N-SZ", url=url))
link, at = Link.objects.get(), clock.now()
for seq in range(1, events + 1):
    case = UUID(int=1 + seq % cases)
    row = OutgoingEvent(link=link, seq=seq, case_id=case, order_id=case, fact_id=seq, type="x", at=at)
    row.body = (
        f'{{"id":"{row.id}","type":"tongguan.x","subject":"{case}","partitionkey":"{case}","sequence":"{seq}"}}'
    )
    row.save()
CaseQueue.objects.bulk_create(CaseQueue(link=link, case_id=UUID(int=1 + n), due_at=at) for n in range(cases))
print(secret)
"""
SEND = """
from datetime import timedelta
from tongguan.exchange.deliver import Sender
from tongguan.exchange.models import CaseQueue
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
with spi.senders.temporarily("webhook", patient_sender()):
    sender = Sender(lease=timedelta(seconds=1))
    while CaseQueue.objects.filter(due_at__isnull=False).exists():
        sender.round(patience=0.2)
"""
LEFT = """
from tongguan.exchange.models import OutgoingEvent
print(OutgoingEvent.objects.filter(sent_at=None).count())
"""


@pytest.fixture
def environment(tmp_path):
    """Give a folder and a database of its own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tongguan.config.settings",
        "PYTHONWARNINGS": "ignore",
        "TONGGUAN_HOME": str(tmp_path),
        "TONGGUAN_DATABASE_URL": "",
        "TONGGUAN_NATS_URL": "",
    }


def script(environment, text, *words):
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + text, *words],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_sender_killed_again_and_again_loses_nothing_and_doubles_nothing(environment):
    until = time.monotonic() + PATIENCE
    with Department() as department:
        department.secrets.append(
            script(environment, PREPARE, department.url, str(CASES), str(EVENTS)).splitlines()[-1]
        )
        for kill in range(KILLS + 1):
            before = department.requests
            child = subprocess.Popen([sys.executable, "-c", BEGIN + SEND], env=environment, cwd=ROOT)
            try:
                while kill < KILLS and department.requests < before + 7 and child.poll() is None:
                    assert time.monotonic() < until, "the sender does not send"
                    time.sleep(0.01)
                if kill < KILLS:
                    child.send_signal(signal.SIGKILL)
                child.wait(max(1.0, until - time.monotonic()))
            finally:
                child.kill()
                child.wait()
        assert script(environment, LEFT) == "0"
    assert len(department.taken) == EVENTS
    assert Counter(e["id"] for e in department.taken).most_common(1)[0][1] == 1
    for case in {e["partitionkey"] for e in department.taken}:
        came = [int(e["sequence"]) for e in department.taken if e["partitionkey"] == case]
        assert came == sorted(came)
        assert len(came) == EVENTS // CASES
