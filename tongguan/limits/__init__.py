# SPDX-License-Identifier: Apache-2.0
"""When a matter is due, and whom to tell before: deadlines and ladders (no Django)."""
