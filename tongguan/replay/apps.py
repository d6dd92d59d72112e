# SPDX-License-Identifier: Apache-2.0
"""Django's handle on the replay: a command, no tables."""

from django.apps import AppConfig


class ReplayConfig(AppConfig):
    """Installs the command."""

    name = "tongguan.replay"
    label = "replay"
