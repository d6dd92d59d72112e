# SPDX-License-Identifier: Apache-2.0
"""What cases register with the cellar: timelines as a source of the audit, units that move."""

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from tongguan.cases.models import Case, Involvement
from tongguan.cases.timeline import TimelineSource
from tongguan.kernel.codes import next_prefix
from tongguan.people.facts import UnitMoved
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.spi import audited
from tongguan.runtime.subscribers import subscribe

audited.register("cases.timeline", TimelineSource())


@subscribe(UnitMoved, name="cases.unit_paths")
def follow_unit(batch: list[Delivered]) -> None:
    """Keep the paths by which units see their cases."""
    for moved in (d.fact for d in batch if isinstance(d.fact, UnitMoved)):
        above = next_prefix(moved.old_path)
        for table, column in ((Case, "lead_unit_path"), (Involvement, "unit_path")):
            rows = table.objects.filter(**{f"{column}__gte": moved.old_path})
            rows = rows if above is None else rows.filter(**{f"{column}__lt": above})
            rest = Substr(column, len(moved.old_path) + 1)
            rows.update(**{column: Concat(Value(moved.new_path), rest)})
