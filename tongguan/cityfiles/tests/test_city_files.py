# SPDX-License-Identifier: Apache-2.0
"""A city replaces a shipped file; a slip in it stops nothing and is told of once."""

import os

import pytest

from tongguan.cityfiles.api import CityFile, mapping_of, version_of


def limit(path):
    told = mapping_of(path).get("limit")
    if type(told) is not int:
        raise ValueError(f"{path}: limit must be a whole number")
    return told


def doubled(path, base):
    return limit(path) * limit(base)


@pytest.fixture
def shipped(tmp_path):
    file = tmp_path / "shipped" / "limits.yaml"
    file.parent.mkdir()
    file.write_text("limit: 3\n")
    return file


@pytest.fixture
def say(settings):
    """Write the city's own file; each time it is a later one."""
    times = iter(range(1, 100))

    def write(text, name="limits.yaml"):
        own = settings.HOME / "city" / name
        own.parent.mkdir(exist_ok=True)
        own.write_text(text)
        os.utime(own, ns=(0, next(times)))
        return own

    return write


def test_the_citys_own_file_counts_as_soon_as_it_is_there_and_until_it_goes(shipped, say):
    file = CityFile(shipped, limit)
    assert (file.counting(), file.source()) == (3, shipped)
    own = say("limit: 5")
    assert (file.counting(), file.source()) == (5, own)
    say("limit: 6")
    assert file.counting() == 6
    own.unlink()
    assert (file.counting(), file.source()) == (3, shipped)


@pytest.mark.parametrize("slip", ["limit: many", "limit: [", "- 3", "", "\udcff"])
def test_a_slip_is_told_of_once_and_the_shipped_one_counts(shipped, say, caplog, slip):
    file = CityFile(shipped, limit)
    own = say("")
    own.write_bytes(slip.encode("utf-8", "surrogateescape"))
    assert [file.counting(), file.counting()] == [3, 3]
    assert file.source() == shipped
    assert len(caplog.records) == 1
    assert "limits.yaml is wrong; the shipped one counts until it is mended" in caplog.text
    with pytest.raises(ValueError, match=r"limits\.yaml"):
        file.checked()
    assert file.checked(own=False) == (False, 3)


def test_what_counts_meanwhile_may_be_less_than_what_is_shipped(shipped, say, caplog):
    file = CityFile(shipped, limit, instead=lambda _: 0, meanwhile="nothing goes by itself")
    say("limit: no")
    assert file.counting() == 0
    assert "nothing goes by itself until" in caplog.text
    say("limit: 4")
    assert file.counting() == 4
    assert file.checked() == (True, 4)


def test_a_file_that_rests_on_another_is_read_again_when_that_changes(shipped, say, tmp_path):
    base = tmp_path / "shipped" / "base.yaml"
    base.write_text("limit: 10")
    ground = CityFile(base, limit)
    file = CityFile(shipped, doubled, beside=(ground,))
    assert file.counting() == 30
    say("limit: 100", "base.yaml")
    assert file.counting() == 300
    assert (file.checked(), file.checked(own=False)) == ((False, 300), (False, 30))


def test_a_wrong_shipped_file_is_a_mistake_of_the_package(shipped):
    shipped.write_text("limit: x")
    with pytest.raises(ValueError, match="whole number"):
        CityFile(shipped, limit).counting()


def test_contents_are_told_apart(shipped):
    before = version_of(shipped)
    shipped.write_text("limit: 4")
    assert len(before) == 12
    assert version_of(shipped) != before
