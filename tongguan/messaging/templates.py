# SPDX-License-Identifier: Apache-2.0
"""Templates of messages: checked when loaded, so that nothing can be missing when sent. Pure but for load."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("zh", "en")
_FORMATTER: Final = string.Formatter()


class TemplateError(ValueError):
    """A template does not hold; the message says which, where and why."""


@dataclass(frozen=True, slots=True)
class Template:
    """Subject and body per language; ``placeholders`` are exactly those that every text may use."""

    code: str
    placeholders: frozenset[str]
    texts: Mapping[str, tuple[str, str]]

    def render(self, params: Mapping[str, Any], language: str = "zh") -> tuple[str, str]:
        """Give subject and body. Raises TemplateError when a parameter is missing; others are ignored."""
        missing = self.placeholders - params.keys()
        if missing:
            message = f"{self.code}: no value for {', '.join(sorted(missing))}"
            raise TemplateError(message)
        subject, body = self.texts.get(language) or self.texts[LANGUAGES[0]]
        values = {name: "" if params[name] is None else str(params[name]) for name in self.placeholders}
        # A subject is one line: what a citizen typed must not add mail headers.
        return " ".join(subject.format_map(values).split()), body.format_map(values)


def load(path: Path) -> Iterator[Template]:
    """Read templates from YAML. Raises TemplateError."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(written, dict):
        message = f"{path.name}: must map codes to templates"
        raise TemplateError(message)
    for code, one in written.items():
        yield parse(str(code), one)


def parse(code: str, written: Any) -> Template:
    """Check one template. Raises TemplateError."""
    if not isinstance(written, dict) or set(written) != {"placeholders", *LANGUAGES}:
        raise _wrong(code, f"needs exactly placeholders, {', '.join(LANGUAGES)}")
    declared = written["placeholders"]
    if not isinstance(declared, list) or not all(isinstance(name, str) for name in declared):
        raise _wrong(code, "placeholders must be a list of names")
    texts = {}
    used: set[str] = set()
    for language in LANGUAGES:
        text = written[language]
        if not isinstance(text, dict) or set(text) != {"subject", "body"}:
            raise _wrong(code, f"{language} needs exactly subject and body")
        for part in ("subject", "body"):
            used |= _used(code, f"{language}.{part}", text[part], set(declared))
        texts[language] = (text["subject"].strip(), text["body"].strip())
    unused = set(declared) - used
    if unused:
        raise _wrong(code, f"declares but never uses {', '.join(sorted(unused))}")
    return Template(code, frozenset(declared), texts)


def _used(code: str, where: str, text: Any, declared: set[str]) -> set[str]:
    if not isinstance(text, str) or not text.strip():
        raise _wrong(code, f"{where} is empty")
    try:
        parts = list(_FORMATTER.parse(text))
    except ValueError as error:
        raise _wrong(code, f"{where}: {error}") from error
    names = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise _wrong(code, f"{where}: {{{name}}} must be a plain name")
        if name not in declared:
            raise _wrong(code, f"{where} uses {{{name}}}, which is not declared")
        names.add(name)
    return names


def _wrong(code: str, why: str) -> TemplateError:
    return TemplateError(f"{code}: {why}")
