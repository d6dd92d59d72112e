# SPDX-License-Identifier: Apache-2.0
"""A file's identifier opens nothing by itself: whose it is, and of which case, decides."""

import io
from uuid import UUID

import pytest

from tongguan.cases import api, queries
from tongguan.cases.contracts import NewCase
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.runtime import files

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def people():
    return cast()


def open_case(people, **more):
    new = NewCase(
        item_code="01001", title="井盖", text="破损", division="990101001001", source="hotline", **more
    )
    return api.open_cases(people.acceptor, [new])[0]


def stored(actor, text=b"%PDF-1.4\n%EOF\n"):
    return files.store(actor, "申请.pdf", io.BytesIO(text), "attachment").id


def test_one_hands_in_own_files_the_platforms_and_those_of_the_case(people, django_assert_num_queries):
    case = open_case(people)
    mine, ours, others = stored(people.acceptor), stored(PLATFORM), stored(people.outsider)
    with django_assert_num_queries(1):
        assert list(queries.usable_files(people.acceptor, case.id, [str(mine), ours], "attachments")) == [
            mine,
            ours,
        ]
    for foreign in (others, NOBODYS, "x", 7):
        with pytest.raises(Invalid, match=r"file\.unknown") as refused:
            queries.usable_files(people.acceptor, case.id, [mine, foreign], "attachments")
        assert refused.value.field == "attachments"
    api.note(people.acceptor, case.id, "note", {"attachments": [str(others)]})
    assert list(queries.usable_files(people.acceptor, case.id, [others], "attachments")) == [others]
    with pytest.raises(Invalid):
        queries.usable_files(people.acceptor, None, [others], "attachments")


def test_a_file_belongs_to_the_case_that_carries_it_as_a_file(people):
    told, sent = stored(people.acceptor), stored(people.acceptor)
    case = open_case(people, evidence={"files": [str(told)]})
    api.note(people.acceptor, case.id, "note", {"attachments": [str(sent)]})
    other = open_case(people)
    for file_id in (told, sent):
        assert queries.has_file(people.dispatcher, case.id, file_id)
        assert not queries.has_file(people.dispatcher, other.id, file_id)
        with pytest.raises(NotFound):
            queries.has_file(people.outsider, case.id, file_id)


def test_to_write_an_identifier_into_a_text_gives_no_file(people):
    secret = stored(people.outsider)
    case = open_case(people)
    api.note(people.acceptor, case.id, "note", {"note": f"见附件 {secret}", "result": str(secret)})
    assert not queries.has_file(people.acceptor, case.id, UUID(str(secret)))


def test_a_file_is_found_however_long_the_history(people):
    case = open_case(people)
    for _ in range(505):
        api.note(people.acceptor, case.id, "note", {"note": "跟进"})
    last = stored(people.acceptor)
    api.note(people.acceptor, case.id, "note", {"attachments": [str(last)]})
    assert queries.has_file(people.acceptor, case.id, last)
