# SPDX-License-Identifier: Apache-2.0
"""Ground floor: values every package may use. No Django, no I/O, no global state but the clock."""
