# SPDX-License-Identifier: Apache-2.0
"""What the doctor asks of the vault: are the keys private, is none missing, does anything lie open."""

import stat
from collections.abc import Iterator

from tongguan.runtime.health import Finding, Level, installation_checks
from tongguan.vault import keyring, queries
from tongguan.vault.contracts import PLAIN


def check_keys() -> Iterator[Finding]:
    """Look at the key ring and at what stored values need of it."""
    found = queries.all_keys()
    path = keyring.path_of_ring()
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(Level.WARNING, f"密钥环他人可读：{path}", f"the key ring is readable by others: {path}")
    for key in found:
        count = sum(key.rows.values())
        if key.id == PLAIN:
            yield Finding(
                Level.WARNING,
                f"{count} 条未加密，请运行 tongguan keys reseal",
                f"{count} rows are not sealed: run tongguan keys reseal",
            )
        elif not key.known:
            yield Finding(
                Level.BROKEN,
                f"缺少密钥 {key.id}，{count} 条无法解封，请从备份恢复密钥环",
                f"the key {key.id} is missing: {count} rows cannot be opened",
            )
    yield Finding(Level.GOOD, f"当前密钥 {found[0].id}", f"current key {found[0].id}")


def register() -> None:
    """Hang the check into the doctor's list."""
    installation_checks.register("密钥 keys", check_keys)
