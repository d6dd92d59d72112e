# SPDX-License-Identifier: Apache-2.0
"""The application of the three screens: its page, what it loads at once, what it knows from the start."""
