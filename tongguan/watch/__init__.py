# SPDX-License-Identifier: Apache-2.0
"""Rules over readings, as data with versions: what they watch, run over every frame, rehearsed on history."""
