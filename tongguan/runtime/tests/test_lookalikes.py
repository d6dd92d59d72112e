# SPDX-License-Identifier: Apache-2.0
"""The same photo is known again after scaling and recompression, by index, in few statements."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tongguan.kernel.clock import ManualClock
from tongguan.pictures.testing import jpeg, scene
from tongguan.runtime import files, jobs, lookalikes
from tongguan.runtime.contracts import FileInfo
from tongguan.runtime.models import StoredFile
from tongguan.runtime.testing import Person

pytestmark = pytest.mark.django_db


def keep(actor: Person, image: Image.Image, quality: int = 90) -> FileInfo:
    return files.store(actor, "现场.jpg", io.BytesIO(jpeg(image, quality)), "evidence")


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2))


def test_a_photo_is_known_again_scaled_and_recompressed(dispatcher: Person, outsider: Person) -> None:
    first = keep(outsider, scene(1))
    keep(outsider, scene(2))
    again = keep(dispatcher, smaller(scene(1)), 45)
    found = lookalikes.reused([again.id])
    assert found[again.id].file == first
    assert not found[again.id].exact
    assert found[again.id].bits <= 6
    assert lookalikes.reused([keep(dispatcher, scene(3)).id]) == {}


def test_prints_are_given_for_pictures_that_show_enough(dispatcher: Person) -> None:
    shown = keep(dispatcher, scene(4))
    black = keep(dispatcher, Image.new("RGB", (320, 240)))
    paper = files.store(dispatcher, "通知.pdf", io.BytesIO(b"%PDF-1.7\n1 0 obj\n"), "report")
    found = lookalikes.prints_of([shown.id, black.id, paper.id])
    assert set(found) == {shown.id}
    assert 0 <= found[shown.id] < 2**64
    assert lookalikes.reused([black.id, paper.id]) == {}


def test_prints_with_the_highest_bit_come_back_unsigned(dispatcher: Person) -> None:
    seen = [lookalikes.prints_of([keep(dispatcher, scene(n)).id]).popitem()[1] for n in range(12)]
    assert max(seen) >= 2**63 > min(seen)


def test_shots_of_one_visit_are_no_reuse_but_a_day_later_they_are(
    dispatcher: Person, time: ManualClock
) -> None:
    keep(dispatcher, scene(5))
    burst = keep(dispatcher, smaller(scene(5)))
    assert lookalikes.reused([burst.id]) == {}
    time.advance(days=1)
    late = keep(dispatcher, smaller(scene(5)), 60)
    assert lookalikes.reused([late.id])[late.id].bits <= 6
    assert late.id not in lookalikes.reused([late.id, *StoredFile.objects.values_list("id", flat=True)])


def test_many_photos_cost_as_many_statements_as_one(dispatcher: Person, outsider: Person) -> None:
    for n in range(8):
        keep(outsider, scene(n))
    mine = [keep(dispatcher, smaller(scene(n)), 70).id for n in range(8)]
    with CaptureQueriesContext(connection) as asked:
        assert set(lookalikes.reused(mine)) == set(mine)
    assert len(asked) == 3


def test_pictures_kept_before_are_looked_at_later_and_lost_ones_stop_nobody(dispatcher: Person) -> None:
    kept = [keep(dispatcher, scene(n)) for n in range(3)]
    prints = lookalikes.prints_of([one.id for one in kept])
    StoredFile.objects.update(
        looked=0, picture=None, quarter_a=None, quarter_b=None, quarter_c=None, quarter_d=None
    )
    lost = StoredFile.objects.get(pk=kept[2].id)
    files.place_of(lost.public_sha256).unlink()
    assert (jobs.look_back(), jobs.look_back()) == (3, 0)
    again = lookalikes.prints_of([one.id for one in kept])
    assert set(again) == {kept[0].id, kept[1].id}
    assert all((again[i] ^ prints[i]).bit_count() <= 6 for i in again)
