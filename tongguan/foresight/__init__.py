# SPDX-License-Identifier: Apache-2.0
"""Readings foreseen (读数预测): the next hours of chosen streams, kept beside what came."""
