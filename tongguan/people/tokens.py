# SPDX-License-Identifier: Apache-2.0
"""Tokens for systems: 256 random bits, shown once, kept only as SHA-256."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound, Unauthenticated
from tongguan.kernel.importing import text_mistake
from tongguan.people import guards, registers, stamps
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope, TokenInfo
from tongguan.people.models import ApiToken
from tongguan.people.scoping import division_q
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_SHAPE: Final = re.compile(r"tg_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_SCOPE: Final = re.compile(r"[a-z]{2,20}:[a-z]{2,20}")
_PREFIX_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_USED_EVERY: Final = timedelta(minutes=1)


def _digest(raw: str) -> str:
    # A plain hash is enough: 256 random bits cannot be guessed, only read.
    return hashlib.sha256(raw.encode()).hexdigest()


def _load() -> dict[str, ApiToken]:
    return {token.prefix: token for token in ApiToken.objects.filter(revoked_at__isnull=True)}


_tokens = stamps.copy_of(_load, stamps.TOKENS)


def issue_token(
    actor: Actor,
    name: str,
    scopes: Collection[str],
    division: str,
    unit: int | None = None,
    expires: datetime | None = None,
) -> str:
    """Issue a token and give it, shown this once.

    ``scopes`` are strings such as ``reports:write``; ``division`` is the prefix the system may reach.
    Raises Forbidden without the post 安全管理员; NotFound outside of the actor's division; Invalid.
    """
    guards.require_post(actor, Post.SECADMIN)
    if not guards.within(actor, division, Post.SECADMIN):
        raise NotFound("division.unknown", zh="不在您的管辖范围", en="no such division", field="division")
    mistake = text_mistake(name, 60)
    if mistake:
        raise Invalid("token.name", zh=mistake, en="not a valid name", field="name")
    if division and (mistake := guards.division_mistake(division)):
        raise Invalid("token.division", zh=mistake, en="not a division code", field="division")
    if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise Invalid(
            "token.scopes",
            zh="至少一项权限，形如 reports:write",
            en="scopes look like reports:write",
            field="scopes",
        )
    if unit is not None and unit not in registers.units().by_id:
        raise Invalid("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")
    if expires is not None and expires <= clock.now():
        raise Invalid("token.expires", zh="到期时间须在将来", en="must lie in the future", field="expires")
    prefix = secrets.token_hex(_PREFIX_BYTES)
    raw = f"tg_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    with atomic():
        stamps.bump(stamps.TOKENS)
        token = ApiToken.objects.create(
            name=name, prefix=prefix, digest=_digest(raw), scopes=sorted(set(scopes)), division=division,
            unit_id=unit, issued_by=actor.key, issued_at=clock.now(), expires_at=expires,
        )  # fmt: skip
        audit.record(
            actor,
            "token.issue",
            f"client:{token.pk}",
            {"name": name, "scopes": token.scopes, "division": division},
        )
    return raw


def revoke_token(actor: Actor, token_id: int) -> None:
    """Revoke a token: refused here at once, by other processes within a second.

    Raises Forbidden, NotFound outside of the actor's division. Revoking twice changes nothing.
    """
    with atomic():
        stamps.bump(stamps.TOKENS)
        token = ApiToken.objects.filter(pk=token_id).first()
        guards.require_post(actor, Post.SECADMIN)
        if token is None or not guards.within(actor, token.division, Post.SECADMIN):
            raise NotFound("token.unknown", zh="没有这个令牌", en="no such token", field="token")
        if token.revoked_at is None:
            ApiToken.objects.filter(pk=token_id).update(revoked_at=clock.now())
            audit.record(actor, "token.revoke", f"client:{token.pk}", {"name": token.name})


def authenticate_token(raw: str) -> tuple[Actor, frozenset[str]]:
    """Give the system behind a token and the token's scopes.

    Raises Unauthenticated, in the same words whether the token is malformed, unknown, revoked or expired.
    """
    shape = _SHAPE.fullmatch(raw)
    token = _tokens.get().get(shape[1]) if shape else None
    same = hmac.compare_digest(token.digest if token else "", _digest(raw) if shape else "-")
    at = clock.now()
    if token is None or not same or (token.expires_at is not None and token.expires_at <= at):
        raise Unauthenticated("token.invalid", zh="令牌无效或已过期", en="the token is not valid")
    if token.last_used_at is None or token.last_used_at + _USED_EVERY <= at:
        token.last_used_at = at
        unused = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - _USED_EVERY)
        ApiToken.objects.filter(unused, pk=token.pk).update(last_used_at=at)
    return _actor(token), frozenset(token.scopes)


def client(key: str) -> tuple[Actor, frozenset[str]] | None:
    """Give the system of a key (``client:3``) with its scopes; None when its token holds no longer."""
    at = clock.now()
    held = (token for token in _tokens.get().values() if f"client:{token.pk}" == key)
    found = next((t for t in held if t.expires_at is None or t.expires_at > at), None)
    return None if found is None else (_actor(found), frozenset(found.scopes))


def _actor(token: ApiToken) -> Actor:
    unit = registers.units().by_id.get(token.unit_id) if token.unit_id else None
    grant = Grant(Post.SYSTEM, token.division, unit.id if unit else 0, unit.path if unit else "")
    unit_id, unit_name = (unit.id, unit.name) if unit else (None, "")
    return Actor(None, f"client:{token.pk}", token.name, unit_id, unit_name, Scope((grant,)))


def tokens(actor: Actor) -> list[TokenInfo]:
    """Give the tokens of the divisions where the actor is security administrator or auditor."""
    seen = Q() if actor == PLATFORM else division_q(actor.scope, "division", Post.SECADMIN, Post.AUDITOR)
    rows = ApiToken.objects.filter(seen).order_by("id")
    return [
        TokenInfo(
            t.pk, t.name, t.prefix, frozenset(t.scopes), t.division, t.unit_id,
            t.expires_at, t.revoked_at, t.last_used_at,
        )
        for t in rows
    ]  # fmt: skip
