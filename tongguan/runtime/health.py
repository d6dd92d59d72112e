# SPDX-License-Identifier: Apache-2.0
"""Health checks: what ``tongguan doctor`` asks of every package."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from tongguan.kernel.registry import Registry

LOW_DISK_BYTES = 2 * 1024**3


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found, in words an operator reads."""

    level: Level
    zh: str
    en: str


Check = Callable[[], Iterable[Finding]]

#: Checks of a running installation, and checks of shipped data files that need no database.
installation_checks: Registry[Check] = Registry("installation check")
source_checks: Registry[Check] = Registry("source check")


def run(checks: Registry[Check]) -> Iterator[tuple[str, Finding]]:
    """Give (check name, finding) for every registered check, in the order of registration.

    A check that raises is itself a broken finding: the doctor never dies of the disease.
    """
    for name, check in checks.items().items():
        try:
            found = list(check())
        except Exception as error:  # noqa: BLE001 - told to the operator, not swallowed
            found = [Finding(Level.BROKEN, f"检查失败：{error!r}", f"the check itself failed: {error!r}")]
        for finding in found:
            yield name, finding


def check_database() -> Iterator[Finding]:
    """Look whether the database answers and carries all migrations."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding(Level.BROKEN, f"数据库连不上：{error}", f"the database does not answer: {error}")
        return
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    where = f"{connection.vendor} {connection.settings_dict['NAME']}"
    if pending:
        names = "、".join(str(migration) for migration, _ in pending[:5])
        yield Finding(
            Level.BROKEN,
            f"{where} 还有 {len(pending)} 个迁移未执行（{names}），请运行 tongguan migrate",
            f"{len(pending)} migrations are not applied on {DEFAULT_DB_ALIAS}: run tongguan migrate",
        )
    else:
        yield Finding(Level.GOOD, f"数据库可用：{where}", f"database in order: {where}")


def check_home() -> Iterator[Finding]:
    """Look whether the data folder is writable, private and has room."""
    home = Path(settings.HOME)
    if not os.access(home, os.W_OK):
        yield Finding(Level.BROKEN, f"数据目录不可写：{home}", f"the data folder is not writable: {home}")
        return
    free = shutil.disk_usage(home).free
    level = Level.WARNING if free < LOW_DISK_BYTES else Level.GOOD
    yield Finding(
        level, f"数据目录 {home}，剩余 {free / 1024**3:.1f} GB", f"{home}, {free / 1024**3:.1f} GB free"
    )
    key = home / "secret.key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding(
            Level.WARNING, f"密钥文件他人可读：{key}", f"the secret key is readable by others: {key}"
        )


def check_exposure() -> Iterator[Finding]:
    """Look for settings that must not meet an open network."""
    if settings.DEBUG:
        yield Finding(Level.WARNING, "调试模式已开启，勿用于正式环境", "debug mode is on: not for production")
    if "*" in settings.ALLOWED_HOSTS and not sys.stdout.isatty():
        yield Finding(
            Level.WARNING,
            "未限定主机名（TONGGUAN_HOSTS），对外开放前请设置",
            "any host name is accepted (TONGGUAN_HOSTS): set it before opening to a network",
        )


installation_checks.register("数据库 database", check_database)
installation_checks.register("数据目录 home", check_home)
installation_checks.register("暴露面 exposure", check_exposure)
