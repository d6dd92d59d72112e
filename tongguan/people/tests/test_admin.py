# SPDX-License-Identifier: Apache-2.0
"""The administrators' pages show people's numbers shortened."""

import pytest

from tongguan.people import testing

pytestmark = pytest.mark.django_db


def test_no_number_or_address_of_a_person_is_shown_whole(client):
    people = testing.cast()
    handler = people.user("handler")
    handler.phone, handler.email = "13900001234", "xiaoliu@example.com"
    handler.save()
    sysadmin = people.user("sysadmin")
    sysadmin.is_staff = True
    sysadmin.save()
    client.force_login(sysadmin, backend="django.contrib.auth.backends.ModelBackend")
    for url in ("", f"{handler.pk}/change/"):
        page = client.get(f"/admin/people/user/{url}").content.decode()
        assert "139****1234" in page
        assert "13900001234" not in page
        assert "xiaoliu@example.com" not in page
