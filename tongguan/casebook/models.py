# SPDX-License-Identifier: Apache-2.0
"""Tables of the casebook: which book on disk is this database's, and what is to be read anew."""

from typing import ClassVar

from django.db import models


class BookState(models.Model):
    """The one row that ties the files to this database.

    ``book`` and ``generation`` are those of the manifest: files of another database, of a back-up or of an
    earlier hour do not match, and the book is built anew. ``seq``: every fact up to there has marked what it
    tells of. ``wanted``: somebody asked to build it anew.
    """

    book = models.CharField(max_length=12, blank=True)
    generation = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    wanted = models.BooleanField(default=False)


class Dirty(models.Model):
    """A case or telling to be read anew, and the last fact that said so."""

    subject = models.CharField(max_length=8)
    key = models.UUIDField()
    seq = models.BigIntegerField()

    class Meta:
        """Marked once however many facts tell of it; taken in the order of the facts."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "key"], name="casebook_dirty_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["seq"], name="casebook_dirty_order")]
