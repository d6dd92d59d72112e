# SPDX-License-Identifier: Apache-2.0
"""Verbs on users: make, change, lock out, set passwords. The system administrator does it."""

import re
import secrets
from collections.abc import Sequence
from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.importing import RowError, refuse_rows, repeated, text_mistake
from tongguan.people import guards, stamps
from tongguan.people.contracts import PLATFORM, Actor, NewUser, Post, UserInfo
from tongguan.people.models import Appointment, Unit, User
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_USERNAME: Final = re.compile(r"[\w.@+-]{2,150}")
_PHONE: Final = re.compile(r"[0-9+\- ]{5,20}")
#: Initial passwords: 16 characters of a 31-letter alphabet without look-alikes, 79 random bits.
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_INITIAL_LENGTH: Final = 16
_INITIAL_ITERATIONS: Final = 1000
_CHUNK: Final = 500


def initial_password() -> str:
    """Give a password to hand over once: ``kx7p-2m9q-wd4r-h8tn``."""
    raw = "".join(secrets.choice(_ALPHABET) for _ in range(_INITIAL_LENGTH))
    return "-".join(raw[i : i + 4] for i in range(0, _INITIAL_LENGTH, 4))


def _hash_initial(password: str) -> str:
    """Hash a password the platform chose itself.

    79 random bits need no slow hash against guessing, and thousands of new users must not take hours;
    the owner's own password, which must replace it at the first sign-in, gets the slow one.
    """
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=_INITIAL_ITERATIONS)
    return hasher.encode(password, hasher.salt())


def password_mistake(password: str, user: User) -> str | None:
    """Say in words what is wrong with a password chosen by a person, or None."""
    if "\x00" in password or len(password) > 256:  # noqa: PLR2004 - a bound against costly hashing
        return "密码不能超过 256 个字符"
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "；".join(error.messages)
    return None


def _email_mistake(email: str) -> str | None:
    if not email:
        return None
    try:
        validate_email(email)
    except ValidationError:
        return "不是有效的邮箱"
    return None


def check_users(
    rows: Sequence[NewUser], actor: Actor, first_row: int = 1, *, may_exist: bool = False
) -> list[RowError]:
    """Find every mistake in new users (``may_exist``: known sign-in names are changes, not mistakes)."""
    divisions = dict(
        Unit.objects.filter(code__in={r.unit for r in rows if r.unit}).values_list("code", "division")
    )
    taken: set[str] = set()
    if not may_exist:
        taken = set(
            User.objects.filter(username__in={r.username for r in rows}).values_list("username", flat=True)
        )
    twice = repeated(r.username for r in rows)
    errors: list[RowError] = []
    for number, row in enumerate(rows, first_row):
        found = {
            "username": None if _USERNAME.fullmatch(row.username) else "应为 2–150 位字母、数字或 . @ + - _",
            "name": text_mistake(row.name, 40),
            "phone": None if not row.phone or _PHONE.fullmatch(row.phone) else "不是有效的电话号码",
            "email": _email_mistake(row.email),
        }
        if row.username in taken or row.username in twice:
            found["username"] = "账号重复"
        if row.unit and row.unit not in divisions:
            found["unit"] = "没有这个机构"
        elif row.unit and not guards.within(actor, divisions[row.unit], Post.SYSADMIN):
            found["unit"] = "不在您的管辖范围"
        elif not row.unit and not guards.within(actor, "", Post.SYSADMIN):
            found["unit"] = "不能为空"
        if row.password:
            found["password"] = password_mistake(
                row.password, User(username=row.username, display_name=row.name)
            )
        errors += [RowError(number, name, mistake) for name, mistake in found.items() if mistake]
    return errors


def create_users(actor: Actor, rows: Sequence[NewUser]) -> list[tuple[UserInfo, str]]:
    """Make users, all or none; give each with its initial password, shown this once, "" if it was given.

    Every one must change it at the first sign-in. Raises Forbidden, Invalid naming rows and fields.
    """
    guards.require_post(actor, Post.SYSADMIN)
    with atomic():
        stamps.bump(stamps.APPOINTMENTS)
        refuse_rows(check_users(rows, actor))
        units = dict(Unit.objects.filter(code__in={r.unit for r in rows if r.unit}).values_list("code", "id"))
        users, passwords = [], []
        for row in rows:
            user = User(
                username=row.username, display_name=row.name, unit_id=units.get(row.unit), phone=row.phone,
                email=row.email, must_change_password=True,
            )  # fmt: skip
            passwords.append("" if row.password else initial_password())
            if row.password:
                user.set_password(row.password)
            else:
                user.password = _hash_initial(passwords[-1])
            users.append(user)
        User.objects.bulk_create(users, batch_size=_CHUNK)
        audit.record_many(
            actor,
            "user.create",
            [(f"user:{user.pk}", {"username": user.username, "unit": user.unit_id}) for user in users],
        )
        return [(user.info(), password) for user, password in zip(users, passwords, strict=True)]


