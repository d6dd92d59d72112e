# SPDX-License-Identifier: Apache-2.0
"""Plans: who is to act on a case, from the lists, the rules and the fallbacks."""
