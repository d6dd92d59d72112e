# SPDX-License-Identifier: Apache-2.0
"""The file that says when models are trained again: the shipped one, or the city's own of the same name."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

from tongguan.learning import policy
from tongguan.learning.policy import Policy

log = logging.getLogger(__name__)
_NAME: Final = "retrain.yaml"
_SHIPPED: Final = Path(__file__).with_name(_NAME)


def checked(*, own: bool = True) -> bool:
    """Read the file that counts, or the shipped one; tell whether it is the city's own. Raises ValueError."""
    city = Path(settings.HOME) / "city" / _NAME
    found = own and city.is_file()
    policy.parse(_body(city if found else _SHIPPED))
    return found


def declared() -> Mapping[str, Policy]:
    """Give what counts; while the city's own file is wrong nothing goes by itself, and the log tells."""
    own = Path(settings.HOME) / "city" / _NAME
    path = own if own.is_file() else _SHIPPED
    return _declared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _declared(path: Path, stamp: int) -> Mapping[str, Policy]:
    del stamp  # the cache's key: a changed file is read again
    try:
        return policy.parse(_body(path))
    except ValueError:
        if path == _SHIPPED:
            raise
        log.exception("%s is wrong; no model is trained again by itself until it is mended", path)
        return policy.parse({"default": {**_body(_SHIPPED)["default"], "enabled": False, "promote": False}})


def _body(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
