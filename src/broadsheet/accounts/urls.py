"""Addresses below /account/. allauth's views are named one by one: what is not here does not exist."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from allauth.urls import build_provider_urlpatterns
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, path

from broadsheet.accounts import views
from broadsheet.accounts.fresh import fresh_required

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.DoorView.as_view(), name="account_login"),
    path("login/code/", views.CodeView.as_view(), name="account_confirm_login_code"),
    path("login/password/", account.login, name="account_login_password"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("login/second/", second.authenticate, name="mfa_authenticate"),
    path("login/closed/", account.account_inactive, name="account_inactive"),
    path("join/", views.DoorView.as_view(joining=True), name="account_signup"),
    path("logout/", views.LogOutView.as_view(), name="account_logout"),
    path("again/code/", views.AgainView.as_view(), name="account_reauthenticate_code"),
    path("again/password/", account.reauthenticate, name="account_reauthenticate"),
    path("again/second/", second.reauthenticate, name="mfa_reauthenticate"),
    path("again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("email/", fresh_required(account.email), name="account_email"),
    path("email/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("password/", fresh_required(account.password_set), name="account_set_password"),
    path("password/change/", fresh_required(account.password_change), name="account_change_password"),
    path("security/", login_required(second.index), name="mfa_index"),
    path("security/app/", fresh_required(app.activate_totp), name="mfa_activate_totp"),
    path("security/app/remove/", fresh_required(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", fresh_required(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("security/codes/new/", fresh_required(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("security/passkeys/", login_required(second.index), name="mfa_list_webauthn"),
    path("security/passkeys/add/", fresh_required(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", fresh_required(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("devices/", views.devices, name="account_devices"),
]

# Where other providers send readers back to: without a language in it, for they know one address.
social_patterns: list[URLPattern | URLResolver] = []
if providers := build_provider_urlpatterns():
    social_patterns = [
        path("social/", fresh_required(views.ConnectionsView.as_view()), name="socialaccount_connections"),
        path("social/join/", social.signup, name="socialaccount_signup"),
        path("social/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
        path("social/error/", social.login_error, name="socialaccount_login_error"),
        *providers,
    ]
