# SPDX-License-Identifier: Apache-2.0
"""Which cases an actor may see: one filter, applied on every path."""

from dataclasses import fields
from typing import Final

from django.db.models import Q

from tongguan.cases.contracts import CaseBrief, CaseInfo
from tongguan.cases.models import Involvement
from tongguan.people import queries as people
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post

#: Columns of a case that are shown, by the names of the contracts: whole, and in lists.
FIELDS: Final = tuple(field.name for field in fields(CaseInfo))
BRIEF: Final = tuple(field.name for field in fields(CaseBrief))
_REPEATED: Final = {6: "district", 9: "street"}


def visible_q(actor: Actor) -> Q:
    """Give the filter of the cases this actor may see.

    Centre posts: every case of their divisions. Departments and handlers: the cases in which a unit of
    their subtree has a part. Collectors: what they told or were sent to. All others: none.
    """
    posts = actor.scope.posts()
    terms: list[Q] = []
    if posts & CENTRE_POSTS:
        terms.append(division_term(actor.scope.divisions(*CENTRE_POSTS)))
    if posts & {Post.DEPARTMENT, Post.HANDLER}:
        mine = Involvement.objects.filter(people.unit_q(actor.scope, "unit_path"))
        terms.append(Q(id__in=mine.values("case_id")))
    if Post.COLLECTOR in posts and actor.id is not None:
        terms.append(Q(collector_id=actor.id) | Q(reporter_user_id=actor.id))
    if not terms:
        return Q(pk__in=())
    found = terms[0]
    for term in terms[1:]:
        if not found or not term:  # one of them is everything
            return Q()
        found |= term
    return found


def division_term(prefixes: tuple[str, ...]) -> Q:
    """Give the filter "in one of these divisions"; districts and streets are equalities, which keep order."""
    if "" in prefixes:
        return Q()
    found = Q()
    for prefix in prefixes:
        repeated = _REPEATED.get(len(prefix))
        found |= Q(**{repeated: prefix}) if repeated else people.prefix_q("division", prefix)
    return found or Q(pk__in=())
