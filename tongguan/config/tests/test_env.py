# SPDX-License-Identifier: Apache-2.0
"""Settings are read with a type; a wrong one is told by name and in words, and nothing starts."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tongguan.config import settings as module
from tongguan.config.env import Env, database_config
from tongguan.doors.checks import check_variables
from tongguan.runtime.health import Level

WRONG = [
    ("integer", "TONGGUAN_PORT", "eighty", {"default": 80, "low": 1, "high": 99}),
    ("integer", "TONGGUAN_PORT", "0", {"default": 80, "low": 1, "high": 99}),
    ("integer", "TONGGUAN_PORT", "100", {"default": 80, "low": 1, "high": 99}),
    ("integer", "TONGGUAN_PORT", "", {"default": 80, "low": 1, "high": 99}),
    ("flag", "TONGGUAN_TLS", "perhaps", {"default": False}),
    ("rates", "TONGGUAN_RATES", "desk", {}),
    ("rates", "TONGGUAN_RATES", "desk=20", {}),
    ("rates", "TONGGUAN_RATES", "desk=0/5", {}),
    ("rates", "TONGGUAN_RATES", "desk=nan/5", {}),
    ("rates", "TONGGUAN_RATES", "desk=inf/5", {}),
    ("rates", "TONGGUAN_RATES", "=20/5", {}),
]


@pytest.mark.parametrize(("kind", "name", "value", "more"), WRONG)
def test_a_wrong_value_is_told_by_the_variables_name(kind, name, value, more):
    with pytest.raises(ImproperlyConfigured, match=name):
        getattr(Env({name: value}), kind)(name, **more)


def test_right_values_have_their_types():
    env = Env({"A": " x ", "B": "Yes", "C": "off", "D": "7", "E": "desk=20/200, partner=0.5/1"})
    assert env.text("A") == "x"
    assert (env.flag("B", default=False), env.flag("C", default=True), env.flag("Z", default=True)) == (
        True,
        False,
        True,
    )
    assert (env.integer("D", 1, low=1, high=9), env.integer("Z", 5, low=1, high=9)) == (7, 5)
    assert env.rates("E") == {"desk": (20.0, 200), "partner": (0.5, 1)}


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match=r"TONGGUAN_HOME.*无法创建目录"):
        Env({"TONGGUAN_HOME": str(tmp_path / "file" / "below")}).folder("TONGGUAN_HOME", tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root@h/x",
        "postgresql://h:5432/",
        "postgresql://u:geheim@h:port/x",
        "postgresql://u:geheim@h:99999/x",
        "postgresql://u:geheim@[::1/x",
        "sqlite://",
        "/var/lib/x.sqlite3",
    ],
)
def test_a_wrong_database_address_is_told_without_its_password(url, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="TONGGUAN_DATABASE_URL") as told:
        database_config(url, tmp_path)
    assert "geheim" not in str(told.value)


def test_database_addresses(tmp_path):
    made = database_config("postgresql://u%40x:p%2F@db:5433/city?sslmode=require", tmp_path)
    assert [made[k] for k in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "u@x",
        "p/",
        "db",
        "5433",
        "city",
    ]
    assert made["OPTIONS"] == {"sslmode": "require"}
    lite = database_config("", tmp_path)
    assert lite["NAME"] == str(tmp_path / "tongguan.sqlite3")
    assert lite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in lite["OPTIONS"]["init_command"]
    assert database_config("sqlite:////srv/city.sqlite3", tmp_path)["NAME"] == "/srv/city.sqlite3"


def test_what_was_set_and_never_read_is_known():
    env = Env({"TONGGUAN_PORT": "1", "TONGGUAN_PROT": "1", "PATH": ""})
    env.integer("TONGGUAN_PORT", 1, low=1, high=2)
    assert env.unread("TONGGUAN_") == ["TONGGUAN_PROT"]


def test_the_doctor_tells_of_a_misspelt_setting(settings):
    settings.MISSPELT = ["TONGGUAN_DATABASE_ULR"]
    (found,) = check_variables()
    assert (found.level, "TONGGUAN_DATABASE_ULR" in found.zh) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONGGUAN_PORT", "eighty"),
        ("TONGGUAN_DATABASE_URL", "postgresql://h:port/x"),
        ("TONGGUAN_MAIL_URL", "http://mail"),
        ("TONGGUAN_SMS_GATEWAY", "/nowhere.yaml"),
    ],
)
def test_a_command_with_a_wrong_setting_ends_in_one_line(name, value, tmp_path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TONGGUAN_")}
    made = subprocess.run(
        [sys.executable, "-m", "tongguan", "doctor", "--source"],
        env=clean | {"TONGGUAN_HOME": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert made.returncode == 2
    assert made.stderr.startswith(f"设置有误 (wrong setting): {name}")
    assert made.stderr.count("\n") == 1


def test_a_command_without_its_tables_says_what_to_do(tmp_path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TONGGUAN_")}
    command = [sys.executable, "-m", "tongguan", "lifecycle", "list"]
    told = {"env": clean | {"TONGGUAN_HOME": str(tmp_path)}, "capture_output": True, "text": True}
    made = subprocess.run(command, **told, check=False, timeout=240)
    assert made.returncode == 3
    assert "cases_processversion" in made.stderr
    assert "tongguan doctor" in made.stderr
    assert "Traceback" not in made.stderr


def test_every_setting_is_told_in_the_documentation():
    text = Path(module.__file__).read_text(encoding="utf-8")
    told = (Path(module.__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"(TONGGUAN_\w+)"', text))
    assert len(read) > 20
    assert sorted(name for name in read if f"`{name}`" not in told) == []
