# SPDX-License-Identifier: Apache-2.0
"""What cases register with the cellar: their timelines as a source of the audit."""

from tongguan.cases.timeline import TimelineSource
from tongguan.runtime.spi import audited

audited.register("cases.timeline", TimelineSource())
