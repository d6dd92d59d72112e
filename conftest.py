# SPDX-License-Identifier: Apache-2.0
"""Test set-up shared by every package."""
