# SPDX-License-Identifier: Apache-2.0
"""Saved views (视图): a list under a name, kept for its owner or shared with the own unit."""
