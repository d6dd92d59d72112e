# SPDX-License-Identifier: Apache-2.0
"""The writer as it lives in an engine, and what the doctor says of its book."""

from threading import Event

import pytest

from tongguan.casebook import checks, files, jobs, keeping, queries
from tongguan.casebook.testing import taken
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle


def states():
    with queries.open_book(PLATFORM) as book:
        return [row[0] for row in book.rows("SELECT state FROM cases")]


def levels():
    return [str(finding.level) for finding in checks.check_book()]


@pytest.mark.django_db(transaction=True)
def test_the_writer_builds_the_book_and_follows_what_happens(stage):
    lid = stage.tell(1)
    settle(jobs=False)
    writer, waiting = jobs.Writer(), Event()
    try:
        for wanted in ("first", "then"):
            if wanted == "then":
                stage.dispatched(lid)
                settle(jobs=False)
            for _ in range(600):
                if states() == [stage.state(lid)] and keeping.read_at(queries.folder()):
                    break
                waiting.wait(0.1)
            assert states() == [stage.state(lid)]
    finally:
        writer.close()
    assert keeping.read_at(queries.folder()) is not None


@pytest.mark.django_db
def test_the_doctor_tells_whether_the_book_is_there_fresh_and_whole(stage):
    assert levels() == ["warning"]  # not built yet
    stage.tell(1)
    taken()
    assert levels() == ["good"]
    stage.clock.advance(minutes=10)
    assert levels() == ["warning"]  # nobody has looked for ten minutes
    taken()
    assert levels() == ["good"]
    keeping.ask_anew()
    keeping.take_in(queries.folder(), seconds=0)
    assert levels() == ["warning", "good"]  # being built anew, the old one is still right
    taken()
    lost = files.manifest(queries.folder()).groups[0].files["cases"].name
    (queries.folder() / lost).unlink()
    assert levels() == ["broken"]
    taken()
    assert levels() == ["good"]
