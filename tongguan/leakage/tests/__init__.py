# SPDX-License-Identifier: Apache-2.0
"""Stories of leak watches."""
