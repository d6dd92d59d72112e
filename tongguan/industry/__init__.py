# SPDX-License-Identifier: Apache-2.0
"""Industry applications 行业应用, a folder each."""
