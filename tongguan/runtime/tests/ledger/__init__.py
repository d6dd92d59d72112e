# SPDX-License-Identifier: Apache-2.0
"""A small application for tests of the real engine process: it counts what it is given."""
