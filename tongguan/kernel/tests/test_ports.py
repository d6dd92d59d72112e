# SPDX-License-Identifier: Apache-2.0
"""Ports that tests are given."""

import socket

from tongguan.kernel import testing


def test_a_port_in_use_or_given_to_another_is_not_given(monkeypatch):
    given = testing.free_port()
    with socket.create_server(("127.0.0.1", testing.free_port())) as used:
        free = testing.free_port()
        drawn = iter([given, used.getsockname()[1], free + 1, free + 2, free + 3])
        monkeypatch.setattr(testing, "_random", type("Drawn", (), {"randrange": lambda *_: next(drawn)}))
        assert testing.free_port() in {free + 1, free + 2, free + 3}
