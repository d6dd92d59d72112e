# SPDX-License-Identifier: Apache-2.0
"""Elements of one namespace read by name; what is missing or wrong is told by the element. Pure."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tongguan.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Elements:
    """How the elements of a namespace are read; ``code``: of the refusals."""

    namespace: str
    code: str

    def wrong(self, name: str, zh: str, en: str) -> Invalid:
        """Give the refusal of an element."""
        return Invalid(self.code, zh=zh, en=en, field=name)

    def all(self, parent: Element, name: str) -> list[Element]:
        """Give the elements of a name right below one."""
        return parent.findall(f"{{{self.namespace}}}{name}")

    def texts(self, parent: Element, name: str) -> tuple[str, ...]:
        """Give their texts, without those that say nothing."""
        return tuple(text for one in self.all(parent, name) if (text := (one.text or "").strip()))

    def text(self, parent: Element, name: str) -> str:
        """Give the first one's text, "" for none."""
        return next(iter(self.texts(parent, name)), "")

    def needed(self, parent: Element, name: str) -> str:
        """Give the first one's text. Raises Invalid when there is none."""
        text = self.text(parent, name)
        if not text:
            raise self.wrong(name, "缺少该元素", "the element is missing")
        return text

    def word(self, parent: Element, name: str, words: tuple[str, ...]) -> str:
        """Give the first one's text, one of these words. Raises Invalid."""
        text = self.needed(parent, name)
        if text not in words:
            raise self.wrong(name, f"应为 {'、'.join(words)} 之一", f"must be one of {', '.join(words)}")
        return text
