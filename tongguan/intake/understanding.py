# SPDX-License-Identifier: Apache-2.0
"""What a batch of tellings is about: item, request, danger; learned where nobody said, asked where unsure."""

from collections.abc import Sequence

from tongguan.catalog import queries as catalog
from tongguan.handover import api as handovers
from tongguan.intake.learned import ITEM
from tongguan.intake.told import Told
from tongguan.kernel.errors import Conflict
from tongguan.learning import api as models
from tongguan.learning import queries as learning
from tongguan.learning.contracts import Suggestion
from tongguan.tellings.wants import wanted


def understood(told: Sequence[Told]) -> None:
    """Fill in what each telling is about. Asks the model once for the batch."""
    texts = [one.text for one in told]
    names = {kind.code: kind.name for kind in catalog.request_types()}
    for one, text, danger in zip(told, texts, handovers.look(texts), strict=True):
        one.want, one.danger = wanted(text), danger
        if one.want.kind:
            words = "、".join(one.want.words[:4])
            one.lines.append(f"诉求类别：{names.get(one.want.kind, one.want.kind)}（用词：{words}）")
        if danger is not None:
            one.lines.append(danger.explanation)
    _items([one for one in told if not one.item_code and one.text.strip("。 ")])


def _items(nameless: Sequence[Told]) -> None:
    """Let the model say what those are about of which nobody said it."""
    texts = [one.text for one in nameless]
    suggestions = suggested(texts)
    if suggestions:
        models.observe(ITEM, texts, suggestions)
    names = catalog.items({code for said in suggestions for code, _ in said.shares})
    for one, said in zip(nameless, suggestions, strict=bool(suggestions)):
        one.said, one.item_how, one.item_confidence = said, "model", said.confidence
        one.item_code = said.best if said.alone else ""
        likely = [names[code].name for code, _ in said.shares if code in names]
        one.lines.append(f"事项：{learning.words_of(said, likely)}")


def suggested(texts: Sequence[str]) -> list[Suggestion]:
    """Give what the active model says of each text; nothing for any of them while there is no model."""
    try:
        return learning.predict(ITEM, texts) if texts else []
    except Conflict:
        return []
