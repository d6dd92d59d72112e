# SPDX-License-Identifier: Apache-2.0
"""The measurements of quality score rows that their models have not seen."""
