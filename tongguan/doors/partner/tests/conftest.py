# SPDX-License-Identifier: Apache-2.0
"""What stories of others' systems share: the operator types commands."""

import pytest
from django.core.management import call_command


@pytest.fixture
def typed(capsys):
    """Type a command and give the lines it prints."""

    def run(*words):
        call_command("department", *words)
        return capsys.readouterr().out.splitlines()

    return run