def create_user(actor: Actor, row: NewUser) -> tuple[UserInfo, str]:
    """Make one user. Gives and raises like ``create_users``."""
    return create_users(actor, [row])[0]


def _subject(actor: Actor, user_id: int) -> User:
    """Give the user's row, locked, if their unit lies in the administrator's division."""
    guards.require_post(actor, Post.SYSADMIN)
    user = User.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=user_id).first()
    if user is None or not guards.within(actor, user.unit.division if user.unit else "", Post.SYSADMIN):
        raise NotFound("user.unknown", zh="没有这个用户", en="no such user", field="user")
    # Else the system administrator could become the two who watch over them (三权分立).
    watchers = Appointment.objects.filter(
        user=user, post__in=[Post.SECADMIN, Post.AUDITOR], revoked_at__isnull=True
    )
    if actor != PLATFORM and watchers.exists():
        raise Forbidden(
            "user.watcher",
            zh="安全管理员与审计员的账号只能在服务器上用命令行维护（三权分立）",
            en="accounts of the security administrator and the auditor are kept from the command line only",
        )
    return user


def change_users(actor: Actor, rows: Sequence[NewUser]) -> tuple[int, int]:
    """Change name, unit, phone and e-mail of known users, set-based; give (changed, unchanged).

    Raises Forbidden, Invalid naming rows and fields; a user outside of the actor's division is unknown.
    """
    guards.require_post(actor, Post.SYSADMIN)
    with atomic():
        stamps.bump(stamps.APPOINTMENTS)
        errors = check_users(rows, actor, may_exist=True)
        known = {
            user.username: user
            for user in User.objects.filter(username__in=[r.username for r in rows]).select_related("unit")
        }
        for number, row in enumerate(rows, 1):
            user = known.get(row.username)
            if user is None or not guards.within(
                actor, user.unit.division if user.unit else "", Post.SYSADMIN
            ):
                errors.append(RowError(number, "username", "没有这个用户"))
        refuse_rows(errors)
        units = dict(Unit.objects.filter(code__in={r.unit for r in rows if r.unit}).values_list("code", "id"))
        changed = []
        for row in rows:
            user = known[row.username]
            wanted = (row.name, units.get(row.unit), row.phone, row.email)
            if wanted != (user.display_name, user.unit_id, user.phone, user.email):
                user.display_name, user.unit_id, user.phone, user.email = wanted
                changed.append(user)
        User.objects.bulk_update(changed, ["display_name", "unit_id", "phone", "email"], batch_size=_CHUNK)
        audit.record_many(
            actor,
            "user.change",
            [(f"user:{u.pk}", {"name": u.display_name, "unit": u.unit_id}) for u in changed],
        )
        return len(changed), len(rows) - len(changed)


def reset_password(actor: Actor, user_id: int) -> str:
    """Give a user a new initial password, shown this once; all their sessions end.

    Raises Forbidden, NotFound outside of the administrator's division.
    """
    with atomic():
        user = _subject(actor, user_id)
        password = initial_password()
        user.password = _hash_initial(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        audit.record(actor, "user.reset_password", f"user:{user.pk}", {})
        return password


def set_active(actor: Actor, user_id: int, *, active: bool) -> None:
    """Let a user sign in or no longer; what they did stays theirs. Nobody locks themselves out.

    Raises Forbidden, NotFound, Invalid.
    """
    with atomic():
        stamps.bump(stamps.APPOINTMENTS)
        user = _subject(actor, user_id)
        if user.pk == actor.id:
            raise Invalid("user.self", zh="不能停用自己的账号", en="not your own account", field="user")
        if user.is_active != active:
            user.is_active = active
            user.save(update_fields=["is_active"])
            audit.record(actor, "user.enable" if active else "user.disable", f"user:{user.pk}", {})


def change_password(actor: Actor, old: str, new: str) -> None:
    """Change one's own password; the initial one is thereby done with and other sessions end.

    Raises Invalid naming ``old_password`` or ``new_password``.
    """
    with atomic():
        user = User.objects.select_for_update().filter(pk=actor.id).first() if actor.id else None
        if user is None or not user.check_password(old):
            raise Invalid(
                "password.wrong", zh="原密码不正确", en="the old password is wrong", field="old_password"
            )
        mistake = "新密码不能与原密码相同" if old == new else password_mistake(new, user)
        if mistake:
            raise Invalid(
                "password.weak", zh=mistake, en="the new password is not acceptable", field="new_password"
            )
        user.set_password(new)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        audit.record(actor, "user.change_password", f"user:{user.pk}", {})
