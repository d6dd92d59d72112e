# SPDX-License-Identifier: Apache-2.0
"""What a model says, in an official's words."""

from collections.abc import Sequence

from tongguan.kernel.certainty import percent, short_of
from tongguan.learning.contracts import Suggestion


def words_of(said: Suggestion, likely: Sequence[str]) -> str:
    """Say what a text is and who is to decide it, from the names of the likeliest classes in order.

    The figure told is the one that was compared with the threshold, never how the model ranks the classes.
    """
    first, others = likely[0] if likely else said.best, "、".join(likely[1:])
    more = f"，其次 {others}" if others else ""
    if said.alone:
        return f"{first}{more}；把握 {percent(said.confidence)}，由模型 {said.version} 认定"
    if said.threshold > 1:
        told, why = percent(said.confidence), "模型的准确率还不足以自行认定"
    else:
        told, least = short_of(said.confidence, said.threshold)
        why = f"未到自行认定所需的 {least}"
    return f"最可能是 {first}{more}；把握 {told}，{why}，须人工选定（模型 {said.version}）"
