# SPDX-License-Identifier: Apache-2.0
"""The database itself refuses to change a timeline. The last operation of the first migration.

Whoever may drop triggers can still tamper; the hash chain and its daily seals then show it. On SQLite
only changes are refused: its way of emptying tables is deleting, and a missing line breaks the chain.
"""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_POSTGRESQL = """
CREATE FUNCTION cases_timeline_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a timeline is only ever appended to'; END $$;
CREATE TRIGGER cases_timeline_stays BEFORE UPDATE OR DELETE ON cases_timelineentry
FOR EACH ROW EXECUTE FUNCTION cases_timeline_stays();
"""
_SQLITE = """
CREATE TRIGGER cases_timeline_stays BEFORE UPDATE ON cases_timelineentry
BEGIN SELECT RAISE(ABORT, 'a timeline is only ever appended to'); END
"""


def protect(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set the guard."""
    del apps
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL, params=None)
    elif editor.connection.vendor == "sqlite":
        editor.execute(_SQLITE, params=None)


def release(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard away."""
    del apps
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER IF EXISTS cases_timeline_stays ON cases_timelineentry", params=None)
        editor.execute("DROP FUNCTION IF EXISTS cases_timeline_stays()", params=None)
    elif editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS cases_timeline_stays", params=None)
