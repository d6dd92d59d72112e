# SPDX-License-Identifier: Apache-2.0
"""Connections to message brokers through which devices send readings."""
