# SPDX-License-Identifier: Apache-2.0
"""The shipped templates are read, and what they count is known."""

from tongguan.briefings import measures, register
from tongguan.documents.api import language, needing

KNOWN = measures.known()


def test_every_shipped_template_is_read_and_says_what_it_must_know():
    assert set(register.shipped()) == {"daily", "weekly", "monthly", "topic", "after"}
    for info in register.shipped().values():
        template = language.read(info.text, KNOWN)
        focus = tuple((name, "0101") for name in template.asks)
        needs = needing.needs(template, focus, KNOWN)
        assert len(needs) > 10
        assert len(set(needs)) == len(needs)
