# SPDX-License-Identifier: Apache-2.0
"""Readings: taken in, judged for quality, kept, the latest of each, series of them."""
