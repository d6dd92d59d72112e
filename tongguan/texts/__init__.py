# SPDX-License-Identifier: Apache-2.0
"""Texts as they are compared: grams with their rarity, names of things (no Django)."""
