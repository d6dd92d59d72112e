# SPDX-License-Identifier: Apache-2.0
"""The kinds of long work that bulk moves are."""

from tongguan.bulk import api
from tongguan.runtime.spi import job_kinds, job_undos

job_kinds.register(api.KIND, api.run)
job_kinds.register(api.LASTING_KIND, api.run)
job_undos.register(api.KIND, api.undo)
