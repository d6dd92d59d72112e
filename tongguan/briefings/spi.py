# SPDX-License-Identifier: Apache-2.0
"""What others supply to briefings: further measures over the casebook."""

from tongguan.documents.contracts import Measure
from tongguan.kernel.registry import Registry

#: Code -> what it counts; the code is the name that templates use.
measures: Registry[Measure] = Registry("briefing measure")
