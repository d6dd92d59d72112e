# SPDX-License-Identifier: Apache-2.0
"""The audit: every kind of tampering is found, untouched rows pass."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tongguan.kernel.clock import ManualClock
from tongguan.runtime import anchors, audit, chain, spi
from tongguan.runtime.models import AuditAnchor, AuditEntry, AuditHead
from tongguan.runtime.testing import Person
from tongguan.runtime.tests.conftest import together
from tongguan.runtime.transactions import atomic

ENTRY = "runtime_auditentry"
#: Between 23 and 24 November in Beijing.
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        assert cursor.rowcount >= 1


def kinds(day: date | None = None) -> set[str]:
    return {finding.kind for finding in anchors.verify(day).findings}


@pytest.fixture(autouse=True)
def _audit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave other packages' chains aside."""
    monkeypatch.setattr(spi.audited, "_entries", {"audit": audit.AuditSource()})


@pytest.fixture
def sealed_day(dispatcher: Person, time: ManualClock) -> date:
    """Two subjects with five acts each, sealed; then two acts after the seal."""
    for n in range(5):
        with atomic():
            audit.record(dispatcher, "unit.rename", "unit:1", {"to": f"城管{n}局", "share": 0.5 * n})
            audit.record_many(dispatcher, "unit.move", [("unit:2", {"n": n})])
        time.advance(minutes=1)
    anchors.seal_due(timedelta(0), upto_today=True)
    with atomic():
        audit.record_many(dispatcher, "unit.close", [("unit:1", {}), ("unit:3", {}), ("unit:1", {})])
    assert kinds() == set()
    return date(2026, 11, 23)


@pytest.mark.django_db
def test_recording_outside_a_transaction_is_refused_and_chains_count_on(
    sealed_day: date, dispatcher: Person
) -> None:
    entries = AuditEntry.objects.filter(subject="unit:1").order_by("no")
    assert [e.no for e in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [e.prev_hash for e in entries][1:] == [e.hash for e in entries][:-1]
    assert anchors.verify().rows == 13
    assert anchors.verify(sealed_day).rows == 10


@pytest.mark.django_db(transaction=True)
def test_an_act_without_a_transaction_is_refused(dispatcher: Person) -> None:
    with pytest.raises(RuntimeError, match="open transaction"):
        audit.record(dispatcher, "unit.rename", "unit:1")
    assert not AuditEntry.objects.exists()
    assert anchors.verify().findings == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "unit.praise"),
        ("actor_name", "外区人"),
        ("detail", '{"to": "x"}'),
        ("at", "2026-11-22 00:00:00+00:00"),
    ],
)
def test_a_changed_row_is_found(sealed_day: date, column: str, value: str) -> None:
    sql(f"UPDATE {ENTRY} SET {column} = %s WHERE subject = 'unit:1' AND no = 3", value)
    assert "changed" in kinds()
    assert "changed" in kinds(sealed_day)


@pytest.mark.django_db
def test_a_row_changed_together_with_its_hash_is_found(sealed_day: date) -> None:
    entry = AuditEntry.objects.get(subject="unit:1", no=3)
    entry.verb = "unit.praise"
    forged = chain.link(entry.prev_hash, audit._chained(entry))
    sql(f"UPDATE {ENTRY} SET verb = %s, hash = %s WHERE id = %s", "unit.praise", forged, entry.pk)
    assert kinds() == {"changed"}
    assert kinds(sealed_day) == {"changed"}


@pytest.mark.django_db
def test_a_whole_chain_forged_anew_breaks_the_seal(sealed_day: date) -> None:
    previous = ""
    for entry in AuditEntry.objects.filter(subject="unit:1").order_by("no"):
        entry.actor_name, entry.prev_hash = "外区人", previous
        previous = entry.hash = chain.link(previous, audit._chained(entry))
        entry.save()
    AuditHead.objects.filter(subject="unit:1").update(hash=previous)
    assert kinds() == {"changed"}
    assert kinds(sealed_day) == {"changed"}


@pytest.mark.django_db
@pytest.mark.parametrize("no", [1, 3, 5])
def test_a_removed_row_is_found(sealed_day: date, no: int) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE subject = 'unit:1' AND no = %s", no)
    assert "removed" in kinds()
    assert "removed" in kinds(sealed_day)


@pytest.mark.django_db
def test_a_removed_end_of_a_chain_is_found_before_it_is_sealed(sealed_day: date) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE subject = 'unit:1' AND no = 7")
    assert kinds() == {"removed"}
    assert kinds(sealed_day) == set()


@pytest.mark.django_db
def test_a_removed_subject_is_found_by_the_seal(sealed_day: date) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE subject = 'unit:2'")
    sql("DELETE FROM runtime_audithead WHERE subject = 'unit:2'")
    assert kinds() == {"removed"}


