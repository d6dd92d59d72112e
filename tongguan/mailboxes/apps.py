# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.mailboxes"
    label = "mailboxes"

    def ready(self) -> None:
        """Let the vault know the sealed passwords."""
        from tongguan.mailboxes import credentials  # noqa: F401 - registers itself
