# SPDX-License-Identifier: Apache-2.0
"""Test set-up shared by every package: which services are there, what runs on which database."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tongguan.kernel import copies

SHARED = Path(__file__).resolve().parent.parent / "shared"
CI = os.environ.get("CI") == "true"

_SERVICES = {
    "postgres": ("127.0.0.1", 5432, "PostgreSQL"),
    "nats": ("127.0.0.1", 4222, "NATS"),
    "mosquitto": ("127.0.0.1", 1883, "MQTT broker"),
}


def _listens(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=20):
            return True
    except OSError:
        return False


def _on_postgres() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def _of_sqlite(item: pytest.Item) -> bool:
    return not item.get_closest_marker("postgres")


def _of_postgres(item: pytest.Item) -> bool:
    if item.get_closest_marker("anywhere"):
        return False
    touched = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(
        touched or any(item.get_closest_marker(mark) for mark in ("django_db", "processes", *_SERVICES))
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave each pass what it proves; skip what needs an absent neighbour, never in CI.

    The PostgreSQL pass has PostgreSQL's own stories and all that touch a database: what touches none, or
    says the same of any (marker ``anywhere``), was proved by the SQLite pass.
    """
    elsewhere = {item for item in items if not (_of_postgres(item) if _on_postgres() else _of_sqlite(item))}
    config.hook.pytest_deselected(items=list(elsewhere))
    items[:] = [item for item in items if item not in elsewhere]
    missing = {
        mark: pytest.mark.skip(reason=f"no {name} at {host}:{port}")
        for mark, (host, port, name) in _SERVICES.items()
        if any(item.get_closest_marker(mark) for item in items) and not _listens(host, port)
    }
    if not SHARED.is_dir():
        missing["shared"] = pytest.mark.skip(reason=f"the shared data folder is not at {SHARED}")
    if CI and missing:
        pytest.exit(f"CI must not skip, but these are missing: {', '.join(sorted(missing))}", returncode=2)
    for item in items:
        for mark, skip in missing.items():
            if item.get_closest_marker(mark):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001 - wanted for its effect
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Keep SQLite in a file, as a city does: in memory readers and writers lock each other's tables.

    Nothing waits for the disk: what survives a power cut is proved by the tests that start the product.
    """
    own = connections["default"].settings_dict
    if not _on_postgres():
        own["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "tongguan.sqlite3")
        own["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001
    """Take PostgreSQL's test database away when nobody uses it any more.

    Sessions of programs that were killed end within moments. One that stays, of a thread that a test left
    behind, is ended and named: it is no fault of the test that happens to be the last.
    """
    yield
    if not _on_postgres():
        return
    others = (
        "FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    until = time.monotonic() + 30
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(f"SELECT count(*) {others}")
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.2)
        cursor.execute(f"SELECT state, left(query, 200), pg_terminate_backend(pid, 5000) {others}")
        for state, query, _ in cursor.fetchall():
            sys.stderr.write(f"a session was left behind ({state}): {query}\n")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: object) -> None:
    """Give every test its own folder for files, so that none sees another's."""
    settings.HOME = tmp_path  # type: ignore[attr-defined]
    settings.FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _static_files_when_asked_for(request: pytest.FixtureRequest, settings: object) -> None:
    """Spare a client's first request the list of all static files; only browsers ask for many of them."""
    settings.WHITENOISE_AUTOREFRESH = "live_server" not in request.fixturenames  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a WSGI call keep this test's own transaction: Django would drop the connection between requests."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def shared() -> Path:
    """Give the shared data folder (tests that use it carry the marker ``shared``)."""
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def _statements_are_counted_out_of_time() -> Iterator[None]:
    """While statements are counted no copy of a register grows old: a slow machine would count its look."""
    with pytest.MonkeyPatch.context() as patched:
        enter, leave = CaptureQueriesContext.__enter__, CaptureQueriesContext.__exit__
        usual = copies._FRESH_SECONDS  # noqa: SLF001 - no setting of a city

        def still(self: CaptureQueriesContext) -> CaptureQueriesContext:
            patched.setattr(copies, "_FRESH_SECONDS", float("inf"))
            return enter(self)

        def moving(self: CaptureQueriesContext, *error: Any) -> None:
            patched.setattr(copies, "_FRESH_SECONDS", usual)
            leave(self, *error)

        patched.setattr(CaptureQueriesContext, "__enter__", still)
        patched.setattr(CaptureQueriesContext, "__exit__", moving)
        yield


@pytest.fixture(autouse=True)
def _fresh_registers() -> None:
    """Forget registers held in memory: the rows behind them go with each test's transaction."""
    from tongguan.people import stamps  # models load only after Django is set up

    stamps.forget()
