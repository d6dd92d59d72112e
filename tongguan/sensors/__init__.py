# SPDX-License-Identifier: Apache-2.0
"""Things and sensors that measure, what they measure and in which unit: the register."""
