# SPDX-License-Identifier: Apache-2.0
"""For tests of the floors above: what people taught."""

from tongguan.learning.models import Correction


def corrections(task: str) -> list[Correction]:
    """Give what was corrected in a task, the oldest first."""
    return list(Correction.objects.filter(task=task).order_by("at", "id"))
