# SPDX-License-Identifier: Apache-2.0
"""The passwords of mailboxes at rest: sealed for their own mailbox, opened only to sign in."""

from typing import Final

from tongguan.mailboxes.models import Mailbox
from tongguan.vault import spi
from tongguan.vault.api import SealedPasswords

PASSWORDS: Final = SealedPasswords(Mailbox, "mailbox-password", "邮箱密码")
closed, opened = PASSWORDS.closed, PASSWORDS.opened

spi.columns.register("mailboxes.password", PASSWORDS)
