# SPDX-License-Identifier: Apache-2.0
"""Two people decide at the same moment: exactly one list is in force, nobody is overwritten unawares."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, transaction

from tongguan.catalog import api, queries, stamps
from tongguan.catalog.models import ResponsibilityVersion
from tongguan.catalog.testing import in_force, row
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.models import FactRecord
from tongguan.runtime.transactions import atomic

DAY = date(2026, 7, 1)


def together(*verbs) -> list[str]:
    """Run the verbs at once, each on its own connection; give what each was told."""
    barrier = Barrier(len(verbs))

    def run(verb) -> str:
        try:
            barrier.wait(timeout=240)
            verb()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return sorted(pool.map(run, verbs))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_apply_the_same_draft_one_wins():
    draft = api.draft_responsibilities(PLATFORM, "9901", [row("06012", "9901", "C")], title="甲")
    told = together(*[lambda: api.apply_responsibilities(PLATFORM, draft.id)] * 4)
    assert told == ["done", "version.not_a_draft", "version.not_a_draft", "version.not_a_draft"]
    assert FactRecord.objects.filter(name="ResponsibilitiesApplied").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_compared_with_the_same_list_the_slower_must_compare_again():
    base = in_force([row("06012", "9901", "C")])
    drafts = [
        api.draft_responsibilities(PLATFORM, "9901", [row("06012", "9901", code)], title=code)
        for code in ("N", "S")
    ]
    told = together(
        *(
            lambda draft=draft: api.apply_responsibilities(PLATFORM, draft.id, expected_applied=base.id)
            for draft in drafts
        )
    )
    assert told == ["done", "version.base_changed"]
    winner = ResponsibilityVersion.objects.get(state="applied")
    assert queries.responsible("06012", "9901", DAY).lead_unit_code == winner.title


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_drafts_made_at_once_get_different_numbers():
    rows = [row("06012", "9901", "C")]
    assert (
        together(*[lambda: api.draft_responsibilities(PLATFORM, "9901", rows, title="同时")] * 6)
        == ["done"] * 6
    )
    numbers = ResponsibilityVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_else_reads_what_is_not_committed_and_what_is_rolled_back_is_forgotten():
    in_force([row("06012", "9901", "C")])
    seen: list[str | None] = []

    def look() -> None:
        stamps.copies.look_again(stamps.RESPONSIBILITIES)
        found = queries.responsible("06012", "9901", DAY)
        seen.append(found.lead_unit_code if found else None)
        connection.close()

    with ThreadPoolExecutor(1) as pool, atomic():
        in_force([row("06012", "9901", "N")])
        assert queries.responsible("06012", "9901", DAY).lead_unit_code == "N"
        pool.submit(look).result(timeout=240)
        transaction.set_rollback(True)
    assert seen == ["C"]
    assert queries.responsible("06012", "9901", DAY).lead_unit_code == "C"
