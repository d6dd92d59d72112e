# SPDX-License-Identifier: Apache-2.0
"""The command line: ``tongguan <command>``, one Django management command each."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError


def main() -> None:
    """Run one command; ``tongguan help`` lists them. A wrong setting ends it in words, code 2.

    So does a database that is away or was never prepared, code 3; ``TONGGUAN_DEBUG`` shows where it happened.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    try:
        _ = settings.INSTALLED_APPS  # the first look reads the environment
        execute_from_command_line(["tongguan", *sys.argv[1:]])
    except ImproperlyConfigured as error:
        sys.stderr.write(f"设置有误 (wrong setting): {error}\n")
        sys.exit(2)
    except DatabaseError as error:
        if settings.DEBUG:
            raise
        sys.stderr.write(
            f"数据库出错 (database error): {str(error).strip()}\n可用 tongguan doctor 查看原因\n"
        )
        sys.exit(3)


if __name__ == "__main__":
    main()
