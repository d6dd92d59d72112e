# SPDX-License-Identifier: Apache-2.0
"""文书: a document from a declared template and counted figures, as page, Word and PDF (no Django)."""
