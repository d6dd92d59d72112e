# SPDX-License-Identifier: Apache-2.0
"""A real IMAP server (pymap) with a certificate of its own, and a hand that puts mails into it."""

import contextlib
import imaplib
import socket
import ssl
import subprocess
import sys
import time

import pytest

from tongguan.kernel.testing import free_port
from tongguan.vault.testing import certificate

USER, PASSWORD = "tousu", "Jiangzhou-2026"


class Server:
    """The server; ``put`` appends a mail as a mail program would."""

    def __init__(self, folder):
        self.cert, self.key = certificate(folder)
        self.port = free_port()
        self._running = None

    def start(self):
        if self._running is not None:
            return
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--cert", self.cert, "--key", self.key]
        backend = ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
        self._running = subprocess.Popen(
            [sys.executable, "-c", "from pymap.main import main; main()", *options, *backend],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        self.stop()
        raise AssertionError("the mail server does not start")

    def stop(self):
        if self._running is not None:
            self._running.terminate()
            self._running.wait(240)
            self._running = None

    @contextlib.contextmanager
    def hand(self):
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as client:
            client.starttls(ssl.create_default_context(cafile=self.cert))
            client.login(USER, PASSWORD)
            yield client

    def put(self, *mails, folder="INBOX"):
        with self.hand() as client:
            for mail in mails:
                assert client.append(folder, None, None, mail)[0] == "OK"

    def flags(self, folder="INBOX"):
        """Give the flags of every mail in a folder."""
        with self.hand() as client:
            client.select(folder, readonly=True)
            return client.fetch("1:*", "(FLAGS)")[1]


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """One server for all tests."""
    made = Server(tmp_path_factory.mktemp("mail"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def server(running, settings):
    """The server, whose certificate the city trusts."""
    city = settings.HOME / "city"
    city.mkdir(exist_ok=True)
    (city / "mail-ca.pem").write_bytes(running.cert.read_bytes())
    return running
