# SPDX-License-Identifier: Apache-2.0
"""What leaks offers: the watch over one network and what goes into it."""

from tongguan.leaks.contracts import FLOWS, Caution, Floats, Leak, Signatures
from tongguan.leaks.localise import Localiser

__all__ = ["FLOWS", "Caution", "Floats", "Leak", "Localiser", "Signatures"]
