# SPDX-License-Identifier: Apache-2.0
"""Routes of the desk about lists and rules: views, duties, dispatch rules, processes, working time (案头)."""
