# SPDX-License-Identifier: Apache-2.0
"""The grams of tellings without a place are found apart from those of placed ones."""

from django.db import migrations

_UNPLACED = 1 << 32
_OF_UNPLACED = "report_id IN (SELECT report_id FROM matching_fingerprint WHERE cell IS NULL)"


class Migration(migrations.Migration):
    """Stored keys follow; the other way gives the numbers back."""

    dependencies = (("matching", "0002_again"),)

    operations = (
        migrations.RunSQL(
            f"UPDATE matching_textkey SET term = term + {_UNPLACED} WHERE term < {_UNPLACED} AND {_OF_UNPLACED}",  # noqa: S608
            f"UPDATE matching_textkey SET term = term - {_UNPLACED} WHERE term >= {_UNPLACED}",  # noqa: S608
            elidable=True,
        ),
    )
