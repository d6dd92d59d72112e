# SPDX-License-Identifier: Apache-2.0
"""Briefings (研判报告) at the desk: documents and their course, templates, schedules."""
