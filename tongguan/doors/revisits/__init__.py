# SPDX-License-Identifier: Apache-2.0
"""Call-backs and suspicions of false closing over HTTP."""
