# SPDX-License-Identifier: Apache-2.0
"""Signing in at the register pages: the same verb as everywhere, so locked out and audited alike."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from tongguan.kernel.errors import Refusal
from tongguan.people import api as people
from tongguan.people.queries import actor_of


class SignInForm(AdminAuthenticationForm):
    """Name and password, checked by the verb."""

    def clean(self) -> dict[str, Any]:
        """Sign in, or say why not in the verb's words."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name and password and self.request is not None:
            try:
                people.sign_in(self.request, name, password)
            except Refusal as refusal:
                raise ValidationError(refusal.zh, code=refusal.code) from refusal
            self.user_cache = self.request.user  # type: ignore[assignment]  # signed in: not anonymous
            self.confirm_login_allowed(self.user_cache)  # type: ignore[arg-type]
        return self.cleaned_data


class NewPasswordForm(AdminPasswordChangeForm):
    """The old password and the new one, changed by the verb."""

    def clean(self) -> dict[str, Any]:
        """Change it, or say why not in the verb's words."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                people.change_password(actor_of(self.user), told["old_password"], told["new_password1"])
            except Refusal as refusal:
                raise ValidationError(refusal.zh, code=refusal.code) from refusal
        return told

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Give the person with the password that ``clean`` has set."""
        self.user.refresh_from_db()
        return self.user


class Site(AdminSite):
    """The register pages' own way in and out."""

    login_form = SignInForm
    site_title = site_header = "统管 · 运维"
    index_title = "登记簿"

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the form for a new password."""
        view = PasswordChangeView.as_view(
            form_class=NewPasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out by the verb, then show Django's page."""
        people.sign_out(request)
        return super().logout(request, extra_context)
