# SPDX-License-Identifier: Apache-2.0
"""Run the whole suite on SQLite, and where there is a PostgreSQL what touches a database on that as well."""

import os
import subprocess
import sys

import psycopg

POSTGRES = os.environ.get("TONGGUAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/tongguan")


def postgres_refusal() -> str | None:
    """Give the reason why PostgreSQL cannot be used here, or None."""
    server = POSTGRES.rsplit("/", 1)[0] + "/postgres"
    try:
        psycopg.connect(server, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return None


def run(label: str, url: str, arguments: list[str]) -> int:
    """Run pytest once on that database; give its exit code."""
    print(f"== {label}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", os.environ.get("TONGGUAN_TEST_WORKERS", "2"), *arguments]
    return subprocess.run(command, env={**os.environ, "TONGGUAN_DATABASE_URL": url}, check=False).returncode


def main() -> int:
    """Run both passes; fail when either does, or when CI lacks PostgreSQL."""
    code = run("SQLite", "", sys.argv[1:])
    refusal = postgres_refusal()
    if refusal is None:
        # House tests and browser stories do not depend on the database.
        code = (
            run("PostgreSQL", POSTGRES, ["-m", "not browser", "--ignore=tests/house", *sys.argv[1:]]) or code
        )
    else:
        print(f"== PostgreSQL: skipped, {refusal}", flush=True)
        code = code or (2 if os.environ.get("CI") == "true" else 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
