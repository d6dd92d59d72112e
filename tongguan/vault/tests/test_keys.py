# SPDX-License-Identifier: Apache-2.0
"""The key ring's file, the command that changes keys, and what the doctor says of them."""

import stat
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tongguan.runtime import health
from tongguan.runtime.models import AuditEntry
from tongguan.vault import api, checks, keyring, spi
from tongguan.vault.contracts import PLAIN, Batch
from tongguan.vault.management.commands.keys import _OPERATOR
from tongguan.vault.testing import find_keys, lose_keys

pytestmark = pytest.mark.django_db


class Drawer:
    """A column of sealed texts held in memory: name -> stored."""

    title = "抽屉"

    def __init__(self, **stored: str) -> None:
        self.stored = stored

    def counts(self):
        keys = [api.key_of_text(one) for one in self.stored.values()]
        return {key: keys.count(key) for key in keys}

    def reseal(self, current, after, limit):
        names = sorted(n for n, one in self.stored.items() if n > after and api.key_of_text(one) != current)
        done = lost = 0
        for name in names[:limit]:
            try:
                plain = api.unseal_text("drawer", name, self.stored[name])
            except api.CannotOpen:
                lost += 1
            else:
                self.stored[name] = api.seal_text("drawer", name, plain)
                done += 1
        return Batch(names[:limit][-1] if names else "", done, lost)


@pytest.fixture
def drawer():
    columns = dict(spi.columns.items())
    with spi.columns.temporarily("drawer", Drawer(a="甲", b="乙", c="丙")) as column:
        assert set(spi.columns.items()) - set(columns) == {"drawer"}
        yield column


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


def test_the_ring_is_made_once_and_readable_by_its_owner_alone():
    first = api.current_key()
    mode = stat.S_IMODE(keyring.path_of_ring().stat().st_mode)
    assert (mode, api.current_key()) == (0o600, first)
    assert list(keyring.path_of_ring().parent.glob(".seal.keys.*")) == []


def test_of_many_that_start_at_once_one_makes_the_ring():
    barrier = threading.Barrier(8)
    found = []

    def start():
        barrier.wait()
        found.append(keyring.ring().index)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_many_that_rotate_at_once_lose_no_key():
    api.current_key()
    threads = [threading.Thread(target=keyring.add_key) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.id for key in keyring.ring().keys}) == 9


def test_rotate_and_reseal_leave_nothing_under_the_old_key(drawer):
    assert "未加密" in command("list")
    command("reseal")
    old = api.current_key()
    assert drawer.counts() == {old: 3}
    assert "keys reseal" in command("rotate")
    assert drawer.counts() == {old: 3}
    assert "抽屉：已重新加密 3 条" in command("reseal", "--batch", "2")
    assert drawer.counts() == {api.current_key(): 3}
    assert [api.unseal_text("drawer", n, one) for n, one in drawer.stored.items()] == ["甲", "乙", "丙"]
    assert api.current_key() != old
    verbs = list(AuditEntry.objects.filter(subject="vault").values_list("verb", flat=True))
    assert verbs.count("keys.rotate") == 1
    assert "keys.reseal" in verbs


def test_resealing_stopped_in_the_middle_goes_on_with_what_is_left(drawer):
    work = api.reseal(_OPERATOR, batch=1)
    while next(work).title != "抽屉":
        pass
    work.close()
    assert drawer.counts() == {api.current_key(): 1, PLAIN: 2}
    command("reseal")
    assert drawer.counts() == {api.current_key(): 3}


def test_what_cannot_be_opened_stays_and_the_rest_is_sealed(drawer):
    drawer.stored["b"] = api.seal_text("drawer", "b", "乙")
    hidden = lose_keys()
    with pytest.raises(CommandError, match="1 条无法解封"):
        command("reseal")
    assert drawer.counts()[api.current_key()] == 2
    assert "缺失" in command("list")
    assert health.Level.BROKEN in {finding.level for finding in checks.check_keys()}
    find_keys(hidden)
    assert api.unseal_text("drawer", "b", drawer.stored["b"]) == "乙"


def test_given_keys_are_not_rotated_here(settings):
    settings.SEAL_KEYS = ",".join(f"{n}={'A' * 43}=" for n in ("index", "k1"))
    with pytest.raises(CommandError, match="TONGGUAN_SEAL_KEYS"):
        command("rotate")
    assert not AuditEntry.objects.filter(verb="keys.rotate").exists()


def test_a_damaged_ring_is_told_and_not_overwritten():
    api.current_key()
    keyring.path_of_ring().write_bytes(b"{")
    with pytest.raises(CommandError, match="备份"):
        command("list")
    assert keyring.path_of_ring().read_bytes() == b"{"


def test_the_doctor_warns_of_open_values_and_of_a_readable_ring(drawer):
    api.current_key()
    keyring.path_of_ring().chmod(0o644)
    told = [finding.zh for finding in checks.check_keys()]
    assert any("他人可读" in one for one in told)
    assert any(one.startswith("3 条未加密") for one in told)
