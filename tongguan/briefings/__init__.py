# SPDX-License-Identifier: Apache-2.0
"""研判报告: briefings written from declared templates, every number traceable to the rows it counted."""
