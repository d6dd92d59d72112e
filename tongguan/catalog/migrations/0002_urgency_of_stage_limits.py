# SPDX-License-Identifier: Apache-2.0
"""Stage limits by urgency."""

from django.db import migrations, models

LEVELS = [("normal", "一般"), ("urgent", "紧急"), ("critical", "特急")]
URGENCY = models.CharField("紧急程度", blank=True, choices=LEVELS, default="", max_length=20)
ONCE = models.UniqueConstraint(fields=["stage", "kind", "division", "urgency"], name="catalog_stage_limit_once")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [
        migrations.RemoveConstraint("stagelimit", "catalog_stage_limit_once"),
        migrations.AddField("stagelimit", "urgency", URGENCY),
        migrations.AddConstraint("stagelimit", ONCE),
    ]
