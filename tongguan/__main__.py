# SPDX-License-Identifier: Apache-2.0
"""The command line: ``tongguan <command>``, one Django management command each."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; ``tongguan help`` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    execute_from_command_line(["tongguan", *sys.argv[1:]])


if __name__ == "__main__":
    main()
