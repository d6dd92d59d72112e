# SPDX-License-Identifier: Apache-2.0
"""What documents offers: pure steps from a template's text to what is printed.

``language`` reads a template, ``needing`` tells what it wants counted, ``periods`` tells when, ``composing``
makes the document of what was counted; ``wording`` lets people move its numbers and ``proof`` tells whether a
sentence still says the same. A ``Flow`` is the document laid out; ``page``, ``docx`` and ``pdf`` print it.
"""

from tongguan.documents import composing, drawing, language, needing, periods, proof, wording
from tongguan.documents.conditions import Fault
from tongguan.documents.flow import Flow, Signs, flow
from tongguan.documents.page import POLICY, page
from tongguan.documents.parts import Map, Template
from tongguan.documents.typesetting import pdf
from tongguan.documents.word import docx
from tongguan.documents.wordsof import day

__all__ = [
    "POLICY",
    "Fault",
    "Flow",
    "Map",
    "Signs",
    "Template",
    "composing",
    "day",
    "docx",
    "drawing",
    "flow",
    "language",
    "needing",
    "page",
    "pdf",
    "periods",
    "proof",
    "wording",
]
