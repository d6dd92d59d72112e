# SPDX-License-Identifier: Apache-2.0
"""A city's own declarations: files that replace shipped ones of the same name."""
