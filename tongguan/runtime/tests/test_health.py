# SPDX-License-Identifier: Apache-2.0
"""The doctor tells what is wrong and never dies of it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tongguan.runtime import health


def test_a_check_that_raises_is_told_as_broken():
    def sick():
        raise ValueError("脏数据")

    with health.source_checks.temporarily("病", sick):
        out = StringIO()
        with pytest.raises(CommandError, match="1 项异常"):
            call_command("doctor", "--source", stdout=out)
    assert "✗ 病: 检查失败：ValueError('脏数据')" in out.getvalue()


@pytest.mark.django_db
def test_a_migrated_database_is_in_order():
    assert [f.level for f in health.check_database()] == [health.Level.GOOD]


def test_a_key_that_others_can_read_is_told(settings, tmp_path):
    settings.HOME = tmp_path
    key = tmp_path / "secret.key"
    key.write_text("x")
    key.chmod(0o644)
    assert "密钥文件他人可读" in [f.zh for f in health.check_home()][-1]
    key.chmod(0o600)
    assert all("密钥" not in f.zh for f in health.check_home())
