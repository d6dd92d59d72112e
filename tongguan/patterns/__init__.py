# SPDX-License-Identifier: Apache-2.0
"""How counts behave in place and time: rates, hot spots, clusters, changes, seasons, links (no Django)."""
