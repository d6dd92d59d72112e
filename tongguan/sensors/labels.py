# SPDX-License-Identifier: Apache-2.0
"""Words of the register of sensors shown to officials."""

from django.db.models import TextChoices


class Origin(TextChoices):
    """Where something was told that could not be taken."""

    IMPORT = "import", "导入"
    READINGS = "readings", "读数"
    SENSORTHINGS = "sensorthings", "SensorThings"
    GATEWAY = "gateway", "网关"


#: Our tables under the words of a refusal.
KINDS = {"thing": "监测点", "sensor": "传感器", "property": "观测属性", "datastream": "数据流"}
