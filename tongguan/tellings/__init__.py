# SPDX-License-Identifier: Apache-2.0
"""What one source tells, read and checked before anybody takes it in (no Django)."""
