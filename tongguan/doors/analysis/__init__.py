# SPDX-License-Identifier: Apache-2.0
"""Analysis over HTTP (part of the desk)."""
