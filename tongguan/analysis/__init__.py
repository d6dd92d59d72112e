# SPDX-License-Identifier: Apache-2.0
"""Analysis (研判): explorer, hot spots, forecasts with a record, projects before complaints, boards."""
