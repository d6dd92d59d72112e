# SPDX-License-Identifier: Apache-2.0
"""Verbs: learn to read addresses from marked texts."""

from pathlib import Path
from typing import Final

from tongguan.addresses import marked, store
from tongguan.addresses.contracts import Learned
from tongguan.addresses.labeller import Labeller
from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_SUBJECT: Final = "model:addresses"


def train(actor: Actor, folder: Path) -> Learned:
    """Learn from all marked texts of a folder and put the model to use; takes minutes.

    Every process reads it from its next batch on. Raises Forbidden, Invalid (nothing to read, a bad line).
    """
    if actor is not PLATFORM and Post.SYSADMIN not in actor.scope.posts():
        raise Forbidden(
            "addresses.forbidden",
            zh="只有系统管理员可以训练地址模型",
            en="only a system administrator trains the address model",
        )
    rows = marked.read(folder)
    known = marked.usable(rows)
    labeller = Labeller.train(known)
    path = store.put(labeller.content)
    with atomic():
        audit.record(actor, "address.train", _SUBJECT, {"texts": len(known), "sha256": labeller.sha256})
    return Learned(len(known), len(rows) - len(known), labeller.sha256, str(path))
