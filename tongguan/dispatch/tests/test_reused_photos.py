# SPDX-License-Identifier: Apache-2.0
"""A photo of another case, scaled and compressed anew, is doubted in words and blocks nothing (F34, F41)."""

import re
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command

from tongguan.cases import queries as cases
from tongguan.dispatch import api
from tongguan.dispatch.tests.test_perform import Scene
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import forget_caches
from tongguan.pictures.testing import jpeg
from tongguan.pictures.testing import scene as picture
from tongguan.runtime import files

pytestmark = pytest.mark.django_db


def keep(actor, content):
    return str(files.store(actor, "处理后.jpg", BytesIO(content), "evidence").id)


def handed_in(scene, photos):
    case = scene.until("handling")
    handler = scene.people.handler
    done = api.perform(handler, case.id, "submit", {"result": "已修好", "photos_after": photos})
    assert done.case.state == "handle_finish"
    return done.remarks, cases.timeline(PLATFORM, case.id)[-1].evidence["photos_after"]


@pytest.fixture
def scene(db):
    forget_caches()
    call_command("load_standards", verbosity=0, stdout=StringIO())
    return Scene()


def test_a_scaled_and_recompressed_photo_of_somebody_else_is_doubted_with_the_distance(scene):
    keep(scene.people.collector, jpeg(picture(1)))
    mine = keep(scene.people.handler, jpeg(picture(1).resize((160, 120)), 50))
    remarks, weighed = handed_in(scene, [mine])
    assert weighed["verdict"] == "doubt"
    assert re.search(r"是同一张，仅经缩放、压缩或调色（图像指纹 64 位相差 [0-6] 位）", remarks[0])


def test_the_same_bytes_are_said_to_be_the_same(scene):
    keep(scene.people.collector, jpeg(picture(2)))
    remarks, _ = handed_in(scene, [keep(scene.people.handler, jpeg(picture(2)))])
    assert "上传的照片完全相同" in remarks[0]


def test_shots_of_one_visit_and_photos_of_other_places_are_not_doubted(scene):
    keep(scene.people.collector, jpeg(picture(3)))
    shots = [keep(scene.people.handler, jpeg(picture(4), quality)) for quality in (90, 60)]
    remarks, weighed = handed_in(scene, shots)
    assert not remarks
    assert weighed["verdict"] == "unknown"
