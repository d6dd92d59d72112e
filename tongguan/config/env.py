# SPDX-License-Identifier: Apache-2.0
"""Typed reading of the environment. Every mistake is told at once, by variable name, in plain words."""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class Env:
    """The variables of one process, read with a type and a default."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Keep the mapping; nothing is read yet."""
        self._variables = variables
        self._read: set[str] = set()

    def unread(self, prefix: str) -> list[str]:
        """Give the names with this prefix that are set and that nobody has read: misspelt, most likely."""
        return sorted(name for name in self._variables if name.startswith(prefix) and name not in self._read)

    def text(self, name: str, default: str = "") -> str:
        """Give the value, stripped."""
        return (self._raw(name) or default).strip()

    def flag(self, name: str, *, default: bool) -> bool:
        """Give true or false. Raises ImproperlyConfigured for other words."""
        raw = self._raw(name)
        if raw is None:
            return default
        word = raw.strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        message = f"{name}={raw!r} 应为 true 或 false (must be true or false)"
        raise ImproperlyConfigured(message)

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        """Give a whole number within bounds. Raises ImproperlyConfigured otherwise."""
        raw = self._raw(name)
        if raw is None:
            return default
        try:
            value = int(raw)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            message = f"{name}={raw!r} 应为 {low} 到 {high} 的整数 (must be a whole number in that range)"
            raise ImproperlyConfigured(message)
        return value

    def rates(self, name: str) -> dict[str, tuple[float, int]]:
        """Give limits as ``key=per second/burst,…``. Raises ImproperlyConfigured for anything else."""
        found: dict[str, tuple[float, int]] = {}
        for part in filter(None, (p.strip() for p in self.text(name).split(","))):
            key, _, value = part.partition("=")
            rate, _, burst = value.partition("/")
            try:
                found[key.strip()] = (float(rate), int(burst))
            except ValueError as error:
                message = f"{name}: {part!r} 应形如 desk=20/200 (must look like that)"
                raise ImproperlyConfigured(message) from error
            if not (0 < found[key.strip()][0] < inf and found[key.strip()][1] > 0 and key.strip()):
                message = f"{name}: {part!r} 应大于零 (must be above zero)"
                raise ImproperlyConfigured(message)
        return found

    def folder(self, name: str, default: Path) -> Path:
        """Give an absolute folder, made if missing. Raises ImproperlyConfigured if it cannot be."""
        path = Path(self.text(name) or default).expanduser().resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{name}: 无法创建目录 {path} (cannot create the folder): {error.strerror}"
            raise ImproperlyConfigured(message) from error
        return path

    def _raw(self, name: str) -> str | None:
        self._read.add(name)
        return self._variables.get(name)


def database_config(url: str, home: Path, variable: str = "TONGGUAN_DATABASE_URL") -> dict[str, Any]:
    """Turn a database URL into a Django setting.

    ``""`` means SQLite in ``home``; ``sqlite:///absolute/path``; ``postgresql://user:pass@host:port/name``.
    Raises ImproperlyConfigured for anything else.
    """
    if not url:
        return _sqlite(str(home / "tongguan.sqlite3"))
    try:
        parts = urlsplit(url)
        port = parts.port  # read here: it is checked only when asked for
    except ValueError as error:
        # The address may hold a password and is not repeated.
        message = (
            f"{variable}: 地址有误，应形如 postgresql://user:password@host:5432/name (malformed): {error}"
        )
        raise ImproperlyConfigured(message) from error
    if parts.scheme == "sqlite":
        if not parts.path.strip("/"):
            message = f"{variable}: sqlite 地址缺少文件路径 (no file path): {url!r}"
            raise ImproperlyConfigured(message)
        return _sqlite(parts.path[1:] if parts.path.startswith("//") else parts.path)
    if parts.scheme in {"postgresql", "postgres"}:
        name = unquote(parts.path.strip("/"))
        if not name:
            message = f"{variable}: 缺少数据库名 (no database name): {parts.scheme}://{parts.hostname}"
            raise ImproperlyConfigured(message)
        return _postgresql(name, parts, port)
    message = f"{variable}: 不支持 {parts.scheme!r}，可用 sqlite 或 postgresql (unsupported database)"
    raise ImproperlyConfigured(message)


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what was acknowledged survives a power cut, not only a crash.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;",
        },
    }


def _postgresql(name: str, parts: Any, port: int | None) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
