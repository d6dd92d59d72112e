# SPDX-License-Identifier: Apache-2.0
"""统管 Tongguan: the open-source platform for 城市运行「一网统管」."""

__version__ = "0.1.0"
