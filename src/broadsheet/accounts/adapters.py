"""Where allauth asks the paper: whom to lead where, what counts as one network, what a mail is made of."""

from __future__ import annotations

import os
from base64 import b32encode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from broadsheet.accounts import queries, rules
from broadsheet.paywall.networks import TrustedProxies, network_of
from broadsheet.paywall.queries import ring


class AccountAdapter(DefaultAccountAdapter):
    """allauth's accounts, in the paper's words and within its rules."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("The address or the password is not right."),
        "email_taken": _("This address belongs to another account."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This is not the code. Look at it again, or ask for another."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("That was too often. Wait a minute and try again."),
        "too_many_login_attempts": _("That was too often. Wait a few minutes and try again."),
        "same_as_current": _("This is your address already."),
    }

    def is_safe_url(self, url: str) -> bool:
        """Only a plain path of the paper's own is led on to."""
        return rules.safe_path(url or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        """What limits count by: the network, by a name that is no address, for a cache may be a table."""
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        peer = request.META.get("REMOTE_ADDR", "")
        return ring().named(b"bs-network", network_of(_proxies().client(peer, forwarded)).near).hex()

    def format_email_subject(self, subject: str) -> str:
        """The subject alone: who writes stands in the sender's name."""
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail with the paper's name and address in it."""
        self.render_mail(template_prefix, email, {**context, **_paper()}).send()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell whoever comes by another site, with an address that has an account, to come in by a code."""
        self.send_mail("account/email/account_already_exists", email, {})

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody what happened to their account. No network address, no browser: neither is kept, nor told."""
        self.send_mail(template_prefix, email or user.email, context or {})

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ways to show once more who one is. A code by mail is one where nothing stronger is set up."""
        said = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use an app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        found = super().get_reauthentication_methods(user)
        methods = [{**method, "description": said[method["id"]]} for method in found]
        if user.is_authenticated and not queries.has_second_factor(user.pk):
            methods.append(
                {
                    "id": "code",
                    "description": _("Send me a code by mail"),
                    "url": reverse("account_reauthenticate_code"),
                }
            )
        return methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("account_home")


class SocialAdapter(DefaultSocialAccountAdapter):
    """allauth's other sites, bounded as the paper's own door is."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether this network may make one more account today."""
        return bool(ratelimit.consume(request, app="allauth.account", action="signup", limit_get=True))


class FactorAdapter(DefaultMFAAdapter):
    """allauth's second factors: their secrets are sealed, and authenticator apps show the paper's name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This is not the code. Look at it again, or wait for the next."),
        "unverified_email": _("Verify your mail address first."),
    }

    def get_totp_issuer(self) -> str:
        """The paper's name."""
        return self._get_site_name()

    def _get_site_name(self) -> str:
        site = Site.objects.filter(is_default_site=True).first()
        return (site.site_name if site else "") or settings.WAGTAIL_SITE_NAME

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        """What a new passkey is called until its owner says otherwise."""
        number = queries.ways_in(user.pk).passkeys + 1
        return gettext("My passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        """Sealed under the paper's key: a copy of the database alone makes no codes."""
        return _seals()[0].encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. One that is not ours becomes one that nobody has, and certainly not an empty one."""
        try:
            return MultiFernet(_seals()).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return b32encode(os.urandom(20)).decode()


def _seals() -> list[Fernet]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [blake2b(str(key).encode(), digest_size=32, person=b"bs-factor").digest() for key in keys]
    return [Fernet(urlsafe_b64encode(digest)) for digest in digests]


@lru_cache(maxsize=1)
def _proxies() -> TrustedProxies:
    return TrustedProxies(settings.TRUSTED_PROXIES, settings.TRUST_UNIX_SOCKET)


def _paper() -> dict[str, str]:
    site = Site.objects.filter(is_default_site=True).first()
    name = (site.site_name if site else "") or settings.WAGTAIL_SITE_NAME
    return {"paper_name": name, "paper_address": settings.WAGTAILADMIN_BASE_URL}
