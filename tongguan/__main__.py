# SPDX-License-Identifier: Apache-2.0
"""The command line: ``tongguan <command>``, one Django management command each."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; ``tongguan help`` lists them. A wrong setting is told in one line and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    try:
        _ = settings.INSTALLED_APPS  # the first look reads the environment
        execute_from_command_line(["tongguan", *sys.argv[1:]])
    except ImproperlyConfigured as error:
        sys.stderr.write(f"设置有误 (wrong setting): {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