@pytest.mark.django_db
def test_an_inserted_row_is_found(sealed_day: date) -> None:
    last = AuditEntry.objects.get(subject="unit:1", no=7)
    last.pk, last.no, last.prev_hash = None, 8, last.hash
    last.hash = chain.link(last.prev_hash, audit._chained(last))
    last.save()
    assert kinds() == {"inserted"}


@pytest.mark.django_db
def test_a_chain_inserted_into_a_sealed_day_is_found(sealed_day: date) -> None:
    free = AuditEntry.objects.get(subject="unit:2", no=5).pk
    sql(f"UPDATE {ENTRY} SET id = id + 1000 WHERE id > %s", free)
    sql("UPDATE runtime_auditanchor SET upto_id = upto_id + 1")
    entry = AuditEntry.objects.get(subject="unit:3")
    entry.pk, entry.subject = free + 1, "unit:9"
    entry.hash = chain.link("", audit._chained(entry))
    entry.save(force_insert=True)
    AuditHead.objects.create(subject="unit:9", no=1, hash=entry.hash)
    assert kinds() == {"inserted", "seal"}
    assert kinds(sealed_day) == {"inserted", "seal"}


@pytest.mark.django_db
def test_rows_in_another_order_are_found(sealed_day: date) -> None:
    one, other = AuditEntry.objects.filter(subject="unit:1", no__in=[2, 3]).values_list("id", flat=True)
    for before, after in ((one, 10**6), (other, one), (10**6, other)):
        sql(f"UPDATE {ENTRY} SET id = %s WHERE id = %s", after, before)
    assert "reordered" in kinds()
    assert "reordered" in kinds(sealed_day)


@pytest.mark.django_db
def test_a_seal_rewritten_with_its_rows_disagrees_with_the_seals_written_down(
    sealed_day: date, settings: object
) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE subject = 'unit:2'")
    sql("DELETE FROM runtime_audithead WHERE subject = 'unit:2'")
    anchor = AuditAnchor.objects.get()
    anchors._seal(anchor, audit.AuditSource())
    assert kinds() == {"seal"}
    (Path(settings.HOME) / anchors.SEALS).unlink()  # type: ignore[attr-defined]
    assert kinds() == set()


@pytest.mark.django_db
def test_a_removed_seal_is_found(sealed_day: date, dispatcher: Person, time: ManualClock) -> None:
    time.advance(days=1)
    anchors.seal_due(timedelta(0), upto_today=True)
    assert AuditAnchor.objects.count() == 2
    sql("DELETE FROM runtime_auditanchor WHERE day = '2026-11-23'")
    assert "seal" in kinds()


@pytest.mark.django_db
def test_a_day_is_sealed_once_after_it_has_settled(dispatcher: Person, time: ManualClock) -> None:
    with atomic():
        audit.record(dispatcher, "unit.rename", "unit:1")
    time.move_to(MIDNIGHT)
    assert anchors.seal_due() == []
    with atomic():
        audit.record(dispatcher, "unit.rename", "unit:1")
    time.advance(minutes=9)
    assert anchors.seal_due() == []
    time.advance(minutes=1)
    sealed = {anchor.source: (anchor.day, anchor.rows) for anchor in anchors.seal_due()}
    assert sealed["audit"] == (date(2026, 11, 23), 1)
    assert anchors.seal_due() == []
    assert kinds() == set()


@pytest.mark.django_db
def test_the_command_says_what_it_found_and_fails(sealed_day: date) -> None:
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "校验 13 条记录、1 个封存，发现 0 处问题" in out.getvalue()
    sql(f"DELETE FROM {ENTRY} WHERE subject = 'unit:1' AND no = 3")
    with pytest.raises(CommandError):
        call_command("audit", "verify", "--day", "2026-11-23", stdout=out)
    assert "[removed] audit unit:1" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_verification_outside_a_transaction_reads_one_moment(dispatcher: Person) -> None:
    with atomic():
        audit.record(dispatcher, "unit.rename", "unit:1")
    assert (anchors.verify().rows, anchors.verify().findings) == (1, [])
    with atomic():
        audit.record(dispatcher, "unit.rename", "unit:1")
    assert anchors.verify().rows == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_recorders_at_once_make_one_chain(dispatcher: Person) -> None:
    def work(order: list[str]) -> None:
        for n in range(15):
            with atomic():
                audit.record_many(dispatcher, "race", [(subject, {"n": n}) for subject in order])

    together(*(lambda o=o: work(o) for o in (["a", "b", "c"], ["c", "b", "a"], ["b", "a"], ["c", "a"])))
    assert AuditEntry.objects.filter(subject="a").count() == 60
    assert anchors.verify().findings == []
